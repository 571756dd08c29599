"""One thing that is asked of AWS again and again. A failure dims a pane; it stops nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from multitool_tui.aws.errors import AwsError
from multitool_tui.clock import Clock
from multitool_tui.controller.snapshot import Feed
from multitool_tui.controller.waiting import nap

_log = logging.getLogger(__name__)
_SLOW = timedelta(seconds=10)
_RETRY = 20.0  # seconds after a failure, or as many as without one where those are fewer; more with each failure


class Poller:
    """Calls `poll` again after `every()` seconds, less often while it fails, at once when woken; keeps how it went.

    `poll` returns whether there was anything to ask. It raises `AwsError` for what the operator should read; anything
    else is a bug, logged and shown as one.
    """

    def __init__(
        self, poll: Callable[[], Awaitable[bool]], every: Callable[[], float], clock: Clock, changed: Callable[[], None]
    ) -> None:
        self._poll = poll
        self._every = every
        self._pause = every()
        self._clock = clock
        self._changed = changed
        self._woken = asyncio.Event()
        self._turn_over = asyncio.Event()
        self._began: datetime | None = None
        self._fetched_at: datetime | None = None
        self._error: str | None = None

    @property
    def feed(self) -> Feed:
        """How the polling is doing."""
        slow = self._began if self._began and self._clock.now() - self._began > _SLOW else None
        return Feed(self._fetched_at, self._error, slow, stale_after=3 * self._pause + 15)

    @property
    def busy(self) -> bool:
        """Whether a call is under way."""
        return self._began is not None

    async def run(self) -> None:
        """Poll until cancelled."""
        failures = 0
        while True:
            failures = 0 if await self._turn() else failures + 1
            self._pause = self._every()
            if failures:
                self._pause = min(self._pause, _RETRY) * min(4, 1 + failures / 2)
            await nap(self._clock, self._pause, self._woken)

    def wake(self) -> None:
        """Take the next turn now."""
        self._woken.set()

    async def turn(self) -> None:
        """Wake, and wait until the turn is over."""
        self._turn_over.clear()
        self.wake()
        await self._turn_over.wait()

    async def _turn(self) -> bool:
        self._began = self._clock.now()
        try:
            asked = await self._poll()
        except AwsError as error:
            self._error = str(error)
        except Exception as error:  # noqa: BLE001 - a bug must not end the polling
            _log.exception("a poller failed")
            self._error = f"A bug of ours ({type(error).__name__}); the log file has the details."
        else:
            self._error = None
            if asked:
                self._fetched_at = self._clock.now()
        finally:
            self._began = None
            self._turn_over.set()
            self._changed()
        return self._error is None
