"""What keeps the screen going, whatever is on it: keys before all else, tasks, and failures that are told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any, Generic, TypeVar

from textual import events
from textual.actions import ActionParseResult
from textual.await_complete import AwaitComplete
from textual.dom import DOMNode
from textual.driver import Driver
from textual.screen import Screen

from multitool_tui.tui.garbage import PAUSE, Garbage
from multitool_tui.tui.hand import Hand
from multitool_tui.tui.roles import AppWithRoles
from multitool_tui.tui.terminal import patient

Result = TypeVar("Result")

_OPENING = 5.0
"""So many seconds a key waits, at most, for the screen that it is meant for."""


class SteadyApp(AppWithRoles[Result], Generic[Result]):
    """An application that nothing of what it shows or does brings to an end."""

    def __init__(self) -> None:
        super().__init__()
        self._tasks: set[asyncio.Task[None]] = set()
        self._hand = Hand()
        self._garbage = Garbage(self._hand)
        self._pause: asyncio.TimerHandle | None = None
        self._reported: str | None = None

    def get_driver_class(self) -> type[Driver]:
        return patient(super().get_driver_class())

    def on_unmount(self) -> None:
        if self._pause:
            self._pause.cancel()
        self._garbage.restore()

    # Keys first

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

    def _when_answered(self, work: Callable[[], None]) -> None:
        """Do what nobody waits for, once a key that was just pressed has been answered: at once if none was."""
        if wait := self._hand.waits:
            asyncio.get_running_loop().call_later(wait, self.call_later, work)
        else:
            work()

    # Failures

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
            self.notify(f"That failed: {sentence_of(error)}", severity="error")


def sentence_of(error: Exception) -> str:
    """An exception as the end of a sentence."""
    return str(error).splitlines()[0] if str(error) else type(error).__name__
