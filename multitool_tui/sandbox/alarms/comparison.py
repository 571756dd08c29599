"""How an alarm compares a value with its threshold."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Comparison:
    """`words` go between a value and its threshold in a StateReason."""

    words: str
    breaches: Callable[[float, float], bool]


COMPARISONS = {
    "GreaterThanOrEqualToThreshold": Comparison("greater than or equal to", operator.ge),
    "GreaterThanThreshold": Comparison("greater than", operator.gt),
    "LessThanThreshold": Comparison("less than", operator.lt),
    "LessThanOrEqualToThreshold": Comparison("less than or equal to", operator.le),
}
"""By ComparisonOperator. Those of anomaly detection are left out."""
