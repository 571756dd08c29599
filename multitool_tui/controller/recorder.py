"""Writes rollouts to the journal, in order and off the event loop; what failed is tried again with what comes next."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor

from multitool_tui.journal.store import Entry, Journal, JournalError
from multitool_tui.rollout.model import Rollout


class Recorder:
    """Takes in what happens to one rollout.

    `thread` runs one piece of work at a time, and is the only one that touches `journal`. `failed` is called in the
    event loop with the sentence of each failure.
    """

    def __init__(self, journal: Journal, key: int, thread: Executor, failed: Callable[[str], None]) -> None:
        self._journal = journal
        self._key = key
        self._thread = thread
        self._failed = failed
        self._waiting: deque[tuple[Rollout, Entry]] = deque()
        self._latest: asyncio.Future[None] | None = None

    def put(self, rollout: Rollout, *entries: Entry) -> None:
        """Begin to write entries, and what the rollout is after them."""
        self._waiting.extend((rollout, entry) for entry in entries)
        self._latest = asyncio.get_running_loop().run_in_executor(self._thread, self._flush)
        self._latest.add_done_callback(self._done)

    async def saved(self) -> None:
        """Wait until everything that was put is on the disk.

        Raises:
            JournalError: it could not be written.
        """
        if self._latest is not None:
            await asyncio.shield(self._latest)

    def _flush(self) -> None:
        written = list(self._waiting)
        if written:
            self._journal.write(self._key, written[-1][0], [entry for _, entry in written])
            for _ in written:
                self._waiting.popleft()

    def _done(self, work: asyncio.Future[None]) -> None:
        if not work.cancelled() and isinstance(error := work.exception(), JournalError):
            self._failed(str(error))
