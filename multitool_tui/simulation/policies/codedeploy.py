"""AWS CodeDeploy: a timetable, rolled back by CloudWatch alarms on the alias.

The timetables are those of `rollout.strategies`. Which alarms watch is left to the user (CodeDeploy user guide,
"Monitoring deployments with CloudWatch alarms"); an alarm on an alias counts what both of its versions do. Once all
traffic is shifted the deployment has succeeded, and no alarm takes it back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from multitool_tui.rollout.strategies import named_plan
from multitool_tui.simulation.policies.base import Seen, Timetable

_MINUTE = timedelta(minutes=1)

Alarm = Callable[[Sequence[Seen]], bool]


def any_error(seen: Sequence[Seen]) -> bool:
    """Sum of Errors >= 1 in one minute: what CloudWatch's console proposes, one datapoint of one."""
    return _errors(seen[-1]) >= 1


def any_error_twice(seen: Sequence[Seen]) -> bool:
    """Sum of Errors > 0 in each of two minutes: the alarm of SAM's document "Safe Lambda deployments".

    EvaluationPeriods 2, Period 60, Threshold 0, on the alias. Its second alarm, on the new version alone, is in ALARM
    only while this one is too.
    """
    return len(seen) >= 2 and all(_errors(minute) > 0 for minute in seen[-2:])


def one_percent(seen: Sequence[Seen]) -> bool:
    """Errors / Invocations >= 1% in two of the latest three minutes: a metric-math alarm, more careful than either."""
    return sum(m.n1 + m.n0 > 0 and _errors(m) >= 0.01 * (m.n1 + m.n0) for m in seen[-3:]) >= 2


class CodeDeploy(Timetable):
    """The timetable of a strategy, by its name, and the alarm that rolls back."""

    def __init__(self, strategy: str, alarm: Alarm) -> None:
        super().__init__([(step.weight, step.bake // _MINUTE) for step in named_plan(strategy).steps])
        self._alarm = alarm

    def is_bad(self) -> bool:
        """Whether the alarm is in ALARM."""
        return self._alarm(self.seen)


def _errors(minute: Seen) -> int:
    return minute.x1 + minute.x0
