"""The resource under the cursor as YAML and JSON."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from multitool_tui.controller.observe.describing import Kind, Resource
from multitool_tui.tui.following import Farewell
from multitool_tui.tui.screens.describe import DescribeScreen, Sheets
from multitool_tui.tui.screens.main import MainScreen

from .fake import FakeController, make_app
from .pictures import SMALL, Compare, settle
from .scenes import idle, mid_canary, paused

DOCUMENTS: dict[str, Any] = {
    "alias": {
        "AliasArn": "arn:aws:lambda:eu-west-1:123456789012:function:checkout:live",
        "Description": "[bold]not markup[/bold] \x1b[31m",
        "RoutingConfig": {"AdditionalVersionWeights": {"42": 0.25}},
    },
    "v41": {"Environment": {"Variables": {"PASSWORD": "(not shown)"}}, "Layers": [{"Arn": "arn:" + "x" * 90}]},
}


async def opened(pilot: Pilot[Farewell], *keys: str) -> None:
    await settle(pilot)
    await pilot.press(*keys)
    while not isinstance(pilot.app.screen, DescribeScreen):
        await pilot.pause()
    await pilot.pause()
    await settle(pilot)


def text_of(pilot: Pilot[Farewell]) -> list[str]:
    return ["".join(span.text for span in line) for line in pilot.app.screen.query_one(Sheets)._lines]


def test_how_it_looks(snap_compare: Compare) -> None:
    controller = FakeController(idle())
    controller.observatory.documents = DOCUMENTS

    async def before(pilot: Pilot[Farewell]) -> None:
        await opened(pilot, "y")
        await pilot.press("slash", *"arn", "enter", "n")
        await settle(pilot)

    assert snap_compare(make_app(controller), terminal_size=SMALL, run_before=before)


async def test_searched_toggled_copied_and_left() -> None:
    controller = FakeController(mid_canary())
    controller.observatory.documents = DOCUMENTS
    app = make_app(controller)
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await opened(pilot, "y")
        assert controller.observatory.described == [
            Resource(Kind.ALIAS, "checkout:live", "checkout", "live", "checkout", ("41", "42"))
        ]
        lines = text_of(pilot)
        assert lines[:2] == ["rollout:", "  id: r-20260105-1352"]
        assert "  state: shifting" in lines
        assert '  Description: "[bold]not markup[/bold] \\e[31m"' in lines
        # What is long goes on in the next line, and nothing of it is lost.
        at = next(number for number, line in enumerate(lines) if line.startswith("  - Arn: arn:xxx"))
        assert (lines[at] + lines[at + 1].strip()).count("x") == 90
        await pilot.press("slash", *"weight", "enter")
        sheet = app.screen.query_one(Sheets)
        before = sheet.scroll_offset.y
        await pilot.press("N")
        assert sheet.scroll_offset.y > before
        await pilot.press("escape", "y", "c")
        assert app.clipboard.startswith('{\n  "rollout": {\n    "id": "r-20260105-1352",')
        # The rollout in it is as it is now.
        controller.push(paused())
        await pilot.pause()
        await pilot.pause()
        assert '    "state": "paused",' in text_of(pilot)
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, MainScreen)


@pytest.mark.parametrize(
    ("keys", "resource"),
    [
        (("home",), Resource(Kind.FUNCTION, "checkout", "checkout")),
        (("home", "down", "down", "down"), Resource(Kind.VERSIONS, "versions of checkout", "checkout")),
    ],
)
async def test_what_is_under_the_cursor(keys: tuple[str, ...], resource: Resource) -> None:
    controller = FakeController(mid_canary())
    async with make_app(controller).run_test(size=(120, 40)) as pilot:
        await opened(pilot, *keys, "y")
        assert controller.observatory.described == [resource]


async def test_a_refusal_is_said_in_its_place_and_what_was_read_stays() -> None:
    controller = FakeController(idle())
    controller.observatory.refusal = "AWS did not answer within 60s."
    async with make_app(controller).run_test(size=SMALL) as pilot:
        await opened(pilot, "y")
        assert text_of(pilot) == ["AWS did not answer within 60s."]
        controller.observatory.refusal, controller.observatory.documents = "", DOCUMENTS
        await pilot.press("R")
        await settle(pilot)
        assert text_of(pilot)[0] == "alias:"
        controller.observatory.refusal = "Throttled."
        await pilot.press("R")
        await settle(pilot)
        assert text_of(pilot)[0] == "alias:"
        assert "Throttled." in str(pilot.app.screen.query_one("#sheet-pane").border_subtitle)


async def test_there_is_nothing_to_describe_in_an_empty_account() -> None:
    app = make_app(FakeController(replace(idle(), functions=(), focus=None)))
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("y")
        assert [note.message for note in app._notifications] == ["There is nothing to describe here yet."]
