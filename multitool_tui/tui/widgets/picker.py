"""A list to choose several things from: a mark says what is chosen, and not a colour alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message

from multitool_tui.tui.widgets.lines import Lines
from multitool_tui.views.text import Line, Role, Span, line


class Picker(Lines, can_focus=True):
    """Up and down move, space and enter choose. What is chosen belongs to the owner, who is told of each change."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"picker--cursor"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", show=False),
        Binding("down", "move(1)", "Down", show=False),
        Binding("space,enter", "choose", "Choose", show=False),
    ]

    class Toggled(Message):
        """This one is to be chosen, or no longer."""

        def __init__(self, key: str) -> None:
            self.key = key
            super().__init__()

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._items: tuple[tuple[str, Line], ...] = ()
        self._chosen: Collection[str] = ()
        self._cursor = 0

    def offer(self, items: Mapping[str, Line]) -> None:
        """Offer these, by key."""
        self._items = tuple(items.items())
        self._cursor = min(self._cursor, max(0, len(items) - 1))
        self._draw()

    def choose(self, keys: Collection[str]) -> None:
        """Mark these as chosen."""
        self._chosen = keys
        self._draw()

    def _draw(self) -> None:
        lines = tuple(
            line(Span("[x] " if key in self._chosen else "[ ] ", Role.STRONG), *text) for key, text in self._items
        )
        self.set_lines(lines or (line(Span("no alarm matches", Role.DIM)),))

    def base_style(self, number: int) -> Style:
        if number == self._cursor and self._items:
            return self.get_component_rich_style("picker--cursor")
        return super().base_style(number)

    def action_move(self, by: int) -> None:
        """Move the cursor; at either end, go on to the neighbouring field."""
        moved = self._cursor + by
        if not 0 <= moved < len(self._items):
            self.screen.focus_next() if by > 0 else self.screen.focus_previous()
            return
        self._cursor = moved
        self.refresh()
        self.scroll_to_region(Region(0, moved, 1, 1), animate=False, force=True, x_axis=False)

    def action_choose(self) -> None:
        if self._items:
            self.post_message(self.Toggled(self._items[self._cursor][0]))

    def on_click(self, event: events.Click) -> None:
        number = event.y + self.scroll_offset.y
        if number < len(self._items):
            self._cursor = number
            self.action_choose()
