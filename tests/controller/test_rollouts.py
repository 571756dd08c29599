"""Whole rollouts, from the operator's command to the alias in the sandbox."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from multitool_tui.controller import commands
from multitool_tui.controller.port import CommandRefused
from multitool_tui.controller.snapshot import FeedName
from multitool_tui.judgement.model import AlarmState
from multitool_tui.rollout.events import Obstacle, Seen
from multitool_tui.rollout.plan import Analysis, Plan, parse_steps
from multitool_tui.rollout.states import State
from multitool_tui.rollout.strategies import ADAPTIVE, STRATEGIES
from multitool_tui.sandbox.faults import Fault, FaultKind
from tests.support.world import World, world

POLICY = Path(__file__).parents[2] / "docs" / "policy.json"


async def ended(stage: World) -> None:
    await stage.run_until(lambda: stage.live.rollout.ended)


async def test_a_healthy_canary_is_promoted_and_the_alias_left_clean() -> None:
    async with world("healthy") as stage:
        before = stage.sandbox.alias("checkout", "live").description
        await stage.start()
        await ended(stage)
        assert stage.state is State.PROMOTED
        assert stage.on_alias() == ("42", {})
        assert stage.sandbox.alias("checkout", "live").description == before
        changes = [call for call in stage.sandbox.calls if call.operation == "UpdateAlias"]
        assert {call.status for call in changes} == {200}
        assert all(call.parameters.get("RevisionId") for call in changes)


async def test_a_bad_canary_is_rolled_back_and_the_reason_kept() -> None:
    async with world("errors") as stage:
        await stage.start()
        await ended(stage)
        assert stage.state is State.ROLLED_BACK
        assert stage.on_alias() == ("41", {})
        last = stage.supervisor.snapshot.entries[-1]
        assert last.action == "rolled back"
        assert "canary's" in last.reason


async def test_a_canary_of_a_function_without_any_error_is_rolled_back() -> None:
    async with world("zero-baseline") as stage:
        await stage.start()
        await ended(stage)
        assert stage.state is State.ROLLED_BACK


async def test_a_burst_that_hits_both_versions_is_nobodys_fault() -> None:
    async with world("burst") as stage:
        await stage.start("10%/6m 50%/6m")
        await ended(stage)
        assert stage.state is State.PROMOTED


async def test_harm_that_begins_late_is_found() -> None:
    async with world("slow-burn") as stage:
        await stage.start("10%/12m 50%/12m")
        await ended(stage)
        assert stage.state is State.ROLLED_BACK


async def test_a_slow_canary_is_held_and_never_promoted() -> None:
    async with world("slow") as stage:
        await stage.start("adaptive")
        held = "the canary is held where it is."
        await stage.run_until(lambda: stage.live.rollout.judgement.reason.endswith(held))
        assert "were slow" in stage.live.rollout.judgement.reason
        await stage.run_until(lambda: stage.live.rollout.ended, within=3 * 3600)
        assert stage.state is State.ROLLED_BACK
        assert stage.live.rollout.reason.startswith("Inconclusive")


async def test_a_slow_canary_is_rolled_back_where_the_plan_says_so() -> None:
    async with world("slow") as stage:
        plan = replace(STRATEGIES[ADAPTIVE], analysis=Analysis(slow_rolls_back=True))
        await stage.supervisor.obey(commands.Start(target="checkout:live", canary="42", plan=plan))
        await ended(stage)
        assert stage.state is State.ROLLED_BACK
        assert "were slow" in stage.live.rollout.reason


async def test_too_little_traffic_is_inconclusive_and_never_promoted() -> None:
    async with world("quiet") as stage:
        await stage.start("10%/3m")
        await stage.run_until(lambda: stage.live.rollout.ended, within=3 * 3600)
        assert stage.state is State.ROLLED_BACK
        assert stage.live.rollout.reason.startswith("Inconclusive")


async def test_an_alarm_that_goes_off_after_the_start_rolls_back() -> None:
    async with world("alarm") as stage:
        alarms = stage.sandbox.scenario.plan.alarms
        assert alarms
        plan = Plan("steps", parse_steps("10%/20m"), alarms=alarms)
        await stage.supervisor.obey(commands.Start(target="checkout:live", canary="42", plan=plan))
        await ended(stage)
        assert stage.state is State.ROLLED_BACK
        assert stage.live.rollout.reason.startswith("Alarm")


async def test_every_key_reaches_the_alias() -> None:
    async with world() as stage:
        await stage.start("1%/3m/gate 20%/3m")
        obey = stage.supervisor.obey
        await stage.run_until(
            lambda: stage.live.rollout.at_gate and stage.live.rollout.has_fresh_evidence(stage.clock.now())
        )
        await obey(commands.Pause(seen=stage.seen))
        assert stage.state is State.PAUSED
        await obey(commands.Resume(seen=stage.seen))
        await obey(commands.SetWeight(seen=stage.seen, weight=0.05))
        await stage.run_until(lambda: stage.live.rollout.weight == 0.05)
        assert stage.on_alias() == ("41", {"42": 0.05})
        await stage.run_until(lambda: stage.live.rollout.waiting == "an operator at the gate")
        await obey(commands.PassGate(seen=stage.seen))
        await stage.run_until(lambda: stage.live.rollout.weight == 0.2)
        await obey(commands.Promote(seen=stage.seen))
        await stage.run_until(lambda: stage.state is State.BAKING)
        assert stage.on_alias() == ("42", {})
        await obey(commands.RollBack(seen=stage.seen, reason="looks wrong"))
        await ended(stage)
        assert stage.on_alias() == ("41", {})
        assert stage.live.rollout.reason == "looks wrong"


async def test_a_command_about_what_has_moved_on_is_refused() -> None:
    async with world() as stage:
        await stage.start()
        early = stage.seen
        await stage.run_until(lambda: stage.live.rollout.step == 1)
        with pytest.raises(CommandRefused, match="moved on"):
            await stage.supervisor.obey(commands.Promote(seen=early))
        with pytest.raises(CommandRefused, match="not driven"):
            await stage.supervisor.obey(commands.Promote(seen=Seen("another", 0.1, "42")))


async def test_somebody_elses_change_holds_the_rollout_and_is_left_alone() -> None:
    async with world() as stage:
        await stage.start("10%/30m")
        await stage.run_until(lambda: stage.live.rollout.weight == 0.1)
        await stage.session.functions.update_alias(FunctionName="checkout", Name="live", FunctionVersion="40")
        await stage.run_until(lambda: stage.state is State.HELD, within=60)
        assert stage.live.rollout.obstacle is Obstacle.DRIFT
        changes = len([call for call in stage.sandbox.calls if call.operation == "UpdateAlias"])
        await stage.supervisor.obey(commands.RollBack(seen=stage.seen))
        await stage.run_until(lambda: stage.state is State.HELD, within=60)
        assert stage.on_alias() == ("40", {"42": 0.1})
        assert len([call for call in stage.sandbox.calls if call.operation == "UpdateAlias"]) == changes


@pytest.mark.parametrize("kind", ["throttle", "error500", "html500", "reset", "applied_then_dropped", "truncated"])
async def test_a_change_that_goes_wrong_once_is_made_once(kind: FaultKind) -> None:
    async with world() as stage:
        stage.sandbox.faults.add(Fault(kind=kind, service="lambda", operation="UpdateAlias", times=1))
        starting = asyncio.create_task(stage.start("10%/30m"))
        await stage.run_until(lambda: starting.done() and stage.live.rollout.weight == 0.1, within=60)
        assert stage.on_alias() == ("41", {"42": 0.1})


@pytest.mark.parametrize("kind", ["throttle", "error500", "hang", "reset"])
async def test_a_rollback_gets_through_while_every_poller_fails(kind: FaultKind) -> None:
    async with world() as stage:
        await stage.start("10%/30m")
        await stage.run_until(lambda: stage.live.rollout.weight == 0.1)
        for operation in ("ListFunctions", "ListAliases", "GetMetricData", "DescribeAlarms", "GetCallerIdentity"):
            stage.sandbox.faults.add(Fault(kind=kind, operation=operation))
        for poller in stage.supervisor.pollers.values():
            poller.wake()
        await stage.supervisor.obey(commands.RollBack(seen=stage.seen))
        driver = stage.supervisor.driver(stage.live.rollout.id)
        await driver.ended.wait()
        assert stage.on_alias() == ("41", {})


async def test_a_failing_feed_keeps_its_data_says_so_and_comes_back() -> None:
    async with world() as stage:
        fault = stage.sandbox.faults.add(Fault(kind="throttle", operation="DescribeAlarms"))
        await stage.run_until(lambda: stage.supervisor.snapshot.feed(FeedName.ALARMS).error is not None, within=60)
        assert stage.supervisor.snapshot.alarms
        assert stage.supervisor.snapshot.feed(FeedName.TARGET).error is None
        stage.sandbox.faults.remove(fault)
        await stage.run_until(lambda: stage.supervisor.snapshot.feed(FeedName.ALARMS).error is None, within=120)


async def test_the_account_is_read_to_its_last_page() -> None:
    async with world() as stage:
        snapshot = stage.supervisor.snapshot
        assert snapshot.functions_complete
        assert snapshot.caller is not None
        assert snapshot.caller.account == "123456789012"
        checkout = next(function for function in snapshot.functions if function.name == "checkout")
        assert [alias.name for alias in checkout.aliases or ()] == ["beta", "live"]
        stage.supervisor.look_at("checkout")
        await stage.run_until(
            lambda: any(f.versions for f in stage.supervisor.snapshot.functions if f.name == "checkout")
        )
        checkout = next(function for function in stage.supervisor.snapshot.functions if function.name == "checkout")
        assert checkout.versions == ("38", "39", "40", "41", "42")
        assert any(alarm.composite for alarm in snapshot.alarms)
        assert any(alarm.state is AlarmState.ALARM and alarm.since for alarm in snapshot.alarms)


async def test_a_target_that_is_only_looked_at_shows_its_minutes() -> None:
    async with world() as stage:
        stage.supervisor.look_at("checkout:live")
        await stage.run_until(lambda: bool(stage.supervisor.snapshot.focus), within=60)
        focus = stage.supervisor.snapshot.focus
        assert focus is not None
        assert sum(minute.baseline.invocations for minute in focus.minutes if minute.baseline) > 100_000


async def test_of_a_target_that_is_only_looked_at_the_hour_is_read_once() -> None:
    """Every metric of a call is read from one moment on: hundreds of rollouts would be read for an hour each."""

    def latest(stage: World) -> datetime | None:
        focus = stage.supervisor.snapshot.focus
        return focus.minutes[-1].start if focus else None

    async with world() as stage:
        stage.supervisor.look_at("checkout:live")
        await stage.run_until(lambda: bool(latest(stage)), within=60)
        first = latest(stage)
        assert first is not None
        await stage.run_until(lambda: (latest(stage) or first) >= first + timedelta(minutes=2), within=240)
        focus = stage.supervisor.snapshot.focus
        assert focus is not None
        starts = [minute.start for minute in focus.minutes]
        assert starts == [starts[0] + number * timedelta(minutes=1) for number in range(len(starts))]
        assert timedelta(minutes=50) < starts[-1] - starts[0] <= timedelta(hours=1)
        asked = [call for call in stage.sandbox.calls if call.operation == "GetMetricData"][-1].parameters
        assert asked["EndTime"] - asked["StartTime"] < timedelta(minutes=20)


async def test_whoever_looks_around_pays_for_what_he_looks_at_alone() -> None:
    """Each metric that is asked for has its price: those of live rollouts are asked for as there can be news."""

    def asked_of(stage: World) -> list[set[str]]:
        """The functions of each call."""
        return [
            {
                dimension["Value"]
                for query in call.parameters["MetricDataQueries"]
                for dimension in query["MetricStat"]["Metric"]["Dimensions"]
                if dimension["Name"] == "FunctionName"
            }
            for call in stage.sandbox.calls
            if call.operation == "GetMetricData"
        ]

    async with world() as stage:
        await stage.start("10%/60m")
        driver = stage.supervisor.driver(stage.supervisor.driven[0].id)
        await stage.run_until(lambda: driver.rollout.weight > 0, within=60)
        before = len(asked_of(stage))
        stage.supervisor.look_at("session-store:live")
        await stage.run_until(
            lambda: bool((focus := stage.supervisor.snapshot.focus) and focus.target == "session-store:live"), within=20
        )
        assert asked_of(stage)[before:] == [{"session-store"}]
        stage.supervisor.look_at("checkout:live")
        seen_to = driver.seen_to
        await stage.run_until(lambda: driver.seen_to != seen_to, within=120)
        assert asked_of(stage)[before:] == [{"session-store"}, {"checkout"}]
        await stage.supervisor.refresh()
        assert asked_of(stage)[-1] == {"checkout"}
        assert len(asked_of(stage)) == before + 3


@pytest.mark.parametrize(
    ("target", "canary", "sentence"),
    [
        ("checkuot:live", "42", "There is no function checkuot in eu-west-1: did you mean checkout?"),
        ("checkout:lvie", "42", "checkout has no alias lvie: it has beta, live."),
        ("checkout:live", "99", "checkout has no published version 99: it has 38 to 42."),
        ("checkout:live", "41", "checkout:live is on v41 already"),
        ("checkout:live", "$LATEST", "not a published version"),
        ("checkout", "42", "write it as function:alias"),
        ("payments:live", "18", "already carries weights"),
        ("session-store:live", "54", "differ in the execution role"),
    ],
)
async def test_what_cannot_be_started_is_refused_in_one_sentence_before_any_change(
    target: str, canary: str, sentence: str
) -> None:
    async with world() as stage:
        with pytest.raises(CommandRefused, match=re.escape(sentence)):
            await stage.start(target=target, canary=canary)
        assert not [call for call in stage.sandbox.calls if call.operation == "UpdateAlias"]
        assert stage.supervisor.snapshot.rollouts == ()


async def test_a_missing_permission_is_named_before_any_change() -> None:
    async with world() as stage:
        stage.sandbox.faults.add(Fault(kind="denied", operation="GetAlias"))
        with pytest.raises(CommandRefused, match="lambda:GetAlias"):
            await stage.start()


async def test_a_firing_alarm_must_be_accepted_and_is_then_not_held_against_the_canary() -> None:
    async with world() as stage:
        firing = next(a.name for a in stage.supervisor.snapshot.alarms if a.state is AlarmState.ALARM)
        plan = Plan("steps", parse_steps("10%/3m"), alarms=(firing,))
        with pytest.raises(CommandRefused, match="firing already"):
            await stage.supervisor.obey(commands.Start(target="checkout:live", canary="42", plan=plan))
        accepted = Plan("steps", parse_steps("10%/3m"), alarms=(firing,), accepted_alarms=(firing,))
        await stage.supervisor.obey(commands.Start(target="checkout:live", canary="42", plan=accepted))
        await ended(stage)
        assert stage.state is State.PROMOTED
        assert stage.live.firing_at_start == (firing,)


async def test_an_unknown_alarm_is_refused_with_the_nearest_name() -> None:
    async with world() as stage:
        plan = Plan("steps", parse_steps("10%/3m"), alarms=("checkout-5x",))
        with pytest.raises(CommandRefused, match="did you mean checkout-error-rate"):
            await stage.supervisor.obey(commands.Start(target="checkout:live", canary="42", plan=plan))


async def test_two_rollouts_do_not_share_a_target() -> None:
    async with world() as stage:
        await stage.start()
        with pytest.raises(CommandRefused, match="under way"):
            await stage.start(canary="40")


async def test_a_read_only_session_changes_nothing() -> None:
    async with world(read_only=True) as stage:
        with pytest.raises(CommandRefused, match="read-only"):
            await stage.start()


async def test_credentials_that_never_work_are_fatal_and_said_in_one_sentence() -> None:
    async with world() as stage:
        assert stage.supervisor.snapshot.fatal is None
        stage.sandbox.faults.add(Fault(kind="expired"))
        stage.supervisor.pollers[FeedName.IDENTITY].wake()
        await stage.run_until(lambda: bool(stage.supervisor.snapshot.feed(FeedName.IDENTITY).error), within=30)
        error = stage.supervisor.snapshot.feed(FeedName.IDENTITY).error or ""
        assert "expired" in error
        assert stage.supervisor.snapshot.fatal is None  # it did work: the screen stays, and says what to do


async def test_no_call_needs_more_than_the_policy_allows() -> None:
    allowed = set(json.loads(POLICY.read_text())["Statement"][0]["Action"])
    async with world("errors") as stage:
        stage.supervisor.look_at("checkout:live")
        await stage.start()
        await ended(stage)
        assert set(stage.session.ledger.actions()) <= allowed
        made = {(call.service, call.operation) for call in stage.sandbox.calls}
        assert made == set(stage.session.ledger.made)
        assert ("lambda", "UpdateAlias") in made
