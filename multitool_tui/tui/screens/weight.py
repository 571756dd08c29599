"""The canary's weight, by hand."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Static

from multitool_tui.clock import Clock
from multitool_tui.rollout.model import Rollout
from multitool_tui.tui.screens.base import Dialog
from multitool_tui.tui.screens.confirm import facts_content
from multitool_tui.views.dialogs import check_weight, weight_facts
from multitool_tui.views.scene import Scene


class WeightScreen(Dialog[float]):
    """Asks for a percentage, says at once whether it may be set, and dismisses with the share."""

    AUTO_FOCUS = "#weight"

    def __init__(self, scene: Scene, rollout: Rollout, clock: Clock) -> None:
        super().__init__()
        self._scene, self._rollout, self._clock = scene, rollout, clock

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog", can_focus=False) as dialog:
            dialog.border_title = Content("Set the weight")
            yield Static(facts_content(weight_facts(self._scene, self._rollout)), classes="facts")
            with Horizontal(classes="field"):
                yield Static("New weight", classes="label")
                yield Input(id="weight", placeholder="percent, like 10", compact=True)
            yield Static(id="said", classes="sentence")
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button("Set the weight", id="confirm", compact=True, disabled=True)

    def on_mount(self) -> None:
        self._check("")

    def _check(self, text: str) -> float | None:
        weight, sentence = check_weight(text, self._rollout, self._clock.now())
        self.query_one("#said", Static).update(Content(sentence))
        self.query_one("#confirm", Button).disabled = weight is None
        return weight

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._check(event.value)

    @on(Input.Submitted)
    @on(Button.Pressed, "#confirm")
    def _confirmed(self) -> None:
        weight = self._check(self.query_one("#weight", Input).value)
        if weight is not None:
            self.dismiss(weight)

    @on(Button.Pressed, "#cancel")
    def _cancelled(self) -> None:
        self.dismiss(None)
