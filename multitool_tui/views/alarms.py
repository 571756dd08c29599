"""The alarms: what is wrong first, then what is unknown, then what is well; and what the live rollout makes of each."""

from __future__ import annotations

from multitool_tui.aws.resources import Alarm
from multitool_tui.controller.snapshot import FeedName, LiveRollout
from multitool_tui.judgement.model import AlarmState
from multitool_tui.views.glyphs import ALARMS
from multitool_tui.views.numbers import coarse, moment
from multitool_tui.views.scene import Scene, connecting, freshness, unread
from multitool_tui.views.text import EMPTY, Line, PaneView, Role, Span, clean, crop, join, line, pane, shorten, spread

_TITLE = "Alarms"
_ORDER = {AlarmState.ALARM: 0, AlarmState.INSUFFICIENT_DATA: 1, AlarmState.OK: 2}
ABSOLUTE_FROM = 46
"""From this width on, times of day are shown as well."""


def ordered(alarms: tuple[Alarm, ...], live: LiveRollout | None = None) -> list[Alarm]:
    """What is wrong first; among equals, those that the rollout watches first, then by name."""
    watched = live.rollout.plan.alarms if live and not live.rollout.ended else ()
    return sorted(alarms, key=lambda alarm: (_ORDER[alarm.state], alarm.name not in watched, alarm.name.casefold()))


def alarms_pane(scene: Scene, width: int, height: int) -> PaneView:
    """The pane, for so many cells of width; it scrolls."""
    del height
    if scene.snapshot is None:
        return connecting(_TITLE)
    note, faded = freshness(scene.feed(FeedName.ALARMS), scene.now)
    alarms = ordered(scene.snapshot.alarms, scene.live)
    firing = sum(alarm.state is AlarmState.ALARM for alarm in alarms)
    title = [line(Span(_TITLE, Role.STRONG))]
    if firing:
        title.append(line(Span(f"{firing} firing", Role.BAD)))
    lines = [part for alarm in alarms for part in _lines(alarm, scene, width)]
    if not lines:
        feed = scene.feed(FeedName.ALARMS)
        none = (line(Span("No alarms in this region.", Role.DIM)),)
        lines = list(none if feed.fetched_at else unread(feed, width))
    return pane(join(title, Span(" · ", Role.DIM)), lines, width, note, faded=faded)


def _lines(alarm: Alarm, scene: Scene, width: int) -> list[Line]:
    mark = ALARMS[alarm.state]
    since = EMPTY
    if alarm.since:
        text = coarse(scene.now - alarm.since)
        if width >= ABSOLUTE_FROM:
            text = f"since {moment(alarm.since, scene.now)} · {text:>3}"
        since = line(Span(text, Role.DIM))
    state = line(Span(f"{mark.glyph} {mark.word:<7}", mark.role), "  ")
    role = Role.STRONG if alarm.state is AlarmState.ALARM else Role.PLAIN
    lines = [spread(line(*state, Span(clean(alarm.name), role)), since, width)]
    remarks = _remarks(alarm, scene.live)
    if remarks:
        lines.append(line(" " * 11, Span(shorten(" · ".join(remarks), width - 11), Role.DIM)))
    return lines


def _remarks(alarm: Alarm, live: LiveRollout | None) -> list[str]:
    remarks = []
    if live and not live.rollout.ended:
        plan = live.rollout.plan
        if alarm.name in plan.accepted_alarms:
            remarks.append("accepted")
        if ignored(alarm, live):
            remarks.append("since before, ignored")
        elif alarm.name in plan.alarms:
            remarks.append("watched")
    if alarm.composite:
        remarks.append("composite")
    return remarks


def ignored(alarm: Alarm, live: LiveRollout) -> bool:
    """Whether an alarm fires that was firing when the rollout started, and so is not held against the canary."""
    if alarm.state is not AlarmState.ALARM or alarm.name not in live.firing_at_start:
        return False
    started = live.rollout.started_at
    return started is None or alarm.since is None or alarm.since <= started


def alarm_strip(scene: Scene, width: int) -> tuple[Line, bool]:
    """All alarms in one line, for narrow screens: the firing ones by name, the rest counted; and whether to fade."""
    if scene.snapshot is None:
        return EMPTY, False
    note, faded = freshness(scene.feed(FeedName.ALARMS), scene.now)
    alarms = ordered(scene.snapshot.alarms, scene.live)
    by_state = {state: [alarm for alarm in alarms if alarm.state is state] for state in ALARMS}
    if not alarms:
        told = (Span("  "), *note) if note else EMPTY
        return crop(line(Span(" no alarms", Role.DIM), *told), width), faded
    counts = [
        line(
            Span(
                f"{mark.glyph} {len(by_state[state])} {mark.word}",
                mark.role if state is not AlarmState.OK else Role.DIM,
            )
        )
        for state, mark in ALARMS.items()
        if by_state[state]
    ]
    left = line(" ", *join(counts, Span("  ")))
    firing = by_state[AlarmState.ALARM]
    named = ", ".join(
        clean(alarm.name) + (" (since before, ignored)" if scene.live and ignored(alarm, scene.live) else "")
        for alarm in firing
    )
    right = note or (line(Span(named, Role.PLAIN)) if named else EMPTY)
    room = width - sum(len(span.text) for span in left) - 3
    shown = shorten("".join(span.text for span in right), max(0, room))
    return line(*left, "  ", Span(shown, right[0].role if right else Role.DIM)), faded


def alarm_choice(alarm: Alarm) -> Line:
    """An alarm as one line of a list to choose from."""
    mark = ALARMS[alarm.state]
    return line(Span(f"{mark.glyph} {mark.word:<7}  ", mark.role), clean(alarm.name))
