"""A canary of which CloudWatch shows nothing although it has a weight: its series is looked for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from multitool_tui.aws.canary_series import canary_series
from multitool_tui.aws.errors import AwsError
from multitool_tui.aws.sources import StageSource
from multitool_tui.controller.driver import Driver

_EVERY = timedelta(minutes=5)
_LATE = timedelta(minutes=5)  # a new metric is listed some minutes after its first data


class Unseen:
    """Asks at most every five minutes, for each rollout whose canary ought to have been seen by now."""

    def __init__(self, cloudwatch: Any) -> None:
        self._cloudwatch = cloudwatch
        self._asked: dict[str, datetime] = {}

    async def at_start(self, driver: Driver) -> str | None:
        """Go by the name that the series of an earlier canary has.

        Returns:
            Why that is not known, in one sentence.
        """
        if not isinstance(driver.source, StageSource):
            return None
        try:
            driver.source = await canary_series(self._cloudwatch, driver.source) or driver.source
        except AwsError as error:
            return f"Under which name CloudWatch counts the canary's requests cannot be looked up: {error}"
        return None

    async def look_for(self, driver: Driver, now: datetime) -> None:
        """Go by the canary's own series, where it is called otherwise than expected; say so where there is none."""
        rollout, source = driver.rollout, driver.source
        begun = rollout.step_at
        if not isinstance(source, StageSource) or not 0 < rollout.weight < 1 or rollout.judgement.canary.invocations:
            driver.unseen = None
            return
        due = rollout.plan.analysis.seal_after + rollout.plan.analysis.period + _LATE
        if begun is None or now - begun < due or now - self._asked.get(rollout.id, begun) < _EVERY:
            return
        self._asked[rollout.id] = now
        try:
            found = await canary_series(self._cloudwatch, source)
        except AwsError as error:
            driver.unseen = f"CloudWatch shows nothing of the canary, and its metrics cannot be listed: {error}"
            return
        if found is None:
            driver.unseen = (
                f"CloudWatch has no series of the canary (ApiName {source.api}, Stage {source.canary_stage}): no "
                "request came, or it is counted nowhere. Without it nothing is judged safe."
            )
        elif found.canary_stage != source.canary_stage:
            driver.source, driver.unseen = found, None
