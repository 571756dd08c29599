"""A terminal that stalls, or is gone: rollouts are driven all the same, and ended as the plan says."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from multitool_tui.cli.exits import Exit
from multitool_tui.sandbox.server import Sandbox
from tests.support.serving import serving
from tests.support.terminal import MULTITOOL, Terminal, clean_environment
from tests.support.waiting import comes_about
from tests.support.world import sandbox_environment

ENTER_ALTERNATE_SCREEN, LEAVE_ALTERNATE_SCREEN = b"\x1b[?1049h", b"\x1b[?1049l"
_LONGEST = 30  # seconds of real time


@contextmanager
def driving(folder: Path, *how: str, **environment: str) -> Iterator[tuple[Terminal, Sandbox]]:
    """A process on a terminal of its own that has put the canary at 10%."""
    with serving() as sandbox:
        place = ("--endpoint-url", sandbox.url, "--state-dir", str(folder), "--log-file", str(folder / "log"))
        plan = ("--version", "42", "--strategy", "10%/20m 50%/20m")
        command = (*place, "run", "checkout:live", *plan, *how)
        terminal = Terminal(*command, columns=120, rows=40, program=MULTITOOL, **sandbox_environment(), **environment)
        try:
            while not sandbox.alias("checkout", "live").weights:
                terminal.look()
            yield terminal, sandbox
        finally:
            terminal.close()


def on_alias(sandbox: Sandbox) -> tuple[str, dict[str, float]]:
    alias = sandbox.alias("checkout", "live")
    return alias.version, dict(alias.weights)


def test_a_terminal_that_takes_nothing_holds_up_no_rollback(tmp_path: Path) -> None:
    with driving(tmp_path) as (terminal, sandbox):
        terminal.stall()
        place = ("--endpoint-url", sandbox.url, "--state-dir", str(tmp_path), "--log-file", str(tmp_path / "log"))
        command = [MULTITOOL, *place, "rollback", "checkout:live"]
        subprocess.run(command, env=clean_environment(**sandbox_environment()), check=True, timeout=_LONGEST)
        comes_about(lambda: on_alias(sandbox) == ("41", {}), within=_LONGEST)
        terminal.wait_for("ROLLED BACK")  # what had no room is painted anew


def test_a_terminal_that_was_lent_to_an_editor_comes_back_and_ends_nothing(tmp_path: Path) -> None:
    with driving(tmp_path, EDITOR="true") as (terminal, sandbox):
        terminal.press("n")
        terminal.wait_for("Edit as TOML")
        terminal.press("\x0f")  # ctrl+o
        while terminal.raw.count(ENTER_ALTERNATE_SCREEN) < 2:
            terminal.look()
        assert terminal.raw.rindex(ENTER_ALTERNATE_SCREEN) > terminal.raw.index(LEAVE_ALTERNATE_SCREEN)
        terminal.press("\x1b")
        terminal.wait_for_none("Edit as TOML")
        terminal.press(" ")
        terminal.wait_for("paused")
        assert on_alias(sandbox) == ("41", {"42": 0.1})


@pytest.mark.long
def test_a_process_that_is_stopped_gives_the_terminal_back_and_goes_on_after_it(tmp_path: Path) -> None:
    with driving(tmp_path) as (terminal, sandbox):
        terminal.wait_for("10%")
        terminal.press("\x1a")  # ctrl+z
        terminal.wait_for("a stopped process does not watch it")
        terminal.press("\x1a")
        terminal.wait_for_stop()
        assert terminal.raw.count(LEAVE_ALTERNATE_SCREEN) == terminal.raw.count(ENTER_ALTERNATE_SCREEN) == 1
        terminal.signal(signal.SIGCONT)
        while terminal.raw.count(ENTER_ALTERNATE_SCREEN) < 2:
            terminal.look()
        terminal.wait_for("shifting")
        terminal.press(" ")
        terminal.wait_for("paused")
        terminal.signal(signal.SIGSTOP)  # which nobody hears: the terminal is still as it was
        terminal.wait_for_stop()
        terminal.signal(signal.SIGCONT)
        terminal.press(" ")
        terminal.wait_for("shifting")
        assert terminal.raw.count(ENTER_ALTERNATE_SCREEN) == 2
        assert on_alias(sandbox) == ("41", {"42": 0.1})


def test_a_terminal_that_is_gone_ends_the_rollout_and_the_process(tmp_path: Path) -> None:
    with driving(tmp_path) as (terminal, sandbox):
        terminal.hang_up()
        assert terminal.ends(within=_LONGEST) == 0
        assert on_alias(sandbox) == ("41", {})


@pytest.mark.parametrize("json", [(), ("--json",)], ids=["lines", "json"])
def test_whoever_reads_no_more_ends_no_rollout(tmp_path: Path, json: tuple[str, ...]) -> None:
    with serving() as sandbox:
        place = ("--endpoint-url", sandbox.url, "--state-dir", str(tmp_path), "--log-file", str(tmp_path / "log"))
        plan = ("--version", "42", "--strategy", "10%/20m 50%/20m", "--headless", *json)
        command = [MULTITOOL, *place, "run", "checkout:live", *plan]
        environment = clean_environment(**sandbox_environment())
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
            assert process.stdout
            assert process.stderr
            process.stdout.readline()
            process.stdout.close()  # as head -1 does
            comes_about(lambda: on_alias(sandbox) == ("41", {"42": 0.1}), within=_LONGEST)
            process.send_signal(signal.SIGTERM)
            assert process.wait(_LONGEST) == Exit.ROLLED_BACK_BY_OPERATOR
            assert on_alias(sandbox) == ("41", {})
            assert b"rolled back" in process.stderr.read()


def test_so_it_does_without_a_screen(tmp_path: Path) -> None:
    with driving(tmp_path, "--headless") as (terminal, sandbox):
        terminal.hang_up()
        assert terminal.ends(within=_LONGEST) == Exit.ROLLED_BACK_BY_OPERATOR
        assert on_alias(sandbox) == ("41", {})
