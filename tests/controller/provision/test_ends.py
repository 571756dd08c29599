"""A process may end at any moment of a setup or a teardown: the next one ends as an undisturbed one does."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from multitool_tui.aws.session import AwsSession, Options
from multitool_tui.clock import ManualClock
from multitool_tui.controller.provision.walk import Status
from multitool_tui.sandbox.scenario import load_scenario
from multitool_tui.sandbox.server import Sandbox
from tests.controller.provision.account import Ends, everything_of
from tests.support.provision import QUEUE, ROLE, Killed, a_package, a_service, make, remove
from tests.support.world import START, use_sandbox_credentials

WHOLE = {"api": "NAME", "url": True, "role": ROLE, "sources": (QUEUE,)}


@pytest.mark.parametrize("wanted", [{"api": "NAME"}, pytest.param(WHOLE, marks=pytest.mark.long)], ids=["api", "whole"])
async def test_a_setup_that_ended_anywhere_is_finished_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wanted: dict[str, Any]
) -> None:
    use_sandbox_credentials(monkeypatch)
    clock, code = ManualClock(START), a_package(tmp_path)
    service = a_service(code, **wanted)

    async with (
        Sandbox(scenario=load_scenario("healthy"), clock=clock) as sandbox,
        AwsSession(Options(endpoint_url=sandbox.url), clock) as session,
    ):
        ends = Ends(session, monkeypatch)

        async def set_up(name: str, at: int | None) -> list[Status]:
            ends.count, ends.at = 0, at
            mine = replace(service, name=name, api=service.api and name)
            return [each.status for each in await make(session, clock, tmp_path, mine, code)]

        await set_up("undisturbed", None)
        expected, moments = everything_of(sandbox, "undisturbed"), ends.count
        assert expected["apis"]
        assert expected["function"]["aliases"] == {"live": "1"}
        for moment in range(1, moments + 1):
            name = f"ended-{moment}"
            with suppress(Killed):
                await set_up(name, moment)
            # How often it is asked whether something is there yet is the machine's affair: once less, and it ends.
            assert ends.count == moment or moment == moments
            await set_up(name, None)
            assert everything_of(sandbox, name) == expected
        assert set(await set_up(name, None)) == {Status.THERE}
        assert not await remains(session, clock, tmp_path, sandbox, name)


async def remains(session: AwsSession, clock: ManualClock, folder: Path, sandbox: Sandbox, name: str) -> list[str]:
    """What is there after a teardown and was not named."""
    told = await remove(session, clock, folder, name)
    left = {each.part.kind for each in told if each.status is Status.LEFT}
    there = everything_of(sandbox, name)
    named = {"roles": "role", "alarms": "alarm", "dashboards": "dashboard"}
    return [kind for kind, found in there.items() if found and named.get(kind) not in left]


@pytest.mark.parametrize("front", [(), pytest.param((QUEUE,), marks=pytest.mark.long)], ids=["bare", "whole"])
async def test_a_teardown_that_ended_anywhere_is_finished_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, front: tuple[str, ...]
) -> None:
    use_sandbox_credentials(monkeypatch)
    clock, code = ManualClock(START), a_package(tmp_path)
    async with (
        Sandbox(scenario=load_scenario("healthy"), clock=clock) as sandbox,
        AwsSession(Options(endpoint_url=sandbox.url), clock) as session,
    ):
        ends, moment, done = Ends(session, monkeypatch), 0, False
        while not done:
            moment += 1
            name, ends.at = f"ended-{moment}", None
            service = replace(a_service(code, role=ROLE, api=name if front else None, sources=front), name=name)
            await make(session, clock, tmp_path, service, code)
            ends.count, ends.at = 0, moment
            with suppress(Killed):
                await remove(session, clock, tmp_path, name)
                done = True
            ends.at = None
            assert not await remains(session, clock, tmp_path, sandbox, name)
        assert moment > 12
