"""Help: keys, glyphs, words."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from multitool_tui.tui.widgets.pane import Pane
from multitool_tui.views.help import help_lines
from multitool_tui.views.scene import Scene
from multitool_tui.views.text import PaneView, Role, Span, line


class HelpText(Pane):
    """The text, scrolled with the keys that scroll everything."""

    def view(self, scene: Scene, width: int, height: int) -> PaneView:
        del scene, height
        return PaneView(
            line(Span("Help", Role.STRONG)), help_lines(width), line(Span("↑↓ scroll · esc closes", Role.DIM))
        )


class HelpScreen(ModalScreen[None]):
    """Shows the help until escape, `?` or `q`."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,question_mark,q", "close", "Close", show=False)]

    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self._scene = scene

    def compose(self) -> ComposeResult:
        yield HelpText(id="help")

    def on_mount(self) -> None:
        text = self.query_one(HelpText)
        text.show(self._scene)
        text.focus()

    def action_close(self) -> None:
        self.dismiss(None)
