"""A rollout's own metrics: with them a graph in the console shows the canary beside whatever else is on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from math import log

from multitool_tui.aws.errors import AwsError
from multitool_tui.aws.observability.dashboard_body import NAMESPACE
from multitool_tui.aws.observability.metrics import Metric, Unit, Value, put_values
from multitool_tui.aws.session import AwsSession
from multitool_tui.clock import Clock
from multitool_tui.judgement.model import Verdict
from multitool_tui.rollout.model import Rollout

_EVERY = 60.0  # seconds: CloudWatch keeps one value a minute, and asks for money by the metric
_MOST = 400  # values that wait while they cannot be written: nearly two hours of them
_VERDICTS = {Verdict.HARMFUL: -1.0, Verdict.UNDECIDED: 0.0, Verdict.SAFE: 1.0}


async def annotate(
    session: AwsSession, clock: Clock, rollout: Callable[[], Rollout], failed: Callable[[str], None]
) -> None:
    """Write how a rollout is, every minute until it has ended, and once more then. It has a client of its own, and
    waits for nobody: what cannot be written is kept for a while and told once to `failed`."""
    waiting: list[Value] = []
    told = ""
    while True:
        now = rollout()
        waiting = [*waiting, *values_of(now, clock.now())][-_MOST:]
        try:
            await put_values(await session.observing("cloudwatch"), NAMESPACE, waiting)
            waiting, told = [], ""
        except AwsError as error:
            if str(error) != told:
                told = str(error)
                failed(told)
        if now.ended:
            return
        await clock.sleep(_EVERY)


def values_of(rollout: Rollout, at: datetime) -> tuple[Value, ...]:
    """Weight and evidence in percent (of the traffic; of the way to their limits, which odds and rates go by factors),
    and the verdict: -1 harmful, 0 undecided, 1 safe."""
    evidence = rollout.judgement.evidence

    def value(name: str, number: float, unit: Unit = "Percent") -> Value:
        return Value(Metric(NAMESPACE, name, {"Target": rollout.target}), at, number, unit)

    return (
        value("Weight", 100 * rollout.weight),
        value("Harm", 100 * _way(evidence.harm, evidence.harm_limit)),
        value("Safety", 100 * _way(evidence.safety, evidence.safety_limit)),
        value("Verdict", _VERDICTS[rollout.judgement.verdict], "None"),
    )


def _way(value: float, limit: float) -> float:
    return min(1.0, log(value) / log(limit)) if value > 1 and limit > 1 else 0.0
