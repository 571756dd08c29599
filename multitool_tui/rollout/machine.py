"""The rollout's state machine.

A rollout is a value: `advance` takes one and an event, and returns the next one with the effects it wants. What it may
do is written in `states.TRANSITIONS`; an event that has no row for the present state raises, and nothing has changed.

    planned -> publishing -> shifting <-> paused
                 |             |  \\-> promoting -> baking -> promoted
                 |             |  \\-> rolling back -> rolled back
                 |             \\-> held (drift | credentials | refused | inconclusive | lost lease) -> abandoned
                 \\-> unchanged

Every state that has traffic on the canary can reach `rolling back`, on harmful evidence or at the operator's word. The
weight goes up only on evidence no older than the plan allows; no traffic is not health.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from multitool_tui.rollout.effects import (
    Adopt,
    Change,
    Leave,
    Promote,
    Publish,
    Restore,
    RollBack,
    SetWeight,
    Smoke,
    Upload,
    Wait,
)
from multitool_tui.rollout.events import (
    AbandonAsked,
    AdoptAsked,
    Adopted,
    Applied,
    Blocked,
    Cleared,
    Command,
    Event,
    GatePassed,
    Judged,
    MustEnd,
    Obstacle,
    PauseAsked,
    PromoteAsked,
    Published,
    Recovered,
    RestoreAsked,
    ResumeAsked,
    RollBackAsked,
    SmokeTested,
    Started,
    Ticked,
    Unchanged,
    Unpublished,
    Uploaded,
    WeightAsked,
)
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.moves import (
    Outcome,
    begin,
    decide,
    go_on,
    hold,
    leave,
    promote,
    publish,
    roll_back,
    shift,
    step_at,
    wait,
)
from multitool_tui.rollout.package import Package
from multitool_tui.rollout.proceed import proceed
from multitool_tui.rollout.receipts import Severity
from multitool_tui.rollout.states import TRANSITIONS, State
from multitool_tui.words import percent


class IllegalTransition(Exception):
    """The event has no row for the present state. Nothing has changed."""


class Refusal(Exception):
    """The operator's command cannot be obeyed as things stand; the text says why. Nothing has changed."""


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


_HARMFUL_BUT_HELD = "an operator: the canary is harmful"
_WORD = "The operator's word."
_WORD_AGAINST_RAMP = "The operator's word; the ramp, which would take it back, waits to be resumed."
_NOT_OURS = frozenset({Obstacle.DRIFT, Obstacle.LEASE})
"""What another hand did to the target is left as it is, whatever the evidence."""

_ASKED: dict[type[Event], str] = {
    PromoteAsked: "promoted",
    RollBackAsked: "rolled back",
    PauseAsked: "paused",
    ResumeAsked: "resumed",
    WeightAsked: "given another weight",
    GatePassed: "let through a gate",
    AdoptAsked: "adopted",
    RestoreAsked: "restored",
    AbandonAsked: "abandoned",
}


def _check_seen(rollout: Rollout, command: Command) -> None:
    seen = command.seen
    # Who has not heard of the new version's number yet, and rolls back, means the version whatever it is called.
    same_canary = seen.canary == rollout.canary or (not seen.canary and isinstance(command, RollBackAsked))
    if seen.rollout != rollout.id or not same_canary:
        raise Refusal(f"That was meant for another rollout; this one moves {rollout.target} to {rollout.canary_name}.")
    # Taking the canary out is right at any weight; everything else depends on what the operator was looking at.
    if seen.weight != rollout.wanted and not isinstance(command, RollBackAsked):
        raise Refusal(
            f"The rollout has moved on to {percent(rollout.wanted)} since; look again and repeat the command."
        )


def _started(rollout: Rollout, event: Started) -> Outcome:
    begun = replace(
        rollout, started_at=event.at, deadline_at=event.at + rollout.plan.deadline, judgement=event.judgement
    )
    despite = f", despite a freeze: {rollout.plan.despite_freeze}" if rollout.plan.despite_freeze else ""
    why = f"{rollout.plan.strategy}: v{rollout.baseline} to {rollout.canary_name}{despite}"
    if rollout.package and not rollout.canary:
        return publish(begun, event.at, rollout.package, f"{why} from {rollout.package.name}", event.actor)
    return begin(begun, event.at, why, event.actor)


def _uploaded(rollout: Rollout, event: Uploaded) -> Outcome:
    package = _publishing(rollout, event, Upload)
    reason = f"$LATEST has the code of {package.name}"
    return publish(rollout, event.at, replace(package, uploaded=True), reason, rollout.actor)


def _published(rollout: Rollout, event: Published) -> Outcome:
    package = _publishing(rollout, event, Publish)
    canary = replace(rollout, canary=event.version, deadline_at=event.at + rollout.plan.deadline)
    why = f"{rollout.plan.strategy}: v{rollout.baseline} to v{event.version}, which is {package.name}"
    return begin(canary, event.at, why, rollout.actor)


def _unchanged(rollout: Rollout, event: Unchanged) -> Outcome:
    package = _publishing(rollout, event, Publish)
    return leave(rollout, f"v{rollout.baseline} is {package.name} already: there is nothing to release.", rollout.actor)


def _unpublished(rollout: Rollout, event: Unpublished) -> Outcome:
    _publishing(rollout, event, Upload, Publish)
    if event.obstacle is Obstacle.CREDENTIALS:
        return hold(rollout, event.at, event.obstacle, event.why)
    return leave(replace(rollout, obstacle=event.obstacle), event.why)


def _publishing(rollout: Rollout, event: Event, *pending: type[Change]) -> Package:
    """What is being published, where that is what the rollout waits for."""
    if rollout.package is None or not isinstance(rollout.pending, pending):
        raise IllegalTransition(f"{type(event).__name__}, with {rollout.pending or 'no change'} pending")
    return rollout.package


def _tested(rollout: Rollout, event: SmokeTested) -> Outcome:
    if not isinstance(rollout.pending, Smoke):
        raise IllegalTransition(f"SmokeTested, with {rollout.pending or 'no change'} pending")
    done = replace(rollout, pending=None, smoke_passed=event.passed)
    if not event.passed:
        return roll_back(done, event.at, event.why)
    done, note = decide(done, event.at, f"tested {done.canary_name}", event.why, severity=Severity.GOOD)
    if done.state is State.PAUSED:
        return replace(done, waiting="an operator"), (note,)
    why = f"{done.plan.strategy}: v{done.baseline} to {done.canary_name}"
    moved, effects = begin(done, event.at, why, rollout.actor)
    return moved, (note, *effects)


def _ticked(rollout: Rollout, event: Ticked) -> Outcome:
    if rollout.state is State.SHIFTING and rollout.pending is None:
        return proceed(rollout, event.at)
    if rollout.state is State.BAKING and rollout.pending is None and rollout.bake_ends_at:
        if event.at >= rollout.bake_ends_at:
            return leave(rollout, "The bake after promotion is over.")
        return wait(rollout, rollout.bake_ends_at, "bake after promotion")
    return rollout, ()


def _judged(rollout: Rollout, event: Judged) -> Outcome:
    seen = replace(rollout, judgement=event.judgement)
    match seen.state:
        # What another hand did to the target is left as it is; a rollback that was blocked is the operator's to repeat.
        case State.HELD if seen.obstacle in _NOT_OURS or seen.held_from is State.ROLLING_BACK:
            return _judged_while_held(seen, event)
        case State.ROLLING_BACK:
            return seen, ()
        case _ if seen.is_harmful:
            return roll_back(seen, event.at, event.judgement.reason)
        case State.SHIFTING if seen.pending is None:
            return proceed(seen, event.at)
        case _:
            return seen, ()


def _judged_while_held(rollout: Rollout, event: Judged) -> Outcome:
    """Nothing is touched, but the operator hears of it, once."""
    if not rollout.is_harmful:
        return replace(rollout, waiting="an operator"), ()
    if rollout.waiting == _HARMFUL_BUT_HELD:
        return rollout, ()
    warned = replace(rollout, waiting=_HARMFUL_BUT_HELD)
    warned, note = decide(warned, event.at, "harmful, but held", event.judgement.reason, severity=Severity.BAD)
    return warned, (note,)


def _applied(rollout: Rollout, event: Applied) -> Outcome:
    at = event.at
    done = replace(rollout, weight=rollout.wanted, pending=None, step_at=at)
    match rollout.pending:
        case SetWeight():
            if rollout.state is State.PAUSED:
                return replace(done, waiting="an operator"), ()
            what = "bake" if done.current_step else "more evidence"
            return wait(done, min(done.bake_ends_at or at, done.deadline_at or at), what)
        case Promote(final):
            if final:
                return _end(done, at, State.PROMOTED, Severity.GOOD)
            done = replace(done, state=State.BAKING, promoted_at=at)
            serves = f"{rollout.canary_name} serves everything"
            done, note = decide(done, at, serves, rollout.reason, severity=Severity.GOOD)
            waiting, effects = wait(done, at + rollout.plan.bake_after_promote, "bake after promotion")
            return waiting, (note, *effects)
        case RollBack():
            return _end(_with_the_code_left(done), at, State.ROLLED_BACK, Severity.BAD)
        case Leave() if rollout.state is State.BAKING:
            return _end(done, at, State.PROMOTED, Severity.GOOD)
        case Leave() if rollout.state is State.PUBLISHING and rollout.obstacle is None:
            return _end(done, at, State.UNCHANGED, Severity.INFO)
        case Leave():
            return _end(done, at, State.ABANDONED, Severity.WARNING)
        case Restore(weight):
            return go_on(replace(rollout, weight=weight), at, "restored", _WORD, rollout.actor)
        case _:
            raise IllegalTransition(f"Applied, with {rollout.pending or 'no change'} pending")


def _with_the_code_left(rollout: Rollout) -> Rollout:
    """Who publishes next would publish the same code again."""
    if not (rollout.package and rollout.package.uploaded):
        return rollout
    return replace(rollout, reason=f"{rollout.reason} $LATEST of {rollout.package.function} still has this code.")


def _end(rollout: Rollout, at: datetime, state: State, severity: Severity) -> Outcome:
    done = replace(rollout, state=state, ended_at=at, waiting="")
    done, note = decide(done, at, state, rollout.reason, actor=rollout.actor, severity=severity)
    return done, (note,)


def _adopted(rollout: Rollout, event: Adopted) -> Outcome:
    """The target is this rollout's again as it is; where another hand took the canary out, that is its end."""
    taken = replace(rollout, weight=event.weight, held_from=None)
    if not event.weight and rollout.canary:
        return roll_back(taken, event.at, f"{rollout.canary_name} was taken out from outside.", rollout.actor)
    return go_on(taken, event.at, f"adopted at {percent(event.weight)}", _WORD, rollout.actor)


def _blocked(rollout: Rollout, event: Blocked) -> Outcome:
    # What another hand did stays first, whatever else goes wrong; another driver comes before everything.
    first = rollout.obstacle in (event.obstacle, Obstacle.LEASE) or (
        rollout.obstacle is Obstacle.DRIFT and event.obstacle is not Obstacle.LEASE
    )
    if rollout.obstacle is Obstacle.LEASE and event.obstacle is Obstacle.DRIFT:
        return leave(rollout, f"The other driver has ended it. {event.why}")
    if rollout.state is not State.HELD or not first:
        return hold(rollout, event.at, event.obstacle, event.why)
    if rollout.pending is None:
        return rollout, ()
    still = replace(rollout, pending=None, waiting="an operator")
    still, note = decide(still, event.at, f"still held: {rollout.obstacle}", event.why, severity=Severity.WARNING)
    return still, (note,)


def _cleared(rollout: Rollout, event: Cleared) -> Outcome:
    if rollout.obstacle is None or not rollout.obstacle.passes:
        return rollout, ()
    back = "The credentials are back." if rollout.obstacle is Obstacle.CREDENTIALS else "AWS answers again."
    return go_on(rollout, event.at, "resumed", back)


def _recovered(rollout: Rollout, event: Recovered) -> Outcome:
    """What was being done is taken up again where the target is. A promotion that had not come about is judged anew."""
    found = replace(rollout, weight=event.weight, pending=None)
    ends = isinstance(rollout.pending, Leave)
    match rollout.state:
        case State.PLANNED:
            return leave(found, event.why, event.actor)
        case State.BAKING | State.PUBLISHING if ends:
            return leave(found, rollout.reason, rollout.actor)
        case State.ROLLING_BACK:
            return roll_back(found, event.at, rollout.reason, rollout.actor)
        case State.HELD if rollout.obstacle is not Obstacle.LEASE:
            return _taken_up(found, event)
        case State.PAUSED:
            step = step_at(rollout.plan, event.weight)
            return _taken_up(replace(found, wanted=event.weight, step=step, step_at=event.at), event)
        case _:
            return go_on(found, event.at, "taken up again", event.why, event.actor)


def _taken_up(rollout: Rollout, event: Recovered) -> Outcome:
    """Still held or paused: why it is, stays to be seen."""
    waiting = replace(rollout, waiting="an operator")
    _, note = decide(waiting, event.at, "taken up again", event.why, actor=event.actor)
    return waiting, (note,)


def _must_end(rollout: Rollout, event: MustEnd) -> Outcome:
    match rollout.state:
        case State.ROLLING_BACK:
            return rollout, ()
        case State.BAKING if rollout.pending is None:
            return leave(rollout, event.why, event.actor)
        case State.BAKING:
            return rollout, ()
        case State.PUBLISHING if isinstance(rollout.pending, Leave):
            return rollout, ()
        case State.HELD if rollout.obstacle in _NOT_OURS:
            return rollout, ()
        case _:
            return roll_back(rollout, event.at, event.why, event.actor)


def _promote_asked(rollout: Rollout, event: PromoteAsked) -> Outcome:
    if rollout.state is State.BAKING:
        return leave(rollout, "The operator ended the bake after promotion.", event.actor)
    _check_ours(rollout)
    if not rollout.canary:
        raise Refusal("Nothing has been published yet: there is no version to promote.")
    if not event.without_evidence:
        if not rollout.has_fresh_evidence(event.at):
            raise Refusal(
                "There is no fresh evidence for the canary; promoting without it must be said in so many words."
            )
        if rollout.is_harmful:
            raise Refusal("The evidence says that the canary is harmful; promoting it must be said in so many words.")
    return promote(rollout, event.at, _WORD, event.actor)


def _roll_back_asked(rollout: Rollout, event: RollBackAsked) -> Outcome:
    if rollout.state is State.ROLLING_BACK:
        return rollout, ()
    if rollout.obstacle is Obstacle.LEASE:
        raise Refusal(f"{rollout.reason} Take it over first (d).")
    return roll_back(rollout, event.at, event.reason or _WORD, event.actor)


def _pause_asked(rollout: Rollout, event: PauseAsked) -> Outcome:
    held = replace(rollout, state=State.PAUSED, paused_at=event.at, waiting="an operator")
    held, note = decide(held, event.at, f"paused at {percent(rollout.wanted)}", _WORD, actor=event.actor)
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
    resumed, note = decide(resumed, now, "resumed", _WORD, actor=event.actor)
    return resumed, (note, Wait(now))


def _resume_held(rollout: Rollout, event: ResumeAsked) -> Outcome:
    """However long it was held, what the rollout was doing begins anew, with a new deadline."""
    _check_ours(rollout)
    renewed = replace(rollout, deadline_at=event.at + rollout.plan.deadline)
    return go_on(renewed, event.at, "resumed", _WORD, event.actor)


def _check_ours(rollout: Rollout) -> None:
    """Refuse to write over what another hand, or another driver, makes of the target."""
    if rollout.obstacle is Obstacle.DRIFT:
        raise Refusal(f"{rollout.target} was changed from outside: adopt, restore or abandon it (d), or roll back.")
    if rollout.obstacle is Obstacle.LEASE:
        raise Refusal(f"{rollout.reason} Take it over first (d).")


def _weight_asked(rollout: Rollout, event: WeightAsked) -> Outcome:
    if not 0 < event.weight < 1:
        raise Refusal("A weight lies between 0% and 100%; promote or roll back for the ends.")
    if event.weight == rollout.wanted:
        raise Refusal(f"The weight is {percent(event.weight)} already.")
    if event.weight > rollout.wanted:
        if rollout.plan.smoke and not rollout.smoke_passed:
            raise Refusal("The canary has not passed its smoke tests yet: the weight stays at 0%.")
        if not rollout.has_fresh_evidence(event.at):
            raise Refusal("There is no fresh evidence for the canary yet: the weight can go down, but not up.")
        if rollout.is_harmful:
            raise Refusal("The evidence says that the canary is harmful: the weight can go down, but not up.")
    why = _WORD
    if rollout.plan.ramp and rollout.state is State.SHIFTING:
        rollout, why = replace(rollout, state=State.PAUSED, paused_at=event.at), _WORD_AGAINST_RAMP
    step = step_at(rollout.plan, event.weight)
    return shift(rollout, event.at, event.weight, step, why, event.actor)


def _gate_passed(rollout: Rollout, event: GatePassed) -> Outcome:
    if not rollout.at_gate:
        raise Refusal("There is no gate at this step.")
    passed = replace(rollout, gate_passed=True)
    passed, note = decide(passed, event.at, "gate passed", _WORD, actor=event.actor)
    if passed.state is State.SHIFTING and passed.pending is None:
        moved, effects = proceed(passed, event.at)
        return moved, (note, *effects)
    return passed, (note,)


def _adopt_asked(rollout: Rollout, event: AdoptAsked) -> Outcome:
    _check_drifted(rollout)
    asked = replace(rollout, pending=Adopt(), reason=_WORD, actor=event.actor, waiting="adopting")
    return asked, (Adopt(),)


def _restore_asked(rollout: Rollout, event: RestoreAsked) -> Outcome:
    _check_drifted(rollout)
    if rollout.is_harmful:
        raise Refusal("The evidence says that the canary is harmful: roll back instead.")
    weight = 0.0 if rollout.held_from is State.ROLLING_BACK else rollout.weight
    restore = Restore(weight)
    asked = replace(rollout, pending=restore, reason=_WORD, actor=event.actor, waiting=f"restoring {percent(weight)}")
    return asked, (restore,)


def _abandon_asked(rollout: Rollout, event: AbandonAsked) -> Outcome:
    asked = replace(rollout, pending=Leave(), reason=_WORD, actor=event.actor, waiting="clearing the target")
    return asked, (Leave(),)


def _check_drifted(rollout: Rollout) -> None:
    if rollout.obstacle is Obstacle.LEASE:
        raise Refusal(f"{rollout.reason} Take it over first (d).")
    if rollout.obstacle is not Obstacle.DRIFT:
        raise Refusal(f"Nobody has changed {rollout.target} from outside.")


_HANDLERS: dict[type[Event], Callable[[Rollout, Any], Outcome]] = {
    Started: _started,
    Uploaded: _uploaded,
    Published: _published,
    Unchanged: _unchanged,
    Unpublished: _unpublished,
    SmokeTested: _tested,
    Ticked: _ticked,
    Judged: _judged,
    Applied: _applied,
    Adopted: _adopted,
    Recovered: _recovered,
    Cleared: _cleared,
    MustEnd: _must_end,
    Blocked: _blocked,
    PromoteAsked: _promote_asked,
    RollBackAsked: _roll_back_asked,
    PauseAsked: _pause_asked,
    ResumeAsked: _resume_asked,
    WeightAsked: _weight_asked,
    GatePassed: _gate_passed,
    AdoptAsked: _adopt_asked,
    RestoreAsked: _restore_asked,
    AbandonAsked: _abandon_asked,
}
