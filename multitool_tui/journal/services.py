"""What setup has made: each resource of a service, intent before and outcome after, for teardown to remove it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from multitool_tui.journal.store import Journal


class Happened(StrEnum):
    """What has become of a resource."""

    MAKING = "making"
    """It was not there, and is about to be made."""
    NOT_MADE = "not made"
    """AWS has refused to make it."""
    MADE = "made"
    FOUND = "found"
    """It was there already, and is not setup's."""
    REMOVING = "removing"
    REMOVED = "removed"
    LEFT = "left"
    """Teardown was here and may not remove it. It still is setup's."""


OURS = (Happened.MAKING, Happened.MADE, Happened.REMOVING, Happened.LEFT)
"""What setup has made, as far as is known."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of a service, as it was last. `part`: JSON of what it is to be; `facts`: what AWS has named."""

    kind: str
    name: str
    happened: Happened
    part: str
    facts: Mapping[str, str]
    at: datetime


def service_key(journal: Journal, place: str, name: str) -> int:
    """The key of a service, which is taken in if it is new.

    Raises:
        JournalError
    """
    with journal.writing() as file:
        file.execute("INSERT OR IGNORE INTO services (place, name) VALUES (?, ?)", (place, name))
        [key] = file.execute("SELECT key FROM services WHERE place = ? AND name = ?", (place, name)).fetchone()
        return int(key)


def service_names(journal: Journal, place: str) -> list[str]:
    """The services that setup has had to do with in a place, in their order.

    Raises:
        JournalError
    """
    with journal.reading() as file:
        found = file.execute(
            "SELECT name FROM services WHERE place = ? AND key IN (SELECT service FROM resources) ORDER BY key",
            (place,),
        ).fetchall()
        return [name for (name,) in found]


def note(journal: Journal, service: int, resource: Resource, actor: str) -> None:
    """Write down what has become of a resource, on the disk before this returns.

    Raises:
        JournalError
    """
    with journal.writing() as file:
        file.execute(
            "INSERT INTO resources (service, number, at, actor, kind, name, happened, part, facts) SELECT ?,"
            " coalesce(max(number), 0) + 1, ?, ?, ?, ?, ?, ?, ? FROM resources WHERE service = ?",
            (
                service,
                resource.at.isoformat(),
                actor,
                resource.kind,
                resource.name,
                resource.happened,
                resource.part,
                json.dumps(dict(resource.facts)),
                service,
            ),
        )


def resources(journal: Journal, service: int) -> list[Resource]:
    """The resources of a service, each as it was last, in the order in which they were first heard of.

    Raises:
        JournalError
    """
    with journal.reading() as file:
        rows = file.execute(
            "SELECT kind, name, happened, part, facts, at FROM resources WHERE service = ? ORDER BY number", (service,)
        ).fetchall()
        latest: dict[tuple[str, str], Resource] = {}
        for kind, name, happened, part, facts, at in rows:
            read = Resource(kind, name, Happened(happened), part, json.loads(facts), datetime.fromisoformat(at))
            latest[kind, name] = read
        return list(latest.values())
