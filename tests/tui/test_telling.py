"""By what one is told that a rollout has ended, and that nothing is written which is not wanted."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from textual.drivers.headless_driver import HeadlessDriver

from multitool_tui.rollout.states import State
from multitool_tui.tui.habits import Habits
from multitool_tui.tui.preferences import Notify
from multitool_tui.tui.telling import Channels, channels, control_codes

from .fake import FakeController, make_app
from .pictures import SMALL, settle
from .scenes import NOW, live, mid_canary, rollout, snapshot

PLAIN = {"TERM": "xterm-256color"}


@pytest.mark.parametrize(
    ("environment", "code", "desktop"),
    [
        (PLAIN, 9, False),
        ({"TERM": "linux"}, None, False),
        ({"TERM": "dumb", "DISPLAY": ":0"}, None, True),
        ({"TERM": "foot"}, 777, False),
        ({**PLAIN, "VTE_VERSION": "7600", "DISPLAY": ":0"}, 777, False),
        ({**PLAIN, "TERM_PROGRAM": "WezTerm", "WAYLAND_DISPLAY": "w"}, 9, False),
        ({**PLAIN, "DISPLAY": ":0"}, 9, True),
        ({**PLAIN, "DISPLAY": "localhost:10", "SSH_CONNECTION": "1 2 3 4"}, 9, False),
    ],
)
def test_by_what_the_terminal_is(environment: dict[str, str], code: int | None, *, desktop: bool) -> None:
    assert channels(Notify(), environment, "linux") == Channels(toast=True, bell=True, code=code, desktop=desktop)


def test_by_what_is_wanted() -> None:
    quiet = Notify(toast=False, bell=False, terminal="off", desktop="off")
    assert channels(quiet, {**PLAIN, "DISPLAY": ":0"}, "linux") == Channels(
        toast=False, bell=False, code=None, desktop=False
    )
    assert control_codes(channels(quiet, PLAIN, "linux"), "a", "b", {}) == ""
    assert channels(Notify(terminal="osc777", desktop="on"), {"TERM": "dumb"}, "linux").code == 777
    assert channels(Notify(terminal="off"), {"TERM_PROGRAM": "iTerm.app"}, "darwin").desktop


@pytest.mark.parametrize(
    ("code", "environment", "written"),
    [
        (9, {}, "\a\x1b]9;MultiTool: 4,x. why]0,t\x1b\\"),
        (777, {}, "\a\x1b]777;notify;MultiTool: 4,x;why]0,t\x1b\\"),
        (9, {"TMUX": "/tmp/t,1,0"}, "\a\x1bPtmux;\x1b\x1b]9;MultiTool: 4,x. why]0,t\x1b\x1b\\\x1b\\"),
        (None, {}, "\a"),
    ],
)
def test_what_is_written(code: int | None, environment: dict[str, str], written: str) -> None:
    told_by = Channels(toast=True, bell=True, code=code, desktop=False)
    assert control_codes(told_by, "4;x", "why\x1b]0;t\x07", environment) == written


@pytest.mark.parametrize(
    ("preferences", "written", "toasts"),
    [
        ("", ["\a\x1b]9;MultiTool: checkout:live rolled back. Worse. (123456789012 · eu-west-1)\x1b\\"], 1),
        ('[notify]\nbell = false\nterminal = "off"', [], 1),
        ('[notify]\non = ["promote"]', [], 0),
    ],
)
async def test_the_screen_tells_that_a_rollout_has_ended(
    preferences: str, written: list[str], toasts: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TMUX", "VTE_VERSION", "TERM_PROGRAM", "LC_TERMINAL", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    codes: list[str] = []
    monkeypatch.setattr(HeadlessDriver, "write", lambda _, data: codes.append(data))
    (tmp_path / "p.toml").write_text(preferences)
    controller = FakeController(mid_canary())
    app = make_app(controller, habits=Habits(tmp_path / "p.toml"))
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await settle(pilot)
        del codes[:]
        controller.push(snapshot(live(rollout(State.ROLLED_BACK, reason="Worse.", ended_at=NOW))))
        await pilot.pause()
        await pilot.pause()
        assert [code for code in codes if code.startswith("\a") or "MultiTool" in code] == written
        assert [note.title for note in app._notifications] == ["checkout:live rolled back"] * toasts


async def test_a_desktop_that_is_none_ends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = asyncio.Event()

    async def fails(*_: Any, **__: Any) -> None:
        tried.set()
        raise OSError

    monkeypatch.setattr("shutil.which", lambda name: name)
    monkeypatch.setattr(asyncio, "create_subprocess_exec", fails)
    (tmp_path / "p.toml").write_text('[notify]\ndesktop = "on"\n')
    controller = FakeController(mid_canary())
    app = make_app(controller, habits=Habits(tmp_path / "p.toml"))
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await settle(pilot)
        controller.push(snapshot(live(rollout(State.PROMOTED, ended_at=NOW))))
        await tried.wait()
        await pilot.pause()
        assert [note.title for note in app._notifications] == ["checkout:live promoted"]
