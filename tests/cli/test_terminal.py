"""The program in a real terminal: opened, driven by keys, left clean."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator

import pytest

from tests.support.terminal import MULTITOOL, Terminal, clean_environment

LEAVE_ALTERNATE_SCREEN = b"\x1b[?1049l"
SHOW_CURSOR = b"\x1b[?25h"

Open = Callable[..., Terminal]


@pytest.fixture
def open_terminal() -> Iterator[Open]:
    opened: list[Terminal] = []

    def open_one(*arguments: str, columns: int = 120, rows: int = 40, **environment: str) -> Terminal:
        terminal = Terminal(*arguments, columns=columns, rows=rows, **environment)
        opened.append(terminal)
        return terminal

    yield open_one
    for terminal in opened:
        terminal.close()


def assert_left_clean(terminal: Terminal) -> None:
    assert LEAVE_ALTERNATE_SCREEN in terminal.raw
    assert terminal.raw.rindex(SHOW_CURSOR) > terminal.raw.rindex(b"\x1b[?25l")
    assert b"Traceback" not in terminal.raw


def test_a_bad_canary_is_rolled_back_before_the_operators_eyes(open_terminal: Open) -> None:
    terminal = open_terminal("demo", "--scenario", "errors", "--speed", "60")
    terminal.wait_for("shifting")
    terminal.wait_for("rolled back", within=60)
    terminal.press("q")
    assert terminal.wait_for_end() == 0
    assert_left_clean(terminal)


def test_two_keys_roll_back(open_terminal: Open) -> None:
    terminal = open_terminal("demo", columns=80, rows=24)
    terminal.wait_for("shifting")
    terminal.press("r")
    terminal.wait_for("Roll back")
    terminal.press("\r")
    terminal.wait_for("rolled back")
    terminal.press("q")
    assert terminal.wait_for_end() == 0
    assert_left_clean(terminal)


def test_quitting_with_a_live_canary_asks_first(open_terminal: Open) -> None:
    terminal = open_terminal("demo")
    terminal.wait_for("shifting")
    terminal.press("q")
    terminal.wait_for("Stay")
    terminal.press("\x1b")
    terminal.wait_for("shifting")


def test_without_a_session_one_sentence_says_what_is_missing_and_names_the_demo(open_terminal: Open) -> None:
    terminal = open_terminal(AWS_REGION="eu-west-1")
    assert terminal.wait_for_end() == 3
    assert "No AWS credentials were found" in terminal.text
    assert "multitool demo" in terminal.text
    assert_left_clean(terminal)


def test_without_a_region_one_sentence_says_so(open_terminal: Open) -> None:
    terminal = open_terminal(AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="y")
    assert terminal.wait_for_end() == 3
    assert "No AWS region is set" in terminal.text


def test_an_unknown_profile_is_named(open_terminal: Open) -> None:
    terminal = open_terminal("--profile", "prdo", "--region", "eu-west-1")
    assert terminal.wait_for_end() == 3
    assert "prdo" in terminal.text


def test_the_screen_needs_a_terminal() -> None:
    for arguments in ([], ["demo"]):
        run = subprocess.run(
            [MULTITOOL, *arguments], capture_output=True, text=True, env=clean_environment(), timeout=30, check=False
        )
        assert run.returncode == 2
        assert run.stderr == "multitool: The screen needs a terminal: standard input, output or error is none.\n"


def test_the_screen_opens_on_any_endpoint_that_the_environment_names(open_terminal: Open) -> None:
    sandbox = subprocess.Popen(
        [MULTITOOL, "sandbox", "--port", "0"], stdout=subprocess.PIPE, text=True, env=clean_environment()
    )
    try:
        assert sandbox.stdout is not None
        sandbox.stdout.readline()
        url = sandbox.stdout.readline().split(" at ")[1].split(". ")[0]
        terminal = open_terminal(
            AWS_ENDPOINT_URL=url, AWS_REGION="eu-west-1", AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="y"
        )
        terminal.wait_for("session-store")
        terminal.wait_for("123456789012")
        terminal.press("q")
        assert terminal.wait_for_end() == 0
    finally:
        sandbox.terminate()
        sandbox.communicate(timeout=10)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["demo", "--scenario", "nonsense"], "there is no scenario 'nonsense'"),
        (["demo", "--strategy", "Canary10Percent7Minutes"], "no strategy is called"),
        (["demo", "--strategy", "10%/soon"], "'soon' is not a duration"),
        (["demo", "--speed", "0"], "--speed"),
        (["sandbox"], "--port"),
        (["frobnicate"], "No such command"),
    ],
)
def test_bad_usage_is_one_sentence_and_exit_code_2(arguments: list[str], sentence: str) -> None:
    run = subprocess.run(
        [MULTITOOL, *arguments], capture_output=True, text=True, env=clean_environment(), timeout=30, check=False
    )
    assert run.returncode == 2
    assert sentence in run.stderr
    assert "Traceback" not in run.stderr
