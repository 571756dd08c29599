"""A rollout without a screen ends when it is told to, whatever it waits for."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from multitool_tui.cli.exits import Exit, Failure
from multitool_tui.cli.headless import drive, interrupted, one
from multitool_tui.cli.options import Globals
from multitool_tui.clock import SystemClock
from multitool_tui.controller.supervisor import Supervisor

UNHEARD = "http://127.0.0.1:9"
"""Where nothing listens."""


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")


def options(folder: Path, *, read_only: bool = False) -> Globals:
    return Globals(None, "eu-west-1", UNHEARD, read_only, None, folder / "log", folder)


async def _begin_in_vain(_: Supervisor) -> str:
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.Event().wait()
    return ""


def test_a_signal_ends_a_start_that_waits_for_an_answer(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="before a rollout was under way") as failure:
        drive(options(tmp_path), SystemClock(), one(_begin_in_vain))
    assert failure.value.exit_code == Exit.INCONCLUSIVE


def test_nothing_is_taken_up_in_a_read_only_session(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="read-only"):
        drive(options(tmp_path, read_only=True), SystemClock(), one(lambda supervisor: interrupted(supervisor, None)))
