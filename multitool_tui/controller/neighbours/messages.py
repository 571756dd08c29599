"""What goes over the socket between two processes, as values and as lines."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from multitool_tui.controller import commands
from multitool_tui.controller.snapshot import Entry, LiveRollout
from multitool_tui.journal.codec import Unreadable, plain, read_plain

PROTOCOL = 1
"""Raised with every change that a process of the other number would misread."""
LONGEST_REQUEST = 65_536  # bytes of a line
LONGEST_NEWS = 64 * 1024 * 1024  # bytes of a line: a day of minutes of many rollouts

Told = (
    commands.Promote
    | commands.RollBack
    | commands.Pause
    | commands.Resume
    | commands.SetWeight
    | commands.PassGate
    | commands.Adopt
    | commands.Restore
    | commands.Abandon
)
"""The commands to a rollout that has a driver."""

_TOLD: dict[str, type[Told]] = {
    kind.__name__: kind
    for kind in (
        commands.Promote,
        commands.RollBack,
        commands.Pause,
        commands.Resume,
        commands.SetWeight,
        commands.PassGate,
        commands.Adopt,
        commands.Restore,
        commands.Abandon,
    )
}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Hello:
    """Who answers: `multitool` is the protocol's number, `version` the product's, `actor` user@host."""

    multitool: int
    version: str
    process: int
    actor: str


@dataclass(frozen=True, slots=True)
class News:
    """What a process drives in one account and region (`place`), at a moment of its own clock."""

    at: datetime
    place: str
    rollouts: tuple[LiveRollout, ...] = ()
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """A command and who gives it."""

    command: Told
    actor: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The id of the rollout that obeyed, or why none did; `taken`: because another driver has it."""

    done: str | None = None
    refused: str | None = None
    taken: bool = False


def write_line(value: Hello | News | Answer | Order | str) -> bytes:
    """A value as its line; a string is what is asked for."""
    match value:
        case str():
            document: Any = {"ask": value}
        case Order(command, actor):
            document = {"do": type(command).__name__, "command": plain(command), "actor": actor}
        case _:
            document = plain(value)
    return json.dumps(document, separators=(",", ":")).encode() + b"\n"


def read_line(line: bytes, kind: type[T]) -> T:
    """The value of a driver's line.

    Raises:
        Unreadable: it is none of this kind.
    """
    return read_plain(_document(line), kind)


def read_request(line: bytes) -> Order | str:
    """What another process asks: "news", "follow", or an order.

    Raises:
        Unreadable: nothing of the kind.
    """
    document = _document(line)
    match document:
        case {"ask": "news" | "follow" as what, **rest} if not rest:
            return str(what)
        case {"do": str(name), "command": command, "actor": str(actor), **rest} if name in _TOLD and not rest:
            return Order(read_plain(command, _TOLD[name]), actor[:200])
        case _:
            raise Unreadable("no request that this version knows")


def _document(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        raise Unreadable("no line of JSON") from None
