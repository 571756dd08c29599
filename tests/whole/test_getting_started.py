"""Getting started: a service from a zip file, a bad version that is rolled back, a good one that is promoted, and then
nothing left but what is named. Every call is one that the product's policy allows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import aiohttp

from multitool_tui.clock import ManualClock
from multitool_tui.controller.commands import Start
from multitool_tui.controller.provision.walk import Progress, Status
from multitool_tui.permissions.reading import read_policy
from multitool_tui.rollout.plan import Plan, parse_steps
from multitool_tui.sandbox.scenario import load_scenario
from multitool_tui.sandbox.server import Sandbox
from tests.data import DOCUMENT
from tests.support.provision import a_package, a_service, make, remove
from tests.support.world import REGION, START, World, screen

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


@asynccontextmanager
async def stage(folder: Path) -> AsyncIterator[World]:
    clock = ManualClock(START)
    policy = read_policy(DOCUMENT.read_text())
    async with (
        Sandbox(scenario=load_scenario("healthy"), clock=clock, seed=1, region=REGION, policy=policy) as sandbox,
        screen(sandbox, clock, folder) as world,
    ):
        yield world


async def released(world: World, folder: Path, code: str) -> str:
    """Release code as `run --zip` does, while the service's users go on calling it; how it ended."""
    file = Path(a_package(folder, code).path)
    await world.supervisor.obey(Start(target="orders:live", canary="", zip=file, plan=PLAN))
    for _ in range(60):
        if world.live.rollout.ended:
            break
        await requests(world)
        for _ in range(12):
            world.clock.advance(5)
            await world.settle()
    return world.state


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


def statuses(told: list[Progress], status: Status) -> set[str]:
    return {each.part.kind for each in told if each.status is status}


async def test_getting_started(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        code = a_package(tmp_path, HEALTHY)
        service = a_service(code, api="orders")
        told = await make(world.session, world.clock, tmp_path, service, code)
        assert {"role", "function", "alias", "stage", "alarm", "dashboard"} <= statuses(told, Status.MADE)
        for _ in range(3):
            await requests(world)
            world.clock.advance(60)
        assert await released(world, tmp_path, FAILS) == "rolled back"
        assert world.on_alias("orders") == ("1", {})
        assert await released(world, tmp_path, BETTER) == "promoted"
        assert world.on_alias("orders") == ("3", {})
        gone = await remove(world.session, world.clock, tmp_path)
        assert statuses(gone, Status.LEFT) == {"role", "alarm", "dashboard"}
        assert all(each.commands for each in gone if each.status is Status.LEFT)
        region = world.sandbox._home
        assert "orders" not in region.functions
        assert "orders" not in [api.body["name"] for api in region.apis.all.values()]
        refused = [call for call in world.sandbox.calls if call.status == 403]
        assert refused == []
