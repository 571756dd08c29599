"""Two setups of one service at once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from multitool_tui.aws.errors import Conflict
from multitool_tui.aws.session import AwsSession, Options
from multitool_tui.clock import ManualClock
from multitool_tui.controller.provision.book import Busy
from multitool_tui.controller.provision.session import Workshop
from multitool_tui.sandbox.scenario import load_scenario
from multitool_tui.sandbox.server import Sandbox
from tests.support.provision import ROLE, a_package, a_service, make, remove
from tests.support.world import START


async def test_on_two_machines_they_end_as_one(tmp_path: Path) -> None:
    """Each machine has a journal of its own."""
    clock, code = ManualClock(START), a_package(tmp_path)
    service = a_service(code, api="orders", role=ROLE)
    async with (
        Sandbox(scenario=load_scenario("healthy"), clock=clock) as sandbox,
        AwsSession(Options(endpoint_url=sandbox.url), clock) as one,
        AwsSession(Options(endpoint_url=sandbox.url), clock) as two,
    ):
        await asyncio.gather(
            make(one, clock, tmp_path / "one", service, code), make(two, clock, tmp_path / "two", service, code)
        )
        region = sandbox._home
        assert [api.body["name"] for api in region.apis.all.values()].count("orders") == 1
        assert list(region.functions["orders"].versions) == ["1"]
        try:
            await remove(one, clock, tmp_path / "one")
        except Conflict as error:  # either machine may have made the alias, and AWS keeps the version that it is on
            assert "is used by alias: live" in str(error)  # noqa: PT017
            await remove(two, clock, tmp_path / "two")
            await remove(one, clock, tmp_path / "one")
        else:
            await remove(two, clock, tmp_path / "two")
        assert "orders" not in region.functions
        assert "orders" not in [api.body["name"] for api in region.apis.all.values()]


async def test_on_one_machine_the_second_is_told_to_wait(tmp_path: Path) -> None:
    clock = ManualClock(START)
    async with (
        Sandbox(scenario=load_scenario("healthy"), clock=clock) as sandbox,
        AwsSession(Options(endpoint_url=sandbox.url), clock) as session,
    ):
        shop = Workshop(session, clock, tmp_path, "dev@laptop")
        async with shop.open("orders"):
            with pytest.raises(Busy, match="Another process is setting up or tearing down orders"):
                async with shop.open("orders"):
                    pass
            async with shop.open("payments"):
                pass
        async with shop.open("orders"):
            pass
