"""The journal as the event loop uses it: in a thread of its own, with the locks that say who drives what here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from multitool_tui.controller.recorder import Recorder
from multitool_tui.journal.lock import DriverLock
from multitool_tui.journal.store import Entry, Journal, JournalError, Record
from multitool_tui.rollout.model import Rollout

T = TypeVar("T")


class Logbook:
    """The journal of one state directory. Everything raises `JournalError` when it cannot be read or written."""

    def __init__(self, folder: Path, version: str, thread: Executor | None = None) -> None:
        """`version`: of MultiTool. `thread`: runs one piece of work at a time."""
        self.folder = folder
        self.version = version
        self._thread = thread or ThreadPoolExecutor(1, "journal")
        self._journal: Journal | None = None
        self._locks: dict[int, DriverLock] = {}

    async def begin(
        self,
        rollout: Rollout,
        *,
        place: str,
        actor: str,
        caller: str,
        at: datetime,
        driver: str,
        slow_limit: float | None,
        failed: Callable[[str], None],
    ) -> Recorder:
        """Take in a new rollout that this process drives."""

        def begin(journal: Journal) -> int:
            key = journal.begin(
                rollout,
                place=place,
                actor=actor,
                caller=caller,
                version=self.version,
                at=at,
                driver=driver,
                slow_limit=slow_limit,
            )
            self._lock(key)
            return key

        return await self._recorder(await self._do(begin), failed)

    async def take_up(self, record: Record, driver: str, at: datetime, failed: Callable[[str], None]) -> Recorder:
        """Go on with a rollout that is on record, as its new driver."""
        await self._do(lambda journal: journal.take_up(record.key, driver, at))
        return await self._recorder(record.key, failed)

    async def has(self, place: str, identity: str) -> bool:
        """Whether a rollout of a place has this id, under way or ended."""
        found = await self._do(lambda journal: journal.find(identity))
        return any(record.place == place for record in found)

    async def orphans(self, place: str) -> list[tuple[Record, list[Entry]]]:
        """The rollouts of a place that were under way when their driver's process ended, and all that is on record.

        They are this process's from now on: no other one on this machine is given them.
        """

        def find(journal: Journal) -> list[tuple[Record, list[Entry]]]:
            free = [
                record.key
                for record in journal.under_way(place)
                if record.key not in self._locks and self._lock(record.key)
            ]
            # Read again what was locked: its driver may have ended it just before.
            return [(record, journal.entries(record.key)) for record in journal.under_way(place) if record.key in free]

        return await self._do(find)

    async def known(self, place: str, identity: str) -> tuple[Record, list[Entry]] | None:
        """A rollout that is on record here, to be driven from here again; None if it is not, or has ended."""

        def find(journal: Journal) -> tuple[Record, list[Entry]] | None:
            for record in journal.under_way(place):
                if record.rollout.id == identity and self._lock(record.key):
                    return record, journal.entries(record.key)
            return None

        return await self._do(find)

    async def latest_end(self, place: str, function: str, canary: str, code: str) -> Rollout | None:
        """How the latest rollout of this version, or of the same code, ended: promoted or rolled back."""
        records = await self._do(lambda journal: journal.ends_of(place, function, canary, code))
        return records[-1].rollout if records else None

    async def close(self) -> None:
        """Let go of all rollouts, and of the file."""

        def close() -> None:
            for lock in self._locks.values():
                lock.release()
            self._locks.clear()
            if self._journal:
                self._journal.close()

        await asyncio.get_running_loop().run_in_executor(self._thread, close)
        self._thread.shutdown(wait=False)

    async def _recorder(self, key: int, failed: Callable[[str], None]) -> Recorder:
        journal = await self._do(lambda journal: journal)
        return Recorder(journal, key, self._thread, failed)

    async def _do(self, work: Callable[[Journal], T]) -> T:
        def do() -> T:
            if self._journal is None:
                self._journal = Journal.open(self.folder)
            return work(self._journal)

        return await asyncio.get_running_loop().run_in_executor(self._thread, do)

    def _lock(self, key: int) -> bool:
        if key not in self._locks:
            try:
                lock = DriverLock.take(self.folder, key)
            except OSError as error:
                raise JournalError(
                    f"{self.folder} cannot be written ({error.strerror}): give another --state-dir."
                ) from None
            if lock is None:
                return False
            self._locks[key] = lock
        return True
