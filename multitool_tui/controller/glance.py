"""One look at a target through AWS alone: the rollout that some process drives there, if any."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from multitool_tui.aws import lease as leases
from multitool_tui.aws.errors import AwsError
from multitool_tui.aws.metrics import baseline_p99, periods
from multitool_tui.aws.resources import Reading
from multitool_tui.aws.session import AwsSession
from multitool_tui.clock import Clock
from multitool_tui.controller.observer import Observer, plan_for
from multitool_tui.controller.snapshot import LiveRollout
from multitool_tui.rollout.plan import Plan


async def glance(
    session: AwsSession, clock: Clock, target: str, plans: Mapping[str, tuple[str, Plan]]
) -> LiveRollout | Reading:
    """The rollout whose mark is on the target, judged by what CloudWatch has; the target where there is no mark.

    Raises:
        AwsError: the target, or its metrics, cannot be read.
        ValueError: that is no target.
    """
    found = await session.read(target)
    lease, _ = leases.read(found.description)
    if lease is None:
        return found
    now, slow_limit = clock.now(), None
    with suppress(AwsError):
        slow_limit = await baseline_p99(session.cloudwatch, found.source, lease.since)
    observer = Observer(found, lease, plan_for(lease, target, plans), slow_limit, now)
    seen = await periods(session.cloudwatch, observer.request(now))
    observer.see_periods(seen, now)
    return observer.live
