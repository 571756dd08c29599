"""When a metric alarm changes state: M out of N with missing data, as a pure function.

The rules and both tables that the tests hold it to are in the CloudWatch user guide, "Configuring how CloudWatch
alarms treat missing data".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

State = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]
Treatment = Literal["missing", "ignore", "breaching", "notBreaching"]


def evaluate(points: Sequence[bool | None], needed: int, periods: int, treatment: Treatment, current: State) -> State:
    """The alarm's next state.

    Args:
        points: for each period of the evaluation range, oldest first, whether its value breaches; None where there
            is no data. The range reaches further back than `periods`.
        needed: M, the data points that must breach.
        periods: N, out of how many.
        treatment: of missing data.
        current: the state that the alarm is in.
    """
    present = [breaches for breaches in points if breaches is not None]
    if len(present) >= periods:
        return _verdict(sum(present[-periods:]), needed)
    if treatment == "breaching":
        return _verdict(sum(present) + periods - len(present), needed)
    if treatment == "notBreaching":
        return _verdict(sum(present), needed)
    if not present:
        return "INSUFFICIENT_DATA" if treatment == "missing" else current
    if sum(present) >= needed or not all(present):
        return _verdict(sum(present), needed)
    # Too few data points, and all of them breach: only `missing` alarms early, when the oldest of them is old enough.
    age = len(points) - points.index(True)
    return "ALARM" if treatment == "missing" and age >= needed else current


def _verdict(breaching: int, needed: int) -> State:
    return "ALARM" if breaching >= needed else "OK"
