"""The main screen: the panes, and the keys that act on what they show."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widget import Widget

from multitool_tui.clock import Clock
from multitool_tui.controller.commands import Command, PassGate, Pause, Promote, Resume, RollBack, SetWeight
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.states import State
from multitool_tui.tui.messages import Obey, RefreshAsked, StartAsked
from multitool_tui.tui.screens.confirm import ConfirmScreen, SafeConfirmScreen
from multitool_tui.tui.screens.decide import DecideScreen
from multitool_tui.tui.screens.help import HelpScreen
from multitool_tui.tui.screens.weight import WeightScreen
from multitool_tui.tui.widgets.alarms import Alarms
from multitool_tui.tui.widgets.bars import AlarmStrip, Bar, Header, Keys
from multitool_tui.tui.widgets.events import Events
from multitool_tui.tui.widgets.evidence import Evidence
from multitool_tui.tui.widgets.pane import Pane
from multitool_tui.tui.widgets.resources import Resources, ResourceTree
from multitool_tui.tui.widgets.split import Split
from multitool_tui.views.actions import ACTIONS, BY_NAME, availability
from multitool_tui.views.decisions import decision
from multitool_tui.views.dialogs import promote_question, roll_back_question, seen_by
from multitool_tui.views.links import console_url, copied_text
from multitool_tui.views.scene import Scene

WIDE = 100
"""From this width on, resources and alarms have a column of their own."""


class MainScreen(Screen[None]):
    """All panes at once. Narrow terminals keep resources and alarms in a drawer that tab brings in."""

    AUTO_FOCUS = ""
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide"), (160, "-broad")]  # noqa: RUF012 - as Textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-short"), (34, "-tall"), (50, "-high")]  # noqa: RUF012 - as Textual declares it
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(action.key, action.name, action.label, id=f"main.{action.name}", tooltip=action.help, show=False)
            for action in ACTIONS
            if action.name not in ("palette", "leave")  # these belong to the application, on every screen
        ),
        Binding("escape", "back", "Back", id="main.back", show=False),
    ]

    def __init__(self, clock: Clock, title_hint: str = "") -> None:
        super().__init__(id="main")
        self._clock = clock
        self._hint = title_hint
        self.scene = Scene(clock.now())
        self._narrow = False

    def compose(self) -> ComposeResult:
        header = Header(id="header")
        header.hint = self._hint
        yield header
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield Resources()
                yield Alarms(id="alarms")
            with Vertical(id="right"):
                yield Split(id="split")
                yield Evidence(id="evidence")
                yield AlarmStrip(id="strip")
                yield Events(id="events")
        yield Keys(id="keys")

    def on_mount(self) -> None:
        self.show(self.scene)
        # On a narrow terminal nothing has the focus at first: tab then goes to the drawer.
        if self.app.size.width >= WIDE:
            self.query_one(ResourceTree).focus()

    def on_resize(self, event: events.Resize) -> None:
        """When the terminal becomes narrow, the drawer does not stay open over what one was looking at."""
        was_narrow, self._narrow = self._narrow, event.size.width < WIDE
        if self._narrow and not was_narrow and isinstance(self.focused, ResourceTree):
            self.set_focus(None)

    def show(self, scene: Scene) -> None:
        """Draw this scene in every pane; each repaints only what is different."""
        self.scene = scene
        with self.app.batch_update():
            for widget in self.query(Widget):
                if isinstance(widget, Pane | Bar | Resources):
                    widget.show(scene)

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        del parameters
        if action not in BY_NAME:
            return True
        state = availability(action, self.scene)
        return True if state.enabled else None if state.shown else False

    def on_key(self, event: events.Key) -> None:
        """A key whose action does not apply now says why."""
        for action in ACTIONS:
            if event.key in action.key.split(","):
                state = availability(action.name, self.scene)
                if state.reason:
                    self.notify(state.reason, severity="warning", markup=False)

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

        def confirmed(yes: bool | None) -> None:  # noqa: FBT001 - the shape of Textual's callback
            if yes:
                self.post_message(Obey(command))

        self.app.push_screen(ConfirmScreen(question), confirmed)

    def action_roll_back(self) -> None:
        rollout = self._live()
        if rollout is None:
            return
        command = RollBack(seen=seen_by(rollout))

        def confirmed(yes: bool | None) -> None:  # noqa: FBT001 - the shape of Textual's callback
            if yes:
                self.post_message(Obey(command))

        self.app.push_screen(SafeConfirmScreen(roll_back_question(self.scene, rollout)), confirmed)

    def action_pause(self) -> None:
        rollout = self._live()
        if rollout:
            kind = Pause if rollout.state is State.SHIFTING else Resume
            self.post_message(Obey(kind(seen=seen_by(rollout))))

    def action_weight(self) -> None:
        rollout = self._live()
        if rollout is None:
            return
        seen = seen_by(rollout)

        def chosen(weight: float | None) -> None:
            if weight is not None:
                self.post_message(Obey(SetWeight(seen=seen, weight=weight)))

        self.app.push_screen(WeightScreen(self.scene, rollout, self._clock), chosen)

    def action_gate(self) -> None:
        rollout = self._live()
        if rollout:
            self.post_message(Obey(PassGate(seen=seen_by(rollout))))

    def action_decide(self) -> None:
        live = self.scene.live
        if live is None:
            return

        def chosen(command: Command | None) -> None:
            if command is not None:
                self.post_message(Obey(command))

        self.app.push_screen(DecideScreen(decision(self.scene, live)), chosen)

    def action_filter(self) -> None:
        self._unzoom()
        self.query_one(Resources).open_filter()

    @on(ResourceTree.Opened)
    def _opened(self) -> None:
        if self.app.size.width < WIDE:
            self.query_one(Split).focus()

    def action_zoom(self) -> None:
        """Give the focused pane everything between the header and the keys; once more, or escape, gives it back."""
        if self._unzoom():
            return
        pane = next((node for node in self._focus_path() if isinstance(node, Pane | Resources)), None)
        if pane is None:
            pane = self.query_one(Evidence)
            pane.focus()
        self.add_class("-zoom")
        pane.add_class("-zoomed")
        if pane.parent:
            pane.parent.add_class("-zoomed")

    def _focus_path(self) -> list[object]:
        return list(self.focused.ancestors_with_self) if self.focused else []

    def _unzoom(self) -> bool:
        was = self.has_class("-zoom")
        self.remove_class("-zoom")
        self.query(".-zoomed").remove_class("-zoomed")
        return was

    def action_back(self) -> None:
        if self._unzoom() or self.query_one(Resources).close_filter():
            return
        if self.app.size.width < WIDE:
            self.set_focus(None)

    def action_refresh(self) -> None:
        self.post_message(RefreshAsked())

    def action_copy(self) -> None:
        text = copied_text(self.scene)
        if text is None:
            self.notify("There is no target to copy yet.", markup=False)
            return
        self.app.copy_to_clipboard(text)
        self.notify(f"Copied: {text}", markup=False)

    def action_console(self) -> None:
        url, sentence = console_url(self.scene)
        if url:
            self.app.copy_to_clipboard(url)
        self.notify(sentence, title="Console", markup=False)

    def action_theme(self) -> None:
        self.app.theme = "multitool-light" if self.app.current_theme.dark else "multitool-dark"

    def action_screenshot(self) -> None:
        name = f"multitool-{self._clock.now():%Y%m%d-%H%M%S}.svg"
        try:
            Path(name).write_text(self.app.export_screenshot(title="MultiTool"), encoding="utf-8")
        except OSError as error:
            self.notify(f"The screenshot could not be saved: {error.strerror}.", severity="error", markup=False)
            return
        self.notify(f"Saved {Path(name).resolve()}", title="Screenshot", markup=False)

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen(self.scene))
