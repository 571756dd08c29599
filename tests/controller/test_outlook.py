"""What a rollout can tell, asked of the supervisor before it begins."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from multitool_tui.aws.sources import AliasSource
from multitool_tui.clock import ManualClock
from multitool_tui.controller import outlook as outlooks
from multitool_tui.controller.commands import Start
from multitool_tui.controller.findings import TRAFFIC
from multitool_tui.controller.outlook import Outlooks
from multitool_tui.controller.port import CommandRefused
from multitool_tui.controller.snapshot import Entry
from multitool_tui.rollout.outlook import Outlook
from multitool_tui.rollout.plan import Plan
from multitool_tui.rollout.receipts import Severity
from multitool_tui.rollout.strategies import ADAPTIVE, STRATEGIES, parse_plan
from multitool_tui.sandbox.faults import Fault
from multitool_tui.simulation.power import Healthy, PowerRow
from multitool_tui.words import parse_alias
from tests.support.waiting import until
from tests.support.world import START, World, world

PLAN = STRATEGIES[ADAPTIVE]
STEPS = parse_plan("10%/3m 50%/3m")


def readings(stage: World) -> int:
    """How often anybody read three hours of metrics."""
    calls = [call for call in stage.sandbox.calls if call.operation == "GetMetricData"]
    return sum(call.parameters["EndTime"] - call.parameters["StartTime"] == timedelta(hours=3) for call in calls)


@dataclass
class PlayedTrials:
    """Trials that find everything, each when it is let to. It is an error to be asked from two threads at once."""

    may: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(1000))
    done: list[float] = field(default_factory=list)
    _alone: threading.Lock = field(default_factory=threading.Lock)

    def healthy(self) -> Healthy:
        self._work(0)
        return Healthy(1, 0, 20)

    def harmed(self, harm: float) -> PowerRow:
        self._work(harm)
        return PowerRow(harm, 1, 4, 9)

    def _work(self, harm: float) -> None:
        assert self._alone.acquire(blocking=False), "two at once"
        assert self.may.acquire(timeout=30)
        self.done.append(harm)
        self._alone.release()


@pytest.fixture
def trials(monkeypatch: pytest.MonkeyPatch) -> PlayedTrials:
    played = PlayedTrials()
    monkeypatch.setattr(outlooks, "_trials", lambda *_: played)
    return played


# Against the sandbox


@pytest.mark.parametrize("plan", [PLAN, STRATEGIES["Canary10Percent5Minutes"], STEPS], ids=lambda plan: plan.strategy)
async def test_a_busy_target_shows_harm_and_health(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlooks, "_RUNS", 4)
    async with world("healthy") as stage:
        outlook = await stage.supervisor.outlooks.of("checkout:live", plan)
        assert outlook.requests_a_minute == pytest.approx(9400, rel=0.1)
        assert outlook.error_rate == pytest.approx(0.003, rel=0.1)
        assert outlook.tells
        assert outlook.promoted_after is not None
        assert plan.baking < outlook.promoted_after < plan.baking + timedelta(minutes=15)
        assert outlook.words.startswith("At 9,")
        assert "a rise of errors from 0.3" in outlook.words


async def test_a_quiet_target_shows_no_health_before_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlooks, "_RUNS", 4)
    async with world("quiet") as stage:
        outlook = await stage.supervisor.outlooks.of("checkout:live", PLAN)
        assert outlook.requests_a_minute == pytest.approx(3, rel=0.1)
        assert not outlook.tells
        assert "no verdict before the deadline (2h)" in outlook.words
        hardly = await stage.supervisor.outlooks.of("checkout:beta", replace(PLAN, deadline=timedelta(days=1)))
        assert "no verdict is possible in the first 4h" in hardly.words


async def test_a_target_that_served_nothing_has_no_outlook(trials: PlayedTrials) -> None:
    async with world() as stage:
        outlook = await stage.supervisor.outlooks.of("checkout:unheard-of", PLAN)
        assert outlook.words == "No requests in the last 3h: without traffic no verdict is possible."
        assert trials.done == []


@pytest.mark.parametrize(
    ("kind", "said"),
    [("denied", "cloudwatch:GetMetricData"), ("error500", "cannot be read"), ("reset", "cannot be read")],
)
async def test_metrics_that_cannot_be_read_are_said_in_a_sentence(kind: Any, said: str, trials: PlayedTrials) -> None:
    async with world() as stage:
        fault = stage.sandbox.faults.add(Fault(kind=kind, operation="GetMetricData"))
        with pytest.raises(CommandRefused, match="What this rollout can tell is not known") as refused:
            await stage.supervisor.outlooks.of("checkout:live", PLAN)
        assert said in str(refused.value)
        assert "checkout:live" in str(refused.value)
        stage.sandbox.faults.remove(fault)
        assert (await stage.supervisor.outlooks.of("checkout:live", PLAN)).tells


async def test_a_target_that_is_none_is_refused(trials: PlayedTrials) -> None:
    async with world() as stage:
        with pytest.raises(CommandRefused, match="names no target"):
            await stage.supervisor.outlooks.of("checkout", PLAN)


async def test_an_outlook_is_found_once_for_a_while(trials: PlayedTrials) -> None:
    async with world() as stage:
        ask = stage.supervisor.outlooks.of
        first = await ask("checkout:live", PLAN)
        worked = len(trials.done)
        assert await ask("checkout:live", replace(PLAN, alarms=("any",), accepted_alarms=("any",))) is first
        assert (len(trials.done), readings(stage)) == (worked, 1)
        await ask("checkout:live", STEPS)  # another plan, on the same traffic
        assert (len(trials.done), readings(stage)) == (2 * worked, 1)
        await ask("checkout:beta", PLAN)
        assert readings(stage) == 2
        stage.clock.advance(61 * 60)
        await stage.settle()
        assert await ask("checkout:live", PLAN) is not first
        assert readings(stage) == 3


# The start of a rollout


STARTS = Start(target="checkout:live", canary="42", plan=replace(STEPS, bake_after_promote=timedelta(minutes=2)))


def told(stage: World) -> list[Entry]:
    return [entry for entry in stage.supervisor.snapshot.entries if entry.action == TRAFFIC]


async def test_a_start_writes_down_what_was_found_before_it(trials: PlayedTrials) -> None:
    async with world() as stage:
        found = await stage.supervisor.preflight(STARTS)
        rollout = await stage.supervisor.obey(STARTS)
        (entry,) = told(stage)
        (words,) = [finding.says for finding in found if finding.about == TRAFFIC]
        assert (entry.reason, entry.severity, entry.actor) == (words, Severity.INFO, "engine")
        assert (entry.rollout, entry.target) == (rollout, "checkout:live")


async def test_what_was_found_of_another_start_is_not_said_of_this_one(trials: PlayedTrials) -> None:
    async with world() as stage:
        await stage.supervisor.preflight(replace(STARTS, canary="40"))
        await stage.supervisor.obey(STARTS)
        assert told(stage) == []


async def test_a_start_that_cannot_tell_is_warned_of(trials: PlayedTrials, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "healthy", lambda: Healthy(0, 0, None))
    async with world() as stage:
        await stage.supervisor.preflight(STARTS)
        await stage.supervisor.obey(STARTS)
        (entry,) = told(stage)
        assert entry.severity is Severity.WARNING


async def test_a_start_waits_for_no_outlook(trials: PlayedTrials) -> None:
    trials.may = threading.Semaphore(0)
    async with world() as stage:
        asked = asyncio.create_task(stage.supervisor.preflight(STARTS))
        await stage.settle()
        await stage.start()
        assert not asked.done()
        assert told(stage) == []
        trials.may.release(100)
        await asked


# Without AWS


class PlayedMetrics:
    """CloudWatch with what one alias served, minute by minute before START; None where it says nothing."""

    def __init__(self, *minutes: dict[str, float] | None) -> None:
        self._minutes = minutes

    async def get_metric_data(self, **asked: Any) -> dict[str, Any]:
        results = []
        for query in asked["MetricDataQueries"]:
            name = query["MetricStat"]["Metric"]["MetricName"]
            points = [
                (START - back * timedelta(minutes=1), minute[name])
                for back, minute in enumerate(reversed(self._minutes), 1)
                if minute and name in minute
            ]
            moments, values = zip(*points, strict=True) if points else ((), ())
            results.append({"Id": query["Id"], "Timestamps": moments, "Values": values})
        return {"MetricDataResults": results}


@dataclass
class PlayedSession:
    """A session with one target."""

    cloudwatch: PlayedMetrics

    async def source(self, target: str) -> AliasSource:
        return AliasSource(*parse_alias(target))


def outlooks_of(*minutes: dict[str, float] | None) -> Outlooks:
    session: Any = PlayedSession(PlayedMetrics(*minutes))
    return Outlooks(session, ManualClock(START))


async def looked(*minutes: dict[str, float] | None) -> Outlook:
    return await outlooks_of(*minutes).of("checkout:live", PLAN)


async def test_traffic_is_counted_from_the_first_request_to_the_last_sealed_minute(trials: PlayedTrials) -> None:
    served = {"Invocations": 60.0, "Errors": 3.0}
    # The three latest minutes are not sealed yet; of the seven before them four served nothing.
    outlook = await looked(served, None, None, served, None, None, served, *[{"Invocations": 9999.0}] * 3)
    assert outlook.over == timedelta(minutes=7)
    assert outlook.requests_a_minute == pytest.approx(3 * 60 / 7)
    assert outlook.error_rate == pytest.approx(0.05)
    assert outlook.words.startswith("At 26 requests a minute (last 7m), a rise of errors from 5% to ")


@pytest.mark.parametrize("minutes", [(), ({"Throttles": 5.0},) * 30, ({"Invocations": 0.0},) * 30])
async def test_no_history_and_no_requests_are_no_traffic(minutes: tuple[dict[str, float], ...]) -> None:
    assert (await looked(*minutes)).words == "No requests in the last 3h: without traffic no verdict is possible."


async def test_the_time_is_that_of_the_clock(trials: PlayedTrials) -> None:
    asked = outlooks_of(*[{"Invocations": 600.0}] * 60)
    outlook = await asked.of("checkout:live", PLAN)
    # 20 minutes of the canary, the last of which is known two and a half minutes after its end.
    assert outlook.promoted_after == timedelta(minutes=22, seconds=30)
    assert outlook.caught[0].after == timedelta(minutes=6, seconds=30)
    at_once = await asked.of("checkout:live", STRATEGIES["AllAtOnce"])
    assert at_once.promoted_after == timedelta()


async def test_the_smallest_harm_that_is_caught_is_looked_for(
    trials: PlayedTrials, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials, "harmed", lambda harm: PowerRow(harm, min(1.0, harm * 8), 4, 9))
    outlook = await looked(*[{"Invocations": 600.0, "Errors": 6.0}] * 60)
    assert [round(one.rate, 4) for one in outlook.caught] == [0.109, 0.307, 1.0]
    assert "to 30.7% is caught after about 9 bad requests, 6m; one to 10.9% in 80%" in outlook.words


async def test_what_nobody_waits_for_is_not_worked_out_beside_what_is_waited_for(trials: PlayedTrials) -> None:
    trials.may = threading.Semaphore(0)
    asked = outlooks_of(*[{"Invocations": 600.0}] * 60)
    first = asyncio.create_task(asked.of("checkout:live", PLAN))
    await until(trials._alone.locked)  # its first piece is under way
    first.cancel()
    second = asyncio.create_task(asked.of("checkout:live", STEPS))
    third = asyncio.create_task(asked.of("checkout:live", STRATEGIES["AllAtOnce"]))
    await until(lambda: first.done())
    assert first.cancelled()
    trials.may.release(100)
    await asyncio.gather(second, third)
    assert asked.known("checkout:live", PLAN) is None
    assert asked.known("checkout:live", STEPS) is second.result()
    # One piece of the first, then all of the others.
    assert len(trials.done) == 1 + 2 * 6
