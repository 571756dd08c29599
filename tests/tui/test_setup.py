"""Setting a service up on the screen: how it looks at each step, and that nothing is made before it was shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input, Static

from multitool_tui.tui.screens.main import MainScreen
from multitool_tui.tui.screens.setup import Parts, SetupScreen
from multitool_tui.views.setup import SOURCE, Draft, Step
from tests.support.screen import still

from .fake import FakeController, make_app
from .pictures import MIDDLE, SMALL, Compare, settle
from .played import PlayedDesk
from .scenes import idle
from .setup_desk import FILLED, inspect, setup_app

READER = replace(FILLED, front=SOURCE, source="arn:aws:sqs:eu-west-1:123456789012:orders")
STEPS: dict[str, tuple[PlayedDesk, Draft, tuple[Step, ...]]] = {
    "empty": (PlayedDesk(), Draft(), ()),
    "filled": (PlayedDesk(), FILLED, ()),
    "reader": (PlayedDesk(), READER, ()),
    "wrong": (PlayedDesk(), replace(FILLED, zip_file="none.zip"), ()),
    "asked": (PlayedDesk(there=4), FILLED, (Step.ASKING,)),
    "making": (PlayedDesk(holds=1), FILLED, (Step.ASKING, Step.MAKING)),
    "failed": (PlayedDesk(fails=1), FILLED, (Step.ASKING, Step.FAILED)),
    "done": (PlayedDesk(), FILLED, (Step.ASKING, Step.DONE)),
}


def screen(pilot: Pilot[Any]) -> SetupScreen:
    assert isinstance(pilot.app.screen, SetupScreen)
    return pilot.app.screen


async def ready(pilot: Pilot[Any]) -> None:
    """Wait for the session, and stop what blinks."""
    while screen(pilot)._caller is None:
        await pilot.pause()
    for field in screen(pilot).query(Input):
        field.cursor_blink = False
    await still(pilot)


async def press_on(pilot: Pilot[Any]) -> None:
    """Press the button that goes on; one that was pressed takes no key until it has sprung back."""
    button = screen(pilot).query_one("#on", Button)
    while button.has_class("-active"):
        await pilot.pause()
    await pilot.press("enter")


async def go(pilot: Pilot[Any], *steps: Step) -> None:
    """Press the button that goes on, and wait for each of these steps."""
    for step in steps:
        screen(pilot).query_one("#on", Button).focus()
        await press_on(pilot)
        while screen(pilot)._step is not step:
            await pilot.pause()
    await still(pilot)


def stepping(*steps: Step) -> Callable[[Pilot[Any]], Any]:
    async def before(pilot: Pilot[Any]) -> None:
        await ready(pilot)
        await go(pilot, *steps)

    return before


def said(pilot: Pilot[Any]) -> str:
    return str(screen(pilot).query_one("#said", Static).content)


def listed(pilot: Pilot[Any]) -> str:
    parts = screen(pilot).query_one("#parts", Parts)
    return "\n".join("".join(span.text for span in line) for line in parts._lines)


@pytest.mark.parametrize("size", [SMALL, MIDDLE], ids=["80x24", "120x40"])
@pytest.mark.parametrize("name", STEPS)
def test_every_step(name: str, size: tuple[int, int], snap_compare: Compare) -> None:
    desk, draft, steps = STEPS[name]
    fresh = PlayedDesk(desk.there, desk.fails, desk.holds)
    assert snap_compare(setup_app(fresh, draft), terminal_size=size, run_before=stepping(*steps))


def test_a_terminal_that_shows_ascii_only(snap_compare: Compare) -> None:
    app = setup_app(PlayedDesk(), ascii_only=True)
    assert snap_compare(app, terminal_size=SMALL, run_before=stepping(Step.ASKING))


async def test_keys_alone_lead_from_an_empty_form_to_a_service() -> None:
    desk = PlayedDesk()
    app = setup_app(desk, Draft())
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot)
        await pilot.press(*"orders", "enter", *"build.zip", "enter", "enter", "enter", "enter", "enter", "enter")
        assert "orders-role" in listed(pilot)
        assert "to make" not in listed(pilot)  # nobody has looked yet
        await pilot.press("enter", "tab", "tab", "tab")
        await go(pilot, Step.ASKING)
        assert "+ to make  function" in listed(pilot)
        assert said(pilot) == (
            "14 to make in account 123456789012, region eu-west-1. "
            "Anybody on the internet can call the REST API: nothing is asked of a request."
        )
        assert desk.made == 0
        await press_on(pilot)
        while screen(pilot)._step is not Step.DONE:
            await pilot.pause()
        assert desk.made == 14
        assert "curl https://a1b2c3d4e5.execute-api" in listed(pilot)
        await press_on(pilot)
    watching = "--alarm orders-live-errors --alarm orders-live-api-5xx"
    assert f"  multitool run orders:live --zip NEW.zip {watching}" in (app.return_value or ())


async def test_what_fails_can_be_tried_again() -> None:
    desk = PlayedDesk(fails=3)
    async with setup_app(desk).run_test(size=SMALL) as pilot:
        await ready(pilot)
        await go(pilot, Step.ASKING, Step.FAILED)
        assert said(pilot).startswith("iam:PassRole is not allowed to the caller. What was made is on record")
        await go(pilot, Step.DONE)


async def test_making_can_be_stopped_and_gone_on_with() -> None:
    desk = PlayedDesk(holds=5)
    async with setup_app(desk).run_test(size=SMALL) as pilot:
        await ready(pilot)
        await go(pilot, Step.ASKING, Step.MAKING)
        await pilot.press("escape")
        assert screen(pilot)._step is Step.FAILED
        assert said(pilot).startswith("Stopped.")
        desk.holds = None
        await go(pilot, Step.DONE)


async def test_what_is_wrong_is_said_where_it_is() -> None:
    async with setup_app(PlayedDesk(), replace(FILLED, zip_file="none.zip")).run_test(size=SMALL) as pilot:
        await ready(pilot)
        assert said(pilot) == "none.zip is no zip file, or is cut off."
        screen(pilot).query_one("#on", Button).focus()
        await pilot.press("enter")
        assert screen(pilot)._step is Step.DRAFT
        assert pilot.app.focused is screen(pilot).query_one("#zip_file", Input)


async def test_from_the_main_screen_and_back_to_it_with_the_new_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("multitool_tui.controller.provision.package.inspecting", lambda: inspect)
    controller = FakeController(idle())
    app = make_app(controller)
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("N")
        while not isinstance(pilot.app.screen, SetupScreen):
            await pilot.pause()
        await ready(pilot)
        await pilot.press(*"orders", "enter", *"build.zip")
        await go(pilot, Step.ASKING, Step.DONE)
        assert (controller.workshop.made, controller.refreshed) == (14, 0)
        await press_on(pilot)
        while not isinstance(pilot.app.screen, MainScreen):
            await pilot.pause()
        assert (controller.looks[-1], controller.refreshed) == ("orders:live", 1)
        assert [each.message for each in app._notifications] == [
            "orders:live is ready. Its next version: n, with a zip file."
        ]


async def test_leaving_it_leaves_the_application_open() -> None:
    controller = FakeController(idle())
    async with make_app(controller).run_test(size=SMALL) as pilot:
        await settle(pilot)
        await pilot.press("N")
        while not isinstance(pilot.app.screen, SetupScreen):
            await pilot.pause()
        await pilot.press("escape")
        while not isinstance(pilot.app.screen, MainScreen):
            await pilot.pause()
        assert not controller.closed
