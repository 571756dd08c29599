"""The journal's file: what it takes in, what it gives back, and what can be wrong with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Self

from multitool_tui.journal.codec import Unreadable, decode, encode
from multitool_tui.journal.schema import NewerSchema, migrate
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.states import State

FILE = "journal.db"
_SELECT = "SELECT key, place, actor, caller, version, began_at, driver, slow_limit, rollout FROM rollouts"
_PATIENCE = 5.0  # seconds to wait for another process's write


class JournalError(Exception):
    """The journal cannot be read or written; the text says why in one sentence, and what to do."""


class Kind(StrEnum):
    """What an entry holds."""

    BEGAN = "began"
    """The rollout as it was before its first event: `Rollout`."""
    MINUTES = "minutes"
    """Minutes that the judge was shown, in their order: `tuple[Minute, ...]`."""
    ALARMS = "alarms"
    """The watched alarms as the judge was shown them: `dict[str, AlarmState]`."""
    EVENT = "event"
    """What happened to the rollout, commands among it: `Event`."""
    RECEIPT = "receipt"
    """A decision that followed from the event before it: `Receipt`."""
    INTENT = "intent"
    """A change of the target that is about to be made: `Change`. Its outcome is an event."""
    WEIGHT = "weight"
    """The canary's share that was read back after a change: `float`."""
    DRIVER = "driver"
    """Who drives it from here on: `str`, the driver's mark."""
    HOOK = "hook"
    """How a hook has ended: `Receipt`. No decision."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a rollout's record. `body` is JSON of what `kind` says."""

    at: datetime
    kind: Kind
    body: str


@dataclass(frozen=True, slots=True)
class Record:
    """What the journal knows of one rollout. `place`: account/region, and the endpoint where it is not AWS's own."""

    key: int
    place: str
    actor: str
    caller: str
    version: str
    began_at: datetime
    driver: str
    slow_limit: float | None
    rollout: Rollout


@dataclass(frozen=True, slots=True)
class Survey:
    """What is in a journal's file. `size`: bytes, with what is not yet worked into the file itself."""

    path: Path
    schema: int
    rollouts: int
    under_way: int
    size: int


class Journal:
    """An open journal. Used by one thread at a time; other processes may use the same file."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the journal in a folder; both are made where they are not there yet.

        Raises:
            JournalError
        """
        path = folder / FILE
        with _told(path):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.touch(mode=0o600)
            connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
            try:
                # A rollout must outlive a power cut: every commit is on the disk before it counts.
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = FULL")
                connection.execute("PRAGMA foreign_keys = ON")
                migrate(connection)
            except BaseException:
                connection.close()
                raise
            return cls(connection, path)

    def close(self) -> None:
        self._connection.close()

    # What goes in

    def begin(
        self,
        rollout: Rollout,
        *,
        place: str,
        actor: str,
        caller: str,
        version: str,
        at: datetime,
        driver: str,
        slow_limit: float | None,
    ) -> int:
        """Take in a new rollout; return its key.

        Raises:
            JournalError
        """
        with self.writing():
            done = self._connection.execute(
                "INSERT INTO rollouts (id, place, target, baseline, canary, strategy, actor, caller, version, began_at,"
                " driver, slow_limit, state, rollout, code) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    rollout.id,
                    place,
                    rollout.target,
                    rollout.baseline,
                    rollout.canary,
                    rollout.plan.strategy,
                    actor,
                    caller,
                    version,
                    at.isoformat(),
                    driver,
                    slow_limit,
                    rollout.state,
                    encode(rollout),
                    rollout.code,
                ),
            )
            key = int(done.lastrowid or 0)
            self._add(key, [Entry(at, Kind.BEGAN, encode(rollout)), Entry(at, Kind.DRIVER, encode(driver))])
            return key

    def write(self, key: int, rollout: Rollout, entries: Sequence[Entry]) -> None:
        """Add entries, and what the rollout is after them: all or nothing.

        Raises:
            JournalError
        """
        with self.writing():
            self._add(key, entries)
            self._connection.execute(
                "UPDATE rollouts SET canary = ?, state = ?, ended_at = ?, rollout = ? WHERE key = ?",
                (rollout.canary, rollout.state, _iso(rollout.ended_at), encode(rollout), key),
            )

    def take_up(self, key: int, driver: str, at: datetime) -> None:
        """Note that a rollout has a new driver.

        Raises:
            JournalError
        """
        with self.writing():
            self._connection.execute("UPDATE rollouts SET driver = ? WHERE key = ?", (driver, key))
            self._add(key, [Entry(at, Kind.DRIVER, encode(driver))])

    def _add(self, key: int, entries: Sequence[Entry]) -> None:
        [after] = self._connection.execute(
            "SELECT coalesce(max(number), 0) FROM entries WHERE rollout = ?", (key,)
        ).fetchone()
        self._connection.executemany(
            "INSERT INTO entries (rollout, number, at, kind, body) VALUES (?, ?, ?, ?, ?)",
            [
                (key, number, entry.at.isoformat(), entry.kind, entry.body)
                for number, entry in enumerate(entries, after + 1)
            ],
        )

    # What comes out

    def under_way(self, place: str) -> list[Record]:
        """The rollouts of a place that have not ended, oldest first.

        Raises:
            JournalError
        """
        return self._records("place = ? AND ended_at IS NULL", (place,))

    def all(self) -> list[Record]:
        """Every rollout, oldest first.

        Raises:
            JournalError
        """
        return self._records("TRUE", ())

    def find(self, identity: str) -> list[Record]:
        """The rollouts with this id: one, unless two regions or accounts had one in the same second.

        Raises:
            JournalError
        """
        return self._records("id = ?", (identity,))

    def record(self, key: int) -> Record | None:
        """The rollout with this key.

        Raises:
            JournalError
        """
        return next(iter(self._records("key = ?", (key,))), None)

    def latest(self, place: str, target: str) -> Record | None:
        """The latest rollout on a target, ended or not.

        Raises:
            JournalError
        """
        latest = "key = (SELECT max(key) FROM rollouts WHERE place = ? AND target = ?)"
        return next(iter(self._records(latest, (place, target))), None)

    def ends_of(self, place: str, function: str, canary: str, code: str) -> list[Record]:
        """The rollouts that a version of a function, or anything with its code, was promoted or rolled back by.

        Oldest first. `canary` and `code` are empty where they are not known.

        Raises:
            JournalError
        """
        name = f"{function}:"
        return self._records(
            "place = ? AND state IN (?, ?) AND ((code <> '' AND code = ?)"
            " OR (canary <> '' AND canary = ? AND substr(target, 1, ?) = ?))",
            (place, State.PROMOTED, State.ROLLED_BACK, code, canary, len(name), name),
        )

    def entries(self, key: int) -> list[Entry]:
        """The record of a rollout, in order.

        Raises:
            JournalError
        """
        with _told(self._path):
            rows = self._connection.execute(
                "SELECT at, kind, body FROM entries WHERE rollout = ? ORDER BY number", (key,)
            ).fetchall()
            return [Entry(datetime.fromisoformat(at), Kind(kind), body) for at, kind, body in rows]

    def _records(self, where: str, values: tuple[str | int, ...]) -> list[Record]:
        with _told(self._path):
            rows = self._connection.execute(f"{_SELECT} WHERE {where} ORDER BY key", values).fetchall()
            return [
                Record(
                    key,
                    place,
                    actor,
                    caller,
                    version,
                    datetime.fromisoformat(began_at),
                    driver,
                    slow_limit,
                    decode(rollout, Rollout),
                )
                for key, place, actor, caller, version, began_at, driver, slow_limit, rollout in rows
            ]

    def survey(self) -> Survey:
        """Look at the file, and see that it can be written now.

        Raises:
            JournalError
        """
        with self.writing():
            [schema] = self._connection.execute("PRAGMA user_version").fetchone()
            rollouts, under_way = self._connection.execute(
                "SELECT count(*), count(*) FILTER (WHERE ended_at IS NULL) FROM rollouts"
            ).fetchone()
        with _told(self._path):
            files = [self._path, self._path.with_name(f"{FILE}-wal")]
            size = sum(file.stat().st_size for file in files if file.exists())
        return Survey(self._path, schema, rollouts, under_way, size)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The file, for what keeps tables of its own in it.

        Raises:
            JournalError
        """
        with _told(self._path):
            yield self._connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The same, for changes that are made all or none.

        Raises:
            JournalError
        """
        with _told(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._roll_back()
                raise
            self._connection.execute("COMMIT")

    def _roll_back(self) -> None:
        # On a full disk SQLite has rolled back by itself already.
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Raise one sentence for whatever is wrong with the file."""
    try:
        yield
    except NewerSchema:
        raise JournalError(
            f"The journal {path} was written by a newer MultiTool: update this one, or give another --state-dir."
        ) from None
    except (Unreadable, ValueError) as error:
        raise JournalError(f"The journal {path} is damaged ({error}): move it away to begin a new one.") from None
    except sqlite3.Error as error:
        raise JournalError(_sentence(path, error)) from None
    except OSError as error:
        raise JournalError(
            f"The journal {path} cannot be used ({error.strerror or error}): make its folder writable, or give another"
            " --state-dir."
        ) from None


def _sentence(path: Path, error: sqlite3.Error) -> str:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the primary one
    match code:
        case sqlite3.SQLITE_FULL:
            return f"The disk is full: the journal {path} cannot be written. Make room, or give another --state-dir."
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return f"The journal {path} cannot be written: make it writable, or give another --state-dir."
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return f"The journal {path} is locked by another process: end that, or give another --state-dir."
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_SCHEMA | sqlite3.SQLITE_ERROR:
            return f"The journal {path} is damaged ({error}): move it away to begin a new one."
        case _:
            return f"The journal {path} cannot be used ({error}): repair it, or give another --state-dir."
