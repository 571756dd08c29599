"""Anomaly detectors as one more gate: while the target is outside of what is usual for it, its canary gets no more
traffic, and is not promoted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

from multitool_tui.aws.errors import AwsError
from multitool_tui.aws.observability.anomalies import Detector, band, detectors
from multitool_tui.aws.observability.metrics import Metric
from multitool_tui.aws.session import AwsSession
from multitool_tui.clock import Clock
from multitool_tui.judgement.alarms import BAND
from multitool_tui.judgement.model import AlarmState
from multitool_tui.rollout.model import Rollout
from multitool_tui.words import StageName, parse_target

_EVERY = 60.0
_LOOKED_AT, _BREACHING = 5, 3  # sealed periods, and how many of them above the band are a breach
_JUDGED = ("Errors", "Duration", "Throttles", "5XXError", "Latency")
_UNREAD = f"{BAND}the anomaly detectors, which cannot be read"


class Bands:
    """The bands of the targets whose plans have the gate. `note` is told of trouble: an action, and why."""

    def __init__(self, session: AwsSession, clock: Clock, note: Callable[[str, str], None]) -> None:
        self._session, self._clock, self._note = session, clock, note
        self._known: dict[str, dict[str, AlarmState]] = {}
        self._told: dict[str, str] = {}

    def of(self, target: str) -> dict[str, AlarmState]:
        """The bands of a target as alarms whose names begin with `BAND`; none where nobody watches them."""
        return self._known.get(target, {})

    async def watch(self, rollout: Callable[[], Rollout]) -> None:
        """Follow the bands of a rollout's target until it has ended."""
        target = rollout().target
        try:
            while not rollout().ended:
                try:
                    self._known[target] = await self._states(rollout())
                except AwsError as error:
                    # Unknown is not usual: a gate that cannot be read stays shut.
                    self._known[target] = {_UNREAD: AlarmState.INSUFFICIENT_DATA}
                    self._tell(target, f"{error} The canary gets no more traffic until it can be read.")
                await self._clock.sleep(_EVERY)
        finally:
            self._known.pop(target, None)

    def _tell(self, target: str, sentence: str) -> None:
        """Once, until there is something else to tell of the target."""
        if self._told.get(target) != sentence:
            self._told[target] = sentence
            self._note("anomaly gate", sentence)

    async def _states(self, rollout: Rollout) -> dict[str, AlarmState]:
        client = await self._session.observing("cloudwatch")
        found = [one for one in await detectors(client) if _is_of(one, rollout)]
        if not found:
            self._tell(rollout.target, f"CloudWatch has no trained anomaly detector of {rollout.target}: it is open.")
        period, end = rollout.plan.analysis.period, self._clock.now() - rollout.plan.analysis.seal_after
        start = end - (_LOOKED_AT + 1) * period

        async def state(one: Detector) -> AlarmState:
            metric = Metric(one.namespace, one.metric, one.dimensions)
            seen = await band(client, metric, one.stat, start, end, max(period, timedelta(minutes=1)))
            latest = set(list(seen.values)[-_LOOKED_AT:])
            breaching = len(latest & set(seen.outside)) >= _BREACHING
            return AlarmState.ALARM if breaching else AlarmState.OK

        states = await asyncio.gather(*map(state, found))
        return {f"{BAND}{one.stat} of {one.metric}": each for one, each in zip(found, states, strict=True)}


def _is_of(one: Detector, rollout: Rollout) -> bool:
    """Whether a detector is of the target as a whole, or of its canary, and has learnt enough."""
    try:
        target = parse_target(rollout.target)
    except ValueError:
        return False
    if isinstance(target, StageName):
        own = [{"ApiName": target.api, "Stage": target.stage}]
    else:
        alias = {"FunctionName": target.function, "Resource": rollout.target}
        own = [{"FunctionName": target.function}, alias, alias | {"ExecutedVersion": rollout.canary}]
    return one.trained and one.metric in _JUDGED and dict(one.dimensions) in own
