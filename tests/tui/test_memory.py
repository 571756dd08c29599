"""What is remembered from one session to the next."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from multitool_tui.controller.snapshot import Snapshot
from multitool_tui.tui.app import MultiToolApp
from multitool_tui.tui.following import Farewell
from multitool_tui.tui.habits import Habits
from multitool_tui.tui.memory import Memory, Place, Remembered
from multitool_tui.tui.screens.fleet import FleetTable
from multitool_tui.tui.widgets.resources import ResourceTree

from .fake import FakeController, make_app
from .pictures import MIDDLE, settle
from .scenes import CALLER, idle, live, rollout, snapshot

PLACE = Place("thumbnails:live", "events", "thumb", "harm", "state:held")


def test_sessions_do_not_forget_for_each_other(tmp_path: Path) -> None:
    first, second = Memory(tmp_path / "new" / "screen.json"), Memory(tmp_path / "new" / "screen.json")
    first.keep(theme="multitool-night", place=("1/eu-west-1", PLACE))
    second.keep(toured=True, place=("2/eu-west-1", Place()))
    assert first.read() == Remembered(
        "multitool-night", toured=True, places={"1/eu-west-1": PLACE, "2/eu-west-1": Place()}
    )
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["screen.json"]
    for number in range(60):
        first.keep(place=(f"{number}", Place()))
    assert list(first.read().places)[-1] == "59"
    assert len(first.read().places) == 50


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "{}", "\x00", "[" * 5000, '{"theme": 1, "toured": false, "places": {}}'),
        *(
            f'{{"theme": "", "toured": false, "places": {{"a": {wrong}}}}}'
            for wrong in ('{"target": 1}', '{"x": ""}', 1)
        ),
        '{"theme": "", "toured": 1, "places": []}',
    ],
)
def test_a_damaged_file_is_ignored_with_one_line_in_the_log(
    tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("multitool_tui"), "propagate", True)
    file = tmp_path / "screen.json"
    file.write_text(text)
    memory = Memory(file)
    assert memory.read() == Remembered()
    assert len(caplog.messages) == 1
    assert f"{file} is damaged and ignored" in caplog.text
    memory.keep(toured=True)
    assert memory.read() == Remembered(toured=True)


def test_what_cannot_be_written_ends_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    Memory(tmp_path / "file" / "screen.json").keep(toured=True)


async def session(state: Path, shown: Snapshot, *keys: str) -> tuple[MultiToolApp, Habits]:
    """Open the screen, press keys, and quit."""
    habits = Habits(state=state)
    app = make_app(FakeController(shown), habits=habits)
    async with app.run_test(size=MIDDLE) as pilot:
        await settle(pilot)
        await pilot.press(*keys)
        await pilot.pause()
        await app._leave(Farewell())
    return app, habits


async def test_a_session_begins_where_the_one_before_has_ended(tmp_path: Path) -> None:
    file = tmp_path / "screen.json"
    # To the last alias, sorted by target, zoomed events, the night's theme, a filter.
    keys = ("end", "up", "t", "t", "t", "f", "s", "escape", "slash", *"thumb", "enter", "5", "z")
    await session(file, idle(), *keys)
    app = make_app(FakeController(idle()), habits=Habits(state=file))
    async with app.run_test(size=MIDDLE) as pilot:
        await settle(pilot)
        assert app.theme == "multitool-night"
        assert app.scene is not None
        assert app.scene.target == "thumbnails:live"
        assert app.screen.query_one(ResourceTree).needle == "thumb"
        assert app.screen.query_one("#events").has_class("-zoomed")
        await pilot.press("f")
        await pilot.pause()
        assert app.screen.query_one(FleetTable).sort == "target"


async def test_a_live_rollout_and_a_target_that_is_gone_come_before_what_was(tmp_path: Path) -> None:
    file = tmp_path / "screen.json"
    place = f"{CALLER.account}/{CALLER.region}"
    Memory(file).keep(place=(place, replace(PLACE, zoomed="nothing")))
    for shown, target in (
        (snapshot(live(rollout())), "checkout:live"),
        (replace(idle(), functions=idle().functions[:1]), "checkout:beta"),
        (idle(), "thumbnails:live"),
    ):
        app = make_app(FakeController(shown), habits=Habits(state=file))
        async with app.run_test(size=MIDDLE) as pilot:
            await settle(pilot)
            assert app.scene is not None
            assert app.scene.target == target


async def test_a_demo_leaves_no_place_and_restore_can_be_switched_off(tmp_path: Path) -> None:
    file, preferences = tmp_path / "screen.json", tmp_path / "preferences.toml"
    await session(file, replace(idle(), sandbox="healthy"), "end")
    assert Memory(file).read().places == {}
    Memory(file).keep(place=(f"{CALLER.account}/{CALLER.region}", PLACE))
    preferences.write_text("restore = false\n")
    app = make_app(FakeController(idle()), habits=Habits(preferences, file))
    async with app.run_test(size=MIDDLE) as pilot:
        await settle(pilot)
        assert app.scene is not None
        assert app.scene.target == "checkout:beta"
