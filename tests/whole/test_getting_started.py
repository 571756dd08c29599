"""Getting started, whole: a service from a zip file, a bad version that is rolled back, a good one that is promoted
while others look on, what AWS keeps about it, and then nothing left but what is named.

All of it on one sandbox that enforces the document's policy: no call is denied, the handing over of the role included.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import aiohttp
import pytest

from multitool_tui.cli.exits import Exit
from multitool_tui.cli.headless import exit_of, started
from multitool_tui.clock import ManualClock
from multitool_tui.controller.commands import Promote, Start
from multitool_tui.controller.observe.tab import Subject
from multitool_tui.controller.observe.tabs import TABS
from multitool_tui.controller.port import CommandRefused
from multitool_tui.controller.provision.walk import Progress, Status
from multitool_tui.permissions.ledger import FREE, TRIED, USED
from multitool_tui.permissions.reading import read_policy
from multitool_tui.permissions.row import Operation, Row
from multitool_tui.rollout.plan import Plan, parse_steps
from multitool_tui.sandbox.calls import Call
from multitool_tui.sandbox.scenario import load_scenario
from multitool_tui.sandbox.server import Sandbox
from tests.data import DOCUMENT
from tests.observe.visits import Visit
from tests.permissions.story import typed
from tests.support.provision import a_package, a_service, make, remove
from tests.support.world import REGION, START, World, screen

ACCOUNT = "123456789012"

HEALTHY = "def handler(event, context):\n    return {'statusCode': 200, 'body': 'hello'}\n"
FAILS = """
COUNT = 0
def handler(event, context):
    global COUNT
    COUNT += 1
    if COUNT % 10 == 0:
        raise RuntimeError("no")
    return {"statusCode": 200}
"""
BETTER = HEALTHY.replace("hello", "hello again")
PLAN = Plan("own steps", parse_steps("50%/4m"), bake_after_promote=timedelta(minutes=1))
A_MINUTE = 120  # requests
SERVICE = Subject("orders", "live", "3", "", REGION, ACCOUNT)


@asynccontextmanager
async def stage(folder: Path) -> AsyncIterator[World]:
    clock = ManualClock(START)
    policy = read_policy(DOCUMENT.read_text())
    async with (
        Sandbox(scenario=load_scenario("healthy"), clock=clock, seed=1, region=REGION, policy=policy) as sandbox,
        screen(sandbox, clock, folder) as world,
    ):
        yield world


async def released(
    world: World, folder: Path, code: str, meanwhile: Callable[[World], Awaitable[None]] | None = None
) -> int:
    """Release code as `run --zip --headless` does, while the service's users go on calling it; the exit code.

    `meanwhile`: once, when the canary has its first traffic.
    """
    file = Path(a_package(folder, code).path)
    await started(world.supervisor, Start(target="orders:live", canary="", zip=file, plan=PLAN))
    for _ in range(60):
        if world.live.rollout.ended:
            break
        await requests(world)
        if meanwhile and world.on_alias("orders")[1]:
            await meanwhile(world)
            meanwhile = None
        for _ in range(12):
            world.clock.advance(5)
            await world.settle()
    assert meanwhile is None
    return exit_of(world.live.rollout)


async def requests(world: World) -> None:
    """What the users of the service ask for in a minute."""
    [api] = [each for each in world.sandbox._home.apis.all.values() if each.body["name"] == "orders"]
    headers = {"Host": f"{api.body['id']}.execute-api.{REGION}.amazonaws.com"}
    async with aiohttp.ClientSession(headers=headers) as session:

        async def one() -> None:
            async with session.get(f"{world.sandbox.url}/prod/orders") as answer:
                await answer.read()

        for _ in range(A_MINUTE // 20):
            await asyncio.gather(*(one() for _ in range(20)))


async def looked_on(world: World, folder: Path) -> None:
    """Another machine's screen, opened read-only, and its shell: both see the release, and neither may change it."""
    async with screen(world.sandbox, world.clock, folder, actor="ops@desk", read_only=True) as other:
        other.supervisor.look_at("orders:live")
        await other.supervisor.refresh()
        await other.settle()
        snapshot = other.supervisor.snapshot
        assert "orders" in [function.name for function in snapshot.functions]
        assert [feed.error for feed in snapshot.feeds.values() if feed.error] == []
        assert (other.live.rollout.target, other.live.rollout.canary) == ("orders:live", "3")
        with pytest.raises(CommandRefused, match="read-only"):
            await other.supervisor.obey(Promote(seen=other.seen))
    said = await typed(world, "--read-only", "status", "orders:live", "--json")
    assert said.exit_code == 0, said.output
    assert json.loads(said.stdout)["canary"] == "3"


async def observed(world: World) -> tuple[str, str]:
    """Each tab is opened, an alarm and a dashboard are made from there: their names."""
    visit, said = Visit(world.supervisor.observatory, world.sandbox, world.clock), list[str]()
    for tab in TABS:
        await visit.read(tab, SERVICE, said)
    assert said == []
    alarm = await done(visit, "alarms", "create-alarm")
    board = await done(visit, "dashboards", "write-dashboard")
    assert "orders-live-error-count" in alarm
    assert "MultiTool-orders-live" in board
    shown = await typed(world, "observe", "orders:live", "alarms")
    assert shown.exit_code == 0, shown.output
    assert "orders-live-error-count" in shown.stdout
    return "orders-live-error-count", "MultiTool-orders-live"


async def done(visit: Visit, tab: str, name: str) -> str:
    """Do what a tab offers, as its form is filled in already."""
    deed = next(each for each in TABS if each.name == tab).deed(name)
    form = await visit.observatory.ask(deed, SERVICE, "")
    return await visit.observatory.do(deed, SERVICE, "", form.values())


def operation(call: Call) -> Operation:
    return Operation(call.service, call.operation)


def operations(rows: Iterable[Row]) -> set[Operation]:
    return {operation for row in rows for operation in row.operations}


def statuses(told: list[Progress], status: Status) -> set[str]:
    return {each.part.kind for each in told if each.status is status}


@pytest.mark.long
async def test_getting_started(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        code = a_package(tmp_path, HEALTHY)
        service = a_service(code, api="orders")
        told = await make(world.session, world.clock, tmp_path, service, code)
        assert {"role", "function", "alias", "stage", "alarm", "dashboard"} <= statuses(told, Status.MADE)
        for _ in range(3):
            await requests(world)
            world.clock.advance(60)
        assert await released(world, tmp_path, FAILS) == Exit.ROLLED_BACK
        assert world.on_alias("orders") == ("1", {})
        assert await released(world, tmp_path, BETTER, partial(looked_on, folder=tmp_path / "elsewhere")) == Exit.DONE
        assert world.on_alias("orders") == ("3", {})
        alarm, board = await observed(world)
        gone = await remove(world.session, world.clock, tmp_path)
        left = [each for each in gone if each.status is Status.LEFT]
        assert {each.part.kind for each in left} == {"role", "alarm", "dashboard"}
        assert all(each.commands for each in left)
        region, named = world.sandbox._home, {each.part.name for each in left}
        assert "orders" not in region.functions
        assert "orders" not in [api.body["name"] for api in region.apis.all.values()]
        there = {*region.alarms._alarms, *region.observability.dashboards, *region.identities.roles}
        assert {name for name in there if "orders" in name} == named | {alarm, board}
        # Nothing was denied but what is tried and done without, and nothing was called that is not in the ledger.
        calls = list(world.sandbox.calls)
        assert {operation(call) for call in calls if call.status == 403} <= operations(TRIED)
        assert {operation(call) for call in calls} <= {*operations(USED), *operations(TRIED), FREE}
