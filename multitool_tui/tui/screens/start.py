"""Starting a rollout: everything is checked here as it is typed, and nothing is changed before Start is pressed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Checkbox, Input, Static

from multitool_tui.controller.commands import Start
from multitool_tui.controller.findings import Finding
from multitool_tui.controller.port import CommandRefused
from multitool_tui.rollout.strategies import OWN_STEPS
from multitool_tui.tui.editor import NotEdited, edit
from multitool_tui.tui.messages import Looked, Obey
from multitool_tui.tui.screens.base import Dialog, FollowsScenes
from multitool_tui.tui.screens.help import HelpScreen
from multitool_tui.tui.widgets.choice import Choice
from multitool_tui.tui.widgets.picker import Picker
from multitool_tui.views import start
from multitool_tui.views.alarms import alarm_choice
from multitool_tui.views.scene import Scene, find_function, find_stage
from multitool_tui.views.start import Checked, Plans, Told
from multitool_tui.views.text import clean
from multitool_tui.words import function_in

_TYPING = 0.3
"""So many seconds the choice must rest before it is asked what another one can tell."""


class Tick(Checkbox):
    """A checkbox whose mark is there or not, where Textual's only changes its colour."""

    BUTTON_LEFT, BUTTON_INNER, BUTTON_RIGHT = "[", " ", "]"

    def watch_value(self) -> None:
        self.BUTTON_INNER = "x" if self.value else " "
        super().watch_value()


class StartScreen(FollowsScenes, Dialog[None]):
    """Holds a draft; each change of a field changes the draft, and the draft says what the fields show."""

    def __init__(self, scene: Scene, plans: Plans, ask: Callable[[Start], Awaitable[Sequence[Finding]]]) -> None:
        """`ask`: what is found of a start, as `Controller.preflight` answers it."""
        super().__init__()
        assert scene.snapshot is not None  # noqa: S101 - asked for only once there is one; this tells the type checker
        self._scene, self._plans, self._snapshot = scene, plans, scene.snapshot
        self._draft = start.first_draft(self._snapshot, plans, scene.target)
        self._listed: object = None
        self._busy = False
        self._ask = ask
        self._subject: Start | None = None
        self._rolled_back = False
        self._editing = False
        self._pause = 0.0  # what the dialog opens with is asked for at once

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+o", "edit", "Edit as TOML", show=False, priority=True),
        Binding("f1", "help", "Help", show=False),
    ]

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog", id="start", can_focus=False) as dialog:
            dialog.border_title = Content("Start a rollout")
            with Horizontal(classes="field"):
                yield Static("Target", classes="label")
                yield Choice(id="target", placeholder="function:alias")
            with Horizontal(classes="field"):
                yield Static("Version", classes="label")
                yield Choice(id="version", placeholder="a version, or a zip")
                yield Static(id="versions", classes="hint")
            with Horizontal(classes="field"):
                yield Static("Strategy", classes="label")
                yield Choice(id="strategy")
                yield Static(id="described", classes="hint")
            with Horizontal(classes="field"):
                yield Static("Steps", classes="label")
                yield Input(id="steps", placeholder="weight/bake, like 5%/5m 25%/5m/gate", compact=True)
            with Horizontal(classes="field"):
                yield Static("Alarms", classes="label")
                yield Input(id="needle", placeholder="filter", compact=True)
                yield Static(id="chosen", classes="hint")
            yield Picker(id="alarms-list")
            yield Tick("Start although it fires; that will not count against the canary", id="accept", compact=True)
            yield Tick("Release it again, although it was rolled back", id="again", compact=True)
            yield Static(id="summary")
            yield Static(id="outlook")
            yield Static(id="said")
            with Horizontal(classes="buttons"):
                yield Button("Edit as TOML ^o", id="edit", compact=True)
                yield Button("Cancel", id="cancel", compact=True)
                yield Button("Start", id="confirm", compact=True)

    def on_mount(self) -> None:
        self._fill()
        self.query_one("#target" if not self._draft.target else "#version", Input).focus()

    def show(self, scene: Scene) -> None:
        """Follow the snapshots: versions and alarms may only arrive while the dialog is open."""
        self._scene = scene
        if scene.snapshot is None or scene.snapshot is self._snapshot:
            return
        self._snapshot = scene.snapshot
        if not self._draft.version:
            newest = start.versions(self._snapshot, self._draft.target)[:1]
            self._draft = replace(self._draft, version=newest[0] if newest else "")
        self._fill()

    # From the draft to the fields

    def _fill(self) -> None:
        draft, snapshot = self._draft, self._snapshot
        versions = start.versions(snapshot, draft.target)
        self.query_one("#target", Choice).offer(start.targets(snapshot))
        self.query_one("#version", Choice).offer(versions)
        self.query_one("#strategy", Choice).offer(start.strategies(self._plans, draft.target, edited=bool(draft.text)))
        steps = self.query_one("#steps", Input)
        steps.disabled = draft.strategy != OWN_STEPS
        values = (draft.target, draft.version, draft.strategy, start.shown_steps(draft, self._plans))
        for name, value in zip(("target", "version", "strategy", "steps"), values, strict=True):
            field = self.query_one(f"#{name}", Input)
            if field.value != value:
                field.value = value
        self._list_alarms()
        self._say(start.check(draft, snapshot, self._plans), versions)
        self._foretell(start.subject(draft, snapshot, self._plans))

    def _say(self, checked: Checked, versions: list[str]) -> None:
        draft = self._draft
        self._put("versions", f"↑↓ {', '.join(map(clean, versions[:4]))}" if versions else "")
        self._put("described", start.describe_strategy(draft, self._plans))
        count = len(draft.alarms)
        self._put("chosen", f"{count or 'none'} watched · space chooses")
        fires = start.firing(self._snapshot, draft)
        accept = self.query_one("#accept", Checkbox)
        accept.display = bool(fires)
        accept.value = draft.accepted
        again = self.query_one("#again", Checkbox)
        again.display = self._rolled_back or draft.again
        again.value = draft.again
        self._put("summary", checked.summary)
        said = self.query_one("#said", Static)
        said.update(Content(checked.error or checked.warning))
        said.set_class(bool(checked.error), "-error")

    def _foretell(self, subject: Start | None) -> None:
        """Ask what is found when it is about another start; Start waits for nothing."""
        if subject == self._subject:
            return
        self._subject = subject
        self.workers.cancel_node(self)
        self._show_found(Told(start.FORETELLING if subject else "", warning=False, again=False))
        if subject:
            self._survey(subject, self._pause)
            self._pause = _TYPING

    @work
    async def _survey(self, subject: Start, pause: float) -> None:
        await asyncio.sleep(pause)
        try:
            found = await self._ask(subject)
        except CommandRefused as refused:
            self._show_found(Told(clean(str(refused)), warning=True, again=False))
        except Exception as error:  # noqa: BLE001 - nothing that is only told may be in a start's way
            self.log.error(error)
            unknown = f"What this rollout can tell is not known ({type(error).__name__})."
            self._show_found(Told(unknown, warning=True, again=False))
        else:
            self._show_found(start.told(found))

    def _show_found(self, told: Told) -> None:
        if not self.query("#outlook"):
            return  # the answer comes while the dialog closes
        self._put("outlook", told.text)
        self.query_one("#outlook").set_class(told.warning, "-warning")
        if told.again:
            self._rolled_back = True
            self.query_one("#again").display = True

    def _put(self, name: str, text: str) -> None:
        self.query_one(f"#{name}", Static).update(Content(text))

    def _list_alarms(self) -> None:
        needle = self.query_one("#needle", Input).value
        key = (self._snapshot.alarms, needle, self._draft.target, self._draft.strategy)
        picker = self.query_one(Picker)
        if key != self._listed:
            self._listed = key
            alarms = start.listed_alarms(self._snapshot, self._draft, needle)
            picker.offer({alarm.name: alarm_choice(alarm) for alarm in alarms})
        picker.choose(self._draft.alarms)

    # From the fields to the draft

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        # What the field holds now: of fast typing, the event may tell of what is there no longer.
        draft, value = self._draft, event.input.value
        match event.input.id:
            case "target" if value != draft.target:
                self._draft = start.choose_target(draft, self._snapshot, self._plans, value)
                self._load(value)
            case "version" if value != draft.version:
                self._draft, self._rolled_back = replace(draft, version=value, again=False), False
            case "strategy" if value != draft.strategy:
                self._draft = start.choose_strategy(draft, self._snapshot, self._plans, value)
            case "steps" if draft.strategy == OWN_STEPS and value != draft.steps:
                self._draft = replace(draft, steps=value)
            case "needle":
                pass
            case _:
                return
        self._fill()

    def _load(self, target: str) -> None:
        """Have the aliases and versions of a typed function loaded."""
        stage = find_stage(self._snapshot, target)
        if stage and not stage.version:
            self.post_message(Looked(target, None))
            return
        name = stage.function if stage else function_in(target) or target
        function = find_function(self._snapshot, name)
        if function and (function.aliases is None or function.versions is None):
            self.post_message(Looked(name, None))

    @on(Picker.Toggled)
    def _alarm_toggled(self, event: Picker.Toggled) -> None:
        alarms = self._draft.alarms
        changed = tuple(a for a in alarms if a != event.key) if event.key in alarms else (*alarms, event.key)
        self._draft = replace(self._draft, alarms=changed, accepted=False)
        self._fill()

    @on(Checkbox.Changed, "#accept")
    def _accept_changed(self, event: Checkbox.Changed) -> None:
        if event.value != self._draft.accepted:
            self._draft = replace(self._draft, accepted=event.value)
            self._fill()

    @on(Checkbox.Changed, "#again")
    def _again_changed(self, event: Checkbox.Changed) -> None:
        if event.value != self._draft.again:
            self._draft = replace(self._draft, again=event.value)
            self._fill()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.focus_next()

    # The editor

    @on(Button.Pressed, "#edit")
    def action_edit(self) -> None:
        """Have the plan edited; the application's own worker, for those of the dialog are ended by what is typed."""
        if not self._editing:
            self._editing = True
            self.app.run_worker(self._edit())

    async def _edit(self) -> None:
        text = start.plan_text(self._draft, self._plans)
        try:
            edited = await edit(self.app, text, "plan.toml")
        except NotEdited as why:
            said = self.query_one("#said", Static)
            said.update(Content(clean(str(why))))
            said.add_class("-error")
            return
        finally:
            self._editing = False
        if edited != text or self._draft.trouble:
            self._draft = start.take_text(self._draft, self._plans, edited)
            self._fill()

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen(self._scene, "start"))

    # The end

    @on(Button.Pressed, "#cancel")
    def _cancelled(self) -> None:
        self.dismiss(None)

    @on(Button.Pressed, "#confirm")
    def _start(self) -> None:
        checked = start.check(self._draft, self._snapshot, self._plans)
        if checked.command is None:
            self.query_one(f"#{checked.field}").focus()
        elif not self._busy:
            self._busy = True
            self._put("said", "Checking before the start…")
            self.post_message(Obey(checked.command, self._answered, place=self._snapshot.place))

    def _answered(self, refusal: str | None) -> None:
        self._busy = False
        if not self.is_current:
            if refusal:
                self.app.notify(refusal, severity="warning")
        elif refusal is None:
            self.dismiss(None)
        else:
            said = self.query_one("#said", Static)
            said.update(Content(refusal))
            said.add_class("-error")
