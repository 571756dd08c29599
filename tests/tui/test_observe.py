"""The screen of what AWS keeps about the target, on pages that are only played."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from multitool_tui.controller.observe.page import Chart, Curve, Field, Form, Page, Row, Table, Trouble
from multitool_tui.judgement.model import AlarmState
from multitool_tui.tui.screens.form import FormScreen
from multitool_tui.tui.screens.main import MainScreen
from multitool_tui.tui.screens.observe import ObserveScreen
from multitool_tui.tui.widgets.page import PageLines

from .fake import FakeController, FakeObservatory, make_app
from .pictures import MIDDLE, SMALL, Compare, pressing, settle
from .scenes import NOW, ago, mid_canary
from .test_keys import Session

ALARMS = Page(
    (
        Table(
            "Alarms on checkout:live",
            ("alarm", "state", "since", "goes off when"),
            (
                Row(("checkout-5xx", AlarmState.OK, ago(hours=30), "Sum of Errors > 5, 2 of 3 × 1m"), "checkout-5xx"),
                Row(("checkout-[bold]-p99", AlarmState.ALARM, ago(minutes=4), "p99 of Duration > 800"), "p99"),
            ),
            "",
        ),
        Trouble("More", "cloudwatch:DescribeAlarms is not allowed to the caller."),
    ),
    NOW,
)
HISTORY = Page(
    (
        Chart(
            "p99 of Duration",
            (Curve("p99", tuple((ago(minutes=30 - n), 200.0 + 9 * (n % 7)) for n in range(30))),),
            timedelta(minutes=1),
            ago(minutes=30),
            NOW,
            band=tuple((ago(minutes=30 - n), 190.0, 240.0) for n in range(30)),
        ),
        Table("History", ("when", "what"), (Row((ago(minutes=4), "OK to ALARM")),), ""),
    ),
    NOW,
    "p99",
)
FORM = Form(
    "Create an alarm",
    "It goes off above the threshold.",
    "Create",
    (("Highest minute", "Errors 32"),),
    (
        Field("metric", "Metric", "Errors", choices=("Errors", "Throttles")),
        Field("threshold", "Threshold", "32", "above it", follows=("metric", {"Errors": "32", "Throttles": "0"})),
    ),
)


def controller() -> FakeController:
    return FakeController(mid_canary(), observatory=FakeObservatory({"alarms": ALARMS, "p99": HISTORY}, FORM))


@asynccontextmanager
async def observing(fake: FakeController | None = None) -> AsyncIterator[Session]:
    fake = fake or controller()
    app = make_app(fake)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        session = Session(app, pilot, fake)
        await session.press("v")
        await session.until(lambda: isinstance(app.screen, ObserveScreen))
        refused = bool(fake.observatory.refusal)
        await session.until(lambda: refused or app.screen.query_one(PageLines).row is not None)
        yield session


def shown(session: Session) -> str:
    """What the screen shows."""
    strips = session.app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


async def test_a_row_is_opened_and_escape_leads_back_to_the_main_screen() -> None:
    async with observing() as session:
        await session.press("enter", "down", "enter")
        await session.until(lambda: "OK to ALARM" in shown(session))
        await session.press("escape")
        assert "checkout-5xx" in shown(session)
        await session.press("escape", "escape")
        await session.until(lambda: isinstance(session.app.screen, MainScreen))


async def test_what_is_filled_in_is_done_and_a_refusal_stays_in_the_dialog() -> None:
    async with observing() as session:
        observatory = session.controller.observatory
        await session.press("enter", "a")
        await session.until(lambda: isinstance(session.app.screen, FormScreen))
        await session.press("down")
        observatory.refusal = "Nothing of that."
        await session.press("tab", "tab", "tab", "enter")
        await session.until(lambda: "Nothing of that." in shown(session))
        observatory.refusal = ""
        confirm = session.app.screen.query_one("#confirm")
        # A button that was pressed takes no key until it has sprung back.
        await session.until(lambda: session.app.focused is confirm and not confirm.has_class("-active"))
        await session.press("enter")
        await session.until(lambda: isinstance(session.app.screen, ObserveScreen))
        assert observatory.done[-1] == ("create-alarm", "", {"metric": "Throttles", "threshold": "0"})
        assert session.told == ["Done."]


async def test_read_only_asks_nothing() -> None:
    fake = controller()
    fake.snapshot = replace(mid_canary(), read_only=True)
    async with observing(fake) as session:
        await session.press("enter", "a")
        assert session.told == ["This session is read-only: nothing can be changed from here."]
        assert isinstance(session.app.screen, ObserveScreen)


async def test_a_refusal_is_the_page_and_leaving_waits_for_no_answer() -> None:
    fake = controller()
    fake.observatory.refusal = "AWS did not answer within 60s."
    async with observing(fake) as session:
        await session.until(lambda: "AWS did not answer within 60s." in shown(session))
        fake.observatory.answered = asyncio.Event()
        await session.press("R", "escape")
        await session.until(lambda: isinstance(session.app.screen, MainScreen))


async def test_what_it_waits_for_is_given_up_before_its_parts_go() -> None:
    fake = controller()
    async with observing(fake) as session:
        fake.observatory.answered = asyncio.Event()
        await session.press("R")
        screen = session.app.screen
        reading = [worker for worker in session.app.workers if worker.node is screen]
        assert reading
        screen.dismiss(None)
        assert all(worker.is_cancelled for worker in reading)


@pytest.mark.parametrize("size", [SMALL, MIDDLE], ids=["80x24", "120x40"])
@pytest.mark.parametrize(
    "keys",
    [("v",), ("v", "enter"), ("v", "enter", "down", "enter"), ("v", "enter", "a")],
    ids=["list", "page", "row", "form"],
)
def test_how_it_looks(keys: tuple[str, ...], size: tuple[int, int], snap_compare: Compare) -> None:
    assert snap_compare(make_app(controller()), terminal_size=size, run_before=pressing(*keys))
