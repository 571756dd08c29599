"""The door of a process that drives: a Unix socket, through which others of its user see and steer its rollouts."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
import struct
import tempfile
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from multitool_tui.controller.neighbours.messages import (
    LONGEST_REQUEST,
    PROTOCOL,
    Answer,
    Hello,
    News,
    Order,
    read_request,
    write_line,
)
from multitool_tui.controller.port import CommandRefused, Taken
from multitool_tui.journal.codec import Unreadable

FOLDER = "live"
"""Under the state directory: a socket for each process that drives."""

_log = logging.getLogger(__name__)
_LONGEST_PATH = 100  # bytes: macOS takes 103, Linux 107
_PAUSE = 0.2  # seconds of real time between two lines of news
_FAREWELL = 1.0  # seconds of real time for the last one


class Door:
    """Answers whoever asks what this process drives, and passes on what they want done."""

    def __init__(
        self, folder: Path, hello: Hello, news: Callable[[], News], obey: Callable[[Order], Awaitable[str]]
    ) -> None:
        """`folder`: the state directory. `obey` raises `CommandRefused`."""
        self._folder = folder / FOLDER
        self._hello, self._news, self._obey = hello, news, obey
        self._server: asyncio.Server | None = None
        self._guests: set[asyncio.Task[None]] = set()
        self._following: set[asyncio.Task[None]] = set()
        self._closing = asyncio.Event()
        self._changed: set[asyncio.Event] = set()
        """One for each guest that follows."""
        self._paths: list[Path] = []

    async def open(self) -> None:
        """Begin to answer.

        Raises:
            OSError: there can be no socket.
        """
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = f"{os.getpid()}-{secrets.token_hex(4)}.sock"
        path = self._folder / name
        bound = self._folder / f".{name}"
        if len(os.fsencode(bound)) > _LONGEST_PATH:
            bound = Path(tempfile.mkdtemp(prefix="multitool-")) / "sock"
            self._paths += [bound, bound.parent]
        listening = socket.socket(socket.AF_UNIX)
        try:
            listening.bind(os.fspath(bound))
            bound.chmod(0o600)
            self._server = await asyncio.start_unix_server(self._greet, sock=listening, limit=LONGEST_REQUEST)
        except BaseException:
            listening.close()
            raise
        # Under its own name only once it answers: one that does not is taken for that of a process that has ended.
        if bound.parent == self._folder:
            bound.rename(path)
        else:
            path.symlink_to(bound)
        self._paths.insert(0, path)

    def is_at(self, path: Path) -> bool:
        """Whether this is this door's own socket."""
        return path in self._paths

    def changed(self) -> None:
        """There is news."""
        for event in self._changed:
            event.set()

    async def close(self) -> None:
        """Tell the last news, end all conversations, and leave no socket."""
        if self._server:
            self._server.close()
        self._closing.set()
        self.changed()
        if self._following:
            await asyncio.wait(self._following, timeout=_FAREWELL)
        for guest in self._guests:
            guest.cancel()
        await asyncio.gather(*self._guests, return_exceptions=True)
        for path in self._paths:
            with suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink()

    def _greet(self, reader: StreamReader, writer: StreamWriter) -> None:
        guest = asyncio.create_task(self._entertain(reader, writer), name="neighbour")
        self._guests.add(guest)
        guest.add_done_callback(self._guests.discard)

    async def _entertain(self, reader: StreamReader, writer: StreamWriter) -> None:
        following: asyncio.Task[None] | None = None
        try:
            if not _is_ours(writer.get_extra_info("socket")):
                return
            await _send(writer, write_line(self._hello))
            while line := await reader.readline():
                try:
                    request = read_request(line)
                except Unreadable as error:
                    await _send(writer, b'{"error":"%s"}\n' % str(error).encode("ascii", "replace"))
                    continue
                match request:
                    case Order():
                        await _send(writer, write_line(await self._do(request)))
                    case "follow" if following is None:
                        following = asyncio.create_task(self._follow(writer), name="followed")
                        self._following.add(following)
                        following.add_done_callback(self._following.discard)
                    case _:
                        await _send(writer, write_line(self._news()))
        except (OSError, ValueError):  # it has gone, or sends a line without an end
            pass
        finally:
            if following:
                following.cancel()
            writer.close()

    async def _do(self, order: Order) -> Answer:
        try:
            return Answer(await self._obey(order))
        except CommandRefused as refused:
            return Answer(refused=str(refused), taken=isinstance(refused, Taken))
        except Exception as error:  # noqa: BLE001 - whoever asked must hear of it, and the driver goes on
            _log.exception("a command of another process failed")
            return Answer(refused=f"A bug of ours ({type(error).__name__}); the driver's log file has the details.")

    async def _follow(self, writer: StreamWriter) -> None:
        changed = asyncio.Event()
        self._changed.add(changed)
        try:
            while not self._closing.is_set():
                changed.clear()
                await _send(writer, write_line(self._news()))
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._closing.wait(), _PAUSE)
                await changed.wait()
            await _send(writer, write_line(self._news()))  # how it ended
        except OSError:
            writer.close()
        finally:
            self._changed.discard(changed)


async def _send(writer: StreamWriter, line: bytes) -> None:
    writer.write(line)
    await writer.drain()


def _is_ours(connection: socket.socket) -> bool:
    """Whether the other end is the same user's; where the system does not tell, the socket's mode has seen to it."""
    if not hasattr(socket, "SO_PEERCRED"):
        return True
    _, user, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return bool(user == os.geteuid())


def hello(version: str, actor: str) -> Hello:
    """How this process introduces itself."""
    return Hello(PROTOCOL, version, os.getpid(), actor)
