"""What must not happen, whatever arrives: no crash, no blocked first paint, nothing heavy loaded, nothing cut off."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.messages import ExitApp
from textual.widgets import Input

from multitool_tui.clock import ManualClock
from multitool_tui.controller.port import ConnectFailed
from multitool_tui.controller.snapshot import Feed, FeedName
from multitool_tui.tui.app import MultiToolApp
from multitool_tui.tui.following import Farewell
from multitool_tui.tui.widgets.alarms import Alarms
from multitool_tui.tui.widgets.lines import Lines
from multitool_tui.tui.widgets.split import Split
from multitool_tui.views.scene import Scene

from .fake import FakeController, connecting_to, make_app
from .pictures import settle
from .scenes import NOW, SCENES, ago, feed_failing, hostile, mid_canary, rolled_back

PROBE = """
import asyncio, json, sys
from tests.tui.fake import FakeController
from tests.tui.scenes import mid_canary
from multitool_tui.tui.app import MultiToolApp

seen = {}

async def connect():
    # Called once the first paint is done: what is loaded now is what the first paint cost.
    seen["first paint"] = sorted(sys.modules)
    return FakeController(mid_canary(), workshop=None)  # a played one loads what only a real one may

async def main():
    app = MultiToolApp(connect)
    async with app.run_test(size=(80, 24)) as pilot:
        while app.scene is None or app.scene.snapshot is None:
            await pilot.pause()
        await pilot.press("n", "escape", "p", "escape")
    seen["after"] = sorted(sys.modules)

asyncio.run(main())
print(json.dumps(seen))
"""


async def test_a_page_that_is_closed_ends_as_a_lost_terminal_does() -> None:
    controller = FakeController(mid_canary())
    app = make_app(controller)
    async with app.run_test() as pilot:
        await settle(pilot)
        app.post_message(ExitApp())
        while not controller.closed:
            await pilot.pause()
        assert controller.interrupted == "A closed page ended the screen."


def test_neither_the_first_paint_nor_the_dialogs_load_anything_heavy() -> None:
    run = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True, timeout=60)
    for modules in json.loads(run.stdout.splitlines()[-1]).values():
        loaded = {name.partition(".")[0] for name in modules}
        assert "textual" in loaded
        assert not loaded & {"boto3", "botocore", "aiobotocore", "aiohttp", "pydantic", "sqlite3", "click"}


def lines_of(app: MultiToolApp) -> list[str]:
    """The screen as text."""
    width, height = app.size
    strips = app.screen._compositor.render_strips()
    assert len(strips) == height
    assert all(strip.cell_length == width for strip in strips)
    return [strip.text for strip in strips]


async def test_a_box_of_any_screen_shows_what_it_says_as_it_is_written() -> None:
    app = make_app(FakeController(mid_canary()))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        app.screen.notify("[red]gone[/red]", title="[b]who?[/b]")
        await pilot.pause()
        shown = "\n".join(lines_of(app))
        assert "[red]gone[/red]" in shown
        assert "[b]who?[/b]" in shown


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (60, 16), (40, 10), (20, 5)])
async def test_hostile_names_are_shown_as_text_and_nothing_else(size: tuple[int, int]) -> None:
    app = make_app(FakeController(hostile()))
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        text = "\n".join(lines_of(app))
        assert not {char for char in text if not char.isprintable()} - {"\n"}
        if size[0] >= 80:
            assert "[red]x[/]" in text


async def test_every_line_of_a_box_ends_where_the_box_does() -> None:
    app = make_app(FakeController(hostile()))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        split = app.screen.query_one(Split).region
        for line in lines_of(app)[split.y + 1 : split.bottom - 1]:
            # Wide characters take two cells: count cells, not characters.
            cells = "".join(char + ("\0" if ord(char) > 0x2FFF else "") for char in line)
            assert cells[split.x] == cells[split.right - 1] == "│"


@pytest.mark.parametrize("scene", ["mid-canary", "hostile"])
async def test_resizing_while_live(scene: str) -> None:
    app = make_app(FakeController(SCENES[scene]()))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        for size in ((80, 24), (200, 60), (33, 9), (100, 30), (120, 24), (120, 40)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert len(lines_of(app)) == size[1]


async def test_growing_narrow_closes_the_drawer() -> None:
    app = make_app(FakeController(mid_canary()))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert app.focused is not None
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert app.focused is None


# Connecting


async def test_the_controller_is_connected_after_the_first_paint() -> None:
    controller = FakeController(mid_canary())
    painted: list[str] = []

    async def connect() -> FakeController:
        painted.extend(lines_of(app))
        return controller

    app = MultiToolApp(connect, clock=controller.clock, ascii_only=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert "connecting…" in "".join(painted)


async def test_a_failed_connection_ends_with_its_sentence_and_code() -> None:
    async def connect() -> FakeController:
        raise ConnectFailed("AWS is not reachable; try again.", exit_code=4)

    app = MultiToolApp(connect, clock=ManualClock(NOW))
    async with app.run_test() as pilot:
        while not app._exit:
            await pilot.pause(0.01)
    assert app.return_value == Farewell(4, "AWS is not reachable; try again.")
    assert app.return_code == 4


async def test_a_bug_while_connecting_is_told_and_the_screen_stays() -> None:
    async def connect() -> FakeController:
        raise RuntimeError("no module")

    app = MultiToolApp(connect, clock=ManualClock(NOW))
    async with app.run_test(notifications=True) as pilot:
        while not app._notifications:
            await pilot.pause(0.01)
        assert [note.message for note in app._notifications] == ["That failed: no module"]
        await pilot.press("q")
    assert app.return_value == Farewell()


async def test_quitting_while_still_connecting() -> None:
    async def connect() -> FakeController:
        await asyncio.Event().wait()
        raise AssertionError

    app = MultiToolApp(connect, clock=ManualClock(NOW))
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.press("n", "p", "c", "o", "R", "enter", "z", "z")
        await pilot.press("q")
    assert app.return_value == Farewell()


async def test_a_session_of_no_use_ends_the_screen() -> None:
    controller = FakeController(mid_canary())
    app = make_app(controller)
    async with app.run_test() as pilot:
        await settle(pilot)
        controller.push(replace(mid_canary(), fatal="The credentials have expired; sign in again."))
        await pilot.pause()
        await pilot.pause()
    assert app.return_value == Farewell(3, "The credentials have expired; sign in again.")
    assert controller.closed


# Whatever goes wrong on the way up or down


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_ends_the_rollouts_first_and_then_the_screen(number: signal.Signals) -> None:
    controller = FakeController(mid_canary())
    app = make_app(controller)
    async with app.run_test() as pilot:
        await settle(pilot)
        os.kill(os.getpid(), number)
        while not controller.closed:
            await pilot.pause()
    assert number.name in controller.interrupted
    assert isinstance(app.return_value, Farewell)
    assert app.return_value.exit_code == 0


async def test_a_pane_that_cannot_be_drawn_leaves_the_others_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app(FakeController(mid_canary()))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        monkeypatch.setattr(Split, "view", _raise)
        app._deliver(rolled_back())
        await pilot.pause()
        await pilot.pause()
        text = "\n".join(lines_of(app))
        assert "This pane could not be drawn (ZeroDivisionError); the rest goes on." in text
        assert "harmful" in text


async def test_a_scene_that_cannot_be_shown_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    controller = FakeController(mid_canary())
    app = make_app(controller)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        monkeypatch.setattr("multitool_tui.views.scene.first_target", _raise)
        monkeypatch.setattr(type(app.screen), "show", _raise)
        for _ in range(3):
            controller.push(mid_canary())
            await pilot.pause()
        app.scene = Scene(NOW)
        assert [note.message for note in app._notifications] == [
            "Something could not be shown (ZeroDivisionError); the rest goes on."
        ]


async def test_a_controller_that_fails_at_everything_else_is_survived() -> None:
    class Failing(FakeController):
        def look_at(self, target: str | None) -> None:
            raise RuntimeError(target)

        async def refresh(self) -> None:
            raise RuntimeError("the pool is closed")

        async def close(self) -> None:
            raise RuntimeError

    controller = Failing(SCENES["idle"]())
    app = make_app(controller)
    async with app.run_test(notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("R")
        await pilot.pause()
        assert "That failed: the pool is closed" in [note.message for note in app._notifications]
        await pilot.press("q")
    assert app.return_value == Farewell()


def _raise(*_: object, **__: object) -> Any:
    raise ZeroDivisionError


# Painting


async def test_the_ticker_paints_ages_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = ManualClock(NOW)
    controller = FakeController(mid_canary(), clock)
    app = make_app(controller)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        painted: list[tuple[str, int]] = []
        plain = Lines.refresh_line

        def spy(self: Lines, y: int) -> None:
            painted.append((str(self.id), y))
            plain(self, y)

        monkeypatch.setattr(Lines, "refresh_line", spy)
        app._age()
        await pilot.pause()
        assert painted == []
        clock.advance(1)
        app._age()
        await pilot.pause()
        assert {name for name, _ in painted} == {"header", "split"}
        assert "data 5s old" in lines_of(app)[0]


async def test_an_old_feed_fades_its_pane_alone() -> None:
    controller = FakeController(mid_canary())
    app = make_app(controller)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        feeds = {**mid_canary().feeds, FeedName.ALARMS: Feed(ago(seconds=41), "Throttled, retrying.", stale_after=30)}
        controller.push(replace(mid_canary(), feeds=feeds))
        await pilot.pause()
        await pilot.pause()
        assert app.screen.query_one(Alarms).has_class("-faded")
        assert not app.screen.query_one(Split).has_class("-faded")
        assert "41s old · Throttled, retrying" in str(app.screen.query_one(Alarms).border_subtitle)


async def test_thousands_of_snapshots_cost_few_paints() -> None:
    controller = FakeController(mid_canary())
    app = make_app(controller)
    shown = 0
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)

        def count() -> None:
            nonlocal shown
            shown += 1

        app.watch(app, "scene", count, init=False)
        for _ in range(1000):
            controller.push(controller.snapshot)
        await pilot.pause()
        assert 1 <= shown <= 3


async def test_a_dialog_stays_usable_in_a_tiny_terminal() -> None:
    app = make_app(FakeController(SCENES["idle"]()))
    async with app.run_test(size=(60, 14)) as pilot:
        await settle(pilot)
        await pilot.press("n")
        await pilot.pause()
        for _ in range(8):
            await pilot.press("tab")
        assert app.focused is not None
        assert app.screen.query_one("#target", Input).value == "checkout:beta"
        await pilot.press("escape")


def test_running_returns_a_farewell_even_when_the_app_fell(monkeypatch: pytest.MonkeyPatch) -> None:
    def fall(self: MultiToolApp, **_: object) -> None:
        self._return_code = 1

    monkeypatch.setattr("textual.app.App.run", fall)
    assert MultiToolApp(connecting_to(FakeController(mid_canary()))).run() == Farewell(1)


@pytest.mark.parametrize(("encoding", "ascii_only"), [("utf-8", False), ("ANSI_X3.4-1968", True), (None, False)])
def test_the_terminals_encoding_decides_on_braille(
    encoding: str | None, ascii_only: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal:
        pass

    terminal = Terminal()
    terminal.encoding = encoding  # type: ignore[attr-defined]
    monkeypatch.setattr(sys, "__stdout__", terminal)
    connect: Callable[[], Any] = connecting_to(FakeController(mid_canary()))
    assert MultiToolApp(connect)._ascii is ascii_only


async def test_an_ascii_terminal_gets_ascii_only() -> None:
    for make in (mid_canary, rolled_back, feed_failing):
        controller = FakeController(make())
        app = MultiToolApp(connecting_to(controller), clock=controller.clock, ascii_only=True)
        async with app.run_test(size=(120, 40)) as pilot:
            await settle(pilot)
            text = "".join(lines_of(app))
            assert text.isascii(), {char for char in text if not char.isascii()}


async def test_the_target_s_title_leads_to_the_console_where_there_is_one() -> None:
    """OSC 8, for terminals that have links; nothing of it in the sandbox, which has no console."""
    for shown, is_linked in ((mid_canary(), True), (replace(mid_canary(), sandbox="healthy"), False)):
        app = make_app(FakeController(shown))
        async with app.run_test(size=(120, 40)) as pilot:
            await settle(pilot)
            update: Any = app.screen._compositor.render_update(full=True)
            painted = update.render_segments(app.console)
        link = ";https://eu-west-1.console.aws.amazon.com/lambda/home?region=eu-west-1#/functions/checkout/aliases/live\x1b\\"
        assert (link in painted) is is_linked
