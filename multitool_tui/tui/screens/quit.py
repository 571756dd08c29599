"""Quitting while rollouts are live: hold them, roll them back, or stay."""

from __future__ import annotations

from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from multitool_tui.controller.commands import RollBack
from multitool_tui.tui.messages import Obey
from multitool_tui.tui.screens.base import Dialog, FollowsScenes
from multitool_tui.views.dialogs import farewell_to_held, farewell_to_rolled_back, leave_lines, seen_by, still_running
from multitool_tui.views.scene import Scene, running
from multitool_tui.views.text import clean


class QuitScreen(FollowsScenes, Dialog[str]):
    """Dismisses with what to say on the terminal to quit, with None to stay."""

    AUTO_FOCUS = "#stay"

    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self._scene = scene
        self._asked: tuple[tuple[str, str], ...] = ()
        """The sessions and ids of what is being rolled back."""
        self._refused: dict[tuple[str, str], str] = {}

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog", can_focus=False) as dialog:
            dialog.border_title = Content("Quit with a live rollout?")
            yield Static(Content("\n".join(leave_lines(self._scene))), classes="facts")
            yield Static(
                Content("Held rollouts keep their weight, and nobody watches them until somebody resumes."),
                classes="sentence",
                id="said",
            )
            with Horizontal(classes="buttons"):
                yield Button("Stay", id="stay", compact=True)
                yield Button("Roll them back", id="roll-back", compact=True)
                yield Button("Hold them where they are", id="hold", compact=True)

    def on_mount(self) -> None:
        self.query_one("#roll-back", Button).disabled = bool(self._scene.snapshot and self._scene.snapshot.read_only)

    @on(Button.Pressed, "#stay")
    def _stay(self) -> None:
        self.dismiss(None)

    @on(Button.Pressed, "#hold")
    def _hold(self) -> None:
        self.dismiss(farewell_to_held(self._scene))

    @on(Button.Pressed, "#roll-back")
    def _roll_back(self) -> None:
        rollouts = running(self._scene.snapshot)
        self._asked, self._refused = tuple((place, rollout.id) for place, rollout in rollouts), {}
        self.query_one("#roll-back", Button).disabled = True
        for place, rollout in rollouts:
            command = RollBack(seen=seen_by(rollout), reason="The operator quit and wanted it rolled back.")
            answered = partial(self._answered, (place, rollout.id), clean(rollout.target))
            self.post_message(Obey(command, answered, place=place))
        self.show(self._scene)

    def _answered(self, rollout: tuple[str, str], target: str, refusal: str | None) -> None:
        if refusal:
            self._refused[rollout] = f"{target} could not be rolled back: {refusal}"
            self.show(self._scene)

    def show(self, scene: Scene) -> None:
        """Follow the rollbacks, and leave when they are done."""
        self._scene = scene
        if not self._asked or not self.is_current:
            return
        under_way, stuck = still_running(scene, tuple(one for one in self._asked if one not in self._refused))
        stuck += self._refused.values()
        if not under_way and not stuck:
            asked, self._asked = self._asked, ()
            self.dismiss(farewell_to_rolled_back(scene, asked))
            return
        told = [f"Rolling back {', '.join(under_way)}…"] if under_way else []
        self.query_one("#said", Static).update(Content("\n".join([*told, *stuck])))
        if stuck and not under_way:
            self._asked = ()
            self.query_one("#roll-back", Button).disabled = False
