"""Metrics of the plan's own, from the manifest to the alias in the sandbox and the receipt."""

from __future__ import annotations

from pathlib import Path

from multitool_tui.clock import ManualClock
from multitool_tui.config.reading import read_manifest
from multitool_tui.controller.commands import Start
from multitool_tui.journal.again import decide_again, receipts
from multitool_tui.journal.store import Journal
from multitool_tui.rollout.plan import Plan
from multitool_tui.rollout.states import State
from multitool_tui.sandbox.scenario import load_scenario
from multitool_tui.sandbox.server import Sandbox
from tests.support.world import REGION, START, screen, world

HEAD = """
[rollouts.checkout]
function = "checkout"
alias = "live"
deadline = "8m"
on_inconclusive = "promote"
steps = [{ weight = 10, bake = "3m" }, { weight = 50, bake = "3m" }]
[rollouts.checkout.analysis]
latency = false
[rollouts.checkout.analysis.metrics.late]
"""
OF_A_VERSION = """[
  { Name = "FunctionName", Value = "{function}" },
  { Name = "Resource", Value = "{function}:{alias}" },
  { Name = "ExecutedVersion", Value = "{version}" },
]"""
LATE = f"""
bad.Expression = "total * (100 - within) / 100"
[rollouts.checkout.analysis.metrics.late.total.MetricStat.Metric]
Namespace = "AWS/Lambda"
MetricName = "Invocations"
Dimensions = {OF_A_VERSION}
[[rollouts.checkout.analysis.metrics.late.queries]]
Id = "within"
[rollouts.checkout.analysis.metrics.late.queries.MetricStat]
Stat = "PR(:400)"
[rollouts.checkout.analysis.metrics.late.queries.MetricStat.Metric]
Namespace = "AWS/Lambda"
MetricName = "Duration"
Dimensions = {OF_A_VERSION}
"""
NOBODYS = """
bad.MetricStat.Metric = { Namespace = "Shop", MetricName = "Bad", Dimensions = [{ Name = "V", Value = "{version}" }] }
total.MetricStat.Metric = { Namespace = "Shop", MetricName = "All", Dimensions = [{ Name = "V", Value = "{version}" }] }
"""


def _plan(metric: str) -> Plan:
    return read_manifest(HEAD + metric).plans()["checkout"][1]


async def test_what_a_metric_counts_rolls_a_canary_back_and_is_on_its_receipt(tmp_path: Path) -> None:
    clock = ManualClock(START)
    sandbox = Sandbox(scenario=load_scenario("slow"), clock=clock, seed=1, region=REGION)
    async with sandbox, screen(sandbox, clock, tmp_path) as stage:
        await stage.supervisor.obey(Start(target="checkout:live", canary="42", plan=_plan(LATE)))
        await stage.run_until(lambda: stage.live.rollout.ended)
        assert stage.state is State.ROLLED_BACK
        assert "in metric late were bad; at the baseline's rate" in stage.live.rollout.reason
        tally = stage.live.rollout.judgement.canary.tally("late")
        assert tally
        assert 0 < tally.bad < tally.total == stage.live.rollout.judgement.canary.invocations
        assert stage.on_alias() == ("41", {})
    journal = Journal.open(tmp_path)
    (record,) = journal.all()
    entries = journal.entries(record.key)
    journal.close()
    for number in range(1, len(receipts(entries)) + 1):
        assert decide_again(entries, number).difference == ""


async def test_a_metric_that_nobody_reports_is_said_and_promotes_nothing() -> None:
    async with world("healthy") as stage:
        start = Start(target="checkout:live", canary="42", plan=_plan(NOBODYS))
        said = [finding.says for finding in await stage.supervisor.preflight(start)]
        assert "late has counted nothing of the baseline: until it does, the canary gets no more." in said
        await stage.supervisor.obey(start)
        await stage.run_until(lambda: stage.state not in (State.PLANNED, State.SHIFTING))
        assert stage.state is State.HELD
        assert stage.on_alias() == ("41", {"42": 0.1})
