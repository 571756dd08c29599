"""Giving one pane the whole screen, and back."""

from __future__ import annotations

from textual.widget import Widget

from multitool_tui.tui.screens.base import Opens
from multitool_tui.tui.widgets.evidence import Evidence
from multitool_tui.tui.widgets.pane import Pane
from multitool_tui.tui.widgets.resources import Resources


class Zooms(Opens[None]):
    """A screen of panes, of which one can have everything between the header and the keys."""

    def action_zoom(self) -> None:
        """Give the focused pane everything; once more, or escape, gives it back."""
        if self.unzoom():
            return
        path = list(self.focused.ancestors_with_self) if self.focused else []
        pane = next((node for node in path if isinstance(node, Pane | Resources)), None)
        if pane is None:
            pane = self.query_one(Evidence)
            pane.focus()
        self.zoom(pane)

    def zoom(self, pane: Widget) -> None:
        """Give this pane everything."""
        self.add_class("-zoom")
        pane.add_class("-zoomed")
        if pane.parent:
            pane.parent.add_class("-zoomed")

    def unzoom(self) -> bool:
        """Give it back. Returns whether there was anything to give."""
        was = self.has_class("-zoom")
        self.remove_class("-zoom")
        self.query(".-zoomed").remove_class("-zoomed")
        return was
