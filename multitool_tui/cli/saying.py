"""What a command says, though whoever listened may have left: a pipe is closed, a terminal is gone."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import click

GONE = (errno.EPIPE, errno.EIO)
"""What the kernel answers where nobody reads any more."""


def say(text: str, *, err: bool = False) -> None:
    """Write one line to standard output, or to standard error. Whoever has left misses it, and ends nothing."""
    with unless_gone(sys.stderr if err else sys.stdout):
        click.echo(text, err=err)


@contextmanager
def unless_gone(stream: TextIO | None = None) -> Iterator[None]:
    """Leave off where a write to `stream` (standard output) finds nobody there; from then on it goes nowhere."""
    stream = stream or sys.stdout
    try:
        yield
        stream.flush()
    except OSError as error:
        if error.errno not in GONE:
            raise
        # What is still in the buffer is written when the process ends, and would fail once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
