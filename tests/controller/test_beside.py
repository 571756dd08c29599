"""What a plan may want beside the rollout: it is never in the rollout's way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from multitool_tui.aws.observability.metrics import Metric, values
from multitool_tui.controller.commands import Start
from multitool_tui.judgement.alarms import BAND
from multitool_tui.judgement.engine import EvidenceJudge
from multitool_tui.judgement.model import AlarmState, Verdict
from multitool_tui.rollout.plan import Plan, parse_steps
from multitool_tui.rollout.states import State
from multitool_tui.sandbox.faults import Fault
from multitool_tui.words import parse_duration
from tests.support.world import START, World, world

PLAN = Plan("steps", parse_steps("10%/3m 50%/3m"), bake_after_promote=parse_duration("2m"))


async def release(stage: World, plan: Plan) -> None:
    await stage.supervisor.obey(Start(target="checkout:live", canary="42", plan=plan))


async def written(stage: World, name: str) -> list[float]:
    """The values of one of the rollout's own metrics, by time."""
    stage.clock.advance(120)
    client = await stage.session.observing("cloudwatch")
    metric, now = Metric("MultiTool", name, {"Target": "checkout:live"}), stage.clock.now()
    found = await values(client, metric, "Maximum", START, now, timedelta(minutes=1))
    return list(found.values())


async def test_a_rollout_writes_its_weight_and_its_verdict() -> None:
    async with world() as stage:
        await release(stage, replace(PLAN, annotate=True))
        await stage.run_until(lambda: stage.live.rollout.ended)
        await stage.settle()
        weights = await written(stage, "Weight")
        assert {10.0, 50.0, 100.0} <= set(weights)
        assert weights == sorted(weights)
        assert (await written(stage, "Verdict"))[-1] == 1.0


async def test_one_that_cannot_write_goes_on_and_says_so_once() -> None:
    async with world() as stage:
        stage.sandbox.faults.add(Fault(kind="denied", operation="PutMetricData"))
        await release(stage, replace(PLAN, annotate=True))
        await stage.run_until(lambda: stage.live.rollout.ended)
        assert stage.state is State.PROMOTED
        said = [entry.reason for entry in stage.supervisor.snapshot.entries if entry.action == "annotations"]
        assert said == ["cloudwatch:PutMetricData is not allowed to the caller."]


async def test_without_the_word_of_the_plan_nothing_is_written() -> None:
    async with world() as stage:
        await release(stage, PLAN)
        await stage.run_until(lambda: stage.live.rollout.ended)
        assert not [call for call in stage.sandbox.calls if call.operation == "PutMetricData"]


async def test_a_gate_that_cannot_be_read_stays_shut_and_opens_again() -> None:
    async with world() as stage:
        stage.sandbox.faults.add(Fault(kind="denied", operation="DescribeAnomalyDetectors"))
        await release(stage, replace(PLAN, anomaly_gate=True))
        await stage.run_until(lambda: stage.live.rollout.waiting == "doubts to clear", within=1800)
        assert "anomaly detectors, which cannot be read" in stage.live.rollout.judgement.reason
        assert stage.on_alias() == ("41", {"42": 0.1})
        stage.sandbox.faults.clear()
        await stage.run_until(lambda: stage.live.rollout.ended)
        assert stage.state is State.PROMOTED


async def test_a_usual_target_passes_the_gate() -> None:
    async with world() as stage:
        await release(stage, replace(PLAN, anomaly_gate=True))
        await stage.run_until(lambda: stage.live.rollout.ended)
        assert stage.state is State.PROMOTED
        assert [call for call in stage.sandbox.calls if call.operation == "DescribeAnomalyDetectors"]


def test_a_band_condemns_nobody_but_nothing_is_safe_beyond_it() -> None:
    judge = EvidenceJudge()
    breached = judge.see_alarms({f"{BAND}p99 of Duration": AlarmState.OK})
    assert breached.alarms == ()
    breached = judge.see_alarms({f"{BAND}p99 of Duration": AlarmState.ALARM})
    assert (breached.verdict, breached.alarms) == (Verdict.UNDECIDED, ())
