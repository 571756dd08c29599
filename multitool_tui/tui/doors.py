"""The doors: each message that asks for another screen, and how that is opened.

The screens are imported as they are opened: none of them is needed for the first paint.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from textual.screen import Screen

from multitool_tui.controller.port import CommandRefused, GroupReleases
from multitool_tui.tui.following import FollowingApp
from multitool_tui.tui.messages import DescribeAsked, GroupBackAsked, GroupStartAsked, RefreshAsked, ReplayAsked

if TYPE_CHECKING:
    from multitool_tui.controller.observe.page import Form
    from multitool_tui.controller.provision.desk import Desk

Kept = TypeVar("Kept", bound=Screen[Any])


class AppWithDoors(FollowingApp):
    """An application from which other screens open."""

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
            self.post_message(RefreshAsked())

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

    def on_group_back_asked(self, message: GroupBackAsked) -> None:
        if self._controller:
            self._spawn(self._take_group_back(message, self._controller.at(message.place).groups))

    async def _take_group_back(self, message: GroupBackAsked, groups: GroupReleases) -> None:
        try:
            self.notify(await groups.roll_back(message.name, message.ids))
        except CommandRefused as refused:
            self.notify(str(refused), severity="error")

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
