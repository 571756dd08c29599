"""The field above a list that says what is shown of it. What it finds is the same everywhere: `views.finding`."""

from __future__ import annotations

from textual import events, on
from textual.widgets import Input

from multitool_tui.tui.widgets.rows import Rows


class FilterField(Input):
    """Away until it is opened, or filled; enter and down go back to the rows. What is typed is `Input.Changed`."""

    def __init__(self, hint: str, rows: Rows, value: str = "") -> None:
        super().__init__(value, placeholder=hint, id="filter", compact=True)
        self._rows = rows

    def on_mount(self) -> None:
        self.display = bool(self.value)

    def open(self) -> None:
        """Show it, and type there."""
        self.display = True
        self.focus()

    def close(self) -> bool:
        """Clear and hide it. Returns whether it was there."""
        was = self.display
        self.value = ""
        self.display = False
        if was:
            self._rows.focus()
        return was

    @on(Input.Submitted)
    def _taken(self, event: Input.Submitted) -> None:
        event.stop()
        self.display = bool(self.value)
        self._rows.focus()

    def on_key(self, event: events.Key) -> None:
        if event.key == "down":
            event.stop()
            self._rows.focus()
