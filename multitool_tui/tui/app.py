"""The application: what it is called, its keys, and what they come to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, ClassVar

from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen

from multitool_tui.controller.port import CommandRefused
from multitool_tui.tui.doors import AppWithDoors
from multitool_tui.tui.following import Farewell
from multitool_tui.tui.messages import Arranged, Looked, Obey, PlaceAsked, SnapshotArrived
from multitool_tui.tui.screens.base import FollowsScenes
from multitool_tui.tui.steady import sentence_of


class MultiToolApp(AppWithDoors):
    """The screen."""

    TITLE = "MultiTool"
    CSS_PATH: ClassVar = ["styles/base.tcss", "styles/main.tcss"]  # what the first paint needs
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quit", "Quit", id="app.quit", show=False),
        Binding("ctrl+p", "command_palette", "Palette", id="app.palette", show=False, priority=True),
    ]

    def on_arranged(self, message: Arranged) -> None:
        self._habits.place = replace(self._habits.place, **message.changes)

    def on_looked(self, message: Looked) -> None:
        self._chosen = True
        if message.target:
            self._habits.place = replace(self._habits.place, target=message.target)
        self._look_at(message.at)
        if message.target and message.target != self._target and self.scene:
            self._target = message.target
            self.scene = replace(self.scene, target=message.target)

    def on_place_asked(self, message: PlaceAsked) -> None:
        """Take another session in hand: everything shown from here on is of that."""
        if self._controller is None:
            return
        self._controller.turn_to(message.name)
        before = self.scene.snapshot if self.scene else None
        if before is None or before.place == self._controller.place:
            if not message.name:
                self.notify("There is but this session: --also opens others beside it.")
            return
        self._chosen, self._looked_at = False, None
        self.on_snapshot_arrived(SnapshotArrived(self._controller.snapshot))

    def on_obey(self, message: Obey) -> None:
        self._spawn(self._obey(message))

    async def _obey(self, message: Obey) -> None:
        from multitool_tui.controller.commands import Start

        if self._controller is None:
            return
        refusal: str | None = None
        try:
            await self._controller.at(message.place).obey(message.command)
        except CommandRefused as refused:
            refusal = str(refused)
        except Exception as error:  # noqa: BLE001 - whatever it was, the operator learns of it
            self.log.error(error)
            refusal = f"That failed: {sentence_of(error)}"
        if refusal is None and isinstance(message.command, Start):
            self._turn_to(message.command.target)
        if message.answer:
            message.answer(refusal)
        elif refusal:
            self.notify(refusal, severity="warning")

    def on_refresh_asked(self) -> None:
        if self._controller:
            self._spawn(self._controller.refresh())

    async def action_quit(self) -> None:
        if self.scene is None:
            await self._leave(Farewell())
            return
        from multitool_tui.tui.screens.quit import QuitScreen
        from multitool_tui.views.actions import must_ask_before_leaving

        if not must_ask_before_leaving(self.scene):
            await self._leave(Farewell())
        elif not isinstance(self.screen, QuitScreen):
            self.push_screen(QuitScreen(self.scene), self._answered_quit)

    def _answered_quit(self, message: str | None) -> None:
        if message is not None:
            self._spawn(self._leave(Farewell(0, message)))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Every action that applies now on the screen, then Textual's choice of themes."""
        from multitool_tui.tui.screens.steering import SteeringScreen
        from multitool_tui.views.actions import ACTIONS, availability

        if isinstance(screen, SteeringScreen):
            for action in ACTIONS:
                if action.name == "quit":
                    yield SystemCommand(action.label, action.help, self.action_quit)
                elif action.name not in {"palette", *screen.LACKS} and availability(action.name, screen.scene).enabled:
                    yield SystemCommand(action.label, action.help, getattr(screen, f"action_{action.name}"))
        if isinstance(screen, FollowsScenes):
            yield from screen.commands()
        yield SystemCommand("Choose a theme", "Change to any of the themes", self.action_change_theme)
