"""A list of rows with a cursor, drawn row by row, so that thousands cost a screenful."""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region

from multitool_tui.tui.widgets.lines import Lines


class Rows(Lines, can_focus=True):
    """The cursor and the keys that move it. A subclass says how many rows there are, and what it means to be on one."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"rows--cursor"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home", "move_to(0)", "First", show=False),
        Binding("end", "move_to(-1)", "Last", show=False),
        Binding("enter", "open", "Open", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self.cursor = 0

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    def landed(self) -> None:
        """The operator has moved the cursor: he looks at what is there now."""

    def action_open(self) -> None:
        """The row under the cursor was chosen, with enter or a click."""

    def fit(self) -> None:
        """The rows are other ones, or have another size: keep the cursor among them, and the scroll bar right."""
        self.cursor = min(self.cursor, max(0, self.row_count - 1))
        self.span(max(1, self.row_count))

    def move_cursor(self, number: int) -> None:
        """Put the cursor on a row, and bring that into view."""
        before, self.cursor = self.cursor, number
        self.refresh_line(before)
        self.refresh_line(number)
        self.scroll_to_region(Region(0, number, 1, 1), animate=False, force=True, x_axis=False)

    def go(self, number: int) -> None:
        """Move the cursor by the operator's hand, no further than there are rows."""
        if self.row_count:
            self.move_cursor(max(0, min(number, self.row_count - 1)))
            self.landed()

    def action_move(self, by: int) -> None:
        self.go(self.cursor + by)

    def action_page(self, by: int) -> None:
        self.go(self.cursor + by * max(1, self.size.height - 1))

    def action_move_to(self, number: int) -> None:
        self.go(number if number >= 0 else self.row_count - 1)

    def on_click(self, event: events.Click) -> None:
        number = event.y + self.scroll_offset.y
        if number < self.row_count:
            again = number == self.cursor
            self.go(number)
            if again or self.opens_at_once():
                self.action_open()

    def opens_at_once(self) -> bool:
        """Whether one click opens the row under the cursor; otherwise it takes a second one."""
        return False

    def base_style(self, number: int) -> Style:
        if number == self.cursor and self.row_count:
            return self.get_component_rich_style("rows--cursor")
        return super().base_style(number)
