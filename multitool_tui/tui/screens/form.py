"""What is asked before something is done beside a rollout: facts, fields, and one button that does it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Static

from multitool_tui.controller.observe.page import Field, Form
from multitool_tui.controller.port import CommandRefused
from multitool_tui.tui.screens.base import Dialog
from multitool_tui.tui.screens.confirm import facts_content
from multitool_tui.tui.widgets.choice import AsText, Choice
from multitool_tui.views.text import clean


class FormScreen(Dialog[str]):
    """Dismisses with what `submit` said it did; what it refused is shown here, with everything as it was typed."""

    AUTO_FOCUS = ""

    def __init__(self, form: Form, submit: Callable[[Mapping[str, str]], Awaitable[str]]) -> None:
        super().__init__()
        self._form, self._submit = form, submit
        self._busy = False

    def compose(self) -> ComposeResult:
        form = self._form
        with VerticalScroll(classes="dialog form", can_focus=False) as dialog:
            dialog.border_title = Content(clean(form.title))
            if form.facts:
                facts = tuple((clean(name), clean(value)) for name, value in form.facts)
                yield Static(facts_content(facts), classes="facts")
            for field in form.fields:
                with Horizontal(classes="field"):
                    yield Static(Content(field.label), classes="label")
                    yield _input(field)
                    if field.hint:
                        yield Static(Content(field.hint), classes="hint")
            yield Static(Content(clean(form.sentence)), classes="sentence")
            yield Static(id="said", classes="warning")
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button(Content(form.confirm), id="confirm", compact=True)

    def on_mount(self) -> None:
        first = f"#f-{self._form.fields[0].name}" if self._form.fields else "#cancel"
        self.query_one(first).focus()

    def _values(self) -> dict[str, str]:
        return {field.name: self.query_one(f"#f-{field.name}", Input).value for field in self._form.fields}

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        name = (event.input.id or "").removeprefix("f-")
        for field in self._form.fields:
            if field.follows and field.follows[0] == name and event.value in field.follows[1]:
                follower = self.query_one(f"#f-{field.name}", Input)
                if follower.value in (field.value, *field.follows[1].values()):
                    follower.value = field.follows[1][event.value]

    @on(Input.Submitted)
    def _next(self) -> None:
        self.focus_next()

    @on(Button.Pressed, "#cancel")
    def _cancelled(self) -> None:
        self.dismiss(None)

    @on(Button.Pressed, "#confirm")
    def _confirmed(self) -> None:
        if not self._busy:
            self._busy = True
            self._say("One moment…")
            self.query_one("#confirm", Button).disabled = True
            self.run_worker(self._send(self._values()))

    async def _send(self, values: Mapping[str, str]) -> None:
        try:
            done = await self._submit(values)
        except CommandRefused as refused:
            self._say(str(refused))
            self._busy = False
            confirm = self.query_one("#confirm", Button)
            confirm.disabled = False
            confirm.focus()
        else:
            self.dismiss(done)

    def _say(self, sentence: str) -> None:
        self.query_one("#said", Static).update(Content(clean(sentence)))


def _input(field: Field) -> Input:
    if field.choices:
        choice = Choice(id=f"f-{field.name}")
        choice.offer(field.choices)
        choice.value = field.value
        return choice
    return Input(field.value, id=f"f-{field.name}", compact=True, select_on_focus=False, highlighter=AsText())
