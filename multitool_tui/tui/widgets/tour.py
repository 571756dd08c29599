"""The tour's box. It takes no key but its own: whatever else is pressed does what it always does."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.css.query import NoMatches
from textual.message import Message

from multitool_tui.tui.widgets.lines import Lines
from multitool_tui.views.scene import Scene
from multitool_tui.views.tour import STEPS, said

_POINTED = "-pointed"


class Tour(Lines, can_focus=True):
    """Points at one pane or bar after the other, until it is through or escape is pressed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,right", "turn(1)", "Next", show=False),
        Binding("left", "turn(-1)", "Back", show=False),
        Binding("escape", "end", "End", show=False),
    ]

    class Over(Message):
        """It is through, or was ended."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(id="tour")
        self._scene = scene
        self._step = 0

    def on_mount(self) -> None:
        self.ascii_only = self._scene.ascii
        self.focus()
        self._point()

    def on_unmount(self) -> None:
        self._point_nowhere()

    def on_resize(self, event: events.Resize) -> None:
        del event
        self._draw()

    def on_click(self) -> None:
        self.action_turn(1)

    def action_turn(self, by: int) -> None:
        """The next step, or the one before; after the last it is over."""
        if self._step + by >= len(STEPS):
            self.action_end()
            return
        self._step = max(0, self._step + by)
        self._point()

    def action_end(self) -> None:
        self.post_message(self.Over())

    def _point(self) -> None:
        self._point_nowhere()
        pane = self.screen.query_one(f"#{STEPS[self._step].at}")
        pane.add_class(_POINTED)
        if pane.parent is not None:
            pane.parent.set_class(pane.parent.id == "left", "-shown")
        self._draw()

    def _point_nowhere(self) -> None:
        try:
            self.screen.query(f".{_POINTED}").remove_class(_POINTED)
            self.screen.query(".-shown").remove_class("-shown")
        except NoMatches:
            pass

    def _draw(self) -> None:
        lines = said(self._step, self._scene, max(20, self.scrollable_content_region.width))
        self.styles.height = len(lines) + 2
        self.set_lines(lines)
