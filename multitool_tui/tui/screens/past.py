"""A rollout as it looked at any moment: the panes of the main screen over a slider. Nothing can be changed here."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import ClassVar

from textual import events
from textual.app import ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message

from multitool_tui.controller.film import Film
from multitool_tui.tui.screens.base import FollowsScenes
from multitool_tui.tui.screens.help import HelpScreen
from multitool_tui.tui.screens.skeleton import BREAKPOINTS, TALL_BREAKPOINTS
from multitool_tui.tui.screens.zoom import Zooms
from multitool_tui.tui.widgets.bars import AlarmStrip, Bar, Header
from multitool_tui.tui.widgets.events import Events
from multitool_tui.tui.widgets.evidence import Evidence
from multitool_tui.tui.widgets.lines import Lines
from multitool_tui.tui.widgets.pane import Pane
from multitool_tui.tui.widgets.split import Split
from multitool_tui.views import past
from multitool_tui.views.scene import Scene

_FAR = 10
_KEYS = (
    ("←→", "Moment"),
    ("shift", "by ten"),
    ("tab", "Panes"),
    ("zoom", "Zoom"),
    ("help", "Help"),
    ("esc", "Back"),
    ("home end", "First, last"),
)


class Slider(Lines, can_focus=True):
    """All moments in a row, and the one that is shown. Its keys are those of the screen."""

    class Put(Message):
        """A click on a moment."""

        def __init__(self, number: int) -> None:
            self.number = number
            super().__init__()

    def __init__(self, film: Film) -> None:
        super().__init__(id="slider")
        self._film = film
        self._number = 0

    def put(self, number: int) -> None:
        """Show this moment."""
        self._number = number
        self.set_lines(past.slider(self._film, number, self.size.width))

    def on_resize(self, event: events.Resize) -> None:
        del event
        self.put(self._number)

    def on_click(self, event: events.Click) -> None:
        self.post_message(self.Put(past.frame_at(event.x, self._film, self.size.width)))


class PastScreen(Zooms, FollowsScenes):
    """Opens where the rollout ended, or else at the last moment; escape goes back to where it was opened from."""

    AUTO_FOCUS = "#slider"
    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    VERTICAL_BREAKPOINTS = TALL_BREAKPOINTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "go(-1)", "Earlier", show=False),
        Binding("right", "go(1)", "Later", show=False),
        Binding("shift+left", f"go(-{_FAR})", "Ten earlier", show=False),
        Binding("shift+right", f"go({_FAR})", "Ten later", show=False),
        Binding("home", "go_to(0)", "First", show=False),
        Binding("end", "go_to(-1)", "Last", show=False),
        Binding("z", "zoom", "Zoom", id="main.zoom", show=False),
        Binding("question_mark", "help", "Help", id="main.help", show=False),
        Binding("escape", "back", "Back", show=False),
    ]

    def __init__(self, film: Film, scene: Scene) -> None:
        super().__init__(id="past")
        self._film = film
        self._given = scene
        ends = (number for number, frame in enumerate(film.frames) if frame.rollout.ended)
        self.number = next(ends, len(film.frames) - 1)

    def compose(self) -> ComposeResult:
        yield Header(id="header")
        with Horizontal(id="body"), Vertical(id="right"):
            yield Split(id="split")
            yield Evidence(id="evidence")
            yield AlarmStrip(id="strip")
            yield Events(id="events")
        yield Slider(self._film)
        yield Lines(id="keys")

    def on_mount(self) -> None:
        for widget in self.query(Lines):
            widget.ascii_only = self._given.ascii
        self.action_go_to(self.number)

    def on_resize(self) -> None:
        keys = self.query_one("#keys", Lines)
        self.call_after_refresh(lambda: keys.set_lines((past.keys(_KEYS, self._given, self.size.width),)))

    def show(self, scene: Scene) -> None:
        """The present does not change what was."""

    @property
    def scene(self) -> Scene:
        """The moment that is shown."""
        snapshot = self._film.snapshot(self.number)
        return Scene(snapshot.at, snapshot, snapshot.rollouts[0].rollout.target, self._given.ascii, self._given.keys)

    def action_go(self, by: int) -> None:
        """So many moments later, or earlier."""
        self.action_go_to(max(0, self.number + by))

    def action_go_to(self, number: int) -> None:
        """Show this moment; -1 is the last one."""
        last = len(self._film.frames) - 1
        self.number = min(number, last) if number >= 0 else last
        scene = self.scene
        with self.app.batch_update():
            for widget in (*self.query(Pane), *self.query(Bar)):
                widget.show(scene)
            self.query_one(Slider).put(self.number)

    def on_slider_put(self, message: Slider.Put) -> None:
        self.action_go_to(message.number)

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen(self.scene))

    def action_back(self) -> None:
        if not self.unzoom():
            self.dismiss(None)

    def commands(self) -> Iterable[SystemCommand]:
        """For the palette: every decision."""
        for number, frame in enumerate(self._film.frames):
            if frame.action:
                said = f"Go to {frame.at:%H:%M:%S}: {frame.action}"
                yield SystemCommand(said, "The moment of this decision", partial(self.action_go_to, number))
