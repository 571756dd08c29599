"""Every action of the main screen, once: its key, its words, its group, and when it applies.

Bindings, the footer, the palette, the help screen and the refusals are all made from this table.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from multitool_tui.controller.snapshot import LiveRollout
from multitool_tui.rollout import events
from multitool_tui.rollout.events import Obstacle
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.states import TRANSITIONS, State
from multitool_tui.views.scene import Scene, running
from multitool_tui.views.text import Line, Role, Span, clean, line, width_of


class Group(StrEnum):
    """What an action is about."""

    ROLLOUT = "The rollout"
    LOOK = "Looking"
    APP = "The application"


@dataclass(frozen=True, slots=True)
class Action:
    """`rank` says how soon it gives way in a footer without room: the highest goes first, 0 is never in it."""

    name: str
    key: str
    shown: str
    label: str
    help: str
    group: Group
    rank: int = 0
    event: type[events.Command] | None = None
    """The event that the rollout must take for this action to make sense."""

    @property
    def changes(self) -> bool:
        """Whether it changes something in AWS."""
        return self.group is Group.ROLLOUT


ACTIONS: tuple[Action, ...] = (
    Action("new", "n", "n", "New", "Start a rollout on this target", Group.ROLLOUT, 2),
    Action(
        "promote", "p", "p", "Promote", "Make the canary the only version; asks first", Group.ROLLOUT, 1,
        events.PromoteAsked,
    ),
    Action(
        "roll_back", "r", "r", "Roll back", "Take the canary out: r, then enter", Group.ROLLOUT, 1,
        events.RollBackAsked,
    ),
    Action("pause", "space", "space", "Pause", "Pause the rollout, or resume it", Group.ROLLOUT, 1),
    Action(
        "weight", "w", "w", "Weight", "Set the canary's weight by hand", Group.ROLLOUT, 3, events.WeightAsked
    ),
    Action("gate", "g", "g", "Gate", "Let the rollout through the gate it waits at", Group.ROLLOUT, 1),
    Action("decide", "d", "d", "Decide", "Decide about drift, or take a rollout over", Group.ROLLOUT, 1),
    Action("setup", "N", "N", "Set up", "Make a new service of a zip file", Group.ROLLOUT),
    Action("fleet", "f", "f", "Fleet", "All rollouts at once: sort, filter, open one", Group.LOOK, 6),
    Action("sort", "s", "s", "Sort", "Sort the rollouts of the fleet by the next column", Group.LOOK, 4),
    Action("filter", "slash", "/", "Filter", "Filter the resources; esc clears", Group.LOOK, 5),
    Action("observe", "v", "v", "Observe", "What AWS keeps about this target: alarms, metrics, wiring", Group.LOOK, 6),
    Action("describe", "y", "y", "Describe", "The resource under the cursor as YAML or JSON", Group.LOOK),
    Action("history", "H", "H", "History", "Past rollouts: filter, open one as it looked at any minute", Group.LOOK, 9),
    Action("replay", "W", "W", "What if", "Replay this target's past: what would have been decided", Group.LOOK),
    Action("session", "at", "@", "Session", "The next of several sessions (--also), in all panes", Group.LOOK),
    Action("zoom", "z", "z", "Zoom", "Give the focused pane the whole screen, and back", Group.LOOK, 8),
    Action("refresh", "R", "R", "Refresh", "Read everything again now", Group.LOOK),
    Action("copy", "c", "c", "Copy", "Copy the target with its state and reason", Group.LOOK),
    Action("console", "o", "o", "Console", "Show and copy the link to the AWS console", Group.LOOK),
    Action("theme", "t", "t", "Theme", "The next theme: dark, light, high contrast, night", Group.APP),
    Action("screenshot", "S", "S", "Screenshot", "Save the screen as SVG and text in the working directory", Group.APP),
    Action("help", "question_mark", "?", "Help", "Show keys, glyphs and words", Group.APP, 4),
    Action("palette", "ctrl+p", "^p", "Palette", "Find any action by name", Group.APP, 9),
    Action("suspend", "ctrl+z", "^z", "Suspend", "Stop, and give the terminal back until `fg`", Group.APP),
    Action("quit", "q,ctrl+q", "q", "Quit", "Quit; asks while a rollout is live", Group.APP, 7),
)  # fmt: skip

BY_NAME = {action.name: action for action in ACTIONS}

READ_ONLY = "This session is read-only: nothing can be changed from here."
_NOT_CONNECTED = "Not connected yet."


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether an action shows among the keys, and why it cannot be done now, if so."""

    shown: bool = True
    reason: str | None = None

    @property
    def enabled(self) -> bool:
        return self.reason is None


def availability(name: str, scene: Scene) -> Availability:
    """Whether an action applies to what is on screen."""
    action = BY_NAME[name]
    if not action.changes:
        return Availability()
    snapshot = scene.snapshot
    if snapshot is None:
        return Availability(shown=name == "new", reason=_NOT_CONNECTED)
    if name == "setup":
        return Availability(reason=READ_ONLY if snapshot.read_only else None)
    live = scene.live if scene.live and not scene.live.rollout.ended else None
    rollout = live.rollout if live else None
    if name == "new":
        shown, reason = _new(rollout)
    elif name == "decide":
        shown, reason = _decide(live)
    elif live and (far := live.driven_far_away):
        shown, reason = False, f"{clean(far.who)} drives it: take it over first ({_decides(scene)})."
    else:
        shown, reason = _steer(action, rollout, scene)
    if snapshot.read_only:
        reason = READ_ONLY
    return Availability(shown, reason)


def _new(rollout: Rollout | None) -> tuple[bool, str | None]:
    # Another target may well have its own rollout: the key works, but there is more important to show.
    return rollout is None, None


def _decide(live: LiveRollout | None) -> tuple[bool, str | None]:
    if live and (live.driven_far_away or live.rollout.state is State.HELD):
        return True, None
    return False, "There is nothing to decide: no rollout here is held, or driven elsewhere."


def _decides(scene: Scene) -> str:
    return key_of(BY_NAME["decide"], scene)


def _steer(action: Action, rollout: Rollout | None, scene: Scene) -> tuple[bool, str | None]:
    if rollout is None:
        return False, f"No rollout is live on {clean(scene.target)}." if scene.target else "No rollout is live."
    if action.name == "gate":
        takes = rollout.at_gate and events.GatePassed in TRANSITIONS[rollout.state]
        return takes, None if takes else "The rollout is at no gate."
    pause_or_resume = events.PauseAsked if rollout.state is State.SHIFTING else events.ResumeAsked
    event = action.event or pause_or_resume
    if event not in TRANSITIONS[rollout.state]:
        return False, f"That cannot be done while the rollout is {rollout.state}."
    if rollout.obstacle is Obstacle.DRIFT and event in (events.PromoteAsked, events.ResumeAsked):
        return True, f"{clean(rollout.target)} was changed from outside: decide about it first ({_decides(scene)})."
    return True, None


def key_of(action: Action, scene: Scene) -> str:
    """An action's key as it reads: the operator's own, where he has given it one."""
    return scene.keys[action.name][1] if action.name in scene.keys else action.shown


def pressed_for(action: Action, scene: Scene) -> list[str]:
    """What is pressed for an action, by the terminal library's names of keys."""
    return (scene.keys[action.name][0] if action.name in scene.keys else action.key).split(",")


def label(name: str, scene: Scene) -> str:
    """An action's word as it applies now: space pauses what runs, and resumes what does not."""
    if name == "pause" and scene.live and scene.live.rollout.state in (State.PAUSED, State.HELD):
        return "Resume"
    return BY_NAME[name].label


@dataclass(frozen=True, slots=True)
class FooterKey:
    """A key in the footer: where a click on it leads, and its text."""

    name: str
    text: Line
    enabled: bool


def footer(scene: Scene, width: int, lacks: Collection[str] = ()) -> tuple[FooterKey, ...]:
    """The keys that apply now, as many as fit into `width`, in the table's order. The screen `lacks` some actions."""
    keys = []
    for action in sorted((a for a in ACTIONS if a.rank and a.name not in lacks), key=lambda a: a.rank):
        state = availability(action.name, scene)
        if state.shown:
            word = label(action.name, scene)
            key_role, word_role = (Role.KEY, Role.PLAIN) if state.enabled else (Role.DIM, Role.DIM)
            text = line(" ", Span(key_of(action, scene), key_role), Span(f" {word} ", word_role))
            keys.append(FooterKey(action.name, text, state.enabled))
    order = list(BY_NAME)
    fitting: list[FooterKey] = []
    for key in keys:
        if sum(width_of(kept.text) for kept in [*fitting, key]) > width:
            break
        fitting.append(key)
    return tuple(sorted(fitting, key=lambda key: order.index(key.name)))


def must_ask_before_leaving(scene: Scene) -> bool:
    """Whether quitting now would leave a live rollout without a driver."""
    return bool(running(scene.snapshot))
