"""A terminal to measure on: the screen's process under a pty, its keys, and when what they change has been painted."""

from __future__ import annotations

import json
import os
import re
import select
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pexpect

from benchmarks.account import Place, as_json
from tests.support.terminal import clean_environment
from tests.support.world import sandbox_environment

_CODES = re.compile(rb"\x1b(\[[0-9;:?<=>]*[A-Za-z]|\][^\x07\x1b]*(\x07|\x1b\\)|[@-Z\\-_])")
SIZE = (40, 120)  # rows and columns
_PATIENCE = 20.0  # seconds after which a key has done nothing


class Terminal:
    """A screen on a pty. `report` is what its process says of itself."""

    def __init__(self, child: Any, report: Path) -> None:
        self._child, self._report = child, report

    @property
    def report(self) -> dict[str, float]:
        """See `benchmarks.on_screen`; empty until its rollouts are live."""
        return json.loads(self._report.read_text()) if self._report.exists() else {}

    def begin_anew(self) -> None:
        """Count CPU and gaps from now on."""
        self._report.with_suffix(".reset").touch()

    def wait_until_ready(self, within: float) -> None:
        """Read on until the rollouts are live and on the screen."""
        limit = time.monotonic() + within
        while not self.report:
            self.rest(0.5)
            if time.monotonic() > limit or not self._child.isalive():
                raise SystemExit("The rollouts did not start.")
        self.rest(5.0)

    def rest(self, seconds: float) -> None:
        """Read what comes, and press nothing."""
        limit = time.monotonic() + seconds
        while (left := limit - time.monotonic()) > 0:
            self._read(left)

    def press(self, key: str) -> None:
        """Press a key, and wait for nothing."""
        os.write(self._child.child_fd, key.encode())

    def milliseconds(self, key: str, shown: str) -> float:
        """From a key to the moment at which `shown` has been painted."""
        while self._read(0.0):
            pass
        begun, written = time.perf_counter(), b""
        self.press(key)
        while shown.encode() not in _CODES.sub(b"", written):
            written += self._read(_PATIENCE)
            if time.perf_counter() - begun > _PATIENCE:
                raise SystemExit(f"{key!r} did not show {shown!r}.")
        return (time.perf_counter() - begun) * 1000

    def _read(self, seconds: float) -> bytes:
        ready, _, _ = select.select([self._child.child_fd], [], [], seconds)
        return os.read(self._child.child_fd, 65536) if ready else b""


@contextmanager
def terminal(place: Place, rollouts: int, *, turn: float = 0.02) -> Iterator[Terminal]:
    """Open the screen, and end it. It looks at the clocks every `turn` seconds, which costs it a little CPU."""
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        child = pexpect.spawn(
            sys.executable,
            ["-m", "benchmarks.on_screen", as_json(place), str(rollouts), str(report), str(turn)],
            dimensions=SIZE,
            env=clean_environment(**sandbox_environment()),
        )
        try:
            yield Terminal(child, report)
        finally:
            child.close(force=True)
