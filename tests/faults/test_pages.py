"""Lists that change while they are being read, page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiobotocore.session import AioSession

from multitool_tui.clock import ManualClock
from multitool_tui.controller.snapshot import FeedName
from multitool_tui.sandbox.scenario import load_scenario
from multitool_tui.sandbox.server import Sandbox
from tests.support.world import REGION, START, World, screen

MANY = str(Path(__file__).parents[1] / "sandbox" / "scenario_many.toml")
Change = Callable[[Any], Awaitable[object]]


async def delete_what_was_listed(client: Any) -> None:
    await client.delete_function(FunctionName="filler-1")


async def delete_what_comes_next(client: Any) -> None:
    await client.delete_function(FunctionName="filler-99")


async def delete_what_is_being_listed(client: Any) -> None:
    await client.delete_function(FunctionName="many")


async def delete_an_alias(client: Any) -> None:
    await client.delete_alias(FunctionName="many", Name="stage-1")


async def add_an_alias(client: Any) -> None:
    await client.create_alias(FunctionName="many", Name="another", FunctionVersion="1")


async def add_a_version(client: Any) -> None:
    await client.publish_version(FunctionName="many")


CHANGES = [
    ("ListFunctions", delete_what_was_listed),
    ("ListFunctions", delete_what_comes_next),
    ("ListAliases", delete_what_is_being_listed),
    ("ListAliases", delete_an_alias),
    ("ListAliases", add_an_alias),
    ("ListVersionsByFunction", add_a_version),
]


@asynccontextmanager
async def stage(folder: Path) -> AsyncIterator[tuple[World, Any]]:
    """A world, and a client of somebody else's."""
    clock = ManualClock(START)
    async with (
        Sandbox(scenario=load_scenario(MANY), clock=clock, seed=1, region=REGION) as sandbox,
        screen(sandbox, clock, folder) as world,
        AioSession().create_client("lambda", region_name=REGION, endpoint_url=sandbox.url) as other,
    ):
        yield world, other


@pytest.mark.parametrize(("operation", "change"), CHANGES, ids=lambda value: getattr(value, "__name__", value))
async def test_what_changes_between_two_pages_is_right_at_the_next_reading(
    operation: str, change: Change, tmp_path: Path
) -> None:
    async with stage(tmp_path) as (world, other):
        await other.update_function_configuration(FunctionName="many", Description="There is something to publish.")
        end = world.clock.now() + timedelta(minutes=1)
        await world.run_until(lambda: world.supervisor.snapshot.functions_complete and world.clock.now() >= end)
        changed: list[Change] = []

        async def after_a_page(parsed: dict[str, Any], **_: object) -> None:
            if not changed and parsed.get("NextMarker"):
                changed.append(change)
                await change(other)

        world.session.functions.meta.events.register(f"after-call.lambda.{operation}", after_a_page)
        world.supervisor.look_at("many")
        await world.supervisor.refresh()
        assert changed == [change]
        assert world.supervisor.snapshot.feed(FeedName.RESOURCES).error is None
        await world.supervisor.refresh()
        assert world.supervisor.snapshot.feed(FeedName.RESOURCES).error is None
        assert listed(world) == await truth(other)
        versions = next((f.versions for f in world.supervisor.snapshot.functions if f.name == "many"), None)
        assert bool(versions and versions[-1] == "62") is (change is add_a_version)


def listed(world: World) -> dict[str, list[str]]:
    """The functions on the screen, and the aliases of each; a function that could not be read is an error."""
    functions = world.supervisor.snapshot.functions
    assert [function.error for function in functions if function.error] == []
    return {function.name: [alias.name for alias in function.aliases or ()] for function in functions}


async def truth(other: Any) -> dict[str, list[str]]:
    pages = [page async for page in other.get_paginator("list_functions").paginate()]
    names = sorted(function["FunctionName"] for page in pages for function in page["Functions"])
    return {name: await _aliases(other, name) for name in names}


async def _aliases(other: Any, name: str) -> list[str]:
    pages = [page async for page in other.get_paginator("list_aliases").paginate(FunctionName=name)]
    return sorted(alias["Name"] for page in pages for alias in page["Aliases"])
