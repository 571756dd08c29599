"""A command of an operator's as the event that the state machine knows."""

from __future__ import annotations

from datetime import datetime

from multitool_tui.controller import commands
from multitool_tui.controller.commands import Command
from multitool_tui.rollout.events import (
    AbandonAsked,
    AdoptAsked,
    GatePassed,
    PauseAsked,
    PromoteAsked,
    RestoreAsked,
    ResumeAsked,
    RollBackAsked,
    WeightAsked,
)
from multitool_tui.rollout.events import Command as Asked


def asked(command: Command, at: datetime, actor: str) -> Asked:
    """What is asked of the rollout that the command has seen.

    Raises:
        TypeError: it is a command to begin, which is asked of no rollout.
    """
    match command:
        case commands.Promote(seen=seen):
            return PromoteAsked(at=at, actor=actor, seen=seen, without_evidence=command.without_evidence)
        case commands.RollBack(seen=seen):
            return RollBackAsked(at=at, actor=actor, seen=seen, reason=command.reason)
        case commands.Pause(seen=seen):
            return PauseAsked(at=at, actor=actor, seen=seen)
        case commands.Resume(seen=seen):
            return ResumeAsked(at=at, actor=actor, seen=seen)
        case commands.SetWeight(seen=seen):
            return WeightAsked(at=at, actor=actor, seen=seen, weight=command.weight)
        case commands.PassGate(seen=seen):
            return GatePassed(at=at, actor=actor, seen=seen)
        case commands.Adopt(seen=seen):
            return AdoptAsked(at=at, actor=actor, seen=seen)
        case commands.Restore(seen=seen):
            return RestoreAsked(at=at, actor=actor, seen=seen)
        case commands.Abandon(seen=seen):
            return AbandonAsked(at=at, actor=actor, seen=seen)
        case commands.Start() | commands.TakeOver():
            raise TypeError("that is not asked of a rollout")
