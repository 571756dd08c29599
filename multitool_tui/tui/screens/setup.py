"""Setting a service up: what is wanted, what will be made, how far it is, and what to do with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Static

from multitool_tui.aws.errors import AwsError
from multitool_tui.aws.resources import Caller
from multitool_tui.controller.provision.desk import Desk
from multitool_tui.controller.provision.walk import Progress, Status
from multitool_tui.journal.store import JournalError
from multitool_tui.tui.screens.base import Opens
from multitool_tui.tui.widgets.choice import Choice
from multitool_tui.tui.widgets.lines import Lines
from multitool_tui.views import setup
from multitool_tui.views.setup import Checked, Draft, Ended, Inspect, Step

_FIELDS = (
    ("name", "Name", "of the function", ()),
    ("zip_file", "Zip file", "its code, like build.zip", ()),
    ("handler", "Handler", "what is called, like app.handler", ()),
    ("runtime", "Runtime", "", setup.RUNTIMES),
    ("front", "In front", "", setup.FRONTS),
    ("path", "Path", "/ and the name", ()),
    ("who", "For", "", setup.WHO),
    ("source", "Source", "the ARN of a queue or stream", ()),
    ("role", "Role", "one is made; or an ARN", ()),
)
"""Id, label, what stands there while it is empty, and what may be chosen."""


class Parts(Lines, can_focus=True):
    """What is made, scrolled by the arrow keys when it does not fit."""


class SetupScreen(Opens[None]):
    """Holds a draft until it is looked up and made. One button goes on, one goes back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", show=False),
        Binding("ctrl+q,ctrl+c", "leave", "Quit", show=False),
    ]

    def __init__(
        self,
        connect: Callable[[], Awaitable[Desk]],
        inspect: Inspect,
        draft: Draft,
        leave: Callable[[Ended], object],
        *,
        ascii_only: bool,
    ) -> None:
        """`leave` is called when the operator has what they want, or not: it takes the screen away."""
        super().__init__()
        self._leave = leave
        self._connect, self._inspect = connect, inspect
        self._draft, self._ascii = draft, ascii_only
        self._step = Step.DRAFT
        self._desk: Desk | None = None
        self._caller: Caller | None = None
        self._checked = Checked()
        self._rows: tuple[Progress, ...] = ()
        self._ended = Ended()

    def compose(self) -> ComposeResult:
        yield Static(id="where")
        with Vertical(id="form") as form:
            form.border_title = Content("A service from a zip file")
            for name, label, empty, choices in _FIELDS:
                with Horizontal(classes="field", id=f"row-{name}"):
                    yield Static(label, classes="label")
                    field = Choice(id=name, placeholder=empty)
                    field.offer(choices)
                    yield field
                    yield Static("↑↓ chooses" if choices else "", classes="hint")
        yield Parts(id="parts")
        yield Static(id="said")
        with Horizontal(classes="buttons"):
            yield Button("Cancel", id="back", compact=True)
            yield Button("Look", id="on", compact=True)

    def on_mount(self) -> None:
        for name, *_ in _FIELDS:
            self.query_one(f"#{name}", Input).value = getattr(self._draft, name)
        parts = self.query_one("#parts", Parts)
        parts.ascii_only = self._ascii
        self._show()
        self.query_one("#name", Input).focus()
        self._open()

    # The draft

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        if event.input.id and getattr(self._draft, event.input.id) != event.value:
            self._draft = replace(self._draft, **{event.input.id: event.value})
            self._show()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.focus_next()

    def _show(self) -> None:
        """Bring every widget to what the step and the draft say."""
        step = self._step
        if step is Step.DRAFT:
            self._checked = setup.check(self._draft, self._inspect)
            region = self._caller.region if self._caller else ""
            self._rows = setup.planned(self._checked.service, region) if self._checked.service else ()
        self.query_one("#form").display = step in (Step.DRAFT, Step.LOOKING)
        for name, *_ in _FIELDS:
            self.query_one(f"#row-{name}").display = self._draft.shows(name)
        self._show_parts()
        self._show_buttons()

    def _show_parts(self) -> None:
        parts = self.query_one("#parts", Parts)
        if self._step is Step.DONE:
            parts.border_title = Content("Ready")
            parts.set_lines(setup.farewell_lines(self._ended.said, parts.scrollable_content_region.width))
            return
        titles = {Step.MAKING: "Being made", Step.FAILED: "Made so far"}
        parts.border_title = Content(titles.get(self._step, "What is made"))
        parts.set_lines(setup.lines(self._rows, known=self._step not in (Step.DRAFT, Step.LOOKING)))

    def _show_buttons(self) -> None:
        new = any(row.status is Status.TO_MAKE for row in self._rows)
        back, onward = {
            Step.DRAFT: ("Cancel", "Look what is there"),
            Step.LOOKING: ("Back", "Looking…"),
            Step.ASKING: ("Back", "Make it" if new else "Go on"),
            Step.MAKING: ("Stop", "Making…"),
            Step.FAILED: ("Back", "Try again"),
            Step.DONE: ("", "Close"),
        }[self._step]
        self.query_one("#back", Button).label = back
        self.query_one("#back", Button).display = bool(back)
        button = self.query_one("#on", Button)
        button.label = onward
        button.disabled = self._step in (Step.LOOKING, Step.MAKING)
        if self._step is Step.DRAFT:
            self._say(self._checked.error if self._draft.name else "")
        elif self._step is Step.ASKING and self._caller and self._checked.service:
            self._say(setup.question(self._rows, self._caller, self._checked.service))
        elif self._step is Step.MAKING:
            self._say(setup.under_way(self._rows))

    def _say(self, text: str, *, error: bool = False) -> None:
        said = self.query_one("#said", Static)
        said.update(Content(text))
        said.set_class(error, "-error")

    def on_resize(self, event: events.Resize) -> None:
        del event
        self.call_after_refresh(self._show_parts)

    # The steps

    @work
    async def _open(self) -> None:
        try:
            self._desk = await self._connect()
            self._caller = await self._desk.caller()
        except (AwsError, JournalError) as error:
            self._say(str(error), error=True)
            return
        self.query_one("#where", Static).update(Content(setup.heading(self._caller)))
        self._show()

    @on(Button.Pressed, "#on")
    def _go_on(self) -> None:
        match self._step:
            case Step.DRAFT if self._checked.service is None:
                self._say(self._checked.error, error=True)
                self.query_one(f"#{self._checked.field}", Input).focus()
            case Step.DRAFT if self._caller is None:
                self._say("The AWS session is not there yet.", error=True)
            case Step.DRAFT:
                self._go(Step.LOOKING)
                self._look()
            case Step.ASKING | Step.FAILED:
                self._go(Step.MAKING)
                self._make()
            case Step.DONE:
                self._leave(self._ended)
            case _:
                pass

    @on(Button.Pressed, "#back")
    def action_back(self) -> None:
        match self._step:
            case Step.DRAFT | Step.DONE:
                self._leave(self._ended)
            case Step.MAKING:
                self.workers.cancel_node(self)
                self._go(Step.FAILED)
                self._say("Stopped. What was made is on record: Try again goes on from here.")
            case _:
                self.workers.cancel_node(self)
                self._go(Step.DRAFT)
                self.query_one("#name", Input).focus()

    def action_leave(self) -> None:
        self._leave(self._ended)

    def _go(self, step: Step) -> None:
        self._step = step
        if step is Step.FAILED:
            self._rows = setup.stopped(self._rows)
        self._show()
        if step in (Step.ASKING, Step.FAILED, Step.DONE):
            self.query_one("#on", Button).focus()
        if step is Step.DONE:
            self.call_after_refresh(self._show_parts)

    @work
    async def _look(self) -> None:
        service, package = self._checked.service, self._checked.package
        if self._desk is None or service is None or package is None:
            return
        try:
            self._rows = tuple(await self._desk.survey(service, package))
        except (AwsError, JournalError) as error:
            self._go(Step.DRAFT)
            self._say(str(error), error=True)
            return
        self._go(Step.ASKING)

    @work
    async def _make(self) -> None:
        service, package = self._checked.service, self._checked.package
        if self._desk is None or self._caller is None or service is None or package is None:
            return
        try:
            facts = await self._desk.make(service, package, self._tell)
        except (AwsError, JournalError) as error:
            self._go(Step.FAILED)
            self._say(f"{error} What was made is on record: Try again goes on from here.", error=True)
            return
        self._ended = Ended(setup.farewell(service, facts, self._caller), service.target)
        self._say("")
        self._go(Step.DONE)

    def _tell(self, news: Progress) -> None:
        self._rows = setup.updated(self._rows, news)
        self._show()
        parts = self.query_one("#parts", Parts)
        at = next((at for at, row in enumerate(self._rows) if row == news), 0)
        parts.scroll_to(y=max(0, at - parts.scrollable_content_region.height + 2), animate=False)
