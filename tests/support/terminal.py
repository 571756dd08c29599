"""A real terminal: the program under a pty, what it draws read back as a screen."""

from __future__ import annotations

import os
import select
import sys
import time
from pathlib import Path
from typing import Any

import pexpect
import pyte

MULTITOOL = str(Path(sys.executable).parent / "multitool")


def clean_environment(**more: str) -> dict[str, str]:
    """This process's environment without its AWS session, its colours, and its instance's role."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "NO_COLOR", "COLUMNS", "LINES"))
    }
    nothing = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    return kept | nothing | {"AWS_EC2_METADATA_DISABLED": "true", "TERM": "xterm-256color", "LANG": "C.UTF-8"} | more


class Terminal:
    """Runs `multitool` with `arguments` on a terminal of `columns` x `rows`; `program` is where it is installed."""

    def __init__(
        self, *arguments: str, columns: int = 120, rows: int = 40, program: str = MULTITOOL, **environment: str
    ) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self.raw = b""
        """Everything that was written to the terminal."""
        self._child: Any = pexpect.spawn(
            program, list(arguments), dimensions=(rows, columns), env=clean_environment(**environment), timeout=5
        )

    @property
    def text(self) -> str:
        """What the screen shows now."""
        return "\n".join(self._screen.display)

    def press(self, keys: str) -> None:
        """Type."""
        self._child.send(keys)

    def look(self) -> None:
        """Read what there is."""
        assert self._read(), f"the program ended:\n{self.text}"

    def wait_for(self, text: str, within: float = 30) -> None:
        """Read until `text` is on the screen.

        Raises:
            AssertionError: it did not appear in so many seconds, or the program ended first.
        """
        limit = time.monotonic() + within
        while text not in self.text:
            assert time.monotonic() < limit, f"{text!r} did not appear:\n{self.text}"
            assert self._read(), f"the program ended before {text!r} appeared:\n{self.text}"

    def wait_for_none(self, text: str, within: float = 30) -> None:
        """Read until `text` is on the screen no more.

        Raises:
            AssertionError: it still was after so many seconds, or the program ended first.
        """
        limit = time.monotonic() + within
        while text in self.text:
            assert time.monotonic() < limit, f"{text!r} did not go away:\n{self.text}"
            self.look()

    def wait_for_end(self, within: float = 20) -> int:
        """Read until the program has ended; its exit code."""
        limit = time.monotonic() + within
        while self._read():
            assert time.monotonic() < limit, f"it did not end:\n{self.text}"
        self._child.close()
        assert self._child.exitstatus is not None, f"ended by signal {self._child.signalstatus}"
        return int(self._child.exitstatus)

    def stall(self) -> None:
        """Read nothing any more, while the program paints more than a terminal holds."""
        for number in range(80):
            self._child.setwinsize(24 + number % 2, 80)
            time.sleep(0.02)

    def signal(self, number: int) -> None:
        """Send the program a signal, as a shell does."""
        self._child.kill(number)

    def wait_for_stop(self) -> None:
        """Wait until the program is stopped."""
        _, status = os.waitpid(self._child.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        while self._pending():
            self.look()

    def hang_up(self) -> None:
        """Take the terminal away, as a lost connection does."""
        self._child.ptyproc.fileobj.close()

    def ends(self, within: float) -> int | None:
        """The exit code with which the program ends in so many seconds, with nobody reading what it writes."""
        limit = time.monotonic() + within
        while self._child.ptyproc.isalive() and time.monotonic() < limit:
            time.sleep(0.05)
        return None if self._child.ptyproc.isalive() else int(self._child.ptyproc.exitstatus)

    def close(self) -> None:
        """End the program, however it is."""
        self._child.close(force=True)

    def _pending(self) -> bool:
        return bool(select.select([self._child], [], [], 0)[0])

    def _read(self) -> bool:
        try:
            piece = self._child.read_nonblocking(65536, timeout=0.2)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.raw += piece
        self._stream.feed(piece)
        return True
