"""The table of all rollouts, driven by keys."""

from __future__ import annotations

import pytest
from textual.color import Color
from textual.pilot import Pilot
from textual.widgets import Button

from multitool_tui.controller.commands import RollBack
from multitool_tui.tui.following import Farewell
from multitool_tui.tui.messages import FleetAsked, Looked
from multitool_tui.tui.screens.fleet import FleetScreen, FleetTable
from multitool_tui.tui.screens.main import MainScreen
from multitool_tui.tui.themes import CONTRAST
from multitool_tui.views.fleet import Sort

from .fake import FakeController, make_app
from .pictures import MIDDLE, SMALL, Compare, pressing, quiet, settle
from .scenes import fleet, grouped


@pytest.mark.parametrize("size", [SMALL, MIDDLE], ids=["80x24", "120x40"])
def test_the_fleet(size: tuple[int, int], snap_compare: Compare) -> None:
    app = make_app(FakeController(fleet()))
    assert snap_compare(app, terminal_size=size, run_before=pressing("f"))


async def test_sorting_filtering_and_opening_one() -> None:
    controller = FakeController(fleet())
    app = make_app(controller)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await pilot.press("f", "s", "slash", *"state:held", "enter")
        table = app.screen.query_one(FleetTable)
        assert table.sort is Sort.TARGET
        assert [row.target for row in table.found.rows] == ["service-001:live", "service-007:live"]
        await pilot.press("end", "enter")
        assert isinstance(app.screen, MainScreen)
        assert app.scene is not None
        assert app.scene.target == "service-007:live"
        assert controller.looks[-1] == "service-007:live"


async def test_it_is_opened_again_as_it_was_left_but_on_the_target_in_hand() -> None:
    controller = FakeController(fleet())
    app = make_app(controller)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await pilot.press("f", "s", "end", "enter")
        left_at = app.scene.target if app.scene else None
        app.post_message(Looked("service-003:live", "service-003:live"))
        controller.push(fleet(10))
        await settle(pilot)
        await pilot.press("f")
        again = app.screen.query_one(FleetTable)
        assert again.sort is Sort.TARGET
        assert again.row is not None
        assert again.row.target == "service-003:live" != left_at
        assert any(row.target == "service-009:live" for row in again.found.rows)


async def border(pilot: Pilot[Farewell]) -> Color:
    """The colour of the table's border, once it is opened."""
    await settle(pilot)
    await pilot.press("f")
    await settle(pilot)
    return pilot.app.screen.query_one("#fleet-pane").styles.border_top[1]


async def test_it_is_opened_again_in_the_colours_of_today() -> None:
    app, other = make_app(FakeController(fleet())), make_app(FakeController(fleet()))
    async with other.run_test(size=SMALL) as pilot:
        other.theme = CONTRAST.name
        wanted = await border(pilot)
    async with app.run_test(size=SMALL) as pilot:
        assert await border(pilot) != wanted
        await pilot.press("escape")
        app.theme = CONTRAST.name
        assert await border(pilot) == wanted


async def test_asked_for_twice_it_is_opened_once() -> None:
    app = make_app(FakeController(fleet()))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        app.post_message(FleetAsked())
        app.post_message(FleetAsked())
        await settle(pilot)
        assert isinstance(app.screen, FleetScreen)
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(app.screen, MainScreen)


async def test_the_rollout_under_the_cursor_is_rolled_back() -> None:
    controller = FakeController(fleet())
    app = make_app(controller)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await pilot.press("f", "home", "down", "r", "enter")
        [command] = controller.commands
        assert isinstance(command, RollBack)
        assert command.seen.rollout == "r-1"


async def test_escape_clears_the_filter_then_leaves() -> None:
    app = make_app(FakeController(fleet()))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await pilot.press("f", "slash", *"nothing", "enter", "escape")
        assert isinstance(app.screen, FleetScreen)
        assert app.screen.query_one(FleetTable).row_count == 12
        await pilot.press("escape")
        assert isinstance(app.screen, MainScreen)


@pytest.mark.parametrize("size", [SMALL, MIDDLE], ids=["80x24", "120x40"])
def test_a_group_in_the_fleet(size: tuple[int, int], snap_compare: Compare) -> None:
    app = make_app(FakeController(grouped()))
    assert snap_compare(app, terminal_size=size, run_before=pressing("f", "home", "enter"))


async def test_a_group_is_started_and_rolled_back_as_one_and_no_key_reaches_another_target() -> None:
    controller = FakeController(grouped())
    app = make_app(controller)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await pilot.press("f", "home")
        await quiet(pilot)
        await pilot.press("p", "space", "w", "g", "d")
        refused = len(app._notifications)
        assert isinstance(app.screen, FleetScreen)
        assert controller.commands == []
        await pilot.press("r")
        await quiet(pilot)
        await pilot.press("enter")
        await quiet(pilot)
        assert controller.commands == []
        assert len(app._notifications) == refused + 1
        said = {note.message for note in app._notifications}
        assert "The group shop is being rolled back." in said
        assert controller.groups.taken_back == [("shop", ("r-0", "r-1", "r-5"))]
        await pilot.press("n")
        await quiet(pilot)
        app.screen.query_one("#confirm", Button).press()
        await quiet(pilot)
        assert controller.groups.started == [("shop", {"search": "8"})]
