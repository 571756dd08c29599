"""The closed loop of a plan over minutes, without a target: what would be decided, minute by minute.

It runs the very state machine that moves an alias, on the very judge; a change takes effect as soon as it is wanted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from multitool_tui.judgement.engine import EvidenceJudge
from multitool_tui.judgement.model import AlarmState, Judgement, Minute, Verdict
from multitool_tui.rollout.effects import Notify
from multitool_tui.rollout.events import Applied, Event, Judged, Started, Ticked
from multitool_tui.rollout.machine import advance
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.plan import Plan
from multitool_tui.rollout.receipts import ENGINE, Receipt
from multitool_tui.rollout.states import State
from multitool_tui.rollout.strategies import ADAPTIVE, STRATEGIES

_NAMELESS = Rollout("rehearsal", "", "baseline", "canary", STRATEGIES[ADAPTIVE])


class Action(StrEnum):
    """What is wanted after a minute."""

    HOLD = "hold"
    SET_WEIGHT = "set_weight"
    PROMOTE = "promote"
    ROLL_BACK = "roll_back"
    INCONCLUSIVE = "inconclusive"


class Answer(NamedTuple):
    """What is decided after a minute. `weight` is the canary's share (0-1) that is wanted from now on.

    An action that ends the rollout is repeated in every later answer.
    """

    judgement: Judgement
    action: Action
    weight: float
    reason: str


class Rehearsal:
    """One rollout by `plan`. Minutes without weight are the history until the first weighted one starts it.

    The canary is taken to have passed its smoke tests: nobody is asked here. `of` says of which rollout that is, where
    it has a name.
    """

    def __init__(self, plan: Plan, of: Rollout | None = None) -> None:
        self._plan = replace(plan, smoke=())
        self._planned = replace(of or _NAMELESS, plan=self._plan)
        self._judge = EvidenceJudge(plan.settings)
        self.rollout: Rollout | None = None
        """As it would be now; None before the first weighted minute."""
        self.receipts: list[Receipt] = []
        """What would have been decided so far, oldest first."""
        self._now: datetime | None = None
        self._ended_by = Action.PROMOTE  # all at once is promoted before the first minute

    def see(self, minute: Minute, alarms: Mapping[str, AlarmState] | None = None) -> Answer:
        """Judge a sealed minute, with the alarms as they were at its end where they are known."""
        judgement = self._judge.see_minute(minute)
        if alarms is not None:
            judgement = self._judge.see_alarms(alarms)
        if self.rollout is None:
            if not minute.weight:
                return self._before(judgement)
            self.rollout = self._begun(minute, judgement)
        analysis = self._plan.analysis
        sealed = minute.start + analysis.period + analysis.seal_after
        self._now = sealed if self._now is None else max(self._now, sealed)
        return self._after(self.rollout, judgement, self._now)

    def _before(self, judgement: Judgement) -> Answer:
        """Among the history: what the rollout would begin with."""
        first = self._plan.first_weight(judgement.weight_afforded)
        if self._plan.all_at_once:
            return Answer(judgement, Action.PROMOTE, first, "All at once.")
        return Answer(judgement, Action.SET_WEIGHT, first, "The first weight.")

    def _begun(self, minute: Minute, judgement: Judgement) -> Rollout:
        """Started when the canary was: at the weight that it was given then."""
        given = replace(judgement, weight_afforded=minute.weight)
        rollout = self._advance(self._planned, Started(at=minute.start, actor=ENGINE, judgement=given))
        return self._advance(rollout, Applied(at=minute.start))

    def _advance(self, rollout: Rollout, event: Event) -> Rollout:
        moved, effects = advance(rollout, event)
        self.receipts += (effect.receipt for effect in effects if isinstance(effect, Notify))
        return moved

    def _after(self, rollout: Rollout, judgement: Judgement, at: datetime) -> Answer:
        if rollout.ended or rollout.state is State.HELD:
            return Answer(judgement, self._ended_by, rollout.wanted, rollout.reason)
        before = rollout
        rollout = self._advance(rollout, Judged(at=at, judgement=judgement))
        if rollout.state is State.BAKING:
            rollout = self._advance(rollout, Ticked(at=at))
        if rollout.pending:
            rollout = self._advance(rollout, Applied(at=at))
        self.rollout = rollout
        moved = rollout.wanted != before.wanted
        if rollout.state is State.SHIFTING:
            action = Action.SET_WEIGHT if moved else Action.HOLD
            return Answer(judgement, action, rollout.wanted, judgement.reason)
        if moved or rollout.state is State.HELD:
            self._ended_by = _how(before, rollout, at)
            return Answer(judgement, self._ended_by, rollout.wanted, rollout.reason)
        return Answer(judgement, self._ended_by, rollout.wanted, judgement.reason)


def _how(before: Rollout, after: Rollout, at: datetime) -> Action:
    """By what a rollout left `shifting`, or its bake after promotion."""
    if after.is_harmful:
        return Action.ROLL_BACK
    deadline = before.deadline_at
    judged_safe = after.wanted == 1 and after.judgement.verdict is Verdict.SAFE
    if before.state is State.SHIFTING and deadline and at >= deadline and not judged_safe:
        return Action.INCONCLUSIVE
    return Action.PROMOTE
