"""Another process that drives, as seen from here."""

from __future__ import annotations

import asyncio
import os
import stat
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TypeVar

from multitool_tui.controller.neighbours.door import FOLDER
from multitool_tui.controller.neighbours.messages import (
    LONGEST_NEWS,
    PROTOCOL,
    Answer,
    Hello,
    News,
    Order,
    read_line,
    write_line,
)
from multitool_tui.controller.port import CommandRefused, Taken
from multitool_tui.journal.codec import Unreadable

_PATIENCE = 5.0  # seconds of real time that a process on this machine takes to answer
T = TypeVar("T", Answer, Hello, News)


class Unheard(Exception):
    """The process does not answer, or not so that it can be understood; the text is a sentence."""


class Peer:
    """An open conversation with a process that drives."""

    def __init__(self, path: Path, hello: Hello, reader: StreamReader, writer: StreamWriter) -> None:
        self.path, self.hello = path, hello
        self._reader, self._writer = reader, writer

    @property
    def who(self) -> str:
        """The process, for people."""
        return f"process {self.hello.process}"

    async def news(self) -> News:
        """What it drives now.

        Raises:
            Unheard
        """
        return await self._ask("news", News)

    async def follow(self) -> AsyncIterator[News]:
        """What it drives, now and after each change, until it ends. Nothing else can be asked from then on.

        Raises:
            Unheard
        """
        await self._send("follow")
        while line := await self._line(None):
            yield _read(line, News, self.who)

    async def tell(self, order: Order) -> str:
        """Have it carry out a command; return the id of the rollout.

        Raises:
            CommandRefused: with its sentence.
            Unheard
        """
        answer = await self._ask(order, Answer)
        if answer.done is not None:
            return answer.done
        raise (Taken if answer.taken else CommandRefused)(answer.refused or "It was refused.")

    async def _ask(self, what: Order | str, kind: type[T]) -> T:
        await self._send(what)
        line = await self._line(_PATIENCE)
        if not line:
            raise Unheard(f"{self.who} has ended.")
        return _read(line, kind, self.who)

    async def _send(self, what: Order | str) -> None:
        try:
            self._writer.write(write_line(what))
            await self._writer.drain()
        except OSError:
            raise Unheard(f"{self.who} has ended.") from None

    async def _line(self, within: float | None) -> bytes:
        return await _line(self._reader, within, self.who)


@asynccontextmanager
async def visit(path: Path) -> AsyncIterator[Peer]:
    """Talk to the process behind a socket. One that nobody listens at is removed.

    Raises:
        Unheard
    """
    try:
        reader, writer = await asyncio.open_unix_connection(os.path.realpath(path), limit=LONGEST_NEWS)  # noqa: ASYNC240
    except (ConnectionRefusedError, FileNotFoundError):
        with suppress(OSError):
            path.unlink()  # noqa: ASYNC240 - a folder on this machine
        raise Unheard("It has ended.") from None
    except OSError as error:
        raise Unheard(f"{path} cannot be used: {error.strerror}.") from None
    try:
        who = f"process {path.name.partition('-')[0]}"
        hello = _read(await _line(reader, _PATIENCE, who), Hello, who)
        if hello.multitool != PROTOCOL:
            raise Unheard(
                f"{who} is MultiTool {hello.version}, which speaks another language to other shells than this one: "
                "use the same version."
            )
        yield Peer(path, hello, reader, writer)
    finally:
        writer.close()


def doors(folder: Path) -> list[Path]:
    """The sockets of the processes that drive with this state directory, and belong to this user."""
    found = []
    for path in sorted((folder / FOLDER).glob("[!.]*.sock")):
        with suppress(OSError):
            about = path.stat()
            if stat.S_ISSOCK(about.st_mode) and about.st_uid == os.geteuid():
                found.append(path)
            continue
        if path.is_symlink():  # it leads nowhere: its process was killed, and its temporary folder cleared
            with suppress(OSError):
                path.unlink()
    return found


async def _line(reader: StreamReader, within: float | None, who: str) -> bytes:
    try:
        async with asyncio.timeout(within):
            return await reader.readline()
    except TimeoutError:
        raise Unheard(f"{who} does not answer.") from None
    except (OSError, ValueError):
        raise Unheard(f"{who} has ended.") from None


def _read(line: bytes, kind: type[T], who: str) -> T:
    try:
        return read_line(line, kind)
    except Unreadable:
        raise Unheard(f"{who} says what this version does not understand: use the same one for both.") from None
