"""CloudWatch's statistics over one period's values.

Syntax and boundaries as in the CloudWatch user guide, "Statistics definitions": percentiles (p99.9), trimmed mean,
count and sum (tm90, TM(2%:98%), TC(150:1000), TS(:90%)), winsorized mean (wm98, WM(10%:90%)), interquartile mean
(IQM) and percentile rank (PR(:300), PR(100:2000)). Of absolute bounds the lower is exclusive, the upper inclusive.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from multitool_tui.sandbox.metrics.distribution import Distribution

SIMPLE = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")

Statistic = Callable[[Distribution], float | None]
"""Gives None where CloudWatch gives no data point: percentiles and their like, of data put as statistic sets."""

_NUMBER = r"\d{1,15}(?:\.\d{1,10})?"
_PERCENTILE = re.compile(rf"p({_NUMBER})")
_ONE_BOUND = re.compile(rf"(tm|tc|ts|wm|TM|TC|TS|WM)({_NUMBER})")
_TWO_BOUNDS = re.compile(rf"(TM|TC|TS|WM|PR)\(({_NUMBER})?(%)?:({_NUMBER})?(%)?\)")


def parse(text: str) -> Statistic:
    """The statistic that `text` names.

    Raises:
        ValueError: when it names none.
    """
    if text in SIMPLE:
        return _simple(text)
    if match := _PERCENTILE.fullmatch(text):
        share = _percent(match[1])
        return lambda values: _percentile(values, share)
    if match := _ONE_BOUND.fullmatch(text):
        return _Trimmed(match[1].upper(), 0.0, _percent(match[2]), percent=True)
    if text == "IQM":
        return _Trimmed("TM", 0.25, 0.75, percent=True)
    if match := _TWO_BOUNDS.fullmatch(text):
        return _two_bounds(text, match)
    raise ValueError(f"{text} is no statistic of CloudWatch")


def _two_bounds(text: str, match: re.Match[str]) -> Statistic:
    kind, low, low_percent, high, high_percent = match.groups()
    if low is None and high is None:
        raise ValueError(f"{text} has no bound")
    units = {bool(unit) for bound, unit in ((low, low_percent), (high, high_percent)) if bound is not None}
    if len(units) > 1 or (low is None and low_percent) or (high is None and high_percent):
        raise ValueError(f"{text} mixes percentages and values")
    percent = units == {True}
    if percent and kind == "PR":
        raise ValueError(f"{text}: a percentile rank takes values, not percentages")
    if percent:
        lower, upper = (_percent(low) if low else 0.0), (_percent(high) if high else 1.0)
    else:
        lower, upper = (float(low) if low else -math.inf), (float(high) if high else math.inf)
    if lower >= upper:
        raise ValueError(f"{text}: the lower bound is not below the upper")
    return _Trimmed(kind, lower, upper, percent=percent)


def _percent(text: str) -> float:
    if float(text) > 100:
        raise ValueError(f"{text} is above 100 percent")
    return float(text) / 100


def _simple(name: str) -> Statistic:
    functions: dict[str, Statistic] = {
        "SampleCount": lambda values: values.sample_count,
        "Average": lambda values: values.total / values.sample_count,
        "Sum": lambda values: values.total,
        "Minimum": lambda values: values.minimum,
        "Maximum": lambda values: values.maximum,
    }
    return functions[name]


def _percentile(values: Distribution, share: float) -> float | None:
    ordered = _ordered(values)
    if ordered is None:
        return None
    wanted = share * values.sample_count
    seen = 0.0
    for value, count in ordered:
        seen += count
        if seen >= wanted:
            return value
    return ordered[-1][0]


@dataclass(frozen=True)
class _Trimmed:
    """The values between two bounds, and what `kind` asks about them."""

    kind: str
    lower: float
    upper: float
    percent: bool

    def __call__(self, values: Distribution) -> float | None:
        ordered = _ordered(values)
        if ordered is None:
            return None
        size = values.sample_count
        kept = self._kept(ordered, size)
        count = sum(number for _, number in kept)
        total = sum(value * number for value, number in kept)
        if self.kind == "PR":
            return 100 * count / size
        if self.kind == "TC":
            return count
        if self.kind == "TS":
            return total
        if not count:
            return None
        if self.kind == "WM":
            return self._winsorized(ordered, kept, total, size)
        return total / count

    def _kept(self, ordered: list[tuple[float, float]], size: float) -> list[tuple[float, float]]:
        if not self.percent:
            return [(value, count) for value, count in ordered if self.lower < value <= self.upper]
        first, last = self.lower * size, self.upper * size
        kept: list[tuple[float, float]] = []
        seen = 0.0
        for value, count in ordered:
            inside = min(seen + count, last) - max(seen, first)
            if inside > 0:
                kept.append((value, inside))
            seen += count
        return kept

    def _winsorized(
        self, ordered: list[tuple[float, float]], kept: list[tuple[float, float]], total: float, size: float
    ) -> float:
        """The mean of all values, those outside of the bounds counted as if they lay on them."""
        if self.percent:
            below, lowest, highest = self.lower * size, kept[0][0], kept[-1][0]
        else:
            below = sum(count for value, count in ordered if value <= self.lower)
            lowest, highest = max(self.lower, ordered[0][0]), min(self.upper, ordered[-1][0])
        above = size - below - sum(count for _, count in kept)
        return (total + below * lowest + above * highest) / size


def _ordered(values: Distribution) -> list[tuple[float, float]] | None:
    """Values in order with their counts; None when CloudWatch cannot know them."""
    counts = dict(values.counts)
    for each in values.sets:
        # "You can only retrieve percentile statistics for this data if SampleCount is 1, or Min equals Max."
        if each.count != 1 and each.minimum != each.maximum:
            return None
        counts[each.minimum] = counts.get(each.minimum, 0) + each.count
    return sorted(counts.items())
