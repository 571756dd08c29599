"""What a rollout's timeline keeps: the last hours, however long the rollout takes, and the same judgement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from multitool_tui.aws.metrics import Period
from multitool_tui.controller.timeline import Timeline, recent
from multitool_tui.journal.past import Past
from multitool_tui.judgement.engine import EvidenceJudge
from multitool_tui.judgement.model import AlarmState, Counts, Judgement, Minute
from multitool_tui.rollout.plan import Analysis

START = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = [Period(START + number * MINUTE, Counts(540, 2), Counts(60, number % 7 == 0)) for number in range(600)]


def begin() -> Timeline:
    timeline = Timeline(Analysis(), EvidenceJudge())
    timeline.put_weight(START, 0.1)
    return timeline


def show(timeline: Timeline, periods: Sequence[Period]) -> Judgement | None:
    """As they are sealed, each read again with those of the quarter of an hour before."""
    judgement = None
    for number in range(len(periods)):
        read = periods[max(0, number - 15) : number + 1]
        judgement = timeline.see(read, read[-1].start + HOUR)[1] or judgement
    return judgement


def test_the_last_three_hours_are_kept_and_the_judgement_is_that_of_all_minutes() -> None:
    timeline, judge = begin(), EvidenceJudge()
    judgement = show(timeline, DAY)
    assert judgement == [judge.see_minute(Minute(one.start, 0.1, one.baseline, one.canary)) for one in DAY][-1]
    starts = [minute.start for minute in timeline.minutes]
    assert starts == [period.start for period in DAY[-181:]]
    assert [start for start, _ in timeline.course] == starts
    assert timeline.weights == ((START, 0.1),)


def test_of_long_periods_as_many_are_kept() -> None:
    timeline = Timeline(Analysis(period=5 * MINUTE), EvidenceJudge())
    periods = [Period(START + number * 5 * MINUTE, Counts(540), None) for number in range(300)]
    timeline.see(periods, periods[-1].start + HOUR)
    assert len(timeline.minutes) == 181


def test_a_minute_that_is_no_longer_kept_is_not_taken_for_a_new_one() -> None:
    timeline = begin()
    show(timeline, DAY)
    before = timeline.minutes
    assert timeline.see(DAY[:5], DAY[-1].start + HOUR) == ([], None)
    assert timeline.minutes is before


def test_what_is_recalled_of_a_long_rollout_is_as_long_as_if_it_had_been_watched() -> None:
    watched, recalled = begin(), begin()
    show(watched, DAY)
    minutes = {one.start: Minute(one.start, 0.1, one.baseline, one.canary) for one in DAY}
    recalled.recall(Past(minutes=minutes, weights=[(START, 0.0), (START + MINUTE, 0.1)]))
    assert recalled.minutes == watched.minutes
    assert recalled.weights == ((START + MINUTE, 0.1),)


def test_how_each_alarm_was_when_what_is_kept_begins_is_known() -> None:
    ok, firing = AlarmState.OK, AlarmState.ALARM
    known = [(START, "a", ok), (START, "b", ok), (START + HOUR, "a", firing), (START + 3 * HOUR, "a", ok)]
    assert recent(known, None) == tuple(known)
    assert recent(known, START + 2 * HOUR) == tuple(known[1:])
