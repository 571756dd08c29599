"""A rollout's minutes: each of CloudWatch's periods with the canary's weight in it, as the judge takes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from multitool_tui.aws.metrics import Period
from multitool_tui.journal.past import Past
from multitool_tui.judgement.model import Evidence, Judge, Judgement, Minute
from multitool_tui.rollout.plan import Analysis


class Timeline:
    """What weight the canary had when, and the minutes that are sealed; each is shown to `judge` when it is new."""

    def __init__(self, analysis: Analysis, judge: Judge) -> None:
        self.judge = judge
        self._analysis = analysis
        self._minutes: dict[datetime, Minute] = {}
        self.minutes: tuple[Minute, ...] = ()
        """All that are known, oldest first."""
        self._weights: list[tuple[datetime, float]] = []
        self._course: dict[datetime, Evidence] = {}

    @property
    def course(self) -> tuple[tuple[datetime, Evidence], ...]:
        """How the evidence stood after each minute in which it was weighed, by the minute's start; oldest first."""
        return tuple(self._course.items())

    @property
    def weights(self) -> tuple[tuple[datetime, float], ...]:
        """The canary's share (0-1) from each moment on."""
        return tuple(self._weights)

    def recall(self, past: Past) -> None:
        """Know again what the judge has been shown already."""
        self._minutes, self._weights, self._course = dict(past.minutes), list(past.weights), dict(past.course)
        self.minutes = tuple(self._minutes.values())

    def put_weight(self, at: datetime, weight: float) -> None:
        """The canary's share (0-1) from a moment on."""
        self._weights.append((at, weight))

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
            minute = self._minute(period, analysis.period)
            if minute is not None and self._minutes.get(minute.start) != minute:
                self._minutes[minute.start] = minute
                new.append(minute)
                judgement = self.judge.see_minute(minute)
        if new:
            self._minutes = dict(sorted(self._minutes.items()))
            self.minutes = tuple(self._minutes.values())
        if judgement and judgement.seen_to:
            self._course[new[-1].start] = judgement.evidence
        return new, judgement

    def _minute(self, period: Period, length: timedelta) -> Minute | None:
        """The period as the judge takes it; None for the one in which everything went to one version."""
        end = period.start + length
        before = next((weight for at, weight in reversed(self._weights) if at <= period.start), 0.0)
        within = [weight for at, weight in self._weights if period.start < at < end]
        if before == 1.0 and not within:
            # An alias without weights may not tell its versions apart: all that it shows is the promoted canary's.
            return Minute(period.start, 1.0, None, period.canary or period.baseline)
        if 1.0 in (before, *within):
            return None
        weight = max((before, *within))
        return Minute(period.start, weight, period.baseline, period.canary if weight else None)
