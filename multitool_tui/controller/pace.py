"""How often AWS is asked: when there can be news, and within what the account's limits leave to everybody else.

Lambda's control plane allows some 15 requests a second to the whole account, DescribeAlarms 9 (Lambda and CloudWatch
service quotas): one process of ours must not be felt there.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

from multitool_tui.rollout.plan import Analysis

LOOKS_A_SECOND = 5.0
"""So many targets are read a second, at most."""
SWEEP = 300.0
"""Seconds between two looks at who calls, and at all that there is."""
SMALL_ACCOUNT = 60
"""Up to so many functions have their aliases listed at once; of more, one a second at most."""
ALL_ALARMS = 45.0
"""Seconds between two looks at all alarms, where they fill more than one page; the watched ones are read oftener."""

_FEW = 20  # rollouts of which each change is told by itself
_TELLING = 0.1  # seconds between two tellings of more of them

_LOOK = 10.0  # seconds between two looks at the same target, where there are few
_SOON = 1.0  # seconds after the moment at which a period is sealed: clocks differ


def until_next_look(targets: int) -> float:
    """Seconds between two looks at each of so many targets."""
    return max(_LOOK, targets / LOOKS_A_SECOND)


def between_snapshots(rollouts: int) -> float:
    """Seconds between two snapshots of so many rollouts: hundreds change one after the other when a minute is judged,
    and whoever is told looks at them all, or draws them."""
    return _TELLING if rollouts > _FEW else 0.0


def until_sealed(now: datetime, analyses: Collection[Analysis]) -> float:
    """Seconds until the next period is sealed under any of these: before that, there is nothing new to judge."""
    waits = []
    for analysis in analyses or (Analysis(),):
        period = analysis.period.total_seconds()
        # A period is sealed `seal_after` its end, and ends where the next one begins.
        since = (now.astimezone(UTC) - analysis.seal_after).timestamp() % period
        waits.append(period - since)
    return min(waits) + _SOON


def is_sealed_between(since: datetime, now: datetime, analysis: Analysis) -> bool:
    """Whether another period has been sealed, so that there is something to ask for that was not there `since` then."""

    def sealed(at: datetime) -> float:
        # Half of the time that is waited for: whoever wakes a little early misses nothing.
        return ((at.astimezone(UTC) - analysis.seal_after).timestamp() - _SOON / 2) // analysis.period.total_seconds()

    return sealed(now) > sealed(since)
