"""The rollout's state machine.

A rollout is a value: `advance` takes one and an event, and returns the next one with the effects it wants. What it may
do is written in `TRANSITIONS`; an event that has no row for the present state raises, and nothing has changed.

    planned -> shifting <-> paused
                 |  \\-> promoting -> baking -> promoted
                 |  \\-> rolling back -> rolled back
                 \\-> held (drift | credentials | refused | inconclusive)

Every state that has traffic on the canary can reach `rolling back`, on harmful evidence or at the operator's word. The
weight goes up only on evidence no older than the plan allows; no traffic is not health.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from multitool_tui.judgement.model import Judgement, Verdict
from multitool_tui.judgement.ramp import worth_a_move
from multitool_tui.rollout.effects import Change, Effect, Notify, Promote, RollBack, SetWeight, Wait
from multitool_tui.rollout.events import (
    Applied,
    Blocked,
    Command,
    Event,
    GatePassed,
    Judged,
    Obstacle,
    PauseAsked,
    PromoteAsked,
    ResumeAsked,
    RollBackAsked,
    Started,
    Ticked,
    WeightAsked,
)
from multitool_tui.rollout.plan import OnInconclusive, Plan, Ramp, Step
from multitool_tui.rollout.receipts import ENGINE, Receipt, Severity
from multitool_tui.words import duration, percent


class State(StrEnum):
    """A rollout's state, as it reads on screen and in JSON."""

    PLANNED = "planned"
    SHIFTING = "shifting"
    PAUSED = "paused"
    PROMOTING = "promoting"
    BAKING = "baking"
    PROMOTED = "promoted"
    ROLLING_BACK = "rolling back"
    ROLLED_BACK = "rolled back"
    HELD = "held"


_S = State

# From each state, the events it takes and the states they may lead to.
TRANSITIONS: dict[State, dict[type[Event], frozenset[State]]] = {
    _S.PLANNED: {
        Started: frozenset({_S.SHIFTING, _S.PROMOTING}),
    },
    _S.SHIFTING: {
        Ticked: frozenset({_S.SHIFTING, _S.PROMOTING, _S.ROLLING_BACK, _S.HELD}),
        Judged: frozenset({_S.SHIFTING, _S.PROMOTING, _S.ROLLING_BACK, _S.HELD}),
        Applied: frozenset({_S.SHIFTING}),
        Blocked: frozenset({_S.HELD}),
        PauseAsked: frozenset({_S.PAUSED}),
        WeightAsked: frozenset({_S.SHIFTING, _S.PAUSED}),
        GatePassed: frozenset({_S.SHIFTING, _S.PROMOTING, _S.ROLLING_BACK, _S.HELD}),
        PromoteAsked: frozenset({_S.PROMOTING}),
        RollBackAsked: frozenset({_S.ROLLING_BACK}),
    },
    _S.PAUSED: {
        Ticked: frozenset({_S.PAUSED}),
        Judged: frozenset({_S.PAUSED, _S.ROLLING_BACK}),
        Applied: frozenset({_S.PAUSED}),
        Blocked: frozenset({_S.HELD}),
        ResumeAsked: frozenset({_S.SHIFTING}),
        WeightAsked: frozenset({_S.PAUSED}),
        GatePassed: frozenset({_S.PAUSED}),
        PromoteAsked: frozenset({_S.PROMOTING}),
        RollBackAsked: frozenset({_S.ROLLING_BACK}),
    },
    _S.HELD: {
        Ticked: frozenset({_S.HELD}),
        Judged: frozenset({_S.HELD, _S.ROLLING_BACK}),
        Blocked: frozenset({_S.HELD}),
        ResumeAsked: frozenset({_S.SHIFTING, _S.PROMOTING, _S.BAKING, _S.ROLLING_BACK}),
        PromoteAsked: frozenset({_S.PROMOTING}),
        RollBackAsked: frozenset({_S.ROLLING_BACK}),
    },
    _S.PROMOTING: {
        Ticked: frozenset({_S.PROMOTING}),
        Judged: frozenset({_S.PROMOTING, _S.ROLLING_BACK}),
        Applied: frozenset({_S.BAKING, _S.PROMOTED}),
        Blocked: frozenset({_S.HELD}),
        RollBackAsked: frozenset({_S.ROLLING_BACK}),
    },
    _S.BAKING: {
        Ticked: frozenset({_S.BAKING, _S.PROMOTED}),
        Judged: frozenset({_S.BAKING, _S.ROLLING_BACK}),
        Blocked: frozenset({_S.HELD}),
        PromoteAsked: frozenset({_S.PROMOTED}),
        RollBackAsked: frozenset({_S.ROLLING_BACK}),
    },
    _S.ROLLING_BACK: {
        Ticked: frozenset({_S.ROLLING_BACK}),
        Judged: frozenset({_S.ROLLING_BACK}),
        Applied: frozenset({_S.ROLLED_BACK}),
        Blocked: frozenset({_S.HELD}),
        RollBackAsked: frozenset({_S.ROLLING_BACK}),
    },
    _S.PROMOTED: {},
    _S.ROLLED_BACK: {},
}

ENDED = frozenset(state for state, row in TRANSITIONS.items() if not row)
"""The states that nothing leads out of."""


NOTHING_JUDGED = Judgement(Verdict.UNDECIDED, "No minute has been judged yet.")
"""What is known of a canary before it starts."""


class IllegalTransition(Exception):
    """The event has no row for the present state. Nothing has changed."""


class Refusal(Exception):
    """The operator's command cannot be obeyed as things stand; the text says why. Nothing has changed."""


@dataclass(frozen=True, slots=True)
class Rollout:
    """One run of a plan on a target.

    `weight` is what was last read back from the target, `wanted` what the rollout wants there; they differ while a
    change is `pending`. `step` is the index of the step that applies: -1 before the first, and in a plan without steps.
    """

    id: str
    target: str
    baseline: str
    canary: str
    plan: Plan
    state: State = State.PLANNED
    step: int = -1
    weight: float = 0.0
    wanted: float = 0.0
    pending: Change | None = None
    started_at: datetime | None = None
    deadline_at: datetime | None = None
    step_at: datetime | None = None
    """When the present weight was read back: the bake counts from here. None while a change is pending, or held."""
    paused_at: datetime | None = None
    promoted_at: datetime | None = None
    ended_at: datetime | None = None
    gate_passed: bool = False
    obstacle: Obstacle | None = None
    held_from: State | None = None
    """What the rollout was doing when it was held."""
    judgement: Judgement = NOTHING_JUDGED
    reason: str = ""
    """Why the rollout is where it is: the latest decision, in one sentence."""
    waiting: str = ""
    """What the rollout is waiting for now, in a few words."""
    actor: str = ENGINE
    """Who took the latest decision."""

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    @property
    def on_target(self) -> bool:
        """Whether the canary has, or is about to have, traffic through this rollout."""
        return not self.ended and self.state is not State.PLANNED

    @property
    def current_step(self) -> Step | None:
        """The step of the plan that applies now; None before the first and for a plan without steps."""
        return self.plan.steps[self.step] if 0 <= self.step < len(self.plan.steps) else None

    @property
    def bake_ends_at(self) -> datetime | None:
        """When the present bake is over, if nothing stops it; None while a change is pending, or held.

        While the rollout is paused, what is left of the bake is counted from `paused_at`.
        """
        if self.state is State.BAKING and self.promoted_at:
            return self.promoted_at + self.plan.bake_after_promote
        if self.step_at is None or self.current_step is None:
            return None
        return self.step_at + self.current_step.bake

    @property
    def at_gate(self) -> bool:
        """Whether the present step has a gate that nobody has passed yet."""
        return bool(self.current_step and self.current_step.gate and not self.gate_passed)

    @property
    def gate_ahead(self) -> bool:
        """Whether an operator has yet to pass a gate, here or at a later step."""
        return self.at_gate or any(step.gate for step in self.plan.steps[self.step + 1 :])

    @property
    def is_harmful(self) -> bool:
        """Whether the latest judgement condemns the canary."""
        return self.judgement.verdict is Verdict.HARMFUL

    def evidence_age(self, at: datetime) -> timedelta | None:
        """How old the latest minute is in which the canary served anything; None when there is none."""
        if self.judgement.seen_to is None:
            return None
        return at - self.judgement.seen_to

    def has_fresh_evidence(self, at: datetime) -> bool:
        """Whether the evidence is young enough, by the plan, to raise a weight on."""
        age = self.evidence_age(at)
        return age is not None and age <= self.plan.analysis.max_age


Outcome = tuple[Rollout, tuple[Effect, ...]]

_AT_GATE = "an operator at the gate"
_HARMFUL_BUT_HELD = "an operator: the canary is harmful"
_WORD = "The operator's word."
_WORD_AGAINST_RAMP = "The operator's word; the ramp, which would take it back, waits to be resumed."
_NO_STEP = -1


def advance(rollout: Rollout, event: Event) -> Outcome:
    """Let `event` happen to `rollout`.

    Returns:
        The rollout as it is now, and the effects to perform, in order.

    Raises:
        IllegalTransition: the event is not for this state.
        Refusal: an operator's command that must not be obeyed, and why.
    """
    allowed = TRANSITIONS[rollout.state].get(type(event))
    if isinstance(event, Command):
        _check_seen(rollout, event)
        if allowed is None:
            raise Refusal(f"The rollout is {rollout.state}: it cannot be {_ASKED[type(event)]} now.")
    if allowed is None:
        raise IllegalTransition(f"{type(event).__name__} while {rollout.state}")
    after, effects = _HANDLERS[type(event)](rollout, event)
    if after.state not in allowed:
        raise IllegalTransition(f"{type(event).__name__} from {rollout.state} to {after.state}")
    return after, effects


_ASKED: dict[type[Event], str] = {
    PromoteAsked: "promoted",
    RollBackAsked: "rolled back",
    PauseAsked: "paused",
    ResumeAsked: "resumed",
    WeightAsked: "given another weight",
    GatePassed: "let through a gate",
}


def _check_seen(rollout: Rollout, command: Command) -> None:
    seen = command.seen
    if seen.rollout != rollout.id or seen.canary != rollout.canary:
        raise Refusal(f"That was meant for another rollout; this one moves {rollout.target} to v{rollout.canary}.")
    # Taking the canary out is right at any weight; everything else depends on what the operator was looking at.
    if seen.weight != rollout.wanted and not isinstance(command, RollBackAsked):
        raise Refusal(
            f"The rollout has moved on to {percent(rollout.wanted)} since; look again and repeat the command."
        )


def _decide(
    rollout: Rollout,
    at: datetime,
    action: str,
    reason: str,
    *,
    actor: str = ENGINE,
    severity: Severity = Severity.INFO,
) -> tuple[Rollout, Notify]:
    receipt = Receipt(at, rollout.id, action, reason, actor, severity, rollout.wanted, rollout.judgement)
    return replace(rollout, reason=reason, actor=actor), Notify(receipt)


def _shift(rollout: Rollout, at: datetime, weight: float, step: int, reason: str, actor: str = ENGINE) -> Outcome:
    verb = "raised" if weight > rollout.wanted else "lowered"
    change = SetWeight(weight)
    moved = replace(
        rollout,
        wanted=weight,
        step=step,
        step_at=None,
        pending=change,
        gate_passed=False,
        waiting=f"setting {percent(weight)}",
    )
    moved, note = _decide(moved, at, f"{verb} to {percent(weight)}", reason, actor=actor)
    return moved, (note, change)


def _promote(rollout: Rollout, at: datetime, reason: str, actor: str = ENGINE) -> Outcome:
    moved = replace(
        rollout,
        state=State.PROMOTING,
        wanted=1.0,
        step_at=None,
        paused_at=None,
        obstacle=None,
        held_from=None,
        pending=Promote(),
        waiting="promoting",
    )
    moved, note = _decide(moved, at, f"promoting v{rollout.canary}", reason, actor=actor)
    return moved, (note, Promote())


def _roll_back(rollout: Rollout, at: datetime, reason: str, actor: str = ENGINE) -> Outcome:
    moved = replace(
        rollout,
        state=State.ROLLING_BACK,
        wanted=0.0,
        step_at=None,
        paused_at=None,
        obstacle=None,
        held_from=None,
        pending=RollBack(),
        waiting="rolling back",
    )
    moved, note = _decide(moved, at, "rolling back", reason, actor=actor, severity=Severity.BAD)
    return moved, (note, RollBack())


def _hold(rollout: Rollout, at: datetime, obstacle: Obstacle, why: str) -> Outcome:
    moved = replace(
        rollout,
        state=State.HELD,
        obstacle=obstacle,
        held_from=rollout.held_from or rollout.state,
        wanted=rollout.weight,
        step=_step_at(rollout.plan, rollout.weight),
        step_at=None,
        pending=None,
        paused_at=None,
        waiting="an operator",
    )
    moved, note = _decide(moved, at, f"held: {obstacle}", why, severity=Severity.WARNING)
    return moved, (note,)


def _wait(rollout: Rollout, until: datetime, what: str) -> Outcome:
    return replace(rollout, waiting=what), (Wait(until),)


def _proceed(rollout: Rollout, at: datetime) -> Outcome:
    """Go on as far as time, gate and evidence allow. Only called while shifting, with nothing pending."""
    if rollout.deadline_at is None:
        raise IllegalTransition(f"{rollout.id} is shifting, but was not started")
    if rollout.plan.ramp:
        return _follow_evidence(rollout, at, rollout.deadline_at, rollout.plan.ramp)
    return _follow_steps(rollout, at, rollout.deadline_at)


def _follow_evidence(rollout: Rollout, at: datetime, deadline: datetime, ramp: Ramp) -> Outcome:
    """The weight that the evidence affords: more of it only while the evidence is fresh, less at any time."""
    judgement, fresh = rollout.judgement, rollout.has_fresh_evidence(at)
    if fresh and judgement.verdict is Verdict.SAFE:
        return _promote(rollout, at, judgement.reason)
    if at >= deadline:
        return _inconclusive(rollout, at)
    afforded = judgement.weight_afforded
    if (
        afforded is not None
        and (fresh or afforded < rollout.wanted)
        and worth_a_move(rollout.wanted, afforded, ramp.max_weight)
    ):
        return _shift(rollout, at, afforded, _NO_STEP, judgement.reason)
    return _wait(rollout, deadline, "more evidence" if fresh else "fresh evidence")


def _follow_steps(rollout: Rollout, at: datetime, deadline: datetime) -> Outcome:
    bake_ends, judgement = rollout.bake_ends_at, rollout.judgement
    if bake_ends is None:
        raise IllegalTransition(f"{rollout.id} is shifting without a step")
    ahead = next(((i, s) for i, s in enumerate(rollout.plan.steps) if s.weight > rollout.wanted), None)
    fresh = judgement if rollout.has_fresh_evidence(at) else None
    ready = at >= bake_ends and not rollout.at_gate
    if ready and ahead is None and fresh and fresh.verdict is Verdict.SAFE:
        return _promote(rollout, at, fresh.reason)
    if at >= deadline:
        return _inconclusive(rollout, at)
    if at < bake_ends:
        return _wait(rollout, min(bake_ends, deadline), "bake")
    if rollout.at_gate:
        return _stop_at_gate(rollout, at, deadline)
    if fresh is None:
        return _wait(rollout, deadline, "fresh evidence")
    if ahead is not None:
        index, step = ahead
        if fresh.weight_afforded is not None and step.weight > fresh.weight_afforded:
            return _wait(rollout, deadline, "doubts to clear")
        return _shift(rollout, at, step.weight, index, fresh.reason)
    return _wait(rollout, deadline, "a verdict")


def _stop_at_gate(rollout: Rollout, at: datetime, deadline: datetime) -> Outcome:
    reached, effects = _wait(rollout, deadline, _AT_GATE)
    if rollout.waiting == _AT_GATE:
        return reached, effects
    reason = f"Waits at {percent(rollout.weight)} for an operator."
    reached, note = _decide(reached, at, "gate reached", reason, severity=Severity.WARNING)
    return reached, (note, *effects)


def _inconclusive(rollout: Rollout, at: datetime) -> Outcome:
    safe = rollout.judgement.verdict is Verdict.SAFE
    limit = duration(rollout.plan.deadline)
    reason = f"{'Not through the plan' if safe else 'Inconclusive'} after {limit}: {rollout.judgement.reason}"
    match rollout.plan.on_inconclusive:
        case OnInconclusive.ROLL_BACK:
            return _roll_back(rollout, at, reason)
        case OnInconclusive.PROMOTE if rollout.has_fresh_evidence(at) and not rollout.gate_ahead:
            return _promote(rollout, at, reason)
        case _:  # to hold; or to promote, which never happens on missing data, or past a gate
            return _hold(rollout, at, Obstacle.INCONCLUSIVE, reason)


def _started(rollout: Rollout, event: Started) -> Outcome:
    begun = replace(
        rollout, started_at=event.at, deadline_at=event.at + rollout.plan.deadline, judgement=event.judgement
    )
    return _begin(begun, event.at, f"{rollout.plan.strategy}: v{rollout.baseline} to v{rollout.canary}", event.actor)


def _begin(rollout: Rollout, at: datetime, why: str, actor: str) -> Outcome:
    """The first change: to the weight that the evidence affords, to the first step's, or to everything."""
    plan = rollout.plan
    if plan.all_at_once:
        return _promote(rollout, at, f"{why}, all at once", actor)
    weight = plan.first_weight(rollout.judgement.weight_afforded)
    return _shift(replace(rollout, state=State.SHIFTING), at, weight, _step_at(plan, weight), why, actor)


def _ticked(rollout: Rollout, event: Ticked) -> Outcome:
    if rollout.state is State.SHIFTING and rollout.pending is None:
        return _proceed(rollout, event.at)
    if rollout.state is State.BAKING and rollout.bake_ends_at:
        if event.at >= rollout.bake_ends_at:
            return _finish_promotion(rollout, event.at, "The bake after promotion is over.", ENGINE)
        return _wait(rollout, rollout.bake_ends_at, "bake after promotion")
    return rollout, ()


def _judged(rollout: Rollout, event: Judged) -> Outcome:
    seen = replace(rollout, judgement=event.judgement)
    match seen.state:
        # What another hand did to the target is left as it is; a rollback that was blocked is the operator's to repeat.
        case State.HELD if seen.obstacle is Obstacle.DRIFT or seen.held_from is State.ROLLING_BACK:
            return _judged_while_held(seen, event)
        case State.ROLLING_BACK:
            return seen, ()
        case _ if seen.is_harmful:
            return _roll_back(seen, event.at, event.judgement.reason)
        case State.SHIFTING if seen.pending is None:
            return _proceed(seen, event.at)
        case _:
            return seen, ()


def _judged_while_held(rollout: Rollout, event: Judged) -> Outcome:
    """Nothing is touched, but the operator hears of it, once."""
    if not rollout.is_harmful:
        return replace(rollout, waiting="an operator"), ()
    if rollout.waiting == _HARMFUL_BUT_HELD:
        return rollout, ()
    warned = replace(rollout, waiting=_HARMFUL_BUT_HELD)
    warned, note = _decide(warned, event.at, "harmful, but held", event.judgement.reason, severity=Severity.BAD)
    return warned, (note,)


def _applied(rollout: Rollout, event: Applied) -> Outcome:
    done = replace(rollout, weight=rollout.wanted, pending=None, step_at=event.at)
    match rollout.pending:
        case SetWeight():
            if rollout.state is State.PAUSED:
                return replace(done, waiting="an operator"), ()
            what = "bake" if done.current_step else "more evidence"
            return _wait(done, min(done.bake_ends_at or event.at, done.deadline_at or event.at), what)
        case Promote() if rollout.plan.bake_after_promote:
            done = replace(done, state=State.BAKING, promoted_at=event.at)
            done, note = _decide(
                done, event.at, f"v{rollout.canary} serves everything", rollout.reason, severity=Severity.GOOD
            )
            waiting, effects = _wait(done, event.at + rollout.plan.bake_after_promote, "bake after promotion")
            return waiting, (note, *effects)
        case Promote():
            return _finish_promotion(done, event.at, rollout.reason, rollout.actor)
        case RollBack():
            done = replace(done, state=State.ROLLED_BACK, ended_at=event.at, waiting="")
            done, note = _decide(
                done, event.at, "rolled back", rollout.reason, actor=rollout.actor, severity=Severity.BAD
            )
            return done, (note,)
        case None:
            raise IllegalTransition("Applied, with no change pending")


def _finish_promotion(rollout: Rollout, at: datetime, reason: str, actor: str) -> Outcome:
    done = replace(rollout, state=State.PROMOTED, ended_at=at, waiting="")
    done, note = _decide(done, at, "promoted", reason, actor=actor, severity=Severity.GOOD)
    return done, (note,)


def _blocked(rollout: Rollout, event: Blocked) -> Outcome:
    # Drift stays what it is whatever else goes wrong: nothing but a rollback may write over another hand's change.
    if rollout.state is State.HELD and rollout.obstacle in (event.obstacle, Obstacle.DRIFT):
        return rollout, ()
    return _hold(rollout, event.at, event.obstacle, event.why)


def _promote_asked(rollout: Rollout, event: PromoteAsked) -> Outcome:
    if rollout.state is State.BAKING:
        return _finish_promotion(rollout, event.at, "The operator ended the bake after promotion.", event.actor)
    if rollout.obstacle is Obstacle.DRIFT:
        raise Refusal(f"{rollout.target} was changed from outside; roll back, or leave it as it is.")
    if not event.without_evidence:
        if not rollout.has_fresh_evidence(event.at):
            raise Refusal(
                "There is no fresh evidence for the canary; promoting without it must be said in so many words."
            )
        if rollout.is_harmful:
            raise Refusal("The evidence says that the canary is harmful; promoting it must be said in so many words.")
    return _promote(rollout, event.at, _WORD, event.actor)


def _roll_back_asked(rollout: Rollout, event: RollBackAsked) -> Outcome:
    if rollout.state is State.ROLLING_BACK:
        return rollout, ()
    return _roll_back(rollout, event.at, event.reason or _WORD, event.actor)


def _pause_asked(rollout: Rollout, event: PauseAsked) -> Outcome:
    held = replace(rollout, state=State.PAUSED, paused_at=event.at, waiting="an operator")
    held, note = _decide(held, event.at, f"paused at {percent(rollout.wanted)}", _WORD, actor=event.actor)
    return held, (note,)


def _resume_asked(rollout: Rollout, event: ResumeAsked) -> Outcome:
    if rollout.state is State.HELD:
        return _resume_held(rollout, event)
    now, step_at = event.at, rollout.step_at
    paused_at = rollout.paused_at or now
    resumed = replace(
        rollout,
        state=State.SHIFTING,
        paused_at=None,
        # The bake did not run while the rollout was paused; one that began in the pause begins now.
        step_at=step_at + (now - max(paused_at, step_at)) if step_at else None,
        deadline_at=rollout.deadline_at + (now - paused_at) if rollout.deadline_at else None,
        waiting=f"setting {percent(rollout.wanted)}" if rollout.pending else "bake",
    )
    resumed, note = _decide(resumed, now, "resumed", _WORD, actor=event.actor)
    return resumed, (note, Wait(now))


def _resume_held(rollout: Rollout, event: ResumeAsked) -> Outcome:
    """However long it was held, what the rollout was doing begins anew, with a new deadline; harm is rolled back."""
    if rollout.obstacle is Obstacle.DRIFT:
        raise Refusal(f"{rollout.target} was changed from outside; roll back, or leave it as it is.")
    if rollout.is_harmful:
        return _roll_back(rollout, event.at, rollout.judgement.reason)
    if rollout.held_from is State.ROLLING_BACK:
        return _roll_back(rollout, event.at, _WORD, event.actor)
    freed = replace(
        rollout, obstacle=None, held_from=None, step_at=event.at, deadline_at=event.at + rollout.plan.deadline
    )
    if rollout.weight == 1:
        freed = replace(freed, state=State.BAKING, promoted_at=event.at, waiting="bake after promotion")
    elif not rollout.weight or rollout.plan.all_at_once:
        return _begin(freed, event.at, _WORD, event.actor)
    else:
        freed = replace(freed, state=State.SHIFTING, waiting="bake")
    freed, note = _decide(freed, event.at, "resumed", _WORD, actor=event.actor)
    return freed, (note, Wait(event.at))


def _step_at(plan: Plan, weight: float) -> int:
    """The index of the last step that weighs no more than `weight`; of the first where all weigh more; -1 of none."""
    first = 0 if plan.steps else _NO_STEP
    return max((index for index, step in enumerate(plan.steps) if step.weight <= weight), default=first)


def _weight_asked(rollout: Rollout, event: WeightAsked) -> Outcome:
    if not 0 < event.weight < 1:
        raise Refusal("A weight lies between 0% and 100%; promote or roll back for the ends.")
    if event.weight == rollout.wanted:
        raise Refusal(f"The weight is {percent(event.weight)} already.")
    if event.weight > rollout.wanted:
        if not rollout.has_fresh_evidence(event.at):
            raise Refusal("There is no fresh evidence for the canary yet: the weight can go down, but not up.")
        if rollout.is_harmful:
            raise Refusal("The evidence says that the canary is harmful: the weight can go down, but not up.")
    why = _WORD
    if rollout.plan.ramp and rollout.state is State.SHIFTING:
        rollout, why = replace(rollout, state=State.PAUSED, paused_at=event.at), _WORD_AGAINST_RAMP
    step = _step_at(rollout.plan, event.weight)
    return _shift(rollout, event.at, event.weight, step, why, event.actor)


def _gate_passed(rollout: Rollout, event: GatePassed) -> Outcome:
    if not rollout.at_gate:
        raise Refusal("There is no gate at this step.")
    passed = replace(rollout, gate_passed=True)
    passed, note = _decide(passed, event.at, "gate passed", _WORD, actor=event.actor)
    if passed.state is State.SHIFTING and passed.pending is None:
        moved, effects = _proceed(passed, event.at)
        return moved, (note, *effects)
    return passed, (note,)


_HANDLERS: dict[type[Event], Callable[[Rollout, Any], Outcome]] = {
    Started: _started,
    Ticked: _ticked,
    Judged: _judged,
    Applied: _applied,
    Blocked: _blocked,
    PromoteAsked: _promote_asked,
    RollBackAsked: _roll_back_asked,
    PauseAsked: _pause_asked,
    ResumeAsked: _resume_asked,
    WeightAsked: _weight_asked,
    GatePassed: _gate_passed,
}
