"""Many calls that become one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from math import inf


class Coalesced:
    """Runs `work` once for all that want it in one turn of the event loop, and again no sooner than `pause()` seconds
    after the last time."""

    def __init__(self, work: Callable[[], None], pause: Callable[[], float]) -> None:
        self._work, self._pause = work, pause
        self._coming: asyncio.TimerHandle | None = None
        self._done_at = -inf

    def soon(self) -> None:
        """Have it run when it may."""
        if self._coming is None:
            self._run_at(self._done_at + self._pause())

    def next(self) -> None:
        """Have it run in the next turn, without a pause."""
        self.cancel()
        self._run_at(self._done_at)

    def cancel(self) -> None:
        """Let nobody have it any more who wanted it until now."""
        if self._coming is not None:
            self._coming.cancel()
            self._coming = None

    def _run_at(self, moment: float) -> None:
        loop = asyncio.get_running_loop()
        self._coming = loop.call_at(max(loop.time(), moment), self._run)

    def _run(self) -> None:
        self._coming = None
        self._done_at = asyncio.get_running_loop().time()
        self._work()
