"""A rollout's minutes: each of CloudWatch's periods with the canary's weight in it, as the judge takes them.

What is kept is what charts show, however long the rollout takes: the judge keeps what it needs, the journal everything.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from operator import itemgetter
from typing import TypeVar

from multitool_tui.aws.metrics import Period
from multitool_tui.journal.past import Past
from multitool_tui.judgement.model import AlarmState, Evidence, Judge, Judgement, Minute
from multitool_tui.rollout.plan import Analysis

_KEPT = timedelta(hours=3)  # or as long as it takes to have so many periods, where those are longer:
_PERIODS_KEPT = 180

Known = TypeVar("Known", tuple[datetime, float], tuple[datetime, str, AlarmState])


class Timeline:
    """What weight the canary had when, and the minutes that are sealed; each is shown to `judge` when it is new.

    Only the latest three hours are kept, or 180 periods where those are longer. The tuples are new ones only when there
    is something new in them.
    """

    def __init__(self, analysis: Analysis, judge: Judge) -> None:
        self.judge = judge
        self._analysis = analysis
        self._kept = max(_KEPT, _PERIODS_KEPT * analysis.period)
        self.since: datetime | None = None
        """From when on minutes are kept; None: all are, so far."""
        self._minutes: dict[datetime, Minute] = {}
        self.minutes: tuple[Minute, ...] = ()
        """Those that are known, oldest first."""
        self.course: tuple[tuple[datetime, Evidence], ...] = ()
        """How the evidence stood after each minute in which it was weighed, by the minute's start; oldest first."""
        self.weights: tuple[tuple[datetime, float], ...] = ()
        """The canary's share (0-1) from each moment on."""

    def recall(self, past: Past) -> None:
        """Know again what the judge has been shown already."""
        self._minutes, self.weights = dict(past.minutes), tuple(past.weights)
        self.course = tuple(past.course.items())
        self._tidy()

    def put_weight(self, at: datetime, weight: float) -> None:
        """The canary's share (0-1) from a moment on."""
        self.weights = (*self.weights, (at, weight))

    def see(self, periods: Sequence[Period], now: datetime) -> tuple[list[Minute], Judgement | None]:
        """Show the judge the periods that are sealed by now, and are new or have changed.

        Returns:
            The minutes they are, and the judgement after them: None if nothing is new.
        """
        analysis, new = self._analysis, list[Minute]()
        judgement: Judgement | None = None
        for period in periods:
            if period.start + analysis.period + analysis.seal_after > now:
                break
            if self.since is not None and period.start < self.since:
                continue  # the judge has left it behind as well
            minute = self._minute(period, analysis.period)
            if minute is not None and self._minutes.get(minute.start) != minute:
                self._put(minute)
                new.append(minute)
                judgement = self.judge.see_minute(minute)
        if judgement and judgement.seen_to:
            at = new[-1].start
            course = [known for known in self.course if known[0] != at]
            insort(course, (at, judgement.evidence), key=itemgetter(0))
            self.course = tuple(course)
        if new:
            self._tidy()
        return new, judgement

    def _put(self, minute: Minute) -> None:
        """Minutes come in order, but for late ones: these are put where they belong."""
        latest = next(reversed(self._minutes), minute.start)
        self._minutes[minute.start] = minute
        if minute.start < latest:
            self._minutes = dict(sorted(self._minutes.items()))

    def _tidy(self) -> None:
        """Let go of what is too old. With hundreds of rollouts each minute, nothing is made anew that need not be."""
        latest = next(reversed(self._minutes), None)
        if latest is not None and next(iter(self._minutes)) < latest - self._kept:
            self.since = latest - self._kept
            for start in list(takewhile(lambda start: start < latest - self._kept, self._minutes)):
                del self._minutes[start]
            self.course = tuple(known for known in self.course if known[0] >= self.since)
            self.weights = recent(self.weights, self.since)
        self.minutes = tuple(self._minutes.values())

    def _minute(self, period: Period, length: timedelta) -> Minute | None:
        """The period as the judge takes it; None for the one in which everything went to one version."""
        end = period.start + length
        before = next((weight for at, weight in reversed(self.weights) if at <= period.start), 0.0)
        within = [weight for at, weight in self.weights if period.start < at < end]
        if before == 1.0 and not within:
            # An alias without weights may not tell its versions apart: all that it shows is the promoted canary's.
            return Minute(period.start, 1.0, None, period.canary or period.baseline)
        if 1.0 in (before, *within):
            return None
        weight = max((before, *within))
        return Minute(period.start, weight, period.baseline, period.canary if weight else None)


def recent(known: Sequence[Known], since: datetime | None) -> tuple[Known, ...]:
    """What has become so `since` then (everything, where that is None), and what was so before, of each thing: of each
    alarm, where a name comes after the moment."""
    if since is None:
        return tuple(known)
    told, kept = set[object](), list[Known]()
    for one in reversed(known):
        if one[0] <= since:
            if one[1:-1] in told:
                continue
            told.add(one[1:-1])
        kept.append(one)
    return tuple(reversed(kept))
