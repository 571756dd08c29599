"""How a rollout that is shifting goes on: as far as time, gates and evidence allow."""

from __future__ import annotations

from datetime import datetime

from multitool_tui.judgement.model import Verdict
from multitool_tui.judgement.ramp import worth_a_move
from multitool_tui.rollout.events import Obstacle
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.moves import NO_STEP, Outcome, begin, decide, hold, promote, roll_back, shift, wait
from multitool_tui.rollout.plan import OnInconclusive, Ramp
from multitool_tui.rollout.receipts import Severity
from multitool_tui.words import duration, percent

_AT_GATE = "an operator at the gate"


def proceed(rollout: Rollout, at: datetime) -> Outcome:
    """Go on as far as time, gate and evidence allow. Only called while shifting, with nothing pending."""
    if rollout.deadline_at is None:
        raise ValueError(f"{rollout.id} is shifting, but was not started")
    if not rollout.wanted:  # paused before it had begun
        return begin(rollout, at, "resumed", rollout.actor)
    if rollout.plan.ramp:
        return _follow_evidence(rollout, at, rollout.deadline_at, rollout.plan.ramp)
    return _follow_steps(rollout, at, rollout.deadline_at)


def _follow_evidence(rollout: Rollout, at: datetime, deadline: datetime, ramp: Ramp) -> Outcome:
    """The weight that the evidence affords: more of it only while the evidence is fresh, less at any time."""
    judgement, fresh = rollout.judgement, rollout.has_fresh_evidence(at)
    if fresh and judgement.verdict is Verdict.SAFE:
        return promote(rollout, at, judgement.reason)
    if at >= deadline:
        return _inconclusive(rollout, at)
    afforded = judgement.weight_afforded
    if (
        afforded is not None
        and (fresh or afforded < rollout.wanted)
        and worth_a_move(rollout.wanted, afforded, ramp.max_weight)
    ):
        return shift(rollout, at, afforded, NO_STEP, judgement.reason)
    return wait(rollout, deadline, "more evidence" if fresh else "fresh evidence")


def _follow_steps(rollout: Rollout, at: datetime, deadline: datetime) -> Outcome:
    bake_ends, judgement = rollout.bake_ends_at, rollout.judgement
    if bake_ends is None:
        raise ValueError(f"{rollout.id} is shifting without a step")
    ahead = next(((i, s) for i, s in enumerate(rollout.plan.steps) if s.weight > rollout.wanted), None)
    fresh = judgement if rollout.has_fresh_evidence(at) else None
    ready = at >= bake_ends and not rollout.at_gate
    if ready and ahead is None and fresh and fresh.verdict is Verdict.SAFE:
        return promote(rollout, at, fresh.reason)
    if at >= deadline:
        return _inconclusive(rollout, at)
    if at < bake_ends:
        return wait(rollout, min(bake_ends, deadline), "bake")
    if rollout.at_gate:
        return _stop_at_gate(rollout, at, deadline)
    if fresh is None:
        return wait(rollout, deadline, "fresh evidence")
    if ahead is not None:
        index, step = ahead
        if fresh.weight_afforded is not None and step.weight > fresh.weight_afforded:
            return wait(rollout, deadline, "doubts to clear")
        return shift(rollout, at, step.weight, index, fresh.reason)
    return wait(rollout, deadline, "a verdict")


def _stop_at_gate(rollout: Rollout, at: datetime, deadline: datetime) -> Outcome:
    reached, effects = wait(rollout, deadline, _AT_GATE)
    if rollout.waiting == _AT_GATE:
        return reached, effects
    reason = f"Waits at {percent(rollout.weight)} for an operator."
    reached, note = decide(reached, at, "gate reached", reason, severity=Severity.WARNING)
    return reached, (note, *effects)


def _inconclusive(rollout: Rollout, at: datetime) -> Outcome:
    safe = rollout.judgement.verdict is Verdict.SAFE
    limit = duration(rollout.plan.deadline)
    reason = f"{'Not through the plan' if safe else 'Inconclusive'} after {limit}: {rollout.judgement.reason}"
    match rollout.plan.on_inconclusive:
        case OnInconclusive.ROLL_BACK:
            return roll_back(rollout, at, reason)
        case OnInconclusive.PROMOTE if rollout.has_fresh_evidence(at) and not rollout.gate_ahead:
            return promote(rollout, at, reason)
        case _:  # to hold; or to promote, which never happens on missing data, or past a gate
            return hold(rollout, at, Obstacle.INCONCLUSIVE, reason)
