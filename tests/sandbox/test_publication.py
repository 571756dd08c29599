"""Minutes are published late, some of them in two parts, and nothing is counted twice."""

from __future__ import annotations

from datetime import timedelta

from multitool_tui.sandbox.metrics.series import Metric
from multitool_tui.sandbox.traffic.publication import published_at
from tests.sandbox.support import Aws

MINUTES = range(1_767_600_000, 1_767_600_000 + 3000 * 60, 60)
METRIC = Metric.of("AWS/Lambda", "Invocations", {"FunctionName": "checkout"})


def test_lags_are_of_one_to_three_minutes() -> None:
    lags = [published_at(7, METRIC, minute, late=False) - minute - 60 for minute in MINUTES]
    assert all(60 <= lag <= 170 for lag in lags)
    slow = sum(lag > 110 for lag in lags) / len(lags)
    assert 0.03 < slow < 0.07
    assert len(set(lags)) == len(lags)


def test_stragglers_come_after_the_rest_and_within_170_seconds() -> None:
    for minute in MINUTES[:500]:
        rest = published_at(7, METRIC, minute, late=False)
        assert rest <= published_at(7, METRIC, minute, late=True) <= minute + 60 + 170


def test_every_series_has_its_own_lag() -> None:
    other = Metric.of("AWS/Lambda", "Errors", {"FunctionName": "checkout"})
    minute = MINUTES[0]
    assert published_at(7, METRIC, minute, late=False) != published_at(7, other, minute, late=False)


async def test_a_minute_appears_late_and_whole_or_is_corrected_upwards(aws: Aws) -> None:
    """Watch forty minutes, every five seconds: what each minute shows when."""
    seen: dict[object, list[tuple[float, float]]] = {}
    aws.clock.advance(1)
    for _ in range(40 * 12):
        now = aws.clock.now()
        for at, value in (await aws.series("Invocations", minutes=8)).items():
            history = seen.setdefault(at, [])
            if not history or history[-1][1] != value:
                history.append(((now - at).total_seconds(), value))
        aws.clock.advance(5)
    watched = {at: history for at, history in seen.items() if at > aws.clock.now() - timedelta(minutes=36)}  # type: ignore[operator]
    assert len(watched) > 30
    for history in watched.values():
        first_shown = history[0][0]
        assert 120 <= first_shown <= 60 + 170 + 5
        assert len(history) <= 2
        if len(history) == 2:
            (_, before), (corrected, after) = history
            assert before < after < before * 1.05
            assert corrected <= 60 + 170 + 5
    corrected_share = sum(len(history) == 2 for history in watched.values()) / len(watched)
    assert 0 < corrected_share < 0.5


async def test_the_sum_of_a_past_is_the_same_however_late_it_is_asked_for(aws: Aws) -> None:
    aws.clock.advance(600)
    end = aws.clock.now() - timedelta(seconds=240)
    sealed = {at: value for at, value in (await aws.series("Invocations", minutes=60)).items() if at < end}
    aws.clock.advance(3600)
    later = await aws.series("Invocations", minutes=120)
    assert len(sealed) > 50
    assert {at: later[at] for at in sealed} == sealed


async def test_no_minute_is_published_before_it_is_over(aws: Aws) -> None:
    aws.clock.advance(59)
    newest = max(await aws.series("Invocations", minutes=10))
    assert newest + timedelta(seconds=120) <= aws.clock.now()


async def test_there_are_three_hours_of_history(aws: Aws) -> None:
    for target in ("checkout:live", "payments:live", "search"):
        minutes = await aws.series("Invocations", minutes=300, target=target)
        assert 176 <= len(minutes) <= 180
    assert set(await aws.series("Invocations", minutes=300, target="payments:live", version="18"))
