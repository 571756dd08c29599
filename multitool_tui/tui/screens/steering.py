"""The keys that act on the target in hand, wherever it is shown: each becomes a command, or says why it cannot."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType

from multitool_tui.clock import Clock
from multitool_tui.controller.commands import Command, PassGate, Pause, Promote, Resume, RollBack, SetWeight
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.states import State
from multitool_tui.tui import pictures
from multitool_tui.tui.messages import (
    DescribeAsked,
    FleetAsked,
    HistoryAsked,
    Obey,
    ObserveAsked,
    PlaceAsked,
    RefreshAsked,
    ReplayAsked,
    SetupAsked,
    StartAsked,
)
from multitool_tui.tui.screens.base import FollowsScenes, Opens
from multitool_tui.tui.screens.confirm import ConfirmScreen, SafeConfirmScreen
from multitool_tui.tui.screens.decide import DecideScreen
from multitool_tui.tui.screens.help import HelpScreen
from multitool_tui.tui.screens.weight import WeightScreen
from multitool_tui.tui.themes import THEMES
from multitool_tui.views.actions import ACTIONS, BY_NAME, availability, pressed_for
from multitool_tui.views.decisions import decision
from multitool_tui.views.dialogs import promote_question, roll_back_question, seen_by, stop_refused
from multitool_tui.views.links import console_url, copied_text
from multitool_tui.views.scene import Scene

_TWICE = 10.0  # seconds within which a key is pressed again

if TYPE_CHECKING:
    from multitool_tui.controller.observe.describing import Resource


class SteeringScreen(FollowsScenes, Opens[None]):
    """A screen with a target in hand. A subclass shows it, and may hide what makes no sense there."""

    LACKS: ClassVar[frozenset[str]] = frozenset()
    """The actions that make no sense here."""
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(action.key, action.name, action.label, id=f"main.{action.name}", tooltip=action.help, show=False)
            for action in ACTIONS
            if action.name not in ("palette", "quit")  # these belong to the application, on every screen
        ),
        Binding("escape", "back", "Back", id="main.back", show=False),
    ]

    def __init__(self, clock: Clock, *, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._clock = clock
        self._stop_asked = -_TWICE
        self.scene = Scene(clock.now())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        del parameters
        if action not in BY_NAME:
            return True
        if action in self.LACKS:
            return False
        state = availability(action, self.scene)
        return True if state.enabled else None if state.shown else False

    def on_key(self, event: events.Key) -> None:
        """A key whose action does not apply now says why."""
        for action in ACTIONS:
            if event.key in pressed_for(action, self.scene):
                state = availability(action.name, self.scene)
                if state.reason:
                    self.notify(state.reason, severity="warning")

    @property
    def _place(self) -> str:
        """The session that is shown, where there are several."""
        return self.scene.snapshot.place if self.scene.snapshot else ""

    def _order(self, command: Command) -> Obey:
        """A command to the session that is shown now, whichever is when it is confirmed."""
        return Obey(command, place=self._place)

    def _live(self) -> Rollout | None:
        return self.scene.live.rollout if self.scene.live else None

    def action_new(self) -> None:
        self.post_message(StartAsked())

    def action_promote(self) -> None:
        rollout = self._live()
        if rollout is None:
            return
        question = promote_question(self.scene, rollout)
        command = Promote(seen=seen_by(rollout), without_evidence=question.demand is not None)

        order = self._order(command)

        def confirmed(yes: bool | None) -> None:  # noqa: FBT001 - the shape of Textual's callback
            if yes:
                self.post_message(order)

        self.app.push_screen(ConfirmScreen(question), confirmed)

    def action_roll_back(self) -> None:
        rollout = self._live()
        if rollout is None:
            return
        command = RollBack(seen=seen_by(rollout))

        order = self._order(command)

        def confirmed(yes: bool | None) -> None:  # noqa: FBT001 - the shape of Textual's callback
            if yes:
                self.post_message(order)

        self.app.push_screen(SafeConfirmScreen(roll_back_question(self.scene, rollout)), confirmed)

    def action_pause(self) -> None:
        rollout = self._live()
        if rollout:
            kind = Pause if rollout.state is State.SHIFTING else Resume
            self.post_message(self._order(kind(seen=seen_by(rollout))))

    def action_weight(self) -> None:
        rollout = self._live()
        if rollout is None:
            return
        seen, place = seen_by(rollout), self._place

        def chosen(weight: float | None) -> None:
            if weight is not None:
                self.post_message(Obey(SetWeight(seen=seen, weight=weight), place=place))

        self.app.push_screen(WeightScreen(self.scene, rollout, self._clock), chosen)

    def action_gate(self) -> None:
        rollout = self._live()
        if rollout:
            self.post_message(self._order(PassGate(seen=seen_by(rollout))))

    def action_decide(self) -> None:
        live = self.scene.live
        if live is None:
            return
        place = self._place

        def chosen(command: Command | None) -> None:
            if command is not None:
                self.post_message(Obey(command, place=place))

        self.app.push_screen(DecideScreen(decision(self.scene, live)), chosen)

    def action_setup(self) -> None:
        self.post_message(SetupAsked())

    def action_observe(self) -> None:
        self.post_message(ObserveAsked())

    def resource(self) -> Resource | None:
        """What is under the cursor here: the target in hand, unless a screen knows better."""
        from multitool_tui.views.describe import of_target

        snapshot, target = self.scene.snapshot, self.scene.target
        return of_target(target, snapshot) if snapshot and target else None

    def action_describe(self) -> None:
        if resource := self.resource():
            self.post_message(DescribeAsked(resource))
        else:
            self.notify("There is nothing to describe here yet.", severity="warning")

    def action_refresh(self) -> None:
        self.post_message(RefreshAsked())

    def action_copy(self) -> None:
        text = copied_text(self.scene)
        if text is None:
            self.notify("There is no target to copy yet.")
            return
        self.app.copy_to_clipboard(text)
        self.notify(f"Copied: {text}")

    def action_console(self) -> None:
        url, sentence = console_url(self.scene)
        if url:
            self.app.copy_to_clipboard(url)
        self.notify(sentence, title="Console")

    def action_theme(self) -> None:
        """The next of our own themes."""
        ours = list(THEMES)
        at = ours.index(self.app.theme) if self.app.theme in ours else -1
        self.app.theme = ours[(at + 1) % len(ours)]

    def action_screenshot(self) -> None:
        try:
            picture, text = pictures.save(self.app, self._clock.now())
        except OSError as error:
            self.notify(f"The screenshot could not be saved: {error.strerror}.", severity="error")
            return
        self.notify(f"Saved {picture}, and as text {text.name}", title="Screenshot")

    def action_suspend(self) -> None:
        """Stop the process as any other is stopped; while a rollout is live here, only when that is asked for twice."""
        now = monotonic()
        why_not = stop_refused(self.scene) if now > self._stop_asked + _TWICE else None
        self._stop_asked = now
        if why_not:
            self.notify(why_not, severity="warning")
        else:
            self.app.action_suspend_process()

    def action_fleet(self) -> None:
        self.post_message(FleetAsked())

    def action_history(self) -> None:
        self.post_message(HistoryAsked())

    def action_session(self) -> None:
        self.post_message(PlaceAsked())

    def action_replay(self) -> None:
        if self.scene.target:
            self.post_message(ReplayAsked(self.scene.target))
        else:
            self.notify("There is no target to replay yet.", severity="warning")

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen(self.scene, self.focused.id or "" if self.focused else ""))
