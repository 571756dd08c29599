"""Help: keys, glyphs, words."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from multitool_tui.tui.screens.base import Dialog
from multitool_tui.tui.widgets.pane import Pane
from multitool_tui.views.help import help_lines
from multitool_tui.views.scene import Scene
from multitool_tui.views.text import PaneView, Role, Span, line


class HelpText(Pane):
    """The text, scrolled with the keys that scroll everything."""

    here = ""
    """What one was at when help was called."""

    def view(self, scene: Scene, width: int, height: int) -> PaneView:
        del height
        return PaneView(
            line(Span("Help", Role.STRONG)),
            help_lines(scene, width, self.here),
            line(Span("↑↓ scroll · esc closes", Role.DIM)),
        )


class HelpScreen(Dialog[None]):
    """Shows the help until escape, `?` or `q`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "close", "Close", show=False),
        Binding("question_mark", "close", "Close", id="main.help", show=False),
    ]

    def __init__(self, scene: Scene, here: str = "") -> None:
        """`here`: the id of what has the focus, about which is told first."""
        super().__init__()
        self._scene, self._here = scene, here

    def compose(self) -> ComposeResult:
        text = HelpText(id="help")
        text.here = self._here
        yield text

    def on_mount(self) -> None:
        text = self.query_one(HelpText)
        text.show(self._scene)
        text.focus()
