"""The journal of one service, as the event loop uses it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

from multitool_tui.aws.errors import AwsError
from multitool_tui.aws.provision import apis, fronts, functions, roles, watching
from multitool_tui.aws.provision.part import Facts, Part
from multitool_tui.clock import Clock
from multitool_tui.journal.codec import decode, encode
from multitool_tui.journal.lock import DriverLock
from multitool_tui.journal.services import OURS, Happened, Resource, note, resources, service_key, service_names
from multitool_tui.journal.store import Journal, JournalError

_PARTS: dict[str, type[Part]] = {
    kind.__name__: kind
    for module in (roles, functions, fronts, apis, watching)
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, Part) and kind is not Part
}


class Busy(AwsError):
    """Another process is at the same service."""


class Book:
    """What is on record of a service: each part as it was last. One process at a time has it."""

    def __init__(self, journal: Journal, key: int, lock: DriverLock, clock: Clock, actor: str) -> None:
        self._journal = journal
        self._key = key
        self._lock = lock
        self._clock = clock
        self._actor = actor
        self._rows: dict[tuple[str, str], Resource] = {}

    @staticmethod
    async def open(folder: Path, place: str, name: str, clock: Clock, actor: str) -> Book:
        """Open the record of service `name`, which is taken in if it is new. `place`: as that of a rollout.

        Raises:
            JournalError
            Busy: another process has it.
        """

        def begin() -> Book:
            journal = Journal.open(folder)
            try:
                key = service_key(journal, place, name)
                try:
                    lock = DriverLock.take(folder, key, "services")
                except OSError as error:
                    raise JournalError(
                        f"{folder} cannot be written ({error.strerror}): give another --state-dir."
                    ) from None
                if lock is None:
                    raise Busy(f"Another process is setting up or tearing down {name}: wait until it has ended.")
                book = Book(journal, key, lock, clock, actor)
                book._rows = {(row.kind, row.name): row for row in resources(journal, key)}
                return book
            except BaseException:
                journal.close()
                raise

        return await asyncio.to_thread(begin)

    async def close(self) -> None:
        self._lock.release()
        await asyncio.to_thread(self._journal.close)

    def row(self, part: Part) -> Resource | None:
        """What is on record of a part."""
        return self._rows.get((part.kind, part.name))

    def is_ours(self, part: Part) -> bool:
        """Whether setup has made it, as far as is known."""
        row = self.row(part)
        return row is not None and row.happened in OURS

    def all(self) -> list[tuple[Part, Resource]]:
        """Every part on record, in the order in which they were first heard of."""
        return [(part_of(row.part), row) for row in self._rows.values()]

    async def note(self, part: Part, happened: Happened, facts: Facts | None = None) -> None:
        """Write down what becomes of a part. Without `facts` those on record stay.

        Raises:
            JournalError
        """
        before = self.row(part)
        known = facts if facts is not None else dict(before.facts) if before else {}
        row = Resource(part.kind, part.name, happened, text_of(part), known, self._clock.now())
        await asyncio.to_thread(note, self._journal, self._key, row, self._actor)
        self._rows[part.kind, part.name] = row

    async def is_released(self, place: str, target: str) -> bool:
        """Whether a rollout on `target` is under way, as far as this machine knows."""
        live = await asyncio.to_thread(self._journal.under_way, place)
        return any(record.rollout.target == target for record in live)


async def services(folder: Path, place: str) -> list[str]:
    """The services on record in a place.

    Raises:
        JournalError
    """

    def read() -> list[str]:
        journal = Journal.open(folder)
        try:
            return service_names(journal, place)
        finally:
            journal.close()

    return await asyncio.to_thread(read)


def text_of(part: Part) -> str:
    """A part as JSON."""
    return json.dumps({"is": type(part).__name__, "part": json.loads(encode(part))})


def part_of(text: str) -> Part:
    """The part that `text_of` wrote.

    Raises:
        JournalError: it is none.
    """
    try:
        read = json.loads(text)
        kind: Callable[..., Part] = _PARTS[read["is"]]
        return decode(json.dumps(read["part"]), kind)  # type: ignore[arg-type]  # the class, by its name
    except (ValueError, KeyError, TypeError) as error:
        raise JournalError(f"The journal's record of a service is damaged ({error}): move the journal away.") from None
