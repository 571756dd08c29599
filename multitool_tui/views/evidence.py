"""The evidence: both versions' rates over time, how far harm and safety are from their limits, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from math import log

from multitool_tui.controller.snapshot import FeedName, Traffic
from multitool_tui.judgement.chance import by_chance
from multitool_tui.judgement.model import Counts, Minute
from multitool_tui.judgement.settings import DOUBT
from multitool_tui.rollout.model import Rollout
from multitool_tui.views.chart import SHADE, Band, Frame, Series, nice_ceiling, plot
from multitool_tui.views.glyphs import VERDICTS
from multitool_tui.views.numbers import count
from multitool_tui.views.scene import Scene, connecting, freshness
from multitool_tui.views.text import (
    EMPTY,
    Line,
    PaneView,
    Role,
    Span,
    clean,
    crop,
    gauge,
    join,
    line,
    pane,
    spread,
    width_of,
    wrap,
)
from multitool_tui.words import duration

HISTORY = 15
"""So many minutes before the rollout's start are drawn, as what the baseline was used to."""
LEAST_SPAN = 12
"""The time axis is never shorter than so many minutes: two points are not a trend."""
BRIEF = 14
"""Below this height, words are few, so that a chart remains."""
TWO_CHARTS = 20
"""From this height on, the slow rate has a chart of its own."""

_TITLE = "Evidence"
Failed = Callable[[Counts], int | None]


def evidence_pane(scene: Scene, width: int, height: int) -> PaneView:
    """The pane, for so many cells: the chart takes what the words leave."""
    if scene.snapshot is None:
        return connecting(_TITLE)
    rollout = scene.live.rollout if scene.live else None
    note, faded = freshness(scene.feed(FeedName.METRICS), scene.now)
    words = _words(scene, width, brief=height < BRIEF)
    spare = height - len(words)
    if spare >= 6 + 4:
        words = (EMPTY, *words)
        spare -= 1
    return pane(_title(rollout, scene.now), (*_charts(scene, width, spare), *words), width, note, faded=faded)


def _title(rollout: Rollout | None, now: datetime) -> Line:
    parts = [line(Span(_TITLE, Role.STRONG))]
    if rollout:
        parts.append(line(VERDICTS[rollout.judgement.verdict].span))
        age = rollout.evidence_age(now)
        if age is not None and not rollout.ended:
            fresh = rollout.has_fresh_evidence(now)
            parts.append(line(Span(f"{duration(age)} old", Role.DIM if fresh else Role.WARN)))
    return join(parts, Span(" · ", Role.DIM))


# The words below the chart


def _words(scene: Scene, width: int, *, brief: bool) -> tuple[Line, ...]:
    if scene.live is None:
        if scene.traffic is None or not scene.traffic.minutes:
            return ()
        return (line(Span("No rollout is on this target: nothing is compared.", Role.DIM)),)
    rollout = scene.live.rollout
    reason = wrap(clean(rollout.judgement.reason), width, 2 if brief else 4)
    if rollout.judgement.seen_to is None:
        analysis = rollout.plan.analysis
        wait = duration(analysis.period + analysis.seal_after)
        hint = f"A minute can be judged about {wait} after it began."
        return (*reason, *wrap(hint, width, 2, Role.DIM))
    return (*_gauges(rollout, width, brief=brief), *reason)


def _gauges(rollout: Rollout, width: int, *, brief: bool) -> tuple[Line, ...]:
    evidence = rollout.judgement.evidence
    harm_role = (
        Role.BAD if evidence.harm >= evidence.harm_limit else Role.WARN if evidence.harm >= DOUBT else Role.PLAIN
    )
    safety_role = Role.GOOD if evidence.safety >= evidence.safety_limit else Role.PLAIN
    size = 20 if width > 100 else 10
    odds, odds_limit = f"{count(evidence.harm)}:1", f"{count(evidence.harm_limit)}:1"
    rate, rate_limit = f"1 in {count(evidence.safety)}", f"1 in {count(evidence.safety_limit)}"
    # With little height the two share a line, and words give way.
    odds = f"{odds} of {odds_limit}" if brief else f"{odds} that it is worse · harmful at {odds_limit}"
    rate = f"{rate} of {rate_limit}" if brief else f"harms at most {rate} · safe at {rate_limit}"
    harm = _gauge("harm  ", evidence.harm, evidence.harm_limit, harm_role, odds, size)
    safety = _gauge("safety", evidence.safety, evidence.safety_limit, safety_role, rate, size)
    half = width // 2
    if max(width_of(harm), width_of(safety)) < half:
        return (line(*harm, " " * (half - width_of(harm)), *safety),)
    return crop(harm, width), crop(safety, width)


def _gauge(name: str, value: float, limit: float, role: Role, figures: str, size: int) -> Line:
    """Odds grow by factors: half of the gauge is the square root of the limit."""
    full, empty = gauge(log(value) / log(limit) if value > 1 and limit > 1 else 0.0, size)
    return line(Span(f"{name}  ", Role.DIM), Span(full, role), Span(empty, Role.DIM), Span(f"  {figures}", role))


# The charts above


def _charts(scene: Scene, width: int, height: int) -> tuple[Line, ...]:
    traffic = scene.traffic
    if traffic is None or not traffic.minutes:
        waiting = "No sealed minutes yet." if scene.target else ""
        return (*((line(Span(waiting, Role.DIM)),) if waiting else ()), *(EMPTY,) * (height - bool(waiting)))
    frame = _frame(scene, traffic, width)
    seen = tuple(minute for minute in traffic.minutes if frame.start <= minute.start <= frame.end)
    draw = _Charts(scene, traffic, seen, frame, width)
    slow = any(_has_slow(minute) for minute in seen)
    if slow and height >= TWO_CHARTS:
        # A legend, an axis, and an odd number of rows in each, so that one is the middle.
        each = (height - 1) // 2
        each -= each % 2 == 0
        return (*draw.errors(each), EMPTY, *draw.slow(each), *(EMPTY,) * (height - 1 - 2 * each))
    if slow:
        return (*draw.errors(height - 1), draw.slow_row())
    return draw.errors(height)


def _frame(scene: Scene, traffic: Traffic, width: int) -> Frame:
    """The stretch of time to draw: some history, then everything since the start, as far as it has room."""
    period = scene.period
    end = traffic.minutes[-1].start + period
    started = scene.live.rollout.started_at if scene.live else None
    first = traffic.minutes[0].start
    start = max(first, started - HISTORY * period) if started else max(first, end - 60 * period)
    start = max(start, end - 2 * width * period)
    return Frame(min(start, end - LEAST_SPAN * period), end, 0.0, started, "start")


def _has_slow(minute: Minute) -> bool:
    return any(counts and counts.slow is not None for counts in (minute.baseline, minute.canary))


def _errors(counts: Counts) -> int | None:
    return counts.errors


def _slow(counts: Counts) -> int | None:
    return counts.slow


class _Charts:
    """The charts of one target over one stretch of time.

    The band behind the lines is where a canary lies by chance in 95 of 100 minutes, if what happens to a request does
    not depend on the version: the prediction interval of `judgement.chance`, from what the baseline did in that very
    minute and from how many requests the canary had in it. It knows of no other noise than chance, and of one minute
    only: the verdict is not read off it.
    """

    def __init__(self, scene: Scene, traffic: Traffic, minutes: tuple[Minute, ...], frame: Frame, width: int) -> None:
        self._traffic, self._minutes, self._frame, self._width = traffic, minutes, frame, width
        self._half = scene.period / 2
        self._ascii = scene.ascii

    def errors(self, height: int) -> tuple[Line, ...]:
        return self._chart("errors", _errors, height)

    def slow(self, height: int) -> tuple[Line, ...]:
        return self._chart(self._slow_name(), _slow, height)

    def slow_row(self) -> Line:
        return self._legend(self._slow_name(), _slow, samples=False)

    def _slow_name(self) -> str:
        limit = self._traffic.slow_limit
        return f"slow, over {count(limit)} ms" if limit is not None else "slow"

    def _chart(self, name: str, failed: Failed, height: int) -> tuple[Line, ...]:
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
        legend = self._legend(name, failed, samples=True)
        frame = replace(self._frame, top=top)
        band = Band(tuple(zip(middles, chance, strict=True)))
        return (legend, *plot(series, frame, self._width, height - 1, band=band, ascii_only=self._ascii))

    def _legend(self, name: str, failed: Failed, *, samples: bool) -> Line:
        """The name of the chart, and what each line stands at in the latest minute."""
        latest = self._minutes[-1] if self._minutes else None
        entries = []
        if self._traffic.canary is not None:
            value = _rate(latest.canary, failed) if latest else None
            entries.append(
                self._entry("⠒⠒⠒ " if samples else "", f"v{self._traffic.canary} canary", value, Role.CANARY)
            )
        value = _rate(latest.baseline, failed) if latest else None
        who = f"v{self._traffic.baseline} baseline" if entries else f"v{self._traffic.baseline}"
        entries.append(self._entry("⠂⠂⠂ " if samples else "", who, value, Role.BASELINE))
        gap = Span("   ")
        said = join(entries, gap)
        if samples and len(entries) > 1:
            whole = join([line(Span(f"{SHADE * 3}", Role.BAND), Span(" by chance", Role.DIM)), said], gap)
            # Where a long name leaves no room for it, the chart above has named it.
            said = whole if len(name) + 1 + width_of(whole) <= self._width else said
        return spread(line(Span(name, Role.STRONG)), said, self._width)

    @staticmethod
    def _entry(sample: str, who: str, value: float | None, role: Role) -> Line:
        shown = f"{value * 100:.2f}%" if value is not None else "no data"
        return line(Span(f"{sample}{clean(who)}", role), Span(f"{shown:>8}"))


def _rate(counts: Counts | None, failed: Failed) -> float | None:
    """The share (0-1) of a version's requests; None where it had none, or nobody counted."""
    number = failed(counts) if counts else None
    return number / counts.invocations if counts and counts.invocations and number is not None else None


def _chance(minute: Minute, failed: Failed) -> tuple[float, float] | None:
    """Where the canary's rate lies by chance; None where one of the two has no rate."""
    baseline, canary = minute.baseline, minute.canary
    if not baseline or not canary or not baseline.invocations or not canary.invocations:
        return None
    number = failed(baseline)
    return None if number is None else by_chance(number, baseline.invocations, canary.invocations)
