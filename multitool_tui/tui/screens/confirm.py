"""Promote and roll back: a question with its facts, and two buttons."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Static

from multitool_tui.tui.screens.base import Dialog
from multitool_tui.views.dialogs import Question
from multitool_tui.views.text import clean


def facts_content(facts: tuple[tuple[str, str], ...]) -> Content:
    """Names and values in two columns."""
    width = max(len(name) for name, _ in facts) + 2
    rows = [Content.assemble((f"{name:<{width}}", "$faint"), (value, "bold")) for name, value in facts]
    return Content("\n").join(rows)


class ConfirmScreen(Dialog[bool]):
    """Asks, and dismisses with True when confirmed. The focus is on the safe answer."""

    AUTO_FOCUS = "#cancel"

    def __init__(self, question: Question) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        question = self._question
        with VerticalScroll(classes="dialog", can_focus=False) as dialog:
            dialog.border_title = Content(clean(question.title))
            yield Static(facts_content(question.facts), classes="facts")
            yield Static(Content(question.sentence), classes="sentence")
            if question.demand is not None:
                yield Static(Content(f"! {question.warning}"), classes="warning")
                yield Static(Content(f"To go on all the same, type the canary's version number: {question.demand}"))
                yield Input(id="demand", placeholder="version number", compact=True)
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button(
                    Content(question.confirm), id="confirm", compact=True, disabled=question.demand is not None
                )

    @on(Input.Changed, "#demand")
    def _typed(self, event: Input.Changed) -> None:
        demanded = event.value.strip().removeprefix("v") == self._question.demand
        self.query_one("#confirm", Button).disabled = not demanded

    @on(Input.Submitted, "#demand")
    def _submitted(self) -> None:
        confirm = self.query_one("#confirm", Button)
        if not confirm.disabled:
            confirm.focus()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "confirm")


class SafeConfirmScreen(ConfirmScreen):
    """Asks for what is safe to confirm: enter, however soon it follows, does it."""

    AUTO_FOCUS = "#confirm"
