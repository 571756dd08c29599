"""Time, injected: the application and the sandbox share one clock, which may run faster than the wall's.

Nothing else in the product asks the operating system what time it is.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

_TURNS_OF_A_KEY = 6


class Clock(Protocol):
    """What every layer may know of time. All durations are in seconds of this clock."""

    def now(self) -> datetime:
        """The present, aware, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return once `seconds` of this clock have passed; at once when they are not positive."""
        ...


class SystemClock:
    """The machine's clock, or one that runs `speed` times as fast from `start` on: by default from now.

    `start`: seconds since 1970. Processes that are given the same one have the same time.
    """

    def __init__(self, speed: float = 1.0, start: float | None = None) -> None:
        if not speed > 0:
            raise ValueError(f"a clock's speed must be above 0, not {speed}")
        self.speed = speed
        self._start = time.time() if start is None else start

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._start + (time.time() - self._start) * self.speed, UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds) / self.speed)


class ManualClock:
    """A clock that moves only when told to: for tests and for screenshots that come out the same every time."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    def now(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now + timedelta(seconds=seconds), next(self._order), woken))
        await woken

    def advance(self, seconds: float) -> None:
        """Move on by `seconds` and wake whoever is due, in order. The woken run when the caller next awaits."""
        self._now += timedelta(seconds=seconds)
        while self._sleepers and self._sleepers[0][0] <= self._now:
            _, _, woken = heapq.heappop(self._sleepers)
            if not woken.done():
                woken.set_result(None)


async def give_way() -> None:
    """Let all that is ready, and what comes of it, have its turns of the event loop first: a key takes several until it
    is answered. Between pieces of work for which nobody waits."""
    for _ in range(_TURNS_OF_A_KEY):
        await asyncio.sleep(0)
