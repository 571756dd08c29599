"""The application: it owns the controller's connection and every task, and hands each scene to the screens.

Only what the first paint needs is imported at the top: the frame is on the screen before the rest is loaded.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from textual import events
from textual.actions import ActionParseResult
from textual.app import SystemCommand
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.driver import Driver
from textual.messages import ExitApp
from textual.notifications import SeverityLevel
from textual.reactive import reactive
from textual.screen import Screen

from multitool_tui.clock import Clock, SystemClock
from multitool_tui.controller.port import CommandRefused, ConnectFailed, Controller, GroupReleases
from multitool_tui.tui.garbage import PAUSE, Garbage
from multitool_tui.tui.habits import Habits
from multitool_tui.tui.hand import Hand
from multitool_tui.tui.messages import (
    Arranged,
    DescribeAsked,
    GroupBackAsked,
    GroupStartAsked,
    Looked,
    Obey,
    PlaceAsked,
    ReplayAsked,
    SnapshotArrived,
)
from multitool_tui.tui.roles import AppWithRoles
from multitool_tui.tui.screens.base import FollowsScenes
from multitool_tui.tui.screens.skeleton import Skeleton
from multitool_tui.tui.telling import channels, control_codes
from multitool_tui.tui.terminal import patient
from multitool_tui.tui.themes import DARK, FALLBACK, THEMES

if TYPE_CHECKING:
    from multitool_tui.controller.observe.page import Form
    from multitool_tui.controller.provision.desk import Desk
    from multitool_tui.controller.snapshot import Snapshot
    from multitool_tui.views.scene import Scene

Kept = TypeVar("Kept", bound=Screen[Any])

_log = logging.getLogger(__name__)
_CLOSING = 10.0
"""So many seconds the controller has to come to its end when the operator quits."""
_OPENING = 5.0
"""So many seconds a key waits, at most, for the screen that it is meant for."""


@dataclass(frozen=True, slots=True)
class Farewell:
    """How the screen ended: the process' exit code, and what to say on the terminal afterwards."""

    exit_code: int = 0
    message: str = ""


class MultiToolApp(AppWithRoles[Farewell]):
    """The screen. `connect` is called after the first paint, and does the heavy imports itself."""

    TITLE = "MultiTool"
    CSS_PATH: ClassVar = ["styles/base.tcss", "styles/main.tcss"]  # what the first paint needs
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quit", "Quit", id="app.quit", show=False),
        Binding("ctrl+p", "command_palette", "Palette", id="app.palette", show=False, priority=True),
    ]

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
        self._tasks: set[asyncio.Task[None]] = set()
        self._hand = Hand()
        self._garbage = Garbage(self._hand)
        self._pause: asyncio.TimerHandle | None = None
        self._newest: Snapshot | None = None
        """One that waits to be shown."""
        self._target: str | None = None
        self._chosen = False
        self._looked_at: str | None = None
        self._reported: str | None = None
        self._leaving = False
        self._lent = False
        """Whether an editor has the terminal."""

    def run(self, **options: Any) -> Farewell:
        """Run until the operator quits, or there is nothing to show."""
        return super().run(**options) or Farewell(self.return_code or 0)

    def get_driver_class(self) -> type[Driver]:
        return patient(super().get_driver_class())

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

    def on_unmount(self) -> None:
        if self._pause:
            self._pause.cancel()
        self._garbage.restore()

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.InputEvent):
            self._hand.pressed()
            if self._pause:
                self._pause.cancel()
            self._pause = asyncio.get_running_loop().call_later(PAUSE + 0.01, self._garbage.turn)
        await super().on_event(event)

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """A key may be quicker than the screen that the key before it has opened: it waits until that is there."""
        if isinstance(default_namespace, Screen) and not default_namespace.is_mounted:
            with suppress(TimeoutError):
                await asyncio.wait_for(default_namespace._mounted_event.wait(), _OPENING)  # noqa: SLF001 - as it says
        return await super().run_action(action, default_namespace, namespaces)

    def pop_screen(self) -> AwaitComplete:
        """What a screen that goes is still waiting for is given up first: it would come when its parts have gone."""
        self.workers.cancel_node(self.screen)
        return super().pop_screen()

    def _lend(self, *, lent: bool) -> None:
        self._lent = lent

    def on_ready(self) -> None:
        self.call_after_refresh(self._begin)

    # The way up: snapshots become scenes

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

    def _when_answered(self, work: Callable[[], None]) -> None:
        """Do what nobody waits for, once a key that was just pressed has been answered: at once if none was."""
        if wait := self._hand.waits:
            asyncio.get_running_loop().call_later(wait, self.call_later, work)
        else:
            work()

    def on_snapshot_arrived(self, message: SnapshotArrived) -> None:
        from multitool_tui.views.scene import first_target

        snapshot = message.snapshot
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

    def on_arranged(self, message: Arranged) -> None:
        self._habits.place = replace(self._habits.place, **message.changes)

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

    def notify(self, message: str, *, title: str = "", **options: Any) -> None:
        """Show a box, of any screen's: what AWS or a user says in it is shown as it is written."""
        from multitool_tui.views.text import clean

        written = "\n".join(clean(line) for line in message.split("\n"))
        super().notify(written, title=clean(title), **{**options, "markup": False})

    def _report(self, error: Exception) -> None:
        """Tell of a bug of ours, once, and go on."""
        self.log.error(error)
        sentence = f"Something could not be shown ({type(error).__name__}); the rest goes on."
        if sentence != self._reported:
            self._reported = sentence
            self.notify(sentence, severity="error")

    # The way down: keys become commands

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something as a task of the application, which no screen's end ends."""
        task = asyncio.create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001 - the edge: a task's failure is told, not raised
            self.log.error(error)
            self.notify(f"That failed: {_sentence(error)}", severity="error")

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
        snapshot = self._controller.snapshot
        if self.scene is None or self.scene.snapshot is None or snapshot.place == self.scene.snapshot.place:
            if not message.name:
                self.notify("There is but this session: --also opens others beside it.")
            return
        self._chosen, self._looked_at = False, None
        self.on_snapshot_arrived(SnapshotArrived(snapshot))

    def _look_at(self, target: str | None) -> None:
        if self._controller is None or target == self._looked_at:
            return
        self._looked_at = target
        try:
            self._controller.look_at(target)
        except Exception as error:  # noqa: BLE001 - as with everything at this edge
            self._report(error)

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
            refusal = f"That failed: {_sentence(error)}"
        if refusal is None and isinstance(message.command, Start):
            self._turn_to(message.command.target)
        if message.answer:
            message.answer(refusal)
        elif refusal:
            self.notify(refusal, severity="warning")

    def _turn_to(self, target: str) -> None:
        """Have what was just begun in hand."""
        self._target, self._chosen = target, True
        self._look_at(target)
        if self.scene:
            self.scene = replace(self.scene, target=target)

    def on_refresh_asked(self) -> None:
        if self._controller:
            self._spawn(self._controller.refresh())

    def on_start_asked(self) -> None:
        from multitool_tui.tui.screens.start import StartScreen

        if self._controller and self.scene and self.scene.snapshot:
            preflight = self._controller.at(self.scene.snapshot.place).preflight
            self.push_screen(StartScreen(self.scene, self.scene.snapshot.plans, preflight))

    def on_setup_asked(self) -> None:
        from multitool_tui.controller.provision.package import inspecting
        from multitool_tui.tui.screens.setup import SetupScreen
        from multitool_tui.views.setup import Draft, Ended

        if self._controller is None or self.scene is None or self.scene.snapshot is None:
            return
        workshop = self._controller.at(self.scene.snapshot.place).workshop

        async def desk() -> Desk:
            return workshop

        def left(ended: Ended) -> None:
            self.pop_screen()
            if ended.target:
                self._turn_to(ended.target)
                self.notify(f"{ended.target} is ready. Its next version: n, with a zip file.")
            self.on_refresh_asked()

        self.push_screen(SetupScreen(desk, inspecting(), Draft(), left, ascii_only=self._ascii))

    def on_fleet_asked(self) -> None:
        from multitool_tui.tui.screens.fleet import FleetScreen

        if self.scene is None:
            return
        scene, place = self.scene, self._habits.place
        self._open_again(
            FleetScreen,
            lambda: FleetScreen(self._clock, scene, place.sort, place.fleet_needle),
            lambda screen: screen.open_on(scene),
        )

    def _open_again(self, kind: type[Kept], make: Callable[[], Kept], show: Callable[[Kept], None]) -> None:
        """Open a screen of which there is one, made when it is opened first: to make it anew takes as long again."""
        name = kind.__name__
        if any(isinstance(screen, kind) for screen in self.screen_stack):
            return  # a key was quicker than the screen, which must not lie upon itself
        if self.is_screen_installed(name):
            screen = self.get_screen(name, kind)
            show(screen)
        else:
            screen = make()
            self.install_screen(screen, name)
        self.push_screen(screen)

    def on_observe_asked(self) -> None:
        # Brings the SDK along, which the controller has loaded by now.
        from multitool_tui.tui.screens.observe import ObserveScreen
        from multitool_tui.views.observe.desk import subject_of

        subject = subject_of(self.scene) if self.scene else None
        if self._controller and self.scene and subject:
            self.push_screen(ObserveScreen(self.scene, subject, self._controller.observatory))
        else:
            self.notify("There is no target to look at yet.", severity="warning")

    def on_describe_asked(self, message: DescribeAsked) -> None:
        from multitool_tui.tui.screens.describe import DescribeScreen

        if self._controller and self.scene:
            self.push_screen(DescribeScreen(self.scene, message.resource, self._controller.observatory))

    def on_history_asked(self) -> None:
        from multitool_tui.tui.screens.history import HistoryScreen

        if self._controller is None or self.scene is None:
            return
        scene, archive = self.scene, self._controller.archive
        self._open_again(
            HistoryScreen,
            lambda: HistoryScreen(scene, archive),
            lambda screen: screen.open_on(scene, archive),
        )

    def on_replay_asked(self, message: ReplayAsked) -> None:
        from multitool_tui.tui.screens.past import PastScreen

        if self._controller is None:
            return
        archive, made = self._controller.archive, []

        async def submit(values: Mapping[str, str]) -> str:
            made.append(await archive.replay(message.target, values))
            return ""

        def done(said: str) -> None:
            del said
            if self.scene:
                self.push_screen(PastScreen(made[-1], self.scene))

        self._spawn(self._fill_in(archive.ask(message.target), submit, done))

    def on_group_start_asked(self, message: GroupStartAsked) -> None:
        if self._controller:
            groups = self._controller.at(message.place).groups

            async def submit(values: Mapping[str, str]) -> str:
                return await groups.start(message.name, values)

            self._spawn(self._fill_in(groups.ask(message.name), submit, self.notify))

    async def _fill_in(
        self,
        asking: Awaitable[Form],
        submit: Callable[[Mapping[str, str]], Awaitable[str]],
        done: Callable[[str], None],
    ) -> None:
        """Show a form once it is there; `done` is told what came of it, if anything did."""
        from multitool_tui.tui.screens.form import FormScreen

        def answered(said: str | None) -> None:
            if said is not None:
                done(said)

        try:
            form = await asking
        except CommandRefused as refused:
            self.notify(str(refused), severity="warning")
        else:
            self.push_screen(FormScreen(form, submit), answered)

    def on_group_back_asked(self, message: GroupBackAsked) -> None:
        if self._controller:
            self._spawn(self._take_group_back(message, self._controller.at(message.place).groups))

    async def _take_group_back(self, message: GroupBackAsked, groups: GroupReleases) -> None:
        try:
            self.notify(await groups.roll_back(message.name, message.ids))
        except CommandRefused as refused:
            self.notify(str(refused), severity="error")

    # The end

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

    # The palette

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


def _shows_unicode() -> bool:
    """Whether the terminal's encoding, as the locale has it, can show more than ASCII."""
    encoding = getattr(sys.__stdout__, "encoding", None) or "utf-8"
    return encoding.lower().replace("-", "").startswith("utf")


def _sentence(error: Exception) -> str:
    """An exception as the end of a sentence."""
    return f"{str(error).splitlines()[0] if str(error) else type(error).__name__}"
