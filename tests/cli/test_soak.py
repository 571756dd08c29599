"""Ten minutes of a real terminal: a demo at sixty times the clock's speed, and keys as they come."""

from __future__ import annotations

import random
import signal
import time
from pathlib import Path

import pytest

from multitool_tui.views.actions import ACTIONS
from tests.support.terminal import Terminal

SECONDS = 600.0
_ENDING = {"quit", "suspend", "palette", "screenshot"}  # these end the program, stop it, or write into this folder
_NAMED = {"space": " ", "slash": "/", "question_mark": "?", "at": "@"}
_MOVES = ("\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D", "\x1b[5~", "\x1b[6~", "\x1b[H", "\x1b[F", "\t", "\x1b[Z")
KEYS = (
    *(_NAMED.get(action.key, action.key) for action in ACTIONS if action.name not in _ENDING),
    *(*_MOVES, *_MOVES),
    *("\r", "\r", "\x1b", "\x1b", "\x1b", "\x7f", "1", "2", "3", "4", "5", "j", "k"),
)


@pytest.mark.long
@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40)])
def test_whatever_is_pressed_for_ten_minutes_the_screen_goes_on(columns: int, rows: int, tmp_path: Path) -> None:
    draw = random.Random(columns)
    own = {"HOME": str(tmp_path), "VISUAL": "true"}  # an editor would take keys, and the terminal
    terminal = Terminal("demo", "--speed", "60", columns=columns, rows=rows, **own)
    try:
        terminal.wait_for("shifting")
        limit = time.monotonic() + SECONDS
        while time.monotonic() < limit:
            terminal.press(draw.choice(KEYS))
            terminal.look()
            if b"Traceback" in terminal.raw:
                terminal.wait_for_end()
                pytest.fail(terminal.raw.decode(errors="replace"))
            assert b"could not be shown" not in terminal.raw
            assert b"could not be drawn" not in terminal.raw
            terminal.raw = terminal.raw[-1000:]
        for _ in range(20):  # out of whatever is open
            terminal.press("\x1b")
            terminal.look()
        terminal.press("?")
        terminal.wait_for("esc closes")
        terminal.signal(signal.SIGTERM)
        assert terminal.wait_for_end() == 0
    finally:
        terminal.close()
