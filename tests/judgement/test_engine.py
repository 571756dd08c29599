"""What the judge says of whole rollouts."""

from __future__ import annotations

import gc
import pickle
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitool_tui.judgement import likelihood
from multitool_tui.judgement.engine import EvidenceJudge
from multitool_tui.judgement.model import AlarmState, Counts, Judgement, Minute, Verdict
from multitool_tui.judgement.settings import Settings

START = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
Side = tuple[int, int] | tuple[int, int, int] | None


def _minute(number: int, baseline: Side, canary: Side, weight: float = 0.1) -> Minute:
    """Minute `number`; each version as (invocations, errors[, slow])."""
    return Minute(
        START + timedelta(minutes=number),
        weight,
        Counts(*baseline) if baseline else None,
        Counts(*canary) if canary else None,
    )


def _judge(*minutes: Minute, by: Settings | None = None) -> Judgement:
    judge = EvidenceJudge(by)
    return [judge.see_minute(minute) for minute in minutes][-1]


HISTORY = [_minute(-number, (1000, 1), None, weight=0) for number in range(1, 121)]


def test_a_few_failures_over_a_clean_baseline_are_harmful() -> None:
    said = _judge(_minute(0, (900, 0), (100, 3)), _minute(1, (900, 0), (100, 3)))
    assert said.verdict is Verdict.HARMFUL
    assert said.evidence.harm > said.evidence.harm_limit == 1000
    assert "6 of the canary's 200 requests failed; at the baseline's rate one would expect less than 0.1" in said.reason


def test_a_good_canary_is_safe_near_the_last_weight_after_the_shortest_bake() -> None:
    minutes = [_minute(number, (7500, 8), (2500, 3), weight=0.25) for number in range(15)]
    assert _judge(*minutes[:-1]).verdict is Verdict.UNDECIDED
    said = _judge(*minutes)
    assert said.verdict is Verdict.SAFE
    assert said.evidence.safety == said.evidence.safety_limit == 200
    half = [_minute(number, (8700, 8), (1300, 1), weight=0.13) for number in range(15)]
    assert _judge(*half).verdict is Verdict.SAFE
    below = [_minute(number, (9000, 8), (1000, 1), weight=0.1) for number in range(27)]
    assert _judge(*below[:-1]).verdict is Verdict.UNDECIDED
    assert _judge(*below).verdict is Verdict.SAFE


def test_a_burst_that_hits_both_versions_is_nobodys_fault() -> None:
    assert (
        _judge(_minute(0, (900, 0), (100, 0)), *(_minute(n, (900, 450), (100, 50)) for n in range(1, 6))).evidence.harm
        < 2
    )


def test_a_minute_in_which_the_weight_changed_is_judged_by_the_larger() -> None:
    late_burst = _minute(1, (750, 50), (250, 50), weight=0.5)
    assert _judge(_minute(0, (950, 0), (50, 0), weight=0.05), late_burst).evidence.harm < 2


def test_a_catastrophe_is_condemned_by_one_minute_and_nothing_else_is() -> None:
    assert _judge(_minute(0, (900, 0), (100, 60))).verdict is Verdict.HARMFUL
    assert _judge(_minute(0, (900, 0), (100, 40))).verdict is Verdict.UNDECIDED
    assert _judge(_minute(0, (900, 100), (100, 60))).verdict is Verdict.UNDECIDED


def test_gaps_of_either_version_change_no_evidence() -> None:
    before = _judge(*HISTORY, _minute(0, (900, 1), (100, 2)))
    after = _judge(*HISTORY, _minute(0, (900, 1), (100, 2)), _minute(1, None, (100, 9)), _minute(2, (900, 1), None))
    assert after.evidence.harm == before.evidence.harm


@pytest.mark.parametrize(
    ("minutes", "sentence"),
    [
        (HISTORY, "No minute with traffic for the canary is sealed yet."),
        ([_minute(n, None, None) for n in range(3)], "No requests at all, to either version, in 3 minutes"),
        ([_minute(0, (90, 0), (10, 0))], "Too little traffic: the canary has served 10 requests so far"),
        (
            [_minute(n, (1000, 0), None) for n in range(4)],
            "The canary should get 10% of the traffic but got none of 3,000",
        ),
        ([_minute(n, (500, 0), (500, 0)) for n in range(4)], "but got 1,500 of 3,000 requests"),
    ],
)
def test_four_kinds_of_no_traffic_are_told_apart_and_none_is_health(minutes: list[Minute], sentence: str) -> None:
    said = _judge(*minutes)
    assert said.verdict is Verdict.UNDECIDED
    assert sentence in said.reason


def test_no_traffic_is_never_safe() -> None:
    assert _judge(*(_minute(n, (1000, 0), None) for n in range(200))).verdict is Verdict.UNDECIDED
    assert _judge(*(_minute(n, None, None) for n in range(200))).verdict is Verdict.UNDECIDED


def test_slowness_holds_and_rolls_back_only_where_asked() -> None:
    minutes = [_minute(n, (900, 0, 9), (100, 0, 30)) for n in range(40)]
    held = _judge(*minutes)
    assert held.verdict is Verdict.UNDECIDED
    assert "requests were slow" in held.reason
    assert held.weight_afforded is not None
    assert held.weight_afforded <= 0.1
    assert _judge(*minutes, by=Settings(slow_rolls_back=True)).verdict is Verdict.HARMFUL


def test_the_stream_that_holds_the_weight_is_the_one_that_is_named() -> None:
    """Of a slow canary that is not rolled back for it, the harm says nothing; its doubts stop the ramp all the same."""
    said = _judge(*(_minute(n, (900, 0, 9), (100, 0, 8)) for n in range(8)))
    assert said.evidence.harm < 20
    assert said.verdict is Verdict.UNDECIDED
    assert said.reason == "24 of the canary's 300 requests were slow; at the baseline's rate one would expect 3."
    assert said.weight_afforded == 0.1


def test_cold_starts_after_a_rise_are_not_slowness() -> None:
    assert "slow" not in _judge(*(_minute(n, (900, 0, 9), (100, 0, 90)) for n in range(5))).reason


def test_nothing_is_safe_before_its_slowness_was_looked_at() -> None:
    def rising(slow: int | None) -> list[Minute]:
        """Weights that never rest for five minutes, and a canary without a failure."""
        made = [_minute(n, (9000, 0, 90), (90 * (n + 1), 0), weight=0.01 * (n + 1)) for n in range(25)]
        return [replace(minute, canary=replace(minute.canary or Counts(), slow=slow)) for minute in made]

    ramp = Settings(max_weight=None)
    assert _judge(*rising(None), by=ramp).verdict is Verdict.SAFE
    unknown = _judge(*rising(600), by=ramp)
    assert unknown.verdict is Verdict.UNDECIDED
    assert unknown.reason.endswith("whether it is slow is known when its weight has rested for 5 minutes.")
    rested = [_minute(25 + n, (9000, 0, 90), (3000, 0, 30), weight=0.25) for n in range(6)]
    assert _judge(*rising(10), *rested, by=ramp).verdict is Verdict.SAFE


def test_an_alarm_that_goes_off_after_the_start_condemns() -> None:
    judge = EvidenceJudge()
    judge.see_alarms({"checkout-5xx": AlarmState.OK, "old": AlarmState.ALARM})
    said = judge.see_alarms({"checkout-5xx": AlarmState.ALARM, "old": AlarmState.ALARM})
    assert (said.verdict, said.alarms) == (Verdict.HARMFUL, ("checkout-5xx",))


def test_after_promotion_the_baselines_past_stands_in() -> None:
    before = [_minute(n, (900, 9), (100, 1)) for n in range(15)]
    fine = [_minute(n, None, (1000, 10), weight=1) for n in range(15, 30)]
    worse = [_minute(n, None, (1000, 200), weight=1) for n in range(30, 36)]
    assert _judge(*before, *fine).verdict is not Verdict.HARMFUL
    assert _judge(*before, *fine, *worse).verdict is Verdict.HARMFUL


def test_after_promotion_a_burst_like_those_of_the_past_says_no_more_than_it_is_rare() -> None:
    history = [_minute(n, (60_000, 3000 if n % 9 == 0 else 0), None, weight=0) for n in range(-240, 0)]
    beside = [_minute(n, (45_000, 0), (15_000, 0), weight=0.25) for n in range(15)]
    burst = [_minute(n, None, (60_000, 3000), weight=1) for n in range(15, 18)]
    assert _judge(*history, *beside, *burst[:2]).evidence.harm < 100
    said = _judge(*history, *beside, *burst)
    assert said.verdict is not Verdict.HARMFUL
    assert said.evidence.harm < 9**3  # such a minute is one of nine
    calm = [replace(minute, baseline=Counts(60_000, 0)) for minute in history]
    assert _judge(*calm, *beside, *burst[:2]).verdict is Verdict.HARMFUL
    worse = [_minute(n, None, (60_000, 30_000), weight=1) for n in range(15, 17)]
    assert _judge(*history, *beside, *worse).verdict is Verdict.HARMFUL


def test_the_first_weight_keeps_even_a_total_failure_within_the_budget() -> None:
    assert _judge(*HISTORY).weight_afforded == 0.01  # 30 of the 3,000 requests of three minutes
    assert _judge(*HISTORY, by=Settings(budget=300)).weight_afforded == 0.1


def test_the_weight_grows_with_the_evidence_and_never_without() -> None:
    assert (_judge(*HISTORY, _minute(0, (990, 1), None, weight=0.01)).weight_afforded or 1) <= 0.01
    grown = _judge(*HISTORY, *(_minute(n, (990, 1), (10, 0), weight=0.01) for n in range(5))).weight_afforded
    assert grown == pytest.approx(0.04)
    assert _judge(*HISTORY, by=Settings(max_weight=None)).weight_afforded is None


_SIDE = st.none() | st.integers(0, 300).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(0, n)))
_WEIGHTS = st.sampled_from([0.0, 0.0, 0.1, 0.1, 0.1, 0.25, 1.0])
_MINUTES = st.lists(st.tuples(_SIDE, _SIDE, _WEIGHTS), min_size=1, max_size=15).map(
    lambda rows: [_minute(n, baseline, canary, weight) for n, (baseline, canary, weight) in enumerate(rows)]
)


@given(_MINUTES, st.randoms(use_true_random=False))
def test_the_order_in_which_minutes_arrive_and_how_often_does_not_matter(minutes: list[Minute], random: Random) -> None:
    shuffled = [*minutes, *random.sample(minutes, len(minutes) // 2)]
    random.shuffle(shuffled)
    assert _judge(*shuffled) == _judge(*minutes)


@given(_MINUTES, st.data())
def test_a_late_minute_gives_the_same_as_one_in_time(minutes: list[Minute], data: st.DataObject) -> None:
    late = data.draw(st.integers(0, len(minutes) - 1))
    early = _minute(late, (7, 1), (3, 1), data.draw(_WEIGHTS))
    assert _judge(*minutes[:late], early, *minutes[late + 1 :], minutes[late]) == _judge(*minutes)


@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.integers(0, 40), st.sampled_from([0.05, 0.2, 0.25])), min_size=1, max_size=10
    ),
    st.data(),
)
def test_more_failures_of_the_canary_never_lower_harm(rows: list[tuple[int, int, float]], data: st.DataObject) -> None:
    which = data.draw(st.integers(0, len(rows) - 1))
    more = [(x1 + (n == which), x0, weight) for n, (x1, x0, weight) in enumerate(rows)]
    harms = [
        _judge(*(_minute(n, (400, x0), (100, x1), weight) for n, (x1, x0, weight) in enumerate(each))).evidence.harm
        for each in (rows, more)
    ]
    assert harms[1] >= harms[0] * (1 - 1e-9)


def test_data_that_is_later_than_half_an_hour_changes_nothing() -> None:
    judge = EvidenceJudge()
    for number in range(60):
        said = judge.see_minute(_minute(number, (900, 1), (100, 0)))
    assert judge.see_minute(_minute(20, (900, 1), (100, 90))) == said
    assert judge.see_minute(_minute(30, (900, 1), (100, 2))).canary.errors == 2


def _with(count: str, canary: int, baseline: int, invocations: int = 100) -> list[Minute]:
    """Five minutes in which so many of that kind happen to each version."""
    old: dict[str, Any] = {count: baseline}
    new: dict[str, Any] = {count: canary}
    return [Minute(START + timedelta(minutes=n), 0.1, Counts(900, **old), Counts(invocations, **new)) for n in range(5)]


@pytest.mark.parametrize(
    ("count", "said"),
    [
        ("throttles", "100 of the canary's 600 requests were throttled"),
        ("server_errors", "100 of the canary's 500 requests were answered with 5XX"),
        ("client_errors", "100 of the canary's 500 requests were answered with 4XX"),
    ],
)
def test_other_failures_are_streams_of_their_own(count: str, said: str) -> None:
    harmful = _judge(*_with(count, 20, 0))
    assert harmful.verdict is Verdict.HARMFUL
    assert harmful.reason.startswith(said)
    assert getattr(harmful.canary, count) == 100
    shared = _judge(*_with(count, 20, 180))
    assert shared.verdict is Verdict.UNDECIDED
    assert shared.evidence.harm < 1.5


def test_a_canary_that_is_throttled_altogether_is_a_catastrophe() -> None:
    assert _judge(*_with("throttles", 90, 0, invocations=10)[:1]).verdict is Verdict.HARMFUL


def test_a_single_throttle_says_as_little_as_it_should() -> None:
    assert _judge(*_with("throttles", 1, 0)[:1]).evidence.harm < 2


def test_streams_that_nobody_measures_take_nothing_from_the_others() -> None:
    """Their e-value is 1, and what is left of the budget is 75%: a quarter more evidence is all that they cost."""
    alone = _judge(*(_minute(n, (900, 0), (100, 2)) for n in range(3))).evidence.harm
    beside = _judge(*(Minute(START + timedelta(minutes=n), 0.1, Counts(900, 0, 0, 0, 0, 0), Counts(100, 2, 0, 0, 0, 0))
                      for n in range(3))).evidence.harm  # fmt: skip
    assert beside == pytest.approx(alone)
    assert _judge(_minute(0, (900, 0), (100, 60))).verdict is Verdict.HARMFUL


def test_the_sentence_says_no_more_than_the_e_value() -> None:
    said = _judge(_minute(0, (900, 0), (100, 3)), _minute(1, (900, 0), (100, 2)))
    rounded = f"{float(f'{said.evidence.harm:.2g}'):,.0f}"
    assert said.reason.endswith(f"; a fluke this large comes at most once in {rounded} rollouts.")


def test_a_large_sample_is_given_less_room_than_one_that_cannot_tell_the_tolerated_excess_from_chance() -> None:
    def after_patience(baseline: Side, *failures: int) -> Verdict:
        """Of a canary with a third of the baseline's requests, which fails so often in turn."""
        assert baseline
        sides = [(baseline[0] // 3, failures[n % len(failures)]) for n in range(27)]
        return _judge(*(_minute(n, baseline, side, weight=0.25) for n, side in enumerate(sides))).verdict

    # Standard deviations above the expected: 2.6, 3.1; of a tenth of the requests: 3.1, 3.7.
    assert after_patience((4500, 225), 80) is Verdict.SAFE
    assert after_patience((4500, 225), 81) is Verdict.UNDECIDED
    assert after_patience((450, 22), 9, 9, 10) is Verdict.SAFE
    assert after_patience((450, 22), 9, 10, 10) is Verdict.UNDECIDED


def test_a_small_sample_is_not_safe_by_patience_alone() -> None:
    few = [_minute(n, (45, 2), (15, 1), weight=0.25) for n in range(45)]
    assert _judge(*few[:30]).verdict is Verdict.UNDECIDED
    clean = [_minute(n, (45, 0), (15, 0), weight=0.25) for n in range(30)]
    assert _judge(*clean).verdict is Verdict.SAFE


def test_an_unusual_excess_is_not_safe_however_patient_one_is() -> None:
    """The noise of the history explains it as far as the e-value goes, but the canary fails more in every minute."""
    wild = [_minute(-n, (6000, 180 if n % 2 else 320), None, weight=0) for n in range(1, 240)]
    usual, unusual = (
        _judge(*wild, *(_minute(n, (4500, 225), (1500, failed), weight=0.25) for n in range(30)))
        for failed in (76, 110)
    )
    assert max(usual.evidence.harm, unusual.evidence.harm) < 20
    assert usual.verdict is Verdict.SAFE
    assert unusual.verdict is Verdict.UNDECIDED


def _full(random: Random, number: int) -> Minute:
    """A minute in which something of everything was measured and failed."""
    sides = [
        Counts(
            n, n // 100 + random.randrange(3), n // 90, random.randrange(3), random.randrange(9), random.randrange(3)
        )
        for n in (90_000, 10_000)
    ]
    if number < 0:
        return Minute(START + timedelta(minutes=number), 0.0, sides[0])
    return Minute(START + timedelta(minutes=number), 0.1, *sides)


def test_a_day_of_history_and_three_hours_of_everything_stay_below_20_kb() -> None:
    random = Random(1)
    minutes = [_full(random, number) for number in range(-1440, 180)]
    _judge(*minutes[-40:])  # what is made once for all judges
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        judge = EvidenceJudge()
        for minute in minutes:
            judge.see_minute(minute)
        likelihood._parameters.cache_clear()  # of all judges
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert taken < 20_000
    assert len(pickle.dumps(judge, protocol=5)) < 20_000
    assert judge.see_minute(minutes[-1]).canary.invocations == 180 * 10_000
