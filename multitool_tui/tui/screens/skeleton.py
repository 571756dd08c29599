"""What is on the screen at first: the main screen's frame, drawn before anything is loaded that fills it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

BREAKPOINTS = [(0, "-narrow"), (100, "-wide"), (160, "-broad")]
"""From the second width on, resources and alarms have a column of their own."""
TALL_BREAKPOINTS = [(0, "-short"), (34, "-tall"), (50, "-high")]
_WAITING = "connecting…"


class Skeleton(Screen[None]):
    """The frame. The main screen covers it as soon as that is loaded, and looks like it until it is connected."""

    AUTO_FOCUS: ClassVar[str] = ""
    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    VERTICAL_BREAKPOINTS = TALL_BREAKPOINTS

    def __init__(self, hint: str = "") -> None:
        super().__init__(id="skeleton")
        self._hint = hint

    def compose(self) -> ComposeResult:
        yield Static(Content(f" MultiTool   {self._hint}"), id="header", classes="bar")
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield from (_frame("Resources"), _frame("Alarms"))
            with Vertical(id="right"):
                yield from (_frame("Traffic split", "split"), _frame("Evidence"), _frame("Events"))
        yield Static(id="keys", classes="bar")


def _frame(title: str, name: str = "") -> Static:
    pane = Static(Content(f"\n{_WAITING}"), id=name or title.lower(), classes="pane")
    pane.border_title = Content(title)
    return pane
