"""A field that is typed into or stepped through: what is known is offered, what is typed is taken as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.highlighter import Highlighter
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.suggester import SuggestFromList
from textual.widgets import Input

from multitool_tui.views.text import boxed


class AsText(Highlighter):
    """Shows what is in a field without what a terminal would obey."""

    def highlight(self, text: Text) -> None:
        text.plain = boxed(text.plain)


class Choice(Input):
    """Up and down step through the choices; the rest of a choice is suggested while typing, and right takes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1)", "Previous choice", show=False),
        Binding("down", "step(1)", "Next choice", show=False),
    ]

    def __init__(self, *, id: str, placeholder: str = "") -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id, placeholder=placeholder, compact=True, select_on_focus=False, highlighter=AsText())
        self._choices: tuple[str, ...] = ()

    def offer(self, choices: Sequence[str]) -> None:
        """Offer these choices from now on."""
        if tuple(choices) != self._choices:
            self._choices = tuple(choices)
            plain = [choice for choice in choices if boxed(choice) == choice]
            self.suggester = SuggestFromList(plain, case_sensitive=False)

    def action_step(self, by: int) -> None:
        """Go to the next or the previous choice; from something typed, to the first that begins with it."""
        if not self._choices:
            return
        if self.value in self._choices:
            number = (self._choices.index(self.value) + by) % len(self._choices)
        else:
            typed = self.value.casefold()
            number = next((n for n, choice in enumerate(self._choices) if choice.casefold().startswith(typed)), 0)
        self.value = self._choices[number]
        self.cursor_position = len(self.value)
