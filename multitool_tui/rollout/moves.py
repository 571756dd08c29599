"""The moves that the state machine is made of: where a rollout goes from here, and what is to be done for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from multitool_tui.rollout.effects import (
    Change,
    Effect,
    Leave,
    Notify,
    Promote,
    Publish,
    RollBack,
    SetWeight,
    Smoke,
    Upload,
    Wait,
)
from multitool_tui.rollout.events import Obstacle
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.package import Package
from multitool_tui.rollout.plan import Plan
from multitool_tui.rollout.receipts import ENGINE, Receipt, Severity
from multitool_tui.rollout.states import State
from multitool_tui.words import percent

Outcome = tuple[Rollout, tuple[Effect, ...]]

NO_STEP = -1


def decide(
    rollout: Rollout,
    at: datetime,
    action: str,
    reason: str,
    *,
    actor: str = ENGINE,
    severity: Severity = Severity.INFO,
) -> tuple[Rollout, Notify]:
    """Put a decision on record."""
    receipt = Receipt(at, rollout.id, action, reason, actor, severity, rollout.wanted, rollout.judgement)
    return replace(rollout, reason=reason, actor=actor), Notify(receipt)


def wait(rollout: Rollout, until: datetime, what: str) -> Outcome:
    """Do nothing before `until`, unless something happens."""
    return rollout if rollout.waiting == what else replace(rollout, waiting=what), (Wait(until),)


def publish(rollout: Rollout, at: datetime, package: Package, reason: str, actor: str = ENGINE) -> Outcome:
    """Make the package the canary: its code first that of $LATEST, and that then a version."""
    change = Publish(package.sha256) if package.uploaded else Upload(package.sha256)
    moved = replace(_released(rollout), state=State.PUBLISHING, package=package, wanted=rollout.weight)
    doing = f"{'publishing' if package.uploaded else 'uploading'} {package.name}"
    return _change(moved, at, change, doing, reason, actor=actor)


def begin(rollout: Rollout, at: datetime, why: str, actor: str) -> Outcome:
    """Smoke tests; then the first change: to the weight that the evidence affords, to the first step's, or to all."""
    plan = rollout.plan
    if plan.smoke and rollout.smoke_passed is None:
        moved = replace(_released(rollout), state=State.SHIFTING, wanted=0.0)
        return _change(moved, at, Smoke(), f"testing {rollout.canary_name}", why, actor=actor)
    if plan.all_at_once:
        return promote(rollout, at, f"{why}, all at once", actor)
    weight = plan.first_weight(rollout.judgement.weight_afforded)
    return shift(replace(rollout, state=State.SHIFTING), at, weight, step_at(plan, weight), why, actor)


def shift(rollout: Rollout, at: datetime, weight: float, step: int, reason: str, actor: str = ENGINE) -> Outcome:
    """To another weight."""
    verb = "raised" if weight > rollout.wanted else "lowered"
    moved = replace(rollout, wanted=weight, step=step, gate_passed=False)
    return _change(moved, at, SetWeight(weight), f"{verb} to {percent(weight)}", reason, actor=actor)


def promote(rollout: Rollout, at: datetime, reason: str, actor: str = ENGINE) -> Outcome:
    """Everything to the canary, for good or to bake."""
    moved = replace(_released(rollout), state=State.PROMOTING, wanted=1.0)
    change = Promote(final=not rollout.plan.bake_after_promote)
    return _change(moved, at, change, f"promoting {rollout.canary_name}", reason, actor=actor)


def leave(rollout: Rollout, reason: str, actor: str = ENGINE) -> Outcome:
    """Nothing is left to do but to take the mark off; the end goes on record when that is done."""
    change = Leave()
    return replace(rollout, pending=change, reason=reason, actor=actor, waiting=_DOING[Leave]), (change,)


def roll_back(rollout: Rollout, at: datetime, reason: str, actor: str = ENGINE) -> Outcome:
    """Everything to the baseline."""
    moved = replace(_released(rollout), state=State.ROLLING_BACK, wanted=0.0)
    return _change(moved, at, RollBack(), "rolling back", reason, actor=actor, severity=Severity.BAD)


def hold(rollout: Rollout, at: datetime, obstacle: Obstacle, why: str) -> Outcome:
    """Stay where the target is, until an operator, or the end of the obstacle, says otherwise."""
    moved = replace(
        rollout,
        state=State.HELD,
        obstacle=obstacle,
        held_from=rollout.held_from or rollout.state,
        wanted=rollout.weight,
        step=step_at(rollout.plan, rollout.weight),
        step_at=None,
        pending=None,
        paused_at=None,
        waiting=_UNTIL.get(obstacle, "an operator"),
    )
    moved, note = decide(moved, at, f"held: {obstacle}", why, severity=Severity.WARNING)
    return moved, (note,)


def go_on(rollout: Rollout, at: datetime, action: str, why: str, actor: str = ENGINE) -> Outcome:
    """From wherever the target is: what the rollout was doing there begins anew; harm is rolled back."""
    if rollout.is_harmful:
        return roll_back(rollout, at, rollout.judgement.reason)
    if rollout.held_from is State.ROLLING_BACK:
        return roll_back(rollout, at, why, actor)
    if rollout.package and not rollout.canary:
        return publish(rollout, at, rollout.package, why, actor)
    freed = replace(_released(rollout), wanted=rollout.weight, step_at=at, step=step_at(rollout.plan, rollout.weight))
    if rollout.weight == 1:
        freed = replace(freed, state=State.BAKING, promoted_at=at, waiting="bake after promotion")
    elif not rollout.weight or rollout.plan.all_at_once:
        return begin(freed, at, why, actor)
    else:
        freed = replace(freed, state=State.SHIFTING, waiting="bake")
    freed, note = decide(freed, at, action, why, actor=actor)
    return freed, (note, Wait(at))


def step_at(plan: Plan, weight: float) -> int:
    """The index of the last step that weighs no more than `weight`; of the first where all weigh more; -1 of none."""
    first = 0 if plan.steps else NO_STEP
    return max((index for index, step in enumerate(plan.steps) if step.weight <= weight), default=first)


_UNTIL = {Obstacle.CREDENTIALS: "the credentials, or an operator", Obstacle.UNREACHABLE: "AWS, or an operator"}
"""What a held rollout waits for, where that may be over by itself."""

_DOING: dict[type[Change], str] = {
    Upload: "uploading",
    Publish: "publishing",
    Smoke: "smoke tests",
    Promote: "promoting",
    RollBack: "rolling back",
    Leave: "clearing the target",
}


def _change(
    rollout: Rollout,
    at: datetime,
    change: Change,
    action: str,
    reason: str,
    *,
    actor: str,
    severity: Severity = Severity.INFO,
) -> Outcome:
    doing = f"setting {percent(change.weight)}" if isinstance(change, SetWeight) else _DOING[type(change)]
    moved = replace(rollout, step_at=None, pending=change, waiting=doing)
    moved, note = decide(moved, at, action, reason, actor=actor, severity=severity)
    return moved, (note, change)


def _released(rollout: Rollout) -> Rollout:
    """No longer paused or held."""
    return replace(rollout, paused_at=None, obstacle=None, held_from=None, pending=None)
