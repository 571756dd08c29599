"""What an operator can decide about a rollout that is held, or that another process drives."""

from __future__ import annotations

from dataclasses import dataclass

from multitool_tui.controller.commands import Abandon, Adopt, Command, Restore, TakeOver
from multitool_tui.controller.snapshot import LiveRollout
from multitool_tui.rollout.events import Obstacle
from multitool_tui.rollout.model import Rollout
from multitool_tui.views.dialogs import facts, seen_by
from multitool_tui.views.numbers import moment
from multitool_tui.views.scene import Scene
from multitool_tui.views.text import clean
from multitool_tui.words import percent


@dataclass(frozen=True, slots=True)
class Option:
    """One way to decide: its button, what it does, and the command it becomes."""

    name: str
    label: str
    sentence: str
    command: Command


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be decided, and the ways to do so."""

    title: str
    facts: tuple[tuple[str, str], ...]
    sentence: str
    options: tuple[Option, ...]


def decision(scene: Scene, live: LiveRollout) -> Decision:
    """What can be decided about a rollout now."""
    rollout = live.rollout
    stands = facts(scene, rollout, f"{percent(rollout.weight)} by this rollout")
    if elsewhere := live.driven_far_away:
        who = clean(elsewhere.who)
        until = moment(elsewhere.until, scene.now)
        over = scene.now >= elsewhere.until
        renewed = f"{who} has not renewed its lease since {until}." if over else f"{who} holds its lease until {until}."
        take = TakeOver(seen=seen_by(rollout), driver=elsewhere.driver)
        return Decision(
            "Take the rollout over?",
            stands,
            f"{renewed} One driver moves the weight at a time: taken over, it is this screen, and the other one stops.",
            (Option("take-over", "Take it over", "Drive the rollout from here, by the plan known here.", take),),
        )
    drift = (
        Option(
            "adopt",
            "Adopt",
            "The target as it is now becomes this rollout's, which goes on from there.",
            Adopt(seen=seen_by(rollout)),
        ),
        Option("restore", "Restore", _restores(rollout), Restore(seen=seen_by(rollout))),
    )
    abandon = Option(
        "abandon",
        "Abandon",
        "The rollout ends; the target stays as it is, without its mark.",
        Abandon(seen=seen_by(rollout)),
    )
    return Decision(
        f"Held: {rollout.obstacle.value if rollout.obstacle else 'what now'}",
        stands,
        clean(rollout.reason),
        (*(drift if rollout.obstacle is Obstacle.DRIFT else ()), abandon),
    )


def _restores(rollout: Rollout) -> str:
    share = f"{percent(rollout.weight) if rollout.weight < 1 else 'all'} to {rollout.canary_name}"
    return f"The target becomes again what this rollout had made of it ({share}), over the other change."
