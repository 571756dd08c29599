"""The traffic split: who serves how much, where the rollout is on its ladder, and what it waits for."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice, takewhile
from math import log

from multitool_tui.aws.resources import Reading, Stage
from multitool_tui.controller.snapshot import Elsewhere, FeedName, LiveRollout, Traffic
from multitool_tui.judgement.ramp import LEAST_WEIGHT
from multitool_tui.rollout.events import Obstacle
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.plan import Ramp, Step
from multitool_tui.rollout.states import State
from multitool_tui.views.glyphs import FOREIGN, GATE, SERVES, STATES
from multitool_tui.views.links import console_url
from multitool_tui.views.numbers import count, moment
from multitool_tui.views.scene import Scene, connecting, freshness
from multitool_tui.views.text import (
    EMPTY,
    Line,
    PaneView,
    Role,
    Span,
    cells,
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
from multitool_tui.words import duration, percent

OBSERVED_MINUTES = 5
"""The observed share is that of so many of the latest minutes."""

_TITLE = "Traffic split"
_LOUD = {
    State.PROMOTED: Role.LOUD_GOOD,
    State.ROLLED_BACK: Role.LOUD_BAD,
    State.ROLLING_BACK: Role.LOUD_BAD,
    State.HELD: Role.LOUD_WARN,
    State.PAUSED: Role.LOUD_WARN,
    State.ABANDONED: Role.LOUD_WARN,
}
_EXPLAINS = frozenset({State.PROMOTED, State.ROLLED_BACK, State.ROLLING_BACK, State.HELD, State.ABANDONED})
"""States whose reason the operator will want to read in full."""


def split_pane(scene: Scene, width: int, height: int) -> PaneView:
    """The pane, for so many cells."""
    if scene.snapshot is None:
        return connecting(_TITLE)
    live = scene.live
    if live:
        blocks = _rollout_blocks(live, scene, width, roomy=height >= 8)
        far = live.driven_far_away
        state = _whose(far, scene.now) if far else STATES[live.rollout.state].span
    else:
        blocks = _quiet_blocks(scene, width)
        state = Span("")
    target = clean(scene.target or "")
    near = live.elsewhere.who if live and live.elsewhere and live.elsewhere.near else ""
    parts = [line(Span(_TITLE, Role.STRONG)), line(target), line(state), line(Span(near, Role.DIM))]
    title = join([part for part in parts if width_of(part)], Span(" · ", Role.DIM))
    note, faded = freshness(scene.feed(FeedName.TARGET), scene.now)
    whole = pane(title, _space_out(blocks, height), width, note, faded=faded)
    return replace(whole, link=console_url(scene)[0] or "")


def _whose(elsewhere: Elsewhere, now: datetime) -> Span:
    """Who drives a rollout that this process only watches."""
    who = clean(elsewhere.who)
    if now >= elsewhere.until:
        return Span(f"! no driver since {moment(elsewhere.until, now)} ({who}): d takes it over", Role.WARN)
    return Span(f"driven by {who}", Role.ACCENT)


def _space_out(blocks: list[tuple[Line, ...]], height: int) -> tuple[Line, ...]:
    """The blocks' lines, with an empty line between blocks, from the top on, where there is room for it."""
    blocks = [block for block in blocks if block]
    spare = height - sum(map(len, blocks))
    lines: list[Line] = []
    for number, block in enumerate(blocks):
        if number and spare > 0:
            lines.append(EMPTY)
            spare -= 1
        lines.extend(block)
    return tuple(lines)


# A target without a rollout of ours


def _quiet_blocks(scene: Scene, width: int) -> list[tuple[Line, ...]]:
    found = scene.found
    if scene.target is None or found is None:
        waiting = scene.snapshot is not None and not scene.snapshot.functions_complete
        if scene.target is None and waiting:
            return [(line(Span("loading functions and aliases…", Role.DIM)),)]
        what = (
            "Choose an alias or a stage in Resources."
            if scene.target is None
            else f"{clean(scene.target)} is not loaded yet."
        )
        hint = line(Span("n", Role.KEY), Span(" starts a rollout", Role.DIM))
        return [(line(what),), (hint,)]
    if isinstance(found, Stage) and not found.version:
        return _unversioned_blocks(found)
    version, weights = clean(found.version), found.weights
    canary_share = sum(weights.values())
    names = ", ".join(f"v{clean(name)}" for name in weights)
    blocks = [
        _bar_block((f"v{version}", 1 - canary_share), (names, canary_share) if weights else None, width),
        (line(FOREIGN.span, Span(": nothing here moves it or judges it", Role.DIM)),)
        if weights
        else wrap(_serves(found), width),
    ]
    figures = _figures(scene.traffic, scene.period)
    blocks.append((figures,) if figures else ())
    blocks.append((line(Span("n", Role.KEY), Span(" starts a rollout", Role.DIM)),))
    return blocks


def _serves(found: Reading) -> str:
    """What serves everything; of a stage, how it calls that."""
    what = f"{SERVES.glyph} v{clean(found.version)} serves everything"
    if not isinstance(found, Stage) or found.before is None:
        return what
    through = f", through its alias {found.before.alias}" if found.before.through else ""
    return f"{what}: {clean(found.function)}{clean(through)}"


def _unversioned_blocks(stage: Stage) -> list[tuple[Line, ...]]:
    """A stage of which no one version can be named."""
    if not stage.functions:
        return [(line("What this stage calls is being read, or is no Lambda function."),)]
    named = clean(", ".join(stage.functions))
    if len(stage.functions) > 1:
        hint = "multitool run API/STAGE --function NAME releases one of them"
        return [(line(f"This stage calls {len(stage.functions)} functions: {named}"),), (line(Span(hint, Role.DIM)),)]
    return [(line(f"This stage calls {named}, by no one version"),)]


# A rollout


def _rollout_blocks(live: LiveRollout, scene: Scene, width: int, *, roomy: bool) -> list[tuple[Line, ...]]:
    rollout = live.rollout
    share = _share_now(live)
    # What is still being published can have nothing.
    canary = (f"{rollout.canary_name} canary", share) if rollout.canary else None
    bar = _bar_block((f"v{rollout.baseline} baseline", 1 - share), canary, width)
    loud = rollout.state in _LOUD or (rollout.at_gate and _waits_for_operator(rollout))
    # Where there is little room, a reason to read takes that of the figures and of the ladder.
    cramped = loud and not roomy
    explains = rollout.state in _EXPLAINS
    figures = () if rollout.ended or (cramped and explains) else (_shares(live, scene.period, width),)
    lines = 2 if roomy or (explains and not live.change_trouble) else int(explains)
    return [
        (*bar, *figures),
        () if cramped and explains else (way(rollout, width),),
        _banner(rollout, scene, width, lines) if loud else (_progress(live, scene, width),),
        _trouble(live, width),
        () if loud or not roomy else _decision(rollout, width),
    ]


def _share_now(live: LiveRollout) -> float:
    """The canary's share as the target has it: as last read, else as the rollout knows it."""
    rollout = live.rollout
    is_settled = rollout.ended and rollout.state is not State.ABANDONED
    return rollout.weight if is_settled or live.weight_read is None else live.weight_read


def _bar_block(left: tuple[str, float], right: tuple[str, float] | None, width: int) -> tuple[Line, ...]:
    """The names with their shares, and the one bar that both share."""
    left_label = line(Span(left[0], Role.BASELINE), Span(f"  {percent(left[1])}", Role.STRONG))
    if right is None:
        return left_label, (Span("█" * width, Role.BASELINE_BAR),)
    right_label = line(Span(f"{percent(right[1])}  ", Role.STRONG), Span(right[0], Role.CANARY))
    part = round(right[1] * width)
    # A version with any traffic at all has at least a cell of the bar, and only all of it fills the bar.
    if right[1] > 0:
        part = max(1, part)
    if left[1] > 0:
        part = min(width - 1, part)
    bar = line(Span("█" * (width - part), Role.BASELINE_BAR), Span("▒" * part, Role.CANARY_BAR))
    return spread(left_label, right_label, width), bar


def observed(live: LiveRollout) -> float | None:
    """The canary's share of the invocations in the latest minutes wholly at the present weight; None without any."""
    since = live.rollout.step_at
    latest = takewhile(
        lambda minute: minute.weight == live.rollout.weight and (since is None or minute.start >= since),
        reversed(live.traffic.minutes),
    )
    baseline = canary = 0
    for minute in islice(latest, OBSERVED_MINUTES):
        baseline += minute.baseline.invocations if minute.baseline else 0
        canary += minute.canary.invocations if minute.canary else 0
    return canary / (baseline + canary) if baseline + canary else None


def _shares(live: LiveRollout, period: timedelta, width: int) -> Line:
    """The invocations, and at the right the share that they make beside the one that is wanted."""
    rollout = live.rollout
    seen = observed(live)
    parts = [
        line(Span("observed ", Role.DIM), f"{seen * 100:.1f}%" if seen is not None else "nothing yet"),
        line(Span("wanted ", Role.DIM), percent(rollout.wanted)),
    ]
    if live.weight_read is not None and abs(live.weight_read - rollout.wanted) > 1e-6:
        parts.insert(1, line(Span(f"alias says {percent(live.weight_read)}", Role.WARN)))
    return spread(_figures(live.traffic, period), join(parts, Span(" · ", Role.DIM)), width)


def _step_mark(rollout: Rollout, index: int, step: Step) -> Line:
    if index < rollout.step:
        span = Span(f"✔ {percent(step.weight)}", Role.GOOD)
    elif index == rollout.step and not rollout.ended:
        here = STATES[rollout.state]
        waits = rollout.at_gate and _waits_for_operator(rollout)
        glyph, role = (GATE.glyph, GATE.role) if waits else (here.glyph, here.role)
        span = Span(f"{glyph} {percent(step.weight)}", role)
    else:
        span = Span(f"○ {percent(step.weight)}", Role.DIM)
    if step.gate and not (index == rollout.step and rollout.gate_passed):
        return line(span, Span(" gate", Role.DIM if index < rollout.step else span.role))
    return line(span)


def way(rollout: Rollout, width: int) -> Line:
    """Where the rollout is on its way to promotion: on its ladder of steps, or on its ramp."""
    if rollout.plan.ramp:
        return _ramp(rollout, rollout.plan.ramp, width)
    return ladder(rollout, width)


def _ramp(rollout: Rollout, ramp: Ramp, width: int) -> Line:
    """The ramp as a gauge of growth, from the least weight to the last, and what the evidence affords."""
    end, through = _promotion(rollout)
    least, last = log(LEAST_WEIGHT), log(ramp.max_weight)
    weight = rollout.weight or LEAST_WEIGHT
    share = 1.0 if through else (log(weight) - least) / (last - least) if last > least else 0.0
    full, empty = gauge(share, 20 if width > 100 else 10)
    scale = line(
        Span(f"ramp {percent(LEAST_WEIGHT)} ", Role.DIM),
        Span(full, Role.ACCENT),
        Span(empty, Role.DIM),
        Span(f" {percent(ramp.max_weight)}", Role.DIM),
    )
    afforded = rollout.judgement.weight_afforded
    known = (
        [line(Span(f"evidence affords {percent(afforded)}", Role.DIM))]
        if afforded and not (through or rollout.ended)
        else []
    )
    separator = Span(" ── ", Role.DIM)
    whole = join([scale, *known, end], separator)
    return whole if width_of(whole) <= width else crop(join([scale, end], separator), width)


def _promotion(rollout: Rollout) -> tuple[Line, bool]:
    """The mark at the way's end, and whether the rollout has come to it."""
    if rollout.state is State.PROMOTED:
        return line(Span("✔ promoted", Role.GOOD)), True
    if rollout.state in (State.PROMOTING, State.BAKING):
        return line(Span(f"{STATES[rollout.state].glyph} promote", Role.ACCENT)), True
    return line(Span("○ promote", Role.DIM)), False


def ladder(rollout: Rollout, width: int) -> Line:
    """The steps: done, current, to come. Where all do not fit, the done ones are counted, then the last ones."""
    end, through = _promotion(rollout)
    steps = [_step_mark(rollout, index, step) for index, step in enumerate(rollout.plan.steps)]
    if through:
        steps = [line(Span(f"✔ {percent(step.weight)}", Role.GOOD)) for step in rollout.plan.steps]
    for rule in (" ── ", " ─ ", "  "):
        whole = join([*steps, end], Span(rule, Role.DIM))
        if width_of(whole) <= width:
            return whole
    here = max(0, min(rollout.step, len(steps) - 1))
    done = [line(Span(f"✔ {here} done", Role.GOOD))] if here else []
    separator = Span(" ─ ", Role.DIM)
    for last in range(len(steps), here, -1):
        more = [line(Span(f"{len(steps) - last} more", Role.DIM))] if last < len(steps) else []
        folded = join([*done, *steps[here:last], *more, end], separator)
        if width_of(folded) <= width:
            return folded
    return crop(join([*done, *steps[here : here + 1], end], separator), width)


def _waits_for_operator(rollout: Rollout) -> bool:
    return rollout.state is State.SHIFTING and rollout.waiting.startswith("an operator")


def _progress(live: LiveRollout, scene: Scene, width: int) -> Line:
    """The bake as a gauge, or what else the rollout waits for; at the right, how long it runs already."""
    rollout = live.rollout
    clock = []
    if rollout.started_at:
        clock.append(line(Span(f"{duration(scene.now - rollout.started_at)} in", Role.DIM)))
    if rollout.deadline_at and rollout.state is State.SHIFTING:
        clock.append(line(Span(f"{duration(rollout.deadline_at - scene.now)} to the deadline", Role.DIM)))
    right = join(clock, Span(" · ", Role.DIM))
    left = _waiting(live, scene, width)
    if width_of(left) + 2 + width_of(right) > width:
        right = clock[0] if clock else EMPTY
    return spread(left, right, width)


def _waiting(live: LiveRollout, scene: Scene, width: int) -> Line:
    rollout = live.rollout
    ends = rollout.bake_ends_at
    if ends and scene.now < ends and rollout.pending is None:
        bake = rollout.plan.bake_after_promote if rollout.state is State.BAKING else _bake(rollout)
        left = ends - scene.now
        full, empty = gauge(1 - left / bake if bake else 1, 20 if width > 100 else 10)
        what = "bake after promotion" if rollout.state is State.BAKING else "bake"
        return line(
            Span(f"{what} ", Role.DIM),
            Span(full, Role.ACCENT),
            Span(empty, Role.DIM),
            f" {duration(left)} left",
        )
    mark = STATES[rollout.state]
    if rollout.pending is not None or rollout.state is State.PLANNED:
        sent = f" {percent(live.sent, 0)}" if live.sent is not None else ""
        return line(Span(f"{mark.glyph} {clean(rollout.waiting) or rollout.state}{sent}…", mark.role))
    return line(Span("waits for ", Role.DIM), clean(rollout.waiting) or "the next look")


def _bake(rollout: Rollout) -> timedelta:
    return rollout.current_step.bake if rollout.current_step else timedelta()


def _banner(rollout: Rollout, scene: Scene, width: int, lines: int) -> tuple[Line, ...]:
    """A state that the operator must not miss: a bar of its own colour, and the reason in full."""
    role = _LOUD.get(rollout.state, Role.LOUD_WARN)
    mark = STATES[rollout.state]
    glyph, word = mark.glyph, mark.word.upper()
    hint = ""
    if rollout.state is State.HELD and rollout.obstacle:
        word = f"HELD: {rollout.obstacle.value.upper()}"
        hint = "d decides · r rolls back" if rollout.obstacle is Obstacle.DRIFT else "space resumes · r rolls back"
        if rollout.obstacle is Obstacle.LEASE:
            hint = "d takes it over"
    elif rollout.state is State.PAUSED:
        word = f"PAUSED AT {percent(rollout.wanted)}"
        hint = "space resumes"
    elif rollout.state is State.SHIFTING:
        glyph, word = GATE.glyph, f"AT THE GATE, {percent(rollout.weight)}"
        hint = "g lets it through"
    elif rollout.ended_at:
        hint = f"{moment(rollout.ended_at, scene.now)} UTC · {clean(rollout.actor)}"
        if cells(word) + cells(hint) + 6 > width:
            hint = moment(rollout.ended_at, scene.now)
    head = f" {glyph} {word}"
    bar = head + " " * max(1, width - cells(head) - cells(hint) - 1) + hint + " "
    reason = wrap(clean(rollout.reason), width, lines) if lines and rollout.state is not State.SHIFTING else ()
    return (crop((Span(bar, role),), width), *reason)


def _decision(rollout: Rollout, width: int) -> tuple[Line, ...]:
    """Why the rollout is where it is."""
    reason = wrap(clean(rollout.reason), width - 9, 1)
    return (line(Span("because  ", Role.DIM), *reason[0]),) if reason else ()


def _trouble(live: LiveRollout, width: int) -> tuple[Line, ...]:
    """What is in the way of the change under way."""
    if not live.change_trouble:
        return ()
    return wrap(f"! {clean(live.change_trouble)}", width, 2, Role.WARN)


def _figures(traffic: Traffic | None, period: timedelta) -> Line:
    """The invocations of the latest sealed minute, as so many a minute."""
    if traffic is None or not traffic.minutes:
        return EMPTY
    latest = traffic.minutes[-1]
    to_a_minute = timedelta(minutes=1) / period
    baseline = (latest.baseline.invocations if latest.baseline else 0) * to_a_minute
    canary = (latest.canary.invocations if latest.canary else 0) * to_a_minute
    text = f"{count(round(baseline + canary))} requests/min"
    if traffic.canary is not None and latest.canary is not None:
        text += f", {count(round(canary))} to the canary"
    return line(Span(text, Role.DIM))
