"""The evidence of one minute and of several: a fair bet if the canary is no worse, by exact enumeration."""

from __future__ import annotations

from array import array
from math import exp, lgamma
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitool_tui.judgement.dispersion import Dispersion
from multitool_tui.judgement.evidence import (
    HIDDEN,
    MOST_A_MINUTE_SAYS,
    SURPRISE,
    Against,
    EProcess,
    add_minute,
    calmness,
    starts_may_fail,
)
from multitool_tui.judgement.likelihood import RATIOS, log_factors

_SHARES = st.floats(0.001, 0.9)
_NOISE = st.builds(Dispersion, st.floats(0.05, 1.0), st.floats(1, 10))
_FAILED = st.integers(0, 300)


def _chance(x: int, m: int, a: float, b: float) -> float:
    """Beta-binomial probability of x out of m."""
    return exp(
        lgamma(m + 1) - lgamma(x + 1) - lgamma(m - x + 1) + lgamma(x + a) + lgamma(m - x + b) - lgamma(m + a + b)
        + lgamma(a + b) - lgamma(a) - lgamma(b)
    )  # fmt: skip


@pytest.mark.parametrize("share", [0.001, 0.01, 0.1, 0.25, 0.5, 0.9])
@pytest.mark.parametrize("sigma", [0.05, 0.3, 0.6, 1.0])
@pytest.mark.parametrize("of_it", [0.02, 0.5, 1.0], ids=["less noise", "half the noise", "that noise"])
@pytest.mark.parametrize("odds", [0.5, 1.0])
def test_a_canary_that_is_no_worse_expects_to_win_nothing(
    share: float, sigma: float, of_it: float, odds: float
) -> None:
    kappa = 1 / (share * (1 - share) * (sigma * of_it) ** 2) - 1
    mean = share * odds / (share * odds + 1 - share)
    for m in (1, 2, 3, 5, 10, 30, 100):
        chances = [_chance(x, m, kappa * mean, kappa * (1 - mean)) for x in range(m + 1)]
        factors = [log_factors(x, m - x, share, Dispersion(sigma)) for x in range(m + 1)]
        for ratio in range(len(RATIOS)):
            won = sum(
                chance * min(MOST_A_MINUTE_SAYS, exp(said[ratio]))
                for chance, said in zip(chances, factors, strict=True)
            )
            assert won <= 1 + 1e-5  # the differences of lgamma are no more exact where kappa is large


@given(_FAILED, _FAILED, _SHARES, _NOISE)
def test_one_more_failure_of_the_canary_never_speaks_for_it(x1: int, x0: int, share: float, noise: Dispersion) -> None:
    said, more = log_factors(x1, x0, share, noise), log_factors(x1 + 1, x0, share, noise)
    beside = log_factors(x1, x0 + 1, share, noise)
    assert all(after >= before - 1e-6 for before, after in zip(said, more, strict=True))
    assert all(after <= before + 1e-6 for before, after in zip(said, beside, strict=True))


@given(_FAILED, _FAILED, st.sampled_from([0.1, 0.25, 0.5]), _NOISE, st.sampled_from([2.0, 5.0, 100.0]))
def test_swapping_the_versions_turns_worse_into_better(
    x1: int, x0: int, share: float, noise: Dispersion, ratio: float
) -> None:
    """With counts and shares swapped, "r times worse" against "no worse" is "no worse" against "r times better".

    So the one's evidence of harm is the other's evidence of safety, to the digit; and no minute speaks for both harms.
    """
    harm = log_factors(x1, x0, share, noise, 1.0, (ratio,))[0]
    safety = log_factors(x0, x1, 1 - share, noise, 1 / ratio, (ratio,))[0]
    assert harm == pytest.approx(-safety, abs=1e-5)
    assert min(harm, log_factors(x0, x1, 1 - share, noise, 1.0, (ratio,))[0]) <= 1e-9


def _block(
    against: Against,
    *minutes: tuple[int, int],
    share: float = 0.1,
    alone: bool = False,
    starts: float = 0.0,
    baseline: tuple[int, ...] = (),
) -> array[float]:
    """A block's minutes, each as (canary's failures, baseline's); what the baseline failed of 9,000 requests a minute.

    Only in the first of them environments start.
    """
    said = array("d", bytes(8 * against.end))
    for x1, x0 in minutes:
        add_minute(said, x1, x0, share, against, alone=alone, starts=starts)
        starts = 0.0
    said.extend(calmness([(9000, x0) for x0 in baseline], against))
    return said


def _start(against: Against) -> EProcess:
    return EProcess.start(against.end, len(against.levels))


@given(_SHARES, _NOISE, st.booleans())
def test_a_minute_without_failures_says_nothing(share: float, noise: Dispersion, starts: bool) -> None:
    assert set(log_factors(0, 0, share, noise)) == {0.0}
    against = Against(noise, starts=starts)
    for quiet in (None, _block(against, (0, 0), share=share)):
        assert _start(against).after(quiet).value(against) == pytest.approx(1)


def test_no_minute_says_more_than_a_hundredfold_unless_it_may_condemn_alone() -> None:
    against = Against(Dispersion())
    said = _start(against).after(_block(against, (500, 0)))
    assert said.value(against) <= MOST_A_MINUTE_SAYS
    assert said.after(_block(against, (500, 0))).value(against) > 1000
    assert _start(against).after(_block(against, (500, 0), alone=True)).value(against) > 1000


@given(st.integers(0, 9))
def test_harm_that_begins_late_is_found(quiet: int) -> None:
    against = Against(Dispersion())
    evidence = _start(against)
    for _ in range(quiet):
        evidence = evidence.after(_block(against, *[(1, 9)] * 5))
    assert evidence.after(_block(against, *[(20, 9)] * 5)).value(against) > 1000


def test_larger_noise_than_the_history_shows_is_reckoned_with() -> None:
    assert [level.noise.sigma for level in Against(Dispersion(0.05)).levels] == [0.05, *HIDDEN]
    assert [level.noise for level in Against(Dispersion(1.0, 2.0)).levels] == [Dispersion(1.0, 2.0)]


@pytest.mark.parametrize("own", [0.0, 0.2, 0.4, 0.6])
def test_under_noise_that_the_history_hides_a_good_canary_is_seldom_condemned(own: float) -> None:
    """Both versions' rates vary from minute to minute although the history shows next to nothing."""
    against, random, condemned = Against(Dispersion(0.05)), Random(1), 0
    for _ in range(300):
        evidence = _start(against)
        for _ in range(6):
            minutes = [
                (
                    round(100 * random.lognormvariate(-own * own / 2, own)),
                    round(900 * random.lognormvariate(-own * own / 2, own)),
                )
                for _ in range(5)
            ]
            evidence = evidence.after(_block(against, *minutes, baseline=tuple(x0 for _, x0 in minutes)))
            if evidence.value(against) >= 1000:
                condemned += 1
                break
    assert condemned <= 300 * SURPRISE / 1000


def test_failures_of_environments_that_start_condemn_nobody() -> None:
    """A clean baseline; after each of six raises a few requests fail, and none later."""
    against, random, condemned, without = Against(Dispersion(), starts=True), Random(1), 0, 0
    for _ in range(300):
        evidence = _start(against)
        for raises in range(6):
            failed = sum(random.random() < 0.01 for _ in range(100))
            starts = starts_may_fail(against.noise, raises)
            evidence = evidence.after(_block(against, (failed, 0), share=0.01, starts=starts))
        condemned += evidence.value(against) >= 1000
        without += evidence.value(against, starts_fail=False) >= 1000
    assert condemned <= 3
    assert without > 200


def test_failures_that_go_on_are_not_those_of_starts() -> None:
    against = Against(Dispersion(), starts=True)
    after = _start(against).after(_block(against, (3, 0), (2, 0), starts=3))
    assert after.value(against) < 1000 < after.after(_block(against, (2, 0))).value(against)


def test_more_failures_than_starts_can_have_count_at_once() -> None:
    against = Against(Dispersion(), starts=True)
    assert _start(against).after(_block(against, (9, 0), (9, 0), starts=3)).value(against) > 1000


def test_a_calm_baseline_lets_a_small_harm_be_seen_that_noise_could_explain() -> None:
    against = Against(Dispersion(0.05))
    unseen = calm = _start(against)
    for _ in range(4):
        unseen = unseen.after(_block(against, *[(130, 900)] * 5))
        calm = calm.after(_block(against, *[(130, 900)] * 5, baseline=(900,) * 5))
    assert unseen.value(against) < 1000 < calm.value(against)


def test_a_burst_in_a_calm_baseline_is_no_noise_for_ever() -> None:
    against = Against(Dispersion(0.05))
    evidence = _start(against).after(_block(against, (100, 900), baseline=(900, 8000, 900)))
    for _ in range(2):
        evidence = evidence.after(_block(against, (100, 900), baseline=(900,) * 5))
    assert evidence.noise(against) == against.noise
    assert evidence.calm[0] > evidence.calm[-1] + 5


def test_a_noisy_baseline_is_taken_at_its_word() -> None:
    against = Against(Dispersion(0.05))
    evidence = _start(against)
    for _ in range(4):
        evidence = evidence.after(_block(against, (100, 900), baseline=(900, 300, 1500, 450, 1200)))
    assert evidence.noise(against).sigma > against.noise.sigma


def test_a_few_failures_a_minute_show_how_calm_a_baseline_is_too() -> None:
    """Two or three in each minute: too few to read a rate off one, but not off a rollout."""
    against, random = Against(Dispersion(0.05)), Random(1)
    calm = noisy = _start(against)
    for _ in range(30):
        even = tuple(sum(random.random() < 0.025 for _ in range(100)) for _ in range(5))
        uneven = tuple(sum(random.random() < 0.025 * rate for _ in range(100)) for rate in (0.2, 0.2, 3.2, 0.2, 1.2))
        calm, noisy = (
            each.after(_block(against, (1, 2), baseline=its)) for each, its in ((calm, even), (noisy, uneven))
        )
    assert calm.calm[0] > calm.calm[-1] + 3
    assert noisy.calm[0] < noisy.calm[-1] - 3


_MINUTES = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=12)


@given(_MINUTES, st.integers(0, 11), _NOISE, st.sampled_from([0.01, 0.1, 0.25]), st.sampled_from([0.0, 3.0]))
def test_more_failures_of_the_canary_never_lower_the_evidence(
    minutes: list[tuple[int, int]], which: int, noise: Dispersion, share: float, starts: float
) -> None:
    """How noisy it is, is learnt from the baseline alone: a canary cannot hide its failures by failing unevenly."""
    values = []
    for more in (0, 1):
        against = Against(noise, starts=True)
        evidence = _start(against)
        for begin in range(0, len(minutes), 5):
            block = [(x1 + more * (n == which), x0) for n, (x1, x0) in enumerate(minutes)][begin : begin + 5]
            baseline = tuple(x0 for _, x0 in block)
            evidence = evidence.after(_block(against, *block, share=share, starts=starts, baseline=baseline))
        values.append(evidence.value(against))
    assert values[1] >= values[0] * (1 - 1e-6)
