"""The evidence: both versions' rates over time, how far harm and safety are from their limits, and why."""

from __future__ import annotations

from datetime import datetime
from math import log

from multitool_tui.controller.snapshot import FeedName
from multitool_tui.judgement.settings import DOUBT
from multitool_tui.rollout.model import Rollout
from multitool_tui.views.charts import Look, charts, readout
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
    width_of,
    wrap,
)
from multitool_tui.words import duration

BRIEF = 14
"""Below this height, words are few, so that a chart remains."""

_TITLE = "Evidence"
_NO_LOOK = Look()


def evidence_pane(scene: Scene, width: int, height: int, look: Look = _NO_LOOK) -> PaneView:
    """The pane, for so many cells: the charts take what the words leave."""
    if scene.snapshot is None:
        return connecting(_TITLE)
    rollout = scene.live.rollout if scene.live else None
    note, faded = freshness(scene.feed(FeedName.METRICS), scene.now)
    words = (*readout(scene, look, width), *_words(scene, width, brief=height < BRIEF))
    spare = height - len(words)
    if spare >= 6 + 4:
        words = (EMPTY, *words)
        spare -= 1
    return pane(_title(rollout, scene.now), (*charts(scene, look, width, spare), *words), width, note, faded=faded)


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
