"""AWS CodeDeploy: a timetable, rolled back by CloudWatch alarms on the alias.

Sources: CodeDeploy user guide, "Deployment configurations on an AWS Lambda compute platform", for the timetables;
"Monitoring deployments with CloudWatch alarms": which alarms is left to the user. An alarm on an alias counts what both
of its versions do. Once all traffic is shifted the deployment has succeeded, and no alarm takes it back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from multitool_tui.simulation.policies.base import Seen, Timetable

CANARY_10_PERCENT_5_MINUTES = ((0.10, 5),)
"""CodeDeployDefault.LambdaCanary10Percent5Minutes: 10 percent, and all of it five minutes later."""
LINEAR_10_PERCENT_EVERY_1_MINUTE = tuple((tenth / 10, 1) for tenth in range(1, 10))
"""CodeDeployDefault.LambdaLinear10PercentEvery1Minute: 10 percent more each minute until all is shifted."""

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
    """`steps` as in `Timetable`, and the alarm that rolls back."""

    def __init__(self, steps: Sequence[tuple[float, int]], alarm: Alarm) -> None:
        super().__init__(steps)
        self._alarm = alarm

    def is_bad(self) -> bool:
        """Whether the alarm is in ALARM."""
        return self._alarm(self.seen)


def _errors(minute: Seen) -> int:
    return minute.x1 + minute.x0
