"""The charts of one target, one below the other under one time axis, with a cursor that reads a minute's numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from math import log

from multitool_tui.controller.snapshot import Traffic
from multitool_tui.judgement.chance import by_chance
from multitool_tui.judgement.model import AlarmState, Counts, Evidence, Minute
from multitool_tui.views.chart import MARGIN, SHADE, Band, Frame, Series, moment_at, nice_ceiling, plot, time_axis
from multitool_tui.views.glyphs import ALARMS
from multitool_tui.views.numbers import clock_time, count
from multitool_tui.views.scene import Scene
from multitool_tui.views.text import EMPTY, Line, Role, Span, clean, fit, join, line, spread, width_of, wrap
from multitool_tui.words import percent

HISTORY = 15
"""So many minutes before the rollout's start are drawn, as what the baseline was used to."""
LEAST_SPAN = 12
"""The time axis is never shorter than so many minutes: two points are not a trend."""
LEAST_HEIGHT = 9
"""A chart below another one has at least so many lines, its legend included."""
MOST_ALARMS = 3
"""So many alarms have a line of their own below the charts."""

Failed = Callable[[Counts], int | None]
Rate = Callable[[Counts | None], float | None]
_OTHERS: dict[str, Failed] = {
    "throttled": lambda counts: counts.throttles,
    "4XX": lambda counts: counts.client_errors,
    "5XX": lambda counts: counts.server_errors,
}
"""What may go wrong beside errors and slowness, of all that was asked for: each has a line once it has happened."""
_ALARM_NAME = 22
_CANARY_SAMPLE, _BASELINE_SAMPLE = "⠒⠒⠒ ", "⠂⠂⠂ "


@dataclass(frozen=True, slots=True)
class Look:
    """How the operator looks at the charts: which comes first, and the minute under the cursor, if there is one."""

    first: int = 0
    cursor: datetime | None = None


def charts(scene: Scene, look: Look, width: int, height: int) -> tuple[Line, ...]:
    """As many charts as have room in `height` lines, the one that is looked at first."""
    traffic = scene.traffic
    if traffic is None or not traffic.minutes:
        waiting = "No sealed minutes yet." if scene.target else ""
        return (*((line(Span(waiting, Role.DIM)),) if waiting else ()), *(EMPTY,) * (height - bool(waiting)))
    return _Stack(scene, traffic, look, width).draw(height)


def minute_at(traffic: Traffic, cursor: datetime | None) -> Minute | None:
    """The minute under the cursor: the latest that began before it."""
    if cursor is None:
        return None
    return next((minute for minute in reversed(traffic.minutes) if minute.start <= cursor), None)


def moved(traffic: Traffic | None, cursor: datetime | None, by: int) -> datetime | None:
    """The cursor, so many minutes later (or earlier); None where it leaves the latest minute."""
    starts = [minute.start for minute in traffic.minutes] if traffic else []
    here = len(starts) if cursor is None else sum(start <= cursor for start in starts) - 1
    there = max(0, here + by)
    return starts[there] if there < len(starts) else None


def readout(scene: Scene, look: Look, width: int) -> tuple[Line, ...]:
    """The numbers of the minute under the cursor, in words; nothing without one."""
    traffic = scene.traffic
    minute = minute_at(traffic, look.cursor) if traffic else None
    if traffic is None or minute is None:
        return ()
    parts = [f"{clock_time(minute.start)} UTC", f"weight {percent(minute.weight)}"]
    for name, counts in ((traffic.baseline, minute.baseline), (traffic.canary, minute.canary)):
        if name is not None:
            parts.append(f"v{clean(name)} {_told(counts)}")
    evidence = dict(traffic.course).get(minute.start)
    if evidence:
        parts.append(f"harm {count(evidence.harm)}:1, harms at most 1 in {count(evidence.safety)}")
    return wrap(" · ".join(parts), width, 3, Role.ACCENT)


def _told(counts: Counts | None) -> str:
    if counts is None:
        return "nothing"
    slow = f", {count(counts.slow)} slow" if counts.slow is not None else ""
    others = "".join(f", {count(of(counts) or 0)} {name}" for name, of in _OTHERS.items() if of(counts))
    others += "".join(f", {clean(one.metric)} {count(one.bad)} of {count(one.total)}" for one in counts.tallies)
    return f"{count(counts.invocations)} requests, {count(counts.errors)} failed{slow}{others}"


def frame_of(scene: Scene, traffic: Traffic, width: int) -> Frame:
    """The stretch of time to draw: some history, then everything since the start, as far as it has room."""
    period = scene.period
    end = traffic.minutes[-1].start + period
    started = scene.live.rollout.started_at if scene.live else None
    first = traffic.minutes[0].start
    start = max(first, started - HISTORY * period) if started else max(first, end - 60 * period)
    start = max(start, end - 2 * width * period)
    marks = ((started, "start"),) if started else ()
    return Frame(min(start, end - LEAST_SPAN * period), end, 0.0, marks)


class _Stack:
    """The charts of one target over one stretch of time.

    The band behind the lines of a rate is where a canary lies by chance in 95 of 100 minutes, if what happens to a
    request does not depend on the version: the prediction interval of `judgement.chance`, from what the baseline did in
    that very minute and from how many requests the canary had in it. It knows of no other noise than chance, and of one
    minute only: the verdict is not read off it.
    """

    def __init__(self, scene: Scene, traffic: Traffic, look: Look, width: int) -> None:
        self._scene, self._traffic, self._look, self._width = scene, traffic, look, width
        frame = frame_of(scene, traffic, width)
        self._half: timedelta = scene.period / 2
        minute = minute_at(traffic, look.cursor)
        self._frame = replace(frame, cursor=minute.start + self._half if minute else None)
        self._minutes = tuple(one for one in traffic.minutes if frame.start <= one.start <= frame.end)
        self._read = minute or (self._minutes[-1] if self._minutes else None)
        """The minute whose numbers stand beside the charts' names."""
        self._slow = any(_has_slow(one) for one in self._minutes)

    def draw(self, height: int) -> tuple[Line, ...]:
        kinds = [self._errors, *([self._slow_rate] if self._slow else []), self._weight]
        if self._traffic.course:
            kinds.append(self._evidence)
        if self._traffic.canary is None:
            kinds = kinds[: 1 + self._slow]
        turn = self._look.first % len(kinds)
        kinds = kinds[turn:] + kinds[:turn]
        fitting = max(1, min(len(kinds), (height - 1) // LEAST_HEIGHT))
        # Where only the errors have room, the slow rate still has a line.
        below: tuple[Line, ...] = (self._slow_row(),) if fitting == 1 and not turn and self._slow else ()
        below = (*self._others(), *below, *(self._alarms() if fitting > 1 else ()))
        below = below[: max(height - 1 - fitting * LEAST_HEIGHT, fitting == 1)]
        each = (height - 1 - len(below)) // fitting
        each -= each % 2 and fitting > 1  # a legend, and an odd number of rows, so that one is the middle
        lines: list[Line] = []
        for kind in kinds[:fitting]:
            lines += kind(each)
        spare = (EMPTY,) * (height - len(lines) - 1 - len(below))
        return (*lines, time_axis(self._frame, self._width), *below, *spare)

    # The kinds of charts, each with a legend above it

    def _errors(self, height: int) -> tuple[Line, ...]:
        return self._rates("errors", _errors, height)

    def _slow_rate(self, height: int) -> tuple[Line, ...]:
        return self._rates(self._slow_name(), _slow, height)

    def _slow_row(self) -> Line:
        return self._legend(self._slow_name(), partial(_rate, failed=_slow), samples=False)

    def _others(self) -> tuple[Line, ...]:
        """The latest rates of whatever else went wrong on the charts' stretch of time."""
        counted = [counts for one in self._minutes for counts in (one.baseline, one.canary) if counts]
        happened = [(name, of) for name, of in _OTHERS.items() if any(map(of, counted))]
        live = self._scene.live
        own = [metric.name for metric in live.rollout.plan.analysis.metrics] if live else []
        return (
            *(self._legend(name, partial(_offered_rate, failed=of), samples=False) for name, of in happened),
            *(self._legend(f"metric {name}", partial(_own_rate, metric=name), samples=False) for name in own),
        )

    def _slow_name(self) -> str:
        limit = self._traffic.slow_limit
        return f"slow, over {count(limit)} ms" if limit is not None else "slow"

    def _rates(self, name: str, failed: Failed, height: int) -> tuple[Line, ...]:
        middles = [minute.start + self._half for minute in self._minutes]
        canary = [_rate(minute.canary, failed) for minute in self._minutes]
        baseline = [_rate(minute.baseline, failed) for minute in self._minutes]
        chance = [_chance(minute, failed) for minute in self._minutes]
        # The scale is the lines': a band that leaves the chart at its top says that chance can do anything there.
        top = nice_ceiling(max((rate for rate in (*canary, *baseline) if rate is not None), default=0))
        series = (
            Series(tuple(zip(middles, canary, strict=True)), Role.CANARY),
            Series(tuple(zip(middles, baseline, strict=True)), Role.BASELINE, dotted=True),
        )
        band = Band(tuple(zip(middles, chance, strict=True)))
        return (
            self._legend(name, partial(_rate, failed=failed), samples=True),
            *self._plot(series, height, top=top, band=band),
        )

    def _weight(self, height: int) -> tuple[Line, ...]:
        """The share that was wanted, the one that was seen, and the decisions."""
        middles = [minute.start + self._half for minute in self._minutes]
        wanted = [minute.weight for minute in self._minutes]
        seen = [_share(minute) for minute in self._minutes]
        top = nice_ceiling(max((share for share in (*wanted, *seen) if share is not None), default=0))
        series = (
            Series(tuple(zip(middles, wanted, strict=True)), Role.ACCENT),
            Series(tuple(zip(middles, seen, strict=True)), Role.CANARY, dotted=True),
        )
        read = self._read
        entries = [
            _entry(_CANARY_SAMPLE, "wanted", read.weight if read else None, Role.ACCENT),
            _entry(_BASELINE_SAMPLE, "seen", _share(read) if read else None, Role.CANARY),
        ]
        legend = spread(line(Span("weight", Role.STRONG)), join(entries, Span("   ")), self._width)
        return (legend, *self._plot(series, height, top=top, marks=self._decisions()))

    def _decisions(self) -> tuple[tuple[datetime, str], ...]:
        """When something was decided about this rollout."""
        live, snapshot = self._scene.live, self._scene.snapshot
        if live is None or snapshot is None:
            return ()
        return tuple((entry.at, "") for entry in snapshot.entries if entry.rollout == live.rollout.id)

    def _evidence(self, height: int) -> tuple[Line, ...]:
        """Harm and safety on their way to their limits, on a logarithmic scale: the top is the verdict."""
        course = [(at + self._half, one) for at, one in self._traffic.course if self._frame.start <= at]
        series = (
            Series(tuple((at, _way(one.harm, one.harm_limit)) for at, one in course), Role.BAD),
            Series(tuple((at, _way(one.safety, one.safety_limit)) for at, one in course), Role.GOOD, dotted=True),
        )
        read = self._read
        latest: Evidence | None = dict(self._traffic.course).get(read.start) if read else None
        said = [
            line(Span(f"{_CANARY_SAMPLE}harm", Role.BAD), f"  {count(latest.harm)}:1" if latest else "  no data"),
            line(Span(f"{_BASELINE_SAMPLE}safety", Role.GOOD), f"  1 in {count(latest.safety)}" if latest else ""),
        ]
        legend = spread(line(Span("evidence, log", Role.STRONG)), join(said, Span("   ")), self._width)
        return (legend, *self._plot(series, height, top=1.0, labels=("limit", "1:1")))

    def _plot(
        self,
        series: tuple[Series, ...],
        height: int,
        *,
        top: float,
        band: Band | None = None,
        marks: tuple[tuple[datetime, str], ...] = (),
        labels: tuple[str, str] | None = None,
    ) -> tuple[Line, ...]:
        frame = replace(self._frame, top=top, labels=labels, marks=(*self._frame.marks, *marks))
        ascii_only = self._scene.ascii
        return plot(series, frame, self._width, height - 1, band=band, axis=False, ascii_only=ascii_only)

    def _legend(self, name: str, rate: Rate, *, samples: bool) -> Line:
        """The name of the chart, and what each line stands at in the minute that is read."""
        read = self._read
        entries = []
        if self._traffic.canary is not None:
            value = rate(read.canary) if read else None
            entries.append(
                _entry(_CANARY_SAMPLE if samples else "", f"v{self._traffic.canary} canary", value, Role.CANARY)
            )
        value = rate(read.baseline) if read else None
        who = f"v{self._traffic.baseline} baseline" if entries else f"v{self._traffic.baseline}"
        entries.append(_entry(_BASELINE_SAMPLE if samples else "", who, value, Role.BASELINE))
        gap = Span("   ")
        said = join(entries, gap)
        if samples and len(entries) > 1:
            whole = join([line(Span(f"{SHADE * 3}", Role.BAND), Span(" by chance", Role.DIM)), said], gap)
            # Where a long name leaves no room for it, the chart above has named it.
            said = whole if len(name) + 1 + width_of(whole) <= self._width else said
        return spread(line(Span(name, Role.STRONG)), said, self._width)

    def _alarms(self) -> tuple[Line, ...]:
        """The watched alarms under the same time axis: the state of each, from when it is known."""
        live = self._scene.live
        watched = live.rollout.plan.alarms[:MOST_ALARMS] if live else ()
        changes = self._traffic.alarm_changes
        if not changes:
            return ()
        return tuple(self._alarm(name, [(at, state) for at, of, state in changes if of == name]) for name in watched)

    def _alarm(self, name: str, changes: list[tuple[datetime, AlarmState]]) -> Line:
        frame, columns = self._frame, self._width - MARGIN - 1
        known = [
            next((state for since, state in reversed(changes) if since <= moment), None)
            for moment in (moment_at(MARGIN + 1 + column, frame, self._width) for column in range(columns))
            if moment is not None
        ]
        cells = [Span(ALARMS[state].glyph, ALARMS[state].role) if state else Span(" ") for state in known]
        # The name stands over the oldest part, where most often nothing is known yet.
        label = fit(clean(name), min(_ALARM_NAME, self._width))
        return (Span(label, Role.DIM), *cells[max(0, len(label) - MARGIN - 1) :])


def _entry(sample: str, who: str, value: float | None, role: Role) -> Line:
    shown = f"{value * 100:.2f}%" if value is not None else "no data"
    return line(Span(f"{sample}{clean(who)}", role), Span(f"{shown:>8}"))


def _errors(counts: Counts) -> int | None:
    return counts.errors


def _slow(counts: Counts) -> int | None:
    return counts.slow


def _has_slow(minute: Minute) -> bool:
    return any(counts and counts.slow is not None for counts in (minute.baseline, minute.canary))


def _rate(counts: Counts | None, failed: Failed) -> float | None:
    """The share (0-1) of a version's requests; None where it had none, or nobody counted."""
    number = failed(counts) if counts else None
    return number / counts.invocations if counts and counts.invocations and number is not None else None


def _offered_rate(counts: Counts | None, failed: Failed) -> float | None:
    """The share (0-1) of all that was asked of a version: a throttled request is no invocation."""
    offered = counts.invocations + counts.throttles if counts else 0
    number = failed(counts) if counts else None
    return number / offered if offered and number is not None else None


def _own_rate(counts: Counts | None, metric: str) -> float | None:
    """The bad share (0-1) of what one of the plan's own metrics counted."""
    tally = counts.tally(metric) if counts else None
    return tally.bad / tally.total if tally and tally.total else None


def _share(minute: Minute) -> float | None:
    """The canary's share (0-1) of a minute's requests; None without any."""
    canary = minute.canary.invocations if minute.canary else 0
    total = canary + (minute.baseline.invocations if minute.baseline else 0)
    return canary / total if total else None


def _way(value: float, limit: float) -> float:
    """How far odds, or a rate, have come to their limit, 0-1: they grow by factors."""
    return min(1.0, log(value) / log(limit)) if value > 1 and limit > 1 else 0.0


def _chance(minute: Minute, failed: Failed) -> tuple[float, float] | None:
    """Where the canary's rate lies by chance; None where one of the two has no rate."""
    baseline, canary = minute.baseline, minute.canary
    if not baseline or not canary or not baseline.invocations or not canary.invocations:
        return None
    number = failed(baseline)
    return None if number is None else by_chance(number, baseline.invocations, canary.invocations)
