"""Keys pressed on the real screen, with the real controller: what counts is the alias in the sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from textual.pilot import Pilot

from multitool_tui.controller.port import Controller
from multitool_tui.rollout.states import State
from multitool_tui.sandbox.faults import Fault
from multitool_tui.tui.app import MultiToolApp
from tests.support.world import World, world


@dataclass
class Desk:
    """An operator's desk: the screen, its keys, and the world behind it."""

    stage: World
    app: MultiToolApp
    pilot: Pilot[Any]

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.stage.settle()
        await self.pilot.pause()

    async def run_until(self, so: Callable[[], bool], within: float = 3600) -> None:
        await self.stage.run_until(so, within)
        await self.pilot.pause()

    async def until_weight(self, weight: float) -> None:
        await self.run_until(lambda: self.stage.live.rollout.weight == weight)

    def text(self) -> str:
        """What the screen shows."""
        lines = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip) for strip in lines)


@asynccontextmanager
async def desk(scenario: str = "healthy", *, read_only: bool = False) -> AsyncIterator[Desk]:
    async with world(scenario, read_only=read_only) as stage:

        async def connect() -> Controller:
            return stage.supervisor

        app = MultiToolApp(connect, clock=stage.clock)
        async with app.run_test(size=(120, 40), notifications=True) as pilot:
            at = Desk(stage, app, pilot)
            await stage.settle()
            await pilot.pause()
            yield at


async def look_at_checkout_live(at: Desk) -> None:
    """Move the cursor of the resources to checkout:live."""
    await at.press("home", "down", "down")
    assert "checkout:live" in at.text()


async def press_start(at: Desk) -> None:
    """Go to the dialog's last button by keys alone, and press it."""
    while getattr(at.app.screen.focused, "id", "") != "confirm":
        await at.press("tab")
    await at.press("enter")


async def start(at: Desk, *choose: str) -> None:
    """Start what the dialog proposes for checkout:live, once the keys `choose` are pressed there."""
    await look_at_checkout_live(at)
    await at.press("n")
    assert "Start a rollout" in at.text()
    await at.press(*choose)
    await press_start(at)
    await at.run_until(lambda: bool(at.stage.supervisor.snapshot.rollouts))


OWN_STEPS = ("tab", "down")  # as the dialog has them: 5%, 25%, 50%


async def test_n_starts_and_the_evidence_carries_it_to_promotion() -> None:
    async with desk() as at:
        await start(at)
        await at.until_weight(0.001)
        assert at.stage.on_alias() == ("41", {"42": 0.001})
        await at.run_until(lambda: at.stage.state is State.PROMOTED, within=2 * 3600)
        assert at.stage.on_alias() == ("42", {})
        assert "promoted" in at.text()


@pytest.mark.long
async def test_p_asks_and_enter_alone_cancels() -> None:
    async with desk() as at:
        await start(at, *OWN_STEPS)
        await at.until_weight(0.25)
        await at.press("p", "enter")
        assert at.stage.state is State.SHIFTING
        await at.press("p", "tab", "enter")
        await at.run_until(lambda: at.stage.on_alias() == ("42", {}), within=60)


async def test_r_enter_rolls_back() -> None:
    async with desk() as at:
        await start(at, *OWN_STEPS)
        await at.until_weight(0.05)
        await at.press("r", "enter")
        await at.run_until(lambda: at.stage.live.rollout.ended, within=60)
        assert at.stage.on_alias() == ("41", {})
        assert "rolled back" in at.text()


async def test_r_enter_rolls_back_while_every_poller_fails() -> None:
    async with desk() as at:
        await start(at, *OWN_STEPS)
        await at.until_weight(0.05)
        for operation in ("ListFunctions", "ListAliases", "GetMetricData", "DescribeAlarms"):
            at.stage.sandbox.faults.add(Fault(kind="throttle", operation=operation))
        await at.pilot.press("R")
        await at.pilot.press("r", "enter")
        await at.stage.supervisor.driver(at.stage.live.rollout.id).ended.wait()
        assert at.stage.on_alias() == ("41", {})


async def test_space_pauses_and_resumes() -> None:
    async with desk() as at:
        await start(at, *OWN_STEPS)
        await at.until_weight(0.05)
        await at.press("space")
        assert at.stage.state is State.PAUSED
        before = at.stage.clock.now()
        await at.run_until(lambda: (at.stage.clock.now() - before).total_seconds() > 1200)
        assert at.stage.on_alias() == ("41", {"42": 0.05})
        await at.press("space")
        await at.until_weight(0.25)


@pytest.mark.long
async def test_w_sets_the_weight() -> None:
    async with desk() as at:
        await start(at, *OWN_STEPS)
        await at.until_weight(0.25)
        await at.press("w", "ctrl+a", *"2.5", "enter")
        await at.until_weight(0.025)
        assert at.stage.on_alias() == ("41", {"42": 0.025})


async def test_g_passes_the_gate() -> None:
    async with desk() as at:
        await at.stage.start("10%/3m/gate 50%/3m")
        await at.run_until(lambda: at.stage.live.rollout.waiting == "an operator at the gate")
        assert "gate" in at.text()
        await at.press("g")
        await at.until_weight(0.5)
        assert at.stage.on_alias() == ("41", {"42": 0.5})


@pytest.mark.long
async def test_a_refusal_is_shown_in_the_dialog_and_nothing_has_changed() -> None:
    async with desk() as at:
        await look_at_checkout_live(at)
        await at.press("n")
        at.stage.sandbox.faults.add(Fault(kind="denied", operation="GetFunctionConfiguration"))
        await press_start(at)
        assert "lambda:GetFunctionConfiguration" in at.text()
        assert at.stage.on_alias() == ("41", {})


async def test_read_only_presses_change_nothing() -> None:
    async with desk(read_only=True) as at:
        await look_at_checkout_live(at)
        await at.press("n", "r", "p", "w", "space", "g")
        assert "READ-ONLY" in at.text()
        assert not [call for call in at.stage.sandbox.calls if call.operation == "UpdateAlias"]


async def test_the_death_of_a_screen_stops_no_rollout() -> None:
    async with desk() as at:
        await start(at, *OWN_STEPS)
        await at.until_weight(0.05)
        await at.press("question_mark")
        await at.until_weight(0.25)
        at.app.pop_screen()
        await at.until_weight(0.5)
