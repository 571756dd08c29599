"""Decide about a rollout that is held, or driven elsewhere: its facts, and one button for each way."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from multitool_tui.controller.commands import Command
from multitool_tui.tui.screens.base import Dialog
from multitool_tui.tui.screens.confirm import facts_content
from multitool_tui.views.decisions import Decision


class DecideScreen(Dialog[Command]):
    """Dismisses with the command that was chosen. The focus is on Cancel."""

    AUTO_FOCUS = "#cancel"

    def __init__(self, decision: Decision) -> None:
        super().__init__()
        self._decision = decision

    def compose(self) -> ComposeResult:
        decision = self._decision
        with VerticalScroll(classes="dialog", can_focus=False) as dialog:
            dialog.border_title = Content(decision.title)
            yield Static(facts_content(decision.facts), classes="facts")
            yield Static(Content(decision.sentence), classes="sentence")
            yield Static(
                facts_content(tuple((option.label, option.sentence) for option in decision.options)), classes="sentence"
            )
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                for option in decision.options:
                    yield Button(Content(option.label), id=option.name, compact=True)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        chosen = {option.name: option.command for option in self._decision.options}
        self.dismiss(chosen.get(event.button.id or ""))
