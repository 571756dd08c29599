"""Groups: waves that go or are taken back together, and runners that share one."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from multitool_tui.aws import lease as leases
from multitool_tui.clock import ManualClock
from multitool_tui.controller.commands import Start
from multitool_tui.controller.group import Release, Runner, take_back
from multitool_tui.controller.groups import Groups
from multitool_tui.controller.port import CommandRefused, Taken
from multitool_tui.controller.supervisor import Supervisor
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.states import State
from multitool_tui.rollout.strategies import parse_plan
from multitool_tui.sandbox.server import Sandbox
from tests.support.fleet import fleet, names
from tests.support.world import REGION, START, World, screen


def _start(name: str, plan: str = "50%/1m") -> Start:
    return Start(target=f"{name}:live", canary="2", plan=parse_plan(plan))


async def _begin(supervisor: Supervisor, start: Start) -> str:
    return await supervisor.obey(start)


@asynccontextmanager
async def runners(
    folder: Path, functions: int, count: int = 1, bad: tuple[str, ...] = ()
) -> AsyncIterator[list[World]]:
    """So many machines on one account."""
    clock = ManualClock(START)
    async with AsyncExitStack() as stack:
        scenario = fleet(folder, functions, bad=bad)
        sandbox = await stack.enter_async_context(Sandbox(scenario=scenario, clock=clock, seed=1, region=REGION))
        yield [
            await stack.enter_async_context(screen(sandbox, clock, folder / str(number), actor=f"ci@{number}"))
            for number in range(count)
        ]


async def _let(worlds: Sequence[World], *work: asyncio.Future[Sequence[Rollout]], within: float = 7200) -> None:
    """Let time pass until all work is done."""
    quiet = [world.quiet for world in worlds]
    for world in worlds:
        world.calling.update(w for other in worlds for w in other.calling)
    await worlds[0].run_until(lambda: all(each.done() for each in work) and all(q() for q in quiet), within=within)


def _versions(world: World, count: int) -> list[str]:
    return [world.on_alias(name)[0] for name in names(count)]


async def test_a_wave_begins_when_the_one_before_is_promoted(tmp_path: Path) -> None:
    async with runners(tmp_path, 3) as [world]:
        waves = [[_start("f000")], [_start("f001"), _start("f002")]]
        work = asyncio.ensure_future(Release(world.supervisor, _begin).run(waves))
        await world.run_until(lambda: len(world.supervisor.driven) == 3)
        first, *rest = world.supervisor.driven
        assert first.state is State.PROMOTED
        assert first.ended_at
        assert all(one.started_at and one.started_at >= first.ended_at for one in rest)
        await _let([world], work)
        assert _versions(world, 3) == ["2", "2", "2"]
        assert [one.state for one in work.result()] == [State.PROMOTED] * 3


async def test_one_that_is_rolled_back_takes_all_others_with_it_also_those_that_were_promoted(tmp_path: Path) -> None:
    async with runners(tmp_path, 4, bad=("f002",)) as [world]:
        waves = [[_start("f000")], [_start("f001", "5%/1h"), _start("f002", "50%/30m")], [_start("f003")]]
        work = asyncio.ensure_future(Release(world.supervisor, _begin).run(waves))
        await _let([world], work)
        assert _versions(world, 4) == ["1", "1", "1", "1"]
        states = {one.target: one for one in work.result()}
        assert states["f002:live"].is_harmful
        assert "f002:live was not promoted" in states["f001:live"].reason
        assert all(not world.on_alias(name)[1] for name in names(4))
        assert "f003:live" not in states


async def test_one_that_cannot_be_started_keeps_its_whole_wave_back(tmp_path: Path) -> None:
    async with runners(tmp_path, 2) as [world]:
        waves = [[_start("f000"), Start(target="f001:live", canary="9", plan=parse_plan("50%/1m"))]]
        work = asyncio.ensure_future(Release(world.supervisor, _begin).run(waves))
        await _let([world], work)
        with pytest.raises(CommandRefused, match="9"):
            work.result()
        assert _versions(world, 2) == ["1", "1"]


async def test_what_serves_already_is_no_obstacle(tmp_path: Path) -> None:
    async with runners(tmp_path, 2) as [world]:
        work = asyncio.ensure_future(Release(world.supervisor, _begin).run([[_start("f000")]]))
        await _let([world], work)
        again = asyncio.ensure_future(Release(world.supervisor, _begin).run([[_start("f000")], [_start("f001")]]))
        await _let([world], again)
        assert _versions(world, 2) == ["2", "2"]


def _of_the_screen(world: World, plan: str) -> Groups:
    plans = {name: (f"{name}:live", parse_plan(plan)) for name in names(3)}
    supervisor = world.supervisor
    return Groups(
        supervisor,
        {"shop": (("f000",), ("f001", "f002"))},
        plans,
        supervisor._changed,
        supervisor._diary.note,
        supervisor._spawn,
    )


async def test_a_group_is_started_followed_and_rolled_back_with_what_it_has_promoted(tmp_path: Path) -> None:
    async with runners(tmp_path, 3) as [world]:
        groups = _of_the_screen(world, "50%/1m")
        form = asyncio.ensure_future(groups.ask("shop"))
        await world.run_until(form.done)
        assert form.result().values() == {"f000": "2", "f001": "2", "f002": "2"}
        start = asyncio.ensure_future(groups.start("shop", form.result().values()))
        await world.run_until(start.done)
        assert [one.wave for one in groups.states] == [0]
        with pytest.raises(Taken, match="under way already"):
            await groups.start("shop", form.result().values())
        await world.run_until(lambda: groups.states[0].wave == 1 and len(world.supervisor.driven) == 3)
        await world.run_until(lambda: any(world.on_alias(name)[1] for name in ("f001", "f002")))
        back = asyncio.ensure_future(groups.roll_back("shop", [one.id for one in world.supervisor.driven]))
        await world.run_until(lambda: back.done() and _versions(world, 3) == ["1"] * 3)
        await world.run_until(lambda: all(one.ended for one in world.supervisor.driven))
        assert groups.states[0].wave is None
        assert not any(world.on_alias(name)[1] for name in names(3))
        reasons = {one.reason for one in world.supervisor.driven if one.state is State.ROLLED_BACK}
        assert reasons == {"The group shop is rolled back."}


async def test_a_group_whose_first_wave_cannot_begin_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    async with runners(tmp_path, 3) as [world]:
        groups = _of_the_screen(world, "50%/1m")
        start = asyncio.ensure_future(groups.start("shop", {"f000": "9", "f001": "2", "f002": "2"}))
        await world.run_until(start.done)
        with pytest.raises(CommandRefused, match="9"):
            start.result()
        with pytest.raises(CommandRefused, match="f001: 'x' is no version number"):
            await groups.start("shop", {"f000": "2", "f001": "x", "f002": "2"})
        assert groups.states[0].wave is None
        assert "group shop" in {entry.action for entry in world.supervisor.snapshot.entries}
        assert _versions(world, 3) == ["1"] * 3


async def test_what_another_hand_has_changed_since_is_not_taken_back(tmp_path: Path) -> None:
    async with runners(tmp_path, 1) as [world]:
        work = asyncio.ensure_future(Release(world.supervisor, _begin).run([[_start("f000")]]))
        await _let([world], work)
        [promoted] = work.result()
        await world.session.functions.update_alias(FunctionName="f000", Name="live", FunctionVersion="1")
        back = asyncio.ensure_future(take_back(world.supervisor, [promoted], "Not any more."))
        await world.run_until(back.done)
        assert len(world.supervisor.driven) == 1


async def test_runners_share_a_group_and_no_target_has_two(tmp_path: Path) -> None:
    async with runners(tmp_path, 4, count=2) as worlds:
        waves = [[_start(name) for name in names(3)], [_start(name) for name in names(4)[3:]]]
        shared = [Runner(world.supervisor, _begin, random.Random(seed)) for seed, world in enumerate(worlds)]
        work = [asyncio.ensure_future(runner.run(waves)) for runner in shared]
        await _let(worlds, *work)
        assert _versions(worlds[0], 4) == ["2"] * 4
        driven = [rollout.target for runner in shared for rollout in runner.driven]
        assert sorted(driven) == [f"{name}:live" for name in names(4)]


async def test_what_a_lost_runner_has_left_is_taken_over(tmp_path: Path) -> None:
    async with runners(tmp_path, 2, count=2) as [lost, other]:
        gone = asyncio.ensure_future(Runner(lost.supervisor, _begin).run([[_start("f000", "50%/4m")]]))
        await lost.run_until(lambda: bool(lost.supervisor.driven) and lost.live.rollout.weight == 0.5)
        gone.cancel()
        await lost.supervisor.close()
        work = asyncio.ensure_future(Runner(other.supervisor, _begin).run([[_start("f000"), _start("f001")]]))
        await _let([other], work)
        assert _versions(other, 2) == ["2", "2"]
        assert sorted(one.target for one in work.result()) == ["f000:live", "f001:live"]


async def test_a_runner_says_what_another_did_not_get_promoted_and_begins_no_further_wave(tmp_path: Path) -> None:
    async with runners(tmp_path, 2, count=2, bad=("f000",)) as [one, other]:
        waves = [[_start("f000", "50%/30m")], [_start("f001")]]
        first = asyncio.ensure_future(Runner(one.supervisor, _begin).run(waves))
        await one.run_until(lambda: leases.read(one.sandbox.alias("f000", "live").description)[0] is not None)
        second = asyncio.ensure_future(Runner(other.supervisor, _begin).run(waves))
        await _let([one, other], first, second)
        assert [rollout.state for rollout in first.result()] == [State.ROLLED_BACK]
        with pytest.raises(CommandRefused, match="Another runner did not get f000:live promoted"):
            second.result()
        assert _versions(one, 2) == ["1", "1"]
