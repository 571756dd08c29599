from __future__ import annotations

import io
import os
import select
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from multitool_tui.sandbox.handlers.worker import Program


def zipped(files: dict[str, str]) -> bytes:
    """A package of these files; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), text)
    return buffer.getvalue()


def program(text: str, **changes: Any) -> Program:
    """A version whose `app.py` is `text`."""
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:mine:3"
    package = zipped({"app.py": text})
    made = Program("mine", "3", arn, "eu-west-1", package, "app.handler", "python3.12", 5, 128, ())
    return replace(made, **changes)


class Lifeline:
    """A named pipe that processes hold open for as long as they live: it ends with the last of them."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self._pipe = os.open(path, os.O_RDONLY | os.O_NONBLOCK)

    def last_words(self) -> str:
        """What was written, once nobody holds the pipe any more.

        Raises:
            TimeoutError: Somebody still does after ten seconds, or nobody ever did.
        """
        said = b""
        while select.select([self._pipe], [], [], 10)[0]:
            read = os.read(self._pipe, 4096)
            if not read:
                os.close(self._pipe)
                return said.decode()
            said += read
        raise TimeoutError(f"still held after {said!r}")
