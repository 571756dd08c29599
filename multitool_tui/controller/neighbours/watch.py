"""Follows all processes of this user on this machine, for a screen that shows and steers what they drive."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from multitool_tui.controller.neighbours.messages import News, Order
from multitool_tui.controller.neighbours.peer import Peer, Unheard, doors, visit
from multitool_tui.controller.port import CommandRefused
from multitool_tui.controller.snapshot import Elsewhere, Entry, LiveRollout
from multitool_tui.rollout.events import Obstacle

_PAUSE = 1.0  # seconds of real time between two looks for new processes


class Neighbours:
    """What the others drive. `changed` is called when that has changed."""

    def __init__(self, folder: Path, own: Callable[[Path], bool], changed: Callable[[], None]) -> None:
        """`folder`: the state directory. `own`: whether a socket is this process's own."""
        self._folder, self._own, self._changed = folder, own, changed
        self._followed: dict[Path, asyncio.Task[None]] = {}
        self._heard: dict[Path, tuple[str, News]] = {}

    async def watch(self) -> None:
        """Look for processes, and follow each until it ends; for ever."""
        try:
            while True:
                for path in await asyncio.to_thread(doors, self._folder):
                    if path not in self._followed and not self._own(path):
                        self._followed[path] = asyncio.create_task(self._follow(path), name=f"follow {path.name}")
                await asyncio.sleep(_PAUSE)
        finally:
            for task in self._followed.values():
                task.cancel()

    def live(self, place: str) -> tuple[LiveRollout, ...]:
        """What they drive in an account and region; what is no longer theirs is left out."""
        return tuple(
            replace(live, elsewhere=Elsewhere(who, "", news.at, near=True))
            for who, news in self._heard.values()
            if news.place == place
            for live in news.rollouts
            if live.rollout.obstacle is not Obstacle.LEASE
        )

    def entries(self, place: str) -> tuple[Entry, ...]:
        """What happened to their rollouts."""
        return tuple(entry for _, news in self._heard.values() if news.place == place for entry in news.entries)

    async def tell(self, order: Order) -> str:
        """Have the process that drives a rollout carry out a command.

        Raises:
            CommandRefused: with its sentence; or it does not answer.
        """
        for path, (who, news) in self._heard.items():
            if any(live.rollout.id == order.command.seen.rollout for live in news.rollouts):
                try:
                    async with visit(path) as peer:
                        return await peer.tell(order)
                except Unheard as error:
                    raise CommandRefused(f"{who} drives it. {error}") from None
        raise CommandRefused("That rollout is not driven from here.")

    async def _follow(self, path: Path) -> None:
        try:
            with suppress(Unheard):
                async with visit(path) as peer:
                    await self._listen(path, peer)
        finally:
            self._forget(path)

    async def _listen(self, path: Path, peer: Peer) -> None:
        async for news in peer.follow():
            self._heard[path] = peer.who, news
            self._changed()

    def _forget(self, path: Path) -> None:
        """Its process has ended. What it brought to an end stays to be seen; the rest is as AWS says from now on."""
        self._followed.pop(path, None)
        if path in self._heard:
            who, news = self._heard[path]
            ended = tuple(live for live in news.rollouts if live.rollout.ended)
            self._heard[path] = who, replace(news, rollouts=ended)
            self._changed()
