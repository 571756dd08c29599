"""The screen follows the controller: from the connection, by snapshots that become scenes, to the end of both.

Only what the first paint needs is imported at the top: the frame is on the screen before the rest is loaded.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from textual.messages import ExitApp
from textual.notifications import SeverityLevel
from textual.reactive import reactive
from textual.screen import Screen

from multitool_tui.clock import Clock, SystemClock
from multitool_tui.controller.port import ConnectFailed, Controller
from multitool_tui.tui.habits import Habits
from multitool_tui.tui.messages import SnapshotArrived
from multitool_tui.tui.screens.base import FollowsScenes
from multitool_tui.tui.screens.skeleton import Skeleton
from multitool_tui.tui.steady import SteadyApp
from multitool_tui.tui.telling import channels, control_codes
from multitool_tui.tui.themes import DARK, FALLBACK, THEMES

if TYPE_CHECKING:
    from multitool_tui.controller.snapshot import Snapshot
    from multitool_tui.views.scene import Scene

_log = logging.getLogger(__name__)
_CLOSING = 10.0
"""So many seconds the controller has to come to its end when the operator quits."""


@dataclass(frozen=True, slots=True)
class Farewell:
    """How the screen ended: the process' exit code, and what to say on the terminal afterwards."""

    exit_code: int = 0
    message: str = ""


class FollowingApp(SteadyApp[Farewell]):
    """It shows scenes. `connect` is called after the first paint, and does the heavy imports itself."""

    # Each pane repaints what is different of itself: the application need not paint all of the screen again.
    scene: reactive[Scene | None] = reactive(None, init=False, repaint=False)

    def __init__(
        self,
        connect: Callable[[], Awaitable[Controller]],
        *,
        clock: Clock | None = None,
        title_hint: str = "",
        ascii_only: bool | None = None,
        habits: Habits | None = None,
        tour: bool = False,
    ) -> None:
        """`tour`: whether what is where is shown to whoever has not seen it yet."""
        super().__init__()
        self._tour = tour
        self._habits = habits or Habits()
        # Set later, a theme would have every style read once more before the first paint.
        for theme in THEMES.values():
            self.register_theme(theme)
        last = self._habits.last_theme
        self.theme = last if last in self.available_themes else DARK.name
        self._sought: str | None = None
        """The target of the session before, until it is known whether that is there."""
        self._connect = connect
        self._clock = clock or SystemClock()
        self._hint = title_hint
        self._ascii = not _shows_unicode() if ascii_only is None else ascii_only
        self._controller: Controller | None = None
        self._newest: Snapshot | None = None
        """One that waits to be shown."""
        self._target: str | None = None
        self._chosen = False
        self._looked_at: str | None = None
        self._leaving = False
        self._lent = False
        """Whether an editor has the terminal."""

    def run(self, **options: Any) -> Farewell:
        """Run until the operator quits, or there is nothing to show."""
        return super().run(**options) or Farewell(self.return_code or 0)

    def get_default_screen(self) -> Screen[None]:
        return Skeleton(self._hint)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return FALLBACK

    def on_mount(self) -> None:
        self.set_class(self._ascii, "-ascii")
        self.app_suspend_signal.subscribe(self, lambda _: self._lend(lent=True))
        self.app_resume_signal.subscribe(self, lambda _: self._lend(lent=False))
        for number in (signal.SIGTERM, signal.SIGHUP):
            with suppress(ValueError, RuntimeError):  # only a process's main thread hears signals
                asyncio.get_running_loop().add_signal_handler(number, self._interrupted, number.name)

    def _lend(self, *, lent: bool) -> None:
        self._lent = lent

    def on_ready(self) -> None:
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        """The first paint is done: now the heavy part may begin."""
        self._spawn(self._connect_and_follow())
        self.set_interval(1.0, self._tick)

    async def _connect_and_follow(self) -> None:
        await self._furnish()
        try:
            controller = await self._connect()
        except ConnectFailed as failed:
            await self._leave(Farewell(failed.exit_code, str(failed)))
            return
        self._controller = controller
        if self._tour and not self._habits.toured:
            from multitool_tui.tui.screens.main import MainScreen

            self._habits.tour_is_over()
            for screen in self.screen_stack:
                if isinstance(screen, MainScreen):
                    await screen.begin_tour()
        controller.subscribe(self._deliver)
        self._deliver(controller.snapshot)

    async def _furnish(self) -> None:
        """Put the main screen over its frame: Textual does not let the screen that an application opens with go."""
        main, wrong = await asyncio.to_thread(self._load)
        self.set_keymap(dict(self._habits.keymap))
        if self._habits.preferences.theme:
            self.theme = self._habits.preferences.theme
        self.scene = self._scene(None)
        await self.push_screen(main.MainScreen(self._clock, self._hint))
        for sentence in wrong:
            self.notify(sentence, title="Preferences", severity="warning", timeout=15)

    def _load(self) -> tuple[Any, Sequence[str]]:
        """What takes a while: the main screen's module, and the operator's preferences with what is wrong in them."""
        return import_module("multitool_tui.tui.screens.main"), self._habits.read()

    def _scene(self, snapshot: Snapshot | None) -> Scene:
        from multitool_tui.views.scene import Scene

        return Scene(self._clock.now(), snapshot, self._target, self._ascii, self._habits.preferences.keys)

    def _deliver(self, snapshot: Snapshot) -> None:
        """One of many rollouts takes as long to draw as what a key asks for, which comes first."""
        from multitool_tui.controller.pace import between_snapshots

        waiting, self._newest = self._newest, snapshot
        if not between_snapshots(len(snapshot.rollouts)):
            self._arrive()
        elif waiting is None:
            self._when_answered(self._arrive)

    def _arrive(self) -> None:
        newest, self._newest = self._newest, None
        if newest is not None:
            self.post_message(SnapshotArrived(newest))

    def on_snapshot_arrived(self, message: SnapshotArrived) -> None:
        from multitool_tui.views.scene import first_target

        snapshot = message.snapshot
        if self._controller and snapshot.place != self._controller.place:
            return  # it was on its way when another session was taken in hand
        if snapshot.fatal is not None:
            self._spawn(self._leave(Farewell(3, snapshot.fatal)))
            return
        try:
            self._tell(snapshot)
            self._restore(snapshot)
            if not self._chosen:
                self._target = first_target(snapshot)
            # Until an alias is known, looking at the first function makes its aliases known.
            first = snapshot.functions[0].name if snapshot.functions else None
            self._look_at((self._looked_at if self._chosen else self._target) or first)
            self.scene = self._scene(snapshot)
        except Exception as error:  # noqa: BLE001 - nothing that arrives may end the application
            self._report(error)

    def _tell(self, snapshot: Snapshot) -> None:
        """Tell what has come about since the snapshot before, as the operator likes it."""
        from multitool_tui.views.news import news

        notify = self._habits.preferences.notify
        told_by = channels(notify, os.environ, sys.platform)
        for each in news(self.scene.snapshot if self.scene else None, snapshot):
            if each.moment.value not in notify.on:
                continue
            if told_by.toast:
                kind: SeverityLevel = {"bad": "error", "warning": "warning"}.get(each.severity, "information")  # type: ignore[assignment]
                self.notify(each.text, title=each.title, severity=kind, timeout=10)
            codes = control_codes(told_by, each.title, each.text, os.environ)
            if codes and self._driver is not None and not self._lent:
                self._driver.write(codes)
            if told_by.desktop:
                self._spawn(self._tell_desktop(each.title, each.text))

    async def _tell_desktop(self, title: str, text: str) -> None:
        from multitool_tui.controller.notifications.sinks import show_on_desktop
        from multitool_tui.controller.posting import NotSent

        try:
            await show_on_desktop(title, text)
        except NotSent as why:
            _log.warning("the desktop was not told that %s: %s", title, why)

    def _restore(self, snapshot: Snapshot) -> None:
        """Go on where the session before has ended, unless a rollout is live: that is what one wants to see."""
        from multitool_tui.tui.screens.main import MainScreen
        from multitool_tui.views.scene import may_be_there, running

        if place := self._habits.arrive(snapshot):
            self._sought = place.target or None
            for screen in self.screen_stack:
                if isinstance(screen, MainScreen):
                    screen.restore(place.zoomed, place.needle)
        if self._sought is None or self._chosen or running(snapshot):
            self._sought = None
        elif may_be_there(snapshot, self._sought):
            self._target, self._chosen, self._sought = self._sought, True, None
        elif snapshot.functions_complete:
            self._sought = None

    def watch_scene(self, scene: Scene | None) -> None:
        if scene is None:
            return
        self.set_class(scene.is_production, "-production")
        for screen in self.screen_stack:
            if isinstance(screen, FollowsScenes) and screen.is_mounted:
                try:
                    screen.show(scene)
                except Exception as error:  # noqa: BLE001 - nor may anything that is drawn
                    self._report(error)

    def _tick(self) -> None:
        """Ages grow without news, and garbage."""
        self._garbage.turn()
        self._when_answered(self._age)

    def _age(self) -> None:
        if self.scene is not None:
            self.scene = replace(self.scene, now=self._clock.now())

    def _look_at(self, target: str | None) -> None:
        if self._controller is None or target == self._looked_at:
            return
        self._looked_at = target
        try:
            self._controller.look_at(target)
        except Exception as error:  # noqa: BLE001 - as with everything at this edge
            self._report(error)

    def _turn_to(self, target: str) -> None:
        """Have what was just begun in hand."""
        self._target, self._chosen = target, True
        self._look_at(target)
        if self.scene:
            self.scene = replace(self.scene, target=target)

    # The end

    def _interrupted(self, name: str) -> None:
        """The process is told to end, or its terminal is gone: nobody can be asked."""
        self._spawn(self._end_safely(f"{name} ended the screen."))

    def on_exit_app(self, message: ExitApp) -> None:
        """Where nobody has called `exit`, the page in a browser was closed: that is as when a terminal is lost."""
        if not self._exit:
            message.prevent_default()
            self._interrupted("A closed page")

    async def _end_safely(self, why: str) -> None:
        if self._controller:
            await self._controller.interrupt(why)
        await self._leave(Farewell(0, why))

    async def _leave(self, farewell: Farewell) -> None:
        if self._leaving:
            return
        self._leaving = True
        self._habits.leave(self.theme)
        here = asyncio.current_task()
        if self._controller:
            try:
                await asyncio.wait_for(self._controller.close(), _CLOSING)
            except Exception as error:  # noqa: BLE001 - the operator wants to leave, whatever happens
                self.log.error(error)
        for task in self._tasks - {here}:
            task.cancel()
        self.exit(farewell, return_code=farewell.exit_code)


def _shows_unicode() -> bool:
    """Whether the terminal's encoding, as the locale has it, can show more than ASCII."""
    encoding = getattr(sys.__stdout__, "encoding", None) or "utf-8"
    return encoding.lower().replace("-", "").startswith("utf")
