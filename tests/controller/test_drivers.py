"""Who drives a rollout: crashes, a second machine, takeover, a journal that fails, credentials that come and go."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from multitool_tui.aws import lease as leases
from multitool_tui.cli.headless import interrupted
from multitool_tui.clock import ManualClock
from multitool_tui.controller import commands
from multitool_tui.controller.commands import TakeOver
from multitool_tui.controller.port import CommandRefused, Taken
from multitool_tui.journal.again import decide_again, receipts
from multitool_tui.journal.store import Journal
from multitool_tui.rollout.events import Obstacle
from multitool_tui.rollout.states import State
from multitool_tui.sandbox.faults import Fault
from multitool_tui.sandbox.scenario import load_scenario
from multitool_tui.sandbox.server import Sandbox
from tests.support.crash import crash
from tests.support.waiting import until
from tests.support.world import REGION, START, screen

OWNERS = "production"


@asynccontextmanager
async def stage(scenario: str = "healthy") -> AsyncIterator[tuple[Sandbox, ManualClock]]:
    clock = ManualClock(START)
    async with Sandbox(scenario=load_scenario(scenario), clock=clock, seed=1, region=REGION) as sandbox:
        yield sandbox, clock


def description(sandbox: Sandbox) -> str:
    return sandbox.alias("checkout", "live").description


async def test_what_a_crash_interrupted_is_taken_up_and_finished(tmp_path: Path) -> None:
    async with stage() as (sandbox, clock):
        async with screen(sandbox, clock, tmp_path) as first:
            await first.start()
            await first.run_until(lambda: first.live.rollout.weight == 0.1)
            name = first.live.rollout.id
            minutes = len(first.live.traffic.minutes)
            await crash(first)
        async with screen(sandbox, clock, tmp_path) as second:
            await second.run_until(lambda: bool(second.supervisor.snapshot.rollouts))
            assert second.live.rollout.id == name
            assert second.live.rollout.reason == "Its driver had ended before it."
            assert len(second.live.traffic.minutes) >= minutes
            await second.run_until(lambda: second.live.rollout.ended, within=7200)
            assert second.state is State.PROMOTED
            assert second.on_alias() == ("42", {})
            assert description(sandbox) == OWNERS
        async with screen(sandbox, clock, tmp_path) as third:
            await third.run_until(third.supervisor.recovered.is_set)
            assert third.supervisor.snapshot.rollouts == ()


async def test_an_alias_that_was_changed_while_nobody_drove_is_held_as_drift(tmp_path: Path) -> None:
    async with stage() as (sandbox, clock):
        async with screen(sandbox, clock, tmp_path) as first:
            await first.start()
            await first.run_until(lambda: first.live.rollout.weight == 0.1)
            await crash(first)
            await first.session.functions.update_alias(
                FunctionName="checkout", Name="live", RoutingConfig={"AdditionalVersionWeights": {"42": 0.6}}
            )
        async with screen(sandbox, clock, tmp_path) as second:
            await second.run_until(lambda: bool(second.supervisor.snapshot.rollouts))
            assert (second.state, second.live.rollout.obstacle) == (State.HELD, Obstacle.DRIFT)
            assert second.on_alias() == ("41", {"42": 0.6})
            await second.supervisor.obey(commands.Abandon(seen=second.seen))
            await second.run_until(lambda: second.live.rollout.ended)
            assert second.state is State.ABANDONED
            assert second.on_alias() == ("41", {"42": 0.6})
            assert description(sandbox) == OWNERS


async def test_a_process_that_was_killed_as_it_took_a_rollout_up_is_not_somebody_else(tmp_path: Path) -> None:
    async with stage() as (sandbox, clock):
        async with screen(sandbox, clock, tmp_path) as first:
            await first.start()
            await first.run_until(lambda: first.live.rollout.weight == 0.1)
            await crash(first)
        journal = Journal.open(tmp_path)
        (record,) = journal.all()
        journal.take_up(record.key, "feedface", clock.now())  # and no more: its mark never came onto the alias
        journal.close()
        async with screen(sandbox, clock, tmp_path) as third:
            await third.run_until(lambda: bool(third.supervisor.snapshot.rollouts))
            assert third.state is State.SHIFTING
            await third.run_until(lambda: third.live.rollout.ended, within=7200)
            assert (third.state, description(sandbox)) == (State.PROMOTED, OWNERS)


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "here", tmp_path / "there"


async def test_a_second_machine_sees_the_rollout_and_takes_it_over(folders: tuple[Path, Path]) -> None:
    here, there = folders
    async with (
        stage() as (sandbox, clock),
        screen(sandbox, clock, here, actor="ann@laptop") as ann,
        screen(sandbox, clock, there, actor="ben@tower") as ben,
    ):
        await ann.start()
        await ann.run_until(lambda: ann.live.rollout.weight == 0.1)
        with pytest.raises(Taken, match="ann@laptop drives a rollout of v42 on checkout:live"):
            await ben.start()
        ben.supervisor.look_at("checkout:live")
        await ann.run_until(lambda: bool(ben.supervisor.snapshot.rollouts and ben.live.rollout.judgement.seen_to))
        seen = ben.live
        assert seen.elsewhere
        assert (seen.elsewhere.who, seen.rollout.weight) == ("ann@laptop", 0.1)
        assert seen.rollout.id == ann.live.rollout.id
        with pytest.raises(CommandRefused, match="ann@laptop drives it: take it over first"):
            await ben.supervisor.obey(commands.RollBack(seen=ben.seen))
        with pytest.raises(CommandRefused, match="drives it by now"):
            await ben.supervisor.obey(TakeOver(seen=ben.seen, driver="somebody"))
        await ben.supervisor.obey(TakeOver(seen=ben.seen, driver=seen.elsewhere.driver))
        assert ben.live.elsewhere is None
        await ann.run_until(lambda: ann.live.rollout.obstacle is Obstacle.LEASE)
        with pytest.raises(CommandRefused, match="ben@tower drives checkout:live now"):
            await ann.supervisor.obey(commands.RollBack(seen=ann.seen))
        await ben.supervisor.obey(commands.RollBack(seen=ben.seen))
        await ann.run_until(lambda: ben.live.rollout.ended)
        assert (ben.state, ben.on_alias(), description(sandbox)) == (State.ROLLED_BACK, ("41", {}), OWNERS)
        await ann.run_until(lambda: ann.live.rollout.ended)
        assert ann.state is State.ABANDONED


async def test_another_machine_without_a_screen_takes_over_what_was_left(folders: tuple[Path, Path]) -> None:
    here, there = folders
    async with stage() as (sandbox, clock):
        async with screen(sandbox, clock, here, actor="ann@laptop") as ann:
            await ann.start()
            await ann.run_until(lambda: ann.live.rollout.weight == 0.1)
            rollout = ann.live.rollout.id
            await crash(ann)
        async with screen(sandbox, clock, there, actor="ben@tower") as ben:
            await ben.run_until(lambda: ben.supervisor.recovered.is_set())
            with pytest.raises(Taken, match="ann@laptop drives checkout:live, and will at least until"):
                await interrupted(ben.supervisor, "checkout:live")
            left = clock.now()
            await ben.run_until(lambda: clock.now() > left + leases.DURATION)
            assert await interrupted(ben.supervisor, "checkout:live") == rollout
            assert ben.live.traffic.minutes  # what was served before it came
            await ben.run_until(lambda: ben.live.rollout.ended, within=7200)
            assert (ben.state, ben.on_alias(), description(sandbox)) == (State.PROMOTED, ("42", {}), OWNERS)


async def test_another_machine_without_a_screen_takes_over_at_once_when_told_to(folders: tuple[Path, Path]) -> None:
    here, there = folders
    async with (
        stage() as (sandbox, clock),
        screen(sandbox, clock, here, actor="ann@laptop") as ann,
        screen(sandbox, clock, there, actor="ben@tower") as ben,
    ):
        await ben.run_until(lambda: ben.supervisor.recovered.is_set())
        with pytest.raises(CommandRefused, match="No rollout is under way on checkout:live"):
            await interrupted(ben.supervisor, "checkout:live", take_over=True)
        await ann.start()
        await ann.run_until(lambda: ann.live.rollout.weight == 0.1)
        await interrupted(ben.supervisor, "checkout:live", take_over=True)
        await ann.run_until(lambda: ann.live.rollout.obstacle is Obstacle.LEASE)
        await ben.supervisor.obey(commands.RollBack(seen=ben.seen))
        await ann.run_until(lambda: ben.live.rollout.ended)
        assert (ben.state, ben.on_alias(), description(sandbox)) == (State.ROLLED_BACK, ("41", {}), OWNERS)


async def test_the_lease_is_renewed_for_as_long_as_the_rollout_is_under_way(tmp_path: Path) -> None:
    async with stage() as (sandbox, clock), screen(sandbox, clock, tmp_path) as world:
        await world.start("10%/30m")
        for _ in range(4):
            moment = clock.now()
            await world.run_until(lambda moment=moment: clock.now() > moment + leases.DURATION)  # type: ignore[misc]
            lease, owners = leases.read(description(sandbox))
            assert lease is not None
            assert not lease.is_over(clock.now())
            assert owners == OWNERS
        assert world.on_alias() == ("41", {"42": 0.1})


async def test_a_journal_that_fails_takes_the_canary_out(tmp_path: Path) -> None:
    async with stage() as (sandbox, clock), screen(sandbox, clock, tmp_path) as world:
        await world.start()
        await world.run_until(lambda: world.live.rollout.weight == 0.1)
        journal = world.supervisor._logbook._journal
        assert journal
        journal._connection.execute("PRAGMA query_only = ON")
        await world.run_until(lambda: world.live.rollout.ended)
        assert (world.state, world.on_alias(), description(sandbox)) == (State.ROLLED_BACK, ("41", {}), OWNERS)
        assert "journal" in world.live.rollout.reason


async def test_two_rollouts_of_one_second_are_two(tmp_path: Path) -> None:
    async with stage() as (sandbox, clock), screen(sandbox, clock, tmp_path) as world:
        first = await world.start()
        await until(lambda: world.live.rollout.weight == 0.1)
        await world.supervisor.obey(commands.RollBack(seen=world.seen))
        await until(lambda: world.live.rollout.ended)
        second = await world.start()
        assert clock.now() == START
        assert (first, second) == ("checkout-live-20260105T100000", "checkout-live-20260105T100001")
        await world.run_until(lambda: world.live.rollout.ended)
        assert world.state is State.PROMOTED


async def test_without_a_journal_nothing_is_started(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    async with stage() as (sandbox, clock), screen(sandbox, clock, tmp_path / "file") as world:
        with pytest.raises(CommandRefused, match=r"The journal .* cannot be used"):
            await world.start()
        assert world.on_alias() == ("41", {})
        assert description(sandbox) == OWNERS


async def test_expired_credentials_hold_the_rollout_until_they_are_back(tmp_path: Path) -> None:
    async with stage() as (sandbox, clock), screen(sandbox, clock, tmp_path) as world:
        await world.start("10%/3m 50%/3m")
        await world.run_until(lambda: world.live.rollout.weight == 0.1)
        sandbox.faults.add(Fault(kind="expired"))
        await world.run_until(lambda: world.live.rollout.obstacle is Obstacle.CREDENTIALS, within=1200)
        assert world.on_alias() == ("41", {"42": 0.1})
        sandbox.faults.clear()
        await world.run_until(lambda: world.live.rollout.ended, within=7200)
        assert world.state is State.PROMOTED


async def test_each_decision_comes_out_the_same_from_the_record(tmp_path: Path) -> None:
    async with stage("errors") as (sandbox, clock), screen(sandbox, clock, tmp_path) as world:
        await world.start("adaptive")
        await world.run_until(lambda: world.live.rollout.ended, within=7200)
        assert world.state is State.ROLLED_BACK
    journal = Journal.open(tmp_path)
    (record,) = journal.all()
    entries = journal.entries(record.key)
    journal.close()
    count = len(receipts(entries))
    assert count >= 3
    for number in range(1, count + 1):
        assert decide_again(entries, number).difference == ""
