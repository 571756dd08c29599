"""From a zip file to its end: what is uploaded, published once, released, or said not to be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from multitool_tui.aws import lease as leases
from multitool_tui.clock import ManualClock
from multitool_tui.controller.commands import RollBack, Start
from multitool_tui.controller.findings import Level
from multitool_tui.controller.port import CommandRefused, Misused, NothingToDo, Taken
from multitool_tui.journal.codec import decode
from multitool_tui.journal.store import Journal, Kind
from multitool_tui.rollout.effects import Change, Publish, Upload
from multitool_tui.rollout.events import Obstacle
from multitool_tui.rollout.plan import Plan, parse_steps
from multitool_tui.rollout.states import State
from multitool_tui.sandbox.calls import Call
from multitool_tui.sandbox.faults import Fault
from multitool_tui.sandbox.scenario import load_scenario
from multitool_tui.sandbox.server import Sandbox
from tests.sandbox.handlers.support import zipped
from tests.support.crash import crash
from tests.support.world import REGION, START, World, screen

PLAN = Plan("own steps", parse_steps("10%/3m 50%/3m"), bake_after_promote=timedelta(minutes=1))
_CHANGE = cast("type[Change]", Change)
GOOD = {"app.py": "def handler(event, context): return {}"}
BAD = {"app.py": "def handler(event, context): raise RuntimeError('declined')"}


@asynccontextmanager
async def stage(folder: Path) -> AsyncIterator[World]:
    clock = ManualClock(START)
    async with (
        Sandbox(scenario=load_scenario("healthy"), clock=clock, seed=1, region=REGION) as sandbox,
        screen(sandbox, clock, folder) as world,
    ):
        yield world


def start(folder: Path, files: dict[str, str], *, again: bool = False) -> Start:
    package = folder / "build.zip"
    package.write_bytes(zipped(files))
    return Start(target="checkout:live", zip=package, plan=PLAN, again=again)


def made(sandbox: Sandbox, operation: str) -> list[Call]:
    """The calls that had an effect: aiohttp repeats a PUT by itself, and compare-and-swap stops what it repeats."""
    return [call for call in sandbox.calls if call.operation == operation and (call.status or 200) < 400]


async def test_a_zip_file_is_published_once_and_promoted_and_then_is_nothing_new(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        await world.supervisor.obey(start(tmp_path, GOOD))
        lease, _ = leases.read(world.sandbox.alias("checkout", "live").description)
        assert lease
        assert (world.state, lease.canary) == (State.PUBLISHING, "")
        with pytest.raises(Taken, match="under way on checkout:live already"):
            await world.supervisor.obey(start(tmp_path, GOOD))
        await world.run_until(lambda: world.live.rollout.ended)
        assert (world.state, world.on_alias()) == (State.PROMOTED, ("43", {}))
        assert len(made(world.sandbox, "PublishVersion")) == 1
        with pytest.raises(NothingToDo, match=r"build.zip is what v43 of checkout is already: there is nothing"):
            await world.supervisor.obey(start(tmp_path, GOOD))
    journal = Journal.open(tmp_path)
    (record,) = journal.all()
    intents = [decode(each.body, _CHANGE) for each in journal.entries(record.key) if each.kind is Kind.INTENT]
    journal.close()
    assert [type(intent) for intent in intents[:2]] == [Upload, Publish]
    assert record.rollout.canary == "43"


async def test_what_was_rolled_back_on_evidence_is_released_again_only_when_that_is_said(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        await world.supervisor.obey(start(tmp_path, BAD))
        await world.run_until(lambda: world.live.rollout.ended)
        assert (world.state, world.on_alias()) == (State.ROLLED_BACK, ("41", {}))
        assert world.live.rollout.reason.endswith("$LATEST of checkout still has this code.")
        with pytest.raises(CommandRefused, match=r"v43,? was rolled back .*\(--again\)"):
            await world.supervisor.obey(start(tmp_path, BAD))
        by_number = Start(target="checkout:live", canary="43", plan=PLAN)
        with pytest.raises(CommandRefused, match=r"v43 was rolled back on checkout:live .*\(--again\)"):
            await world.supervisor.obey(by_number)
        assert [f.level for f in await world.supervisor.preflight(by_number) if f.about == "history"] == [Level.REFUSED]
        await world.supervisor.obey(start(tmp_path, BAD, again=True))
        await world.run_until(lambda: world.state is State.SHIFTING)
        assert world.live.rollout.canary == "43"  # unchanged code is the version that it is already
        await world.supervisor.obey(RollBack(seen=world.seen))
        await world.run_until(lambda: world.live.rollout.ended)
        assert len({call.parameters["CodeSha256"] for call in made(world.sandbox, "PublishVersion")}) == 1


async def test_a_function_that_somebody_else_changes_meanwhile_is_left_alone(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        world.sandbox.faults.add(Fault(kind="throttle", operation="PublishVersion", times=1))
        await world.supervisor.obey(start(tmp_path, GOOD))
        await world.run_until(lambda: any(call.operation == "PublishVersion" for call in world.sandbox.calls))
        world.sandbox.publish("checkout", zipped(BAD), "app.handler")
        await world.run_until(lambda: world.live.rollout.ended)
        assert (world.state, world.live.rollout.obstacle) == (State.ABANDONED, Obstacle.DRIFT)
        assert world.live.rollout.reason.startswith("Somebody else has changed the code of checkout meanwhile")
        assert (made(world.sandbox, "PublishVersion"), world.on_alias()) == ([], ("41", {}))
        assert world.sandbox.alias("checkout", "live").description == "production"


@pytest.mark.parametrize("operation", ["UpdateFunctionCode", "PublishVersion"])
async def test_a_write_whose_answer_is_lost_is_not_made_again(tmp_path: Path, operation: str) -> None:
    async with stage(tmp_path) as world:
        world.sandbox.faults.add(Fault(kind="applied_then_dropped", operation=operation, times=1))
        await world.supervisor.obey(start(tmp_path, GOOD))
        await world.run_until(lambda: world.state is State.SHIFTING)
        assert world.live.rollout.canary == "43"
        assert len(made(world.sandbox, operation)) == 1


@pytest.mark.parametrize("after", ["UpdateFunctionCode", "PublishVersion"])
async def test_after_a_crash_between_the_writes_it_goes_on_and_publishes_nothing_twice(
    tmp_path: Path, after: str
) -> None:
    clock = ManualClock(START)
    async with Sandbox(scenario=load_scenario("healthy"), clock=clock, seed=1, region=REGION) as sandbox:
        async with screen(sandbox, clock, tmp_path) as first:
            first.sandbox.faults.add(Fault(kind="applied_then_dropped", operation=after, times=1))
            await first.supervisor.obey(start(tmp_path, GOOD))
            await first.run_until(lambda: any(call.operation == after for call in sandbox.calls))
            await crash(first)
        async with screen(sandbox, clock, tmp_path) as second:
            await second.run_until(lambda: bool(second.supervisor.snapshot.rollouts))
            await second.run_until(lambda: second.live.rollout.ended)
            assert (second.state, second.on_alias()) == (State.PROMOTED, ("43", {}))
            assert [len(made(sandbox, each)) for each in ("UpdateFunctionCode", "PublishVersion")] == [1, 1]


async def test_a_file_that_is_not_there_any_more_after_a_crash_is_said(tmp_path: Path) -> None:
    clock = ManualClock(START)
    async with Sandbox(scenario=load_scenario("healthy"), clock=clock, seed=1, region=REGION) as sandbox:
        async with screen(sandbox, clock, tmp_path) as first:
            sandbox.faults.add(Fault(kind="throttle", operation="UpdateFunctionCode"))
            await first.supervisor.obey(start(tmp_path, GOOD))
            await first.run_until(lambda: any(call.operation == "UpdateFunctionCode" for call in sandbox.calls))
            await crash(first)
        sandbox.faults.clear()
        (tmp_path / "build.zip").write_bytes(zipped(BAD))
        async with screen(sandbox, clock, tmp_path) as second:
            await second.run_until(lambda: bool(second.supervisor.snapshot.rollouts))
            await second.run_until(lambda: second.live.rollout.ended)
            assert second.state is State.ABANDONED
            assert "is not the file any more that this began with" in second.live.rollout.reason


async def test_an_update_that_does_not_end_is_waited_for_a_while_and_the_mark_renewed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("multitool_tui.sandbox.functions.state._SETTLES_AFTER", 100_000.0)
    async with stage(tmp_path) as world:
        await world.supervisor.obey(start(tmp_path, GOOD))
        began = world.clock.now()
        await world.run_until(lambda: world.clock.now() > began + leases.DURATION)
        lease, _ = leases.read(world.sandbox.alias("checkout", "live").description)
        assert lease
        assert not lease.is_over(world.clock.now())
        await world.run_until(lambda: world.live.rollout.ended)
        assert (world.state, world.live.rollout.obstacle) == (State.ABANDONED, Obstacle.REFUSED)
        assert "still in progress after 10m" in world.live.rollout.reason


async def test_publishing_waits_for_credentials(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        world.sandbox.faults.add(Fault(kind="expired", operation="PublishVersion"))
        await world.supervisor.obey(start(tmp_path, GOOD))
        await world.run_until(lambda: world.live.rollout.obstacle is Obstacle.CREDENTIALS)
        world.sandbox.faults.clear()
        await world.run_until(lambda: world.state is State.SHIFTING)
        assert world.live.rollout.canary == "43"


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"other.py": ""}, "build.zip has no app.py, which the handler app.handler is in."),
        ({"app/readme": ""}, "build.zip has no app.py"),
    ],
)
async def test_a_zip_file_without_the_handler_changes_nothing(
    tmp_path: Path, files: dict[str, str], sentence: str
) -> None:
    async with stage(tmp_path) as world:
        with pytest.raises(Misused, match=sentence):
            await world.supervisor.obey(start(tmp_path, files))
        assert not [call for call in world.sandbox.calls if call.operation.startswith(("Update", "Publish"))]
