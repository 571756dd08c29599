"""Each fault, in each state of a rollout, at each kind of write: in simulated time, judged by what the sandbox saw."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark import ParameterSet
from aiobotocore.config import AioConfig

from multitool_tui.aws import lease as leases
from multitool_tui.aws import session
from multitool_tui.clock import ManualClock
from multitool_tui.controller.snapshot import FeedName
from multitool_tui.journal.store import Journal
from multitool_tui.rollout.effects import RollBack
from multitool_tui.rollout.states import State
from multitool_tui.sandbox.faults import Fault
from multitool_tui.sandbox.scenario import load_scenario
from multitool_tui.sandbox.server import Sandbox
from tests.faults.states import CELLS, Cell, roll_back
from tests.support.witness import Witness
from tests.support.world import REGION, START, World, screen

OWNERS = "production"
_LATE = timedelta(seconds=30)


@dataclass(frozen=True)
class Trouble:
    """What goes wrong: faults, and for how many seconds readers still see an alias as it was. `id` is for people."""

    id: str
    faults: tuple[Fault, ...]
    lag: float = 0.0

    def __str__(self) -> str:
        return self.id.replace(" ", "_")


def _at_update(*kinds: str, times: int | None = None) -> tuple[Fault, ...]:
    return tuple(Fault(kind=kind, service="lambda", operation="UpdateAlias", times=times) for kind in kinds)  # type: ignore[arg-type]


def _both(name: str, kind: str) -> tuple[Trouble, Trouble]:
    return Trouble(f"{name} once", _at_update(kind, times=1)), Trouble(f"{name} for a while", _at_update(kind))


TROUBLES = (
    *_both("throttled", "throttle"),
    *_both("500", "error500"),
    *_both("HTML", "html500"),
    *_both("hang", "hang"),
    *_both("reset", "reset"),
    *_both("cut short", "truncated"),
    *_both("applied but dropped", "applied_then_dropped"),
    *_both("denied", "denied"),
    Trouble("expired for a while", (Fault(kind="expired"),)),
    Trouble("network down for a while", (Fault(kind="reset"),)),
    Trouble(
        "applied but dropped and no reads for a while",
        (*_at_update("applied_then_dropped"), Fault(kind="error500", operation="GetAlias")),
    ),
    Trouble("stale reads", (), lag=20),
    Trouble("stale reads and applied but dropped", _at_update("applied_then_dropped", times=1), lag=20),
)


def _cases() -> list[ParameterSet]:
    """Every cell with every trouble; in the default run each cell once, and each trouble once or twice."""
    cases = []
    for i, cell in enumerate(CELLS):
        for j, trouble in enumerate(TROUBLES):
            often = i % len(TROUBLES) == j
            cases.append(pytest.param(cell, trouble, id=f"{cell}-{trouble}", marks=[] if often else pytest.mark.long))
    return cases


@asynccontextmanager
async def stage(folder: Path, lag: float) -> AsyncIterator[tuple[World, Witness]]:
    clock = ManualClock(START)
    async with Sandbox(scenario=load_scenario("healthy"), clock=clock, seed=1, region=REGION, alias_lag=lag) as sandbox:
        witness = Witness(sandbox, folder)
        async with screen(sandbox, clock, folder) as world:
            yield world, witness


@pytest.mark.parametrize(("cell", "trouble"), _cases())
async def test_a_write_in_trouble(
    cell: Cell, trouble: Trouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if any(fault.kind == "hang" for fault in trouble.faults):
        monkeypatch.setattr(session, "_CHANGING", session._CHANGING.merge(AioConfig(read_timeout=0.1)))
    async with stage(tmp_path, trouble.lag) as (world, witness):
        one_at_a_time = _watch_the_lane(world)
        await cell.reach(world)
        for fault in trouble.faults:
            world.sandbox.faults.add(fault)
        await cell.act(world)
        await _pass(world, cell.lasts)
        if world.supervisor.snapshot.rollouts:
            _check_it_is_said(world)
        world.sandbox.faults.clear()
        await _end(world, cell)
        assert one_at_a_time == []
        witness.check()
        _check_the_end(world, cell, tmp_path)


async def _pass(world: World, seconds: float) -> None:
    end = world.clock.now().timestamp() + seconds
    await world.run_until(lambda: world.clock.now().timestamp() >= end)


def _watch_the_lane(world: World) -> list[str]:
    """Sentences about changes that began while another one was under way."""
    wrong: list[str] = []
    under_way: set[asyncio.Task[Any] | None] = set()

    def begin(**_: Any) -> None:
        mine = asyncio.current_task()
        if any(task is not mine and not task.done() for task in under_way if task):
            wrong.append(f"{world.clock.now()}: a change began while another one was under way")
        under_way.add(mine)

    def end(**_: Any) -> None:
        under_way.discard(asyncio.current_task())

    for client in world.session.clients:
        client.meta.events.register("before-call.lambda.UpdateAlias", begin)
        client.meta.events.register("after-call.lambda.UpdateAlias", end)
        client.meta.events.register("after-call-error.lambda.UpdateAlias", end)
    return wrong


def _check_it_is_said(world: World) -> None:
    """Whatever could not be made is on the screen; a rollback is still being tried."""
    live = world.live
    rollout = live.rollout
    if rollout.pending is not None:
        assert live.change_trouble
        assert live.change_trouble.startswith("Try ")
    lease, _ = leases.read(world.sandbox.alias("checkout", "live").description)
    if lease and lease.until - world.clock.now() < leases.DURATION - leases.RENEWAL - _LATE:
        assert live.change_trouble or world.supervisor.snapshot.feed(FeedName.TARGET).error
    if isinstance(rollout.pending, RollBack):
        assert rollout.state is State.ROLLING_BACK


async def _end(world: World, cell: Cell) -> None:
    """All is well again: what is under way comes about by itself, and the operator rolls back what is not ending."""
    await _pass(world, 60)
    if not world.supervisor.snapshot.rollouts:
        return
    if not world.live.rollout.ended and cell.write != "leave":
        await roll_back(world)
    await world.run_until(lambda: world.live.rollout.ended)


def _check_the_end(world: World, cell: Cell, folder: Path) -> None:
    alias = world.sandbox.alias("checkout", "live")
    assert alias.description == OWNERS
    if not world.supervisor.snapshot.rollouts:
        assert (alias.version, dict(alias.weights)) == ("41", {})
        return
    state = world.state
    left = {State.PROMOTED: ("42", {}), State.ROLLED_BACK: ("41", {}), State.ABANDONED: ("41", {"42": 0.1})}
    assert (alias.version, dict(alias.weights)) == left[state]
    assert state is not State.ABANDONED or cell.act.__name__ == "abandon"
    journal = Journal.open(folder)
    (record,) = journal.all()
    journal.close()
    assert record.rollout.state is state
