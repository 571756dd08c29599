"""Metrics of the plan's own: a stream of failures each, of which nothing that is missing is taken for health."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from multitool_tui.judgement.engine import EvidenceJudge
from multitool_tui.judgement.model import Counts, Judgement, Minute, Tally, Verdict
from multitool_tui.judgement.settings import Settings

START = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
BY = Settings(metrics=("orders", "mails"))
Own = tuple[int, int] | None
"""Bad, and total."""


def _counts(invocations: int, orders: Own, mails: Own = (0, 100)) -> Counts:
    told = {"orders": orders, "mails": mails}
    return Counts(invocations, 0, tallies=tuple(Tally(name, *own) for name, own in told.items() if own))


def _minutes(last: int, canary: Callable[[int], Counts], weight: float = 0.25, first: int = 0) -> list[Minute]:
    return [
        Minute(START + timedelta(minutes=number), weight, _counts(3000, (3, 300)), canary(number))
        for number in range(first, last)
    ]


def _judge(minutes: list[Minute], by: Settings = BY) -> Judgement:
    judge = EvidenceJudge(by)
    for minute in minutes:
        said = judge.see_minute(minute)
    return said


def test_a_metric_condemns_by_itself_and_is_named() -> None:
    said = _judge(_minutes(6, lambda _: _counts(1000, (30, 100))))
    assert said.verdict is Verdict.HARMFUL
    assert said.reason.startswith(
        "180 of the canary's 600 in metric orders were bad; at the baseline's rate one would expect 6; a fluke"
    )
    assert said.canary.tally("orders") == Tally("orders", 180, 600)


def test_a_canary_that_is_measured_and_well_is_safe_as_soon_as_without_metrics() -> None:
    well = _minutes(15, lambda _: _counts(1000, (1, 100)))
    assert _judge(well[:-1]).verdict is Verdict.UNDECIDED
    assert _judge(well).verdict is Verdict.SAFE
    assert _judge(well, Settings()).verdict is Verdict.SAFE


def test_what_nobody_reports_is_missing_at_once_and_nothing_is_known_of_it() -> None:
    said = _judge([Minute(START, 0.1, _counts(3000, None), _counts(1000, None))])
    assert said.verdict is Verdict.UNDECIDED
    assert said.reason.endswith("metric orders says nothing of the canary, and so it gets no more.")
    assert said.seen_to is None
    assert said.weight_afforded is not None
    assert said.weight_afforded <= 0.1


def test_what_the_canary_alone_does_not_report_is_missing() -> None:
    said = _judge(_minutes(40, lambda _: _counts(1000, None)))
    assert said.verdict is Verdict.UNDECIDED
    assert "metric orders says nothing of the canary" in said.reason


def test_a_metric_that_stops_is_as_old_as_its_last_minute() -> None:
    said = _judge(_minutes(40, lambda number: _counts(1000, (1, 100) if number < 20 else None)))
    assert said.verdict is Verdict.UNDECIDED
    assert said.seen_to == START + timedelta(minutes=20)


def test_a_metric_that_both_stop_reporting_is_missing_after_five_minutes() -> None:
    minutes = _minutes(20, lambda _: _counts(1000, (1, 100)))
    for number in range(20, 25):
        assert _judge(minutes).verdict is Verdict.SAFE
        at = START + timedelta(minutes=number)
        minutes.append(Minute(at, 0.25, _counts(3000, None), _counts(1000, None)))
    said = _judge(minutes)
    assert said.verdict is Verdict.UNDECIDED
    assert said.seen_to == START + timedelta(minutes=20)


def test_too_few_are_not_enough_to_be_safe() -> None:
    said = _judge(_minutes(19, lambda _: _counts(1000, (0, 1), (0, 100))))
    assert said.verdict is Verdict.UNDECIDED
    assert said.reason.endswith("metric orders has counted 19 of the canary, and 20 are needed.")
    assert _judge(_minutes(20, lambda _: _counts(1000, (0, 1), (0, 100)))).verdict is Verdict.SAFE


def test_what_is_missing_keeps_no_bad_canary_in() -> None:
    minutes = [Minute(START + timedelta(minutes=n), 0.1, Counts(900), Counts(100, 50)) for n in range(3)]
    assert _judge(minutes).verdict is Verdict.HARMFUL


@given(st.permutations(range(14)))
def test_late_minutes_of_a_metric_count_once_wherever_they_come(order: list[int]) -> None:
    minutes = _minutes(14, lambda number: _counts(1000, (number % 5, 100) if number % 3 else None))
    assert _judge([minutes[number] for number in order]) == _judge(minutes)


def test_the_history_says_how_noisy_a_metric_is() -> None:
    def history(wild: int) -> list[Minute]:
        return [
            Minute(START - timedelta(minutes=n), 0.0, _counts(3000, (10 + wild * (n % 7 - 3), 300)))
            for n in range(240, 0, -1)
        ]

    bad = _minutes(4, lambda _: _counts(1000, (9, 100)), weight=0.25)
    calm, noisy = _judge(history(0) + bad).evidence.harm, _judge(history(3) + bad).evidence.harm
    assert calm > 2 * noisy
