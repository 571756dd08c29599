"""A seed is a run; what disturbs a service does what it says; scenario files are refused in one sentence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from statistics import fmean

import pytest

from multitool_tui.simulation.disturbances import (
    Bursts,
    Clusters,
    Cold,
    Disturbance,
    Gaps,
    Idle,
    Noise,
    Poison,
    Retries,
    Spikes,
    Step,
    Straddled,
    Swing,
)
from multitool_tui.simulation.scenario import Harm, Scenario, load_scenario
from multitool_tui.simulation.traffic import Served, World


def world(*disturbances: Disturbance, rps: float = 10, base: float = 0.01, harm: Harm | None = None) -> World:
    return World(Scenario(rps=rps, base=base, harm=harm or Harm(), disturbance=disturbances), seed=1)


def served(world: World, weight: float = 0.5) -> list[Served]:
    return [world.minute(t, weight, weight if t else 0.0) for t in range(60)]


def requests(minute: Served) -> int:
    return sum(counts.invocations for counts in (minute.minute.canary, minute.minute.baseline) if counts)


def errors(minute: Served) -> list[int]:
    return [counts.errors if counts else 0 for counts in (minute.minute.canary, minute.minute.baseline)]


def test_the_same_seed_gives_the_same_minutes() -> None:
    one, other = world(Noise(kind="noise")), world(Noise(kind="noise"))
    assert (one.history(), served(one)) == (other.history(), served(other))


def test_a_history_has_the_services_traffic_and_rate_and_no_canary() -> None:
    history = world().history()
    assert len(history) == 360
    assert all(minute.canary is None and minute.weight == 0 for minute in history)
    total = [minute.baseline for minute in history if minute.baseline]
    assert fmean(counts.invocations for counts in total) == pytest.approx(600, rel=0.01)
    assert fmean(counts.errors for counts in total) == pytest.approx(6, rel=0.1)


def test_slowness_is_of_both_versions_and_changes_nothing_else() -> None:
    plain, slow = (World(Scenario(rps=10, base=0.01, slow=share), seed=1) for share in (None, 0.05))
    histories = plain.history(), slow.history()
    unmeasured, measured = (
        [counts for minute in history for counts in (minute.baseline,) if counts] for history in histories
    )
    assert all(counts.slow is None for counts in unmeasured)
    assert fmean(counts.slow or 0 for counts in measured) == pytest.approx(30, rel=0.1)
    assert [replace(counts, slow=None) for counts in measured] == unmeasured
    both = [minute.minute for minute in served(slow)]
    for version in ("canary", "baseline"):
        counted = [getattr(minute, version) for minute in both]
        assert fmean(counts.slow / counts.invocations for counts in counted) == pytest.approx(0.05, rel=0.1)


def test_harm_is_of_the_canary_from_its_onset_on() -> None:
    minutes = served(world(base=0.0, harm=Harm(share=0.5, onset=10)))
    assert not any(minute.harmed for minute in minutes[:10])
    assert fmean(minute.harmed for minute in minutes[10:]) == pytest.approx(150, rel=0.05)
    assert all(errors(minute) == [minute.harmed, 0] for minute in minutes)


def test_harm_grows_comes_and_goes_and_waits_for_weight() -> None:
    assert [Harm(share=0.4, growth=4).at(t, 0.1) for t in range(5)] == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.4])
    assert [Harm(share=0.4, onset=1, every=2).at(t, 0.1) for t in range(4)] == [0, 0.4, 0, 0.4]
    assert [Harm(share=0.4, above=0.1).at(0, weight) for weight in (0.0, 0.1, 0.2)] == [0, 0, 0.4]


def test_what_is_to_come_after_promotion_is_all_of_the_traffic() -> None:
    assert world(harm=Harm(share=0.5)).harmed_from(58) == 600


@pytest.mark.parametrize(
    "disturbance",
    [
        Step(kind="step", of="traffic", at=30, factor=3),
        Idle(kind="idle", on=1, off=59),
        Spikes(kind="spikes", every=60, traffic=3),
        Swing(kind="swing", period=60),
    ],
    ids=lambda each: each.kind,
)
def test_traffic_that_is_not_even(disturbance: Disturbance) -> None:
    amounts = [requests(minute) for minute in served(world(disturbance))]
    assert max(amounts) > 2 * min(amounts)


@pytest.mark.parametrize(
    "disturbance",
    [
        Bursts(kind="bursts"),
        Bursts(kind="bursts", factor=2, at_least=0, tail=1.2),
        Noise(kind="noise", size=1),
        Noise(kind="noise", size=1, memory=0.9, versions="together"),
        Noise(kind="noise", size=1, versions="canary", since=0, growth=10),
        Clusters(kind="clusters", size=8),
        Poison(kind="poison", an_hour=60, times=8),
        Swing(kind="swing", of="errors", size=1.5, period=60),
        Step(kind="step", of="errors", at=30, factor=5),
        Spikes(kind="spikes", every=5, traffic=1, errors=5),
    ],
    ids=lambda each: each.kind,
)
def test_errors_that_are_not_plain_chance(disturbance: Disturbance) -> None:
    """Each makes the canary's errors vary more than a Poisson count would."""
    counts = [errors(minute)[0] for minute in served(world(disturbance))]
    mean = fmean(counts)
    assert fmean((count - mean) ** 2 for count in counts) > 1.6 * mean


def test_failures_come_again_in_the_next_minute() -> None:
    storm = world(Retries(kind="retries", times=2), base=0.5)
    amounts = [requests(storm.minute(t, 0.5, 0.5)) for t in range(3)]
    assert amounts == pytest.approx([600, 1200, 1800], rel=0.1)


def test_noise_since_the_rollout_leaves_the_history_alone() -> None:
    hidden = world(Noise(kind="noise", size=1, since=0)).history()
    assert hidden != world().history()  # drawn anew, but no noisier
    mean = fmean(minute.baseline.errors for minute in hidden if minute.baseline)
    variance = fmean((minute.baseline.errors - mean) ** 2 for minute in hidden if minute.baseline)
    assert variance < 1.3 * mean


def test_a_raise_of_the_weight_costs_cold_failures_once() -> None:
    cold = world(Cold(kind="cold", failures=20), base=0.0)
    assert errors(cold.minute(0, 0.1, 0.0))[0] > 5
    assert errors(cold.minute(1, 0.1, 0.1)) == [0, 0]


def test_a_weight_that_changes_within_the_minute_serves_half_of_it() -> None:
    minute = world(Straddled(kind="straddled"), rps=100).minute(5, 0.5, 0.1).minute
    assert minute.weight == 0.5
    assert minute.canary is not None
    assert minute.canary.invocations == pytest.approx(6000 * 0.3, rel=0.1)


def test_late_and_missing_minutes() -> None:
    gaps = world(Gaps(kind="gaps", late=0.5, missing=0.25))
    assert 250 < len(gaps.history()) < 290
    assert {minute.delay for minute in served(gaps)} == {-1, 0, 1, 2, 3}


def test_a_scenario_file(tmp_path: Path) -> None:
    file = tmp_path / "checkout.toml"
    file.write_text(
        'rps = 40\nbase = "0.4%"\nharm = { share = "+1%", onset = 10 }\n[[disturbance]]\nkind = "noise"\nsize = 0.2\n'
    )
    assert load_scenario(file) == Scenario(
        rps=40, base=0.004, harm=Harm(share=0.01, onset=10), disturbance=(Noise(kind="noise", size=0.2),)
    )


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("rps = 40", "base: "),
        ('rps = -1\nbase = "1%"', "rps: "),
        ('rps = 1\nbase = "much"', "base: 'much' is not a percentage"),
        ('rps = 1\nbase = 0.1\nharm = { shape = "x" }', "harm.shape: "),
        ('rps = 1\nbase = 0.1\n[[disturbance]]\nkind = "fog"', "disturbance.0: "),
        ('rps = 1\nbase = 0.1\n[[disturbance]]\nkind = "idle"\non = 0', "disturbance.0.idle.on: "),
        ("rps = ", "is not valid TOML"),
    ],
)
def test_a_scenario_file_at_fault_is_refused_by_the_key(tmp_path: Path, text: str, named: str) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(text)
    with pytest.raises(ValueError, match=r"bad\.toml") as refused:
        load_scenario(file)
    assert named in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_scenario_file_that_is_not_there() -> None:
    with pytest.raises(ValueError, match=r"nowhere\.toml cannot be read"):
        load_scenario(Path("nowhere.toml"))
