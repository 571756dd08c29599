"""The tour through the main screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from multitool_tui.controller.commands import RollBack
from multitool_tui.tui.following import Farewell
from multitool_tui.tui.habits import Habits
from multitool_tui.tui.screens.main import MainScreen
from multitool_tui.tui.widgets.tour import Tour
from multitool_tui.views.text import width_of
from multitool_tui.views.tour import STEPS, said

from ..views.test_panes import scene  # noqa: TID252 - a scene of a snapshot
from .fake import FakeController, make_app
from .pictures import MIDDLE, SMALL, Compare, settle
from .scenes import mid_canary


@pytest.mark.parametrize("size", [SMALL, MIDDLE], ids=["80x24", "120x40"])
def test_how_it_looks(size: tuple[int, int], snap_compare: Compare) -> None:
    async def before(pilot: Pilot[Farewell]) -> None:
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)

    assert snap_compare(make_app(FakeController(mid_canary()), tour=True), terminal_size=size, run_before=before)


async def test_it_goes_from_pane_to_pane_and_is_shown_once(tmp_path: Path) -> None:
    controller = FakeController(mid_canary())
    app = make_app(controller, tour=True, habits=Habits(state=tmp_path / "screen.json"))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        for step in STEPS:
            assert [pointed.id for pointed in app.screen.query(".-pointed")] == [step.at]
            await pilot.press("enter")
        await pilot.pause()
        assert not app.screen.query(Tour)
        assert not app.screen.query(".-pointed")
    again = make_app(FakeController(mid_canary()), tour=True, habits=Habits(state=tmp_path / "screen.json"))
    async with again.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert not again.screen.query(Tour)
        assert "Tour" in {each.title for each in again.get_system_commands(again.screen)}
        assert isinstance(again.screen, MainScreen)
        await again.screen.begin_tour()
        await pilot.press("right", "left", "left")
        assert again.screen.query_one("#header").has_class("-pointed")
        await pilot.press("escape")
        await pilot.pause()
        assert not again.screen.query(Tour)


async def test_nothing_that_is_pressed_waits_for_it() -> None:
    controller = FakeController(mid_canary())
    app = make_app(controller, tour=True)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert app.screen.query_one(Tour).has_focus
        await pilot.press("r", "enter")
        assert [type(command) for command in controller.commands] == [RollBack]
        await pilot.press("tab", "escape")
        await pilot.pause()
        assert not app.screen.query(Tour)


async def test_without_being_told_there_is_none() -> None:
    app = make_app(FakeController(mid_canary()))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert not app.screen.query(Tour)


@pytest.mark.parametrize("number", range(len(STEPS)))
def test_every_step_fits_and_names_keys_that_there_are(number: int) -> None:
    shown = said(number, scene(mid_canary()), 70)
    assert all(width_of(line) <= 70 for line in shown)
    text = " ".join("".join(span.text for span in line) for line in shown)
    assert "{" not in text
    assert len(shown) <= 5
