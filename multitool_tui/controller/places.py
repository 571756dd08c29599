"""Several sessions side by side, each an account and a region with a controller of its own, behind one port.

One of them is in hand: what is asked without saying where is asked of that. A session that fails is told of, and
stops no other.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial

from multitool_tui.clock import Clock
from multitool_tui.controller.commands import Command, Start
from multitool_tui.controller.findings import Finding
from multitool_tui.controller.port import (
    Archives,
    ConnectFailed,
    Controller,
    GroupReleases,
    Observations,
)
from multitool_tui.controller.provision.desk import Desk
from multitool_tui.controller.snapshot import Place, Snapshot

_log = logging.getLogger(__name__)

Connect = Callable[[], Awaitable[Controller]]


class Places:
    """Implements `controller.port.Controller` over those of several sessions, by their names."""

    def __init__(self, sessions: Mapping[str, Connect], clock: Clock) -> None:
        self.clock = clock
        self._sessions = sessions
        self._open: dict[str, Controller] = {}
        self._latest: dict[str, Snapshot] = {}
        self._errors: dict[str, str] = {}
        self._current = next(iter(sessions))
        self._listeners: list[Callable[[Snapshot], None]] = []
        self._connecting: dict[str, asyncio.Task[None]] = {}

    async def connect(self) -> None:
        """Connect to all of them; returns once the first is there, or in its place another.

        Raises:
            ConnectFailed: why the first is not to be had, where none is.
        """
        first = self._current
        failed: dict[str, ConnectFailed] = {}
        for name in self._sessions:
            self._connecting[name] = asyncio.create_task(self._connect(name, failed), name=f"connect {name}")
        for name, task in self._connecting.items():
            await asyncio.wait({task})
            if name in self._open:
                self._current = name
                return
        raise failed[first]

    async def _connect(self, name: str, failed: dict[str, ConnectFailed]) -> None:
        try:
            controller = await self._sessions[name]()
        except Exception as error:  # noqa: BLE001 - whatever it was, it stops no other session
            _log.error("session %s was not opened: %r", name, error)
            why = f"The session {name} could not be opened ({type(error).__name__}); the log file has the details."
            failed[name] = error if isinstance(error, ConnectFailed) else ConnectFailed(why, 1)
            self._errors[name] = str(failed[name])
        else:
            self._errors.pop(name, None)
            self._open[name] = controller
            self._latest[name] = controller.snapshot
            controller.subscribe(partial(self._arrived, name))
        self._publish()

    def _arrived(self, name: str, snapshot: Snapshot) -> None:
        self._latest[name] = snapshot
        if self._latest[self._current].fatal:  # of no use at all: another is taken in hand, where there is one
            self._current = next(iter(self._usable), self._current)
        self._publish()

    @property
    def _usable(self) -> list[str]:
        return [name for name in self._sessions if name in self._open and not self._latest[name].fatal]

    def _publish(self) -> None:
        if self._current in self._latest:
            snapshot = self.snapshot
            for listener in tuple(self._listeners):
                listener(snapshot)

    # The port

    @property
    def snapshot(self) -> Snapshot:
        """That of the session in hand, with all of them in `places`."""
        places = tuple(self._place(name) for name in self._sessions)
        return replace(self._latest[self._current], place=self._current, places=places)

    @property
    def place(self) -> str:
        return self._current

    def _place(self, name: str) -> Place:
        known = self._latest.get(name)
        return Place(name, known, (known.fatal if known else None) or self._errors.get(name, ""))

    def subscribe(self, listener: Callable[[Snapshot], None]) -> None:
        self._listeners.append(listener)

    def at(self, place: str) -> Controller:
        """The controller of a session; of the one in hand, where it is not said which."""
        return self._open[place or self._current]

    def turn_to(self, place: str) -> None:
        """Take another session in hand; the next one, where it is not said which."""
        usable = self._usable
        if not place and self._current in usable:
            place = usable[(usable.index(self._current) + 1) % len(usable)]
        if place in usable:
            self._current = place
            self._publish()

    async def obey(self, command: Command) -> str:
        return await self.at("").obey(command)

    async def preflight(self, start: Start) -> tuple[Finding, ...]:
        return await self.at("").preflight(start)

    @property
    def observatory(self) -> Observations:
        return self.at("").observatory

    @property
    def archive(self) -> Archives:
        return self.at("").archive

    @property
    def groups(self) -> GroupReleases:
        return self.at("").groups

    @property
    def workshop(self) -> Desk:
        return self.at("").workshop

    def look_at(self, target: str | None) -> None:
        self.at("").look_at(target)

    async def refresh(self) -> None:
        """Read the session in hand anew, and try those again that could not be had."""
        for name in self._errors.keys() - self._open.keys():
            if self._connecting[name].done():
                self._connecting[name] = asyncio.create_task(self._connect(name, {}), name=f"connect {name}")
        await self.at("").refresh()

    async def interrupt(self, why: str) -> None:
        await asyncio.gather(*(one.interrupt(why) for one in self._open.values()), return_exceptions=True)

    async def close(self) -> None:
        for task in self._connecting.values():
            task.cancel()
        await asyncio.gather(*self._connecting.values(), return_exceptions=True)
        await asyncio.gather(*(one.close() for one in self._open.values()), return_exceptions=True)
