"""Clocks that lie: a machine that slept, and one whose clock is not AWS's."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from multitool_tui.aws import lease as leases
from multitool_tui.clock import ManualClock
from multitool_tui.controller import commands
from multitool_tui.rollout.events import Obstacle
from multitool_tui.rollout.states import State
from multitool_tui.rollout.strategies import parse_plan
from multitool_tui.sandbox.faults import Fault
from multitool_tui.sandbox.scenario import load_scenario
from multitool_tui.sandbox.server import Sandbox
from tests.support.waiting import run_until
from tests.support.witness import Witness
from tests.support.world import REGION, START, World, screen

OWNERS = "production"
HOUR = 3600.0


class Off:
    """A clock that is `seconds` ahead of another one."""

    def __init__(self, clock: ManualClock, seconds: float) -> None:
        self._clock = clock
        self._ahead = timedelta(seconds=seconds)

    def now(self) -> datetime:
        return self._clock.now() + self._ahead

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)


def sandbox_on(clock: ManualClock | Off) -> Sandbox:
    return Sandbox(scenario=load_scenario("healthy"), clock=clock, seed=1, region=REGION)


def description(sandbox: Sandbox) -> str:
    return sandbox.alias("checkout", "live").description


async def at_first_weight(world: World, plan: str) -> None:
    await world.start(plan)
    await world.run_until(lambda: bool(world.live.rollout.judgement.seen_to) and world.live.rollout.weight == 0.1)


async def test_a_machine_that_slept_raises_nothing_on_what_it_knew_before(tmp_path: Path) -> None:
    clock = ManualClock(START)
    async with sandbox_on(clock) as sandbox, screen(sandbox, clock, tmp_path) as world:
        witness = Witness(sandbox, tmp_path)
        await at_first_weight(world, "10%/5m 50%/5m")
        blind = sandbox.faults.add(Fault(kind="error500", operation="GetMetricData"))
        clock.advance(HOUR)
        lease, _ = leases.read(description(sandbox))
        assert lease
        assert lease.is_over(clock.now())
        end = clock.now() + timedelta(minutes=5)
        await world.run_until(lambda: clock.now() >= end)
        assert (world.state, world.live.rollout.wanted) == (State.SHIFTING, 0.1)
        assert world.live.rollout.waiting == "fresh evidence"
        lease, _ = leases.read(description(sandbox))
        assert lease
        assert not lease.is_over(clock.now())
        sandbox.faults.remove(blind)
        await world.run_until(lambda: world.live.rollout.ended, within=2 * HOUR)
        assert (world.state, world.on_alias(), description(sandbox)) == (State.PROMOTED, ("42", {}), OWNERS)
        witness.check()


async def test_a_machine_that_slept_past_the_deadline_ends_as_the_plan_says(tmp_path: Path) -> None:
    clock = ManualClock(START)
    async with sandbox_on(clock) as sandbox, screen(sandbox, clock, tmp_path) as world:
        await at_first_weight(world, "10%/5m 50%/5m")
        clock.advance(2 * HOUR)
        await world.run_until(lambda: world.live.rollout.ended)
        assert (world.state, world.on_alias(), description(sandbox)) == (State.ROLLED_BACK, ("41", {}), OWNERS)


async def test_a_machine_that_slept_while_another_took_over_changes_nothing_any_more(tmp_path: Path) -> None:
    clock, asleep = ManualClock(START), ManualClock(START)
    async with (
        sandbox_on(clock) as sandbox,
        screen(sandbox, asleep, tmp_path / "here", actor="ann@laptop") as ann,
        screen(sandbox, clock, tmp_path / "there", actor="ben@tower") as ben,
    ):
        witness = Witness(sandbox, tmp_path / "here", tmp_path / "there")
        await ann.start("10%/30m")
        await ann.settle()
        assert ann.on_alias() == ("41", {"42": 0.1})
        ben.supervisor.look_at("checkout:live")
        await ben.run_until(lambda: clock.now() > START + leases.DURATION and bool(ben.supervisor.snapshot.rollouts))
        elsewhere = ben.live.elsewhere
        assert elsewhere
        assert elsewhere.until < clock.now()
        await ben.supervisor.obey(commands.TakeOver(seen=ben.seen, driver=elsewhere.driver))
        await ben.supervisor.obey(commands.Pause(seen=ben.seen))
        await ben.run_until(lambda: clock.now() > START + timedelta(hours=1))
        before = len(witness.changes)
        asleep.advance((clock.now() - asleep.now()).total_seconds())
        await run_until(asleep, lambda: ann.live.rollout.obstacle is Obstacle.LEASE, within=300, quiet=ann.quiet)
        assert [call for call in witness.changes[before:] if call.status == 200] == []
        await ben.supervisor.obey(commands.RollBack(seen=ben.seen))
        await ben.run_until(lambda: ben.live.rollout.ended)
        assert (ben.state, ben.on_alias(), description(sandbox)) == (State.ROLLED_BACK, ("41", {}), OWNERS)
        witness.check()


@pytest.mark.parametrize("ahead", [HOUR, -HOUR])
async def test_minutes_of_an_aws_whose_clock_is_an_hour_off_raise_nothing(ahead: float, tmp_path: Path) -> None:
    clock = ManualClock(START)
    async with sandbox_on(Off(clock, ahead)) as sandbox, screen(sandbox, clock, tmp_path) as world:
        witness = Witness(sandbox, tmp_path)
        plan = replace(parse_plan("10%/5m 50%/5m"), deadline=timedelta(minutes=20))
        await world.supervisor.obey(commands.Start(target="checkout:live", canary="42", plan=plan))
        await world.run_until(lambda: world.live.rollout.ended)
        asked = [call.parameters for call in witness.changes]
        assert {parameters["FunctionVersion"] for parameters in asked} == {"41"}
        weights = [parameters["RoutingConfig"]["AdditionalVersionWeights"] for parameters in asked]
        assert all(each in ({}, {"42": 0.1}) for each in weights)
        assert (world.state, world.on_alias(), description(sandbox)) == (State.ROLLED_BACK, ("41", {}), OWNERS)
        witness.check()
