"""The values of a metric in one period, as counts: what every CloudWatch statistic is computed from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class StatisticSet:
    """A period's values known only in sum, as PutMetricData's StatisticValues give them."""

    count: float
    total: float
    minimum: float
    maximum: float


@dataclass(frozen=True)
class Distribution:
    """Values and how often each occurred. `sets` are parts of which only the sum is known."""

    counts: Mapping[float, float] = field(default_factory=dict)
    sets: tuple[StatisticSet, ...] = ()

    @property
    def sample_count(self) -> float:
        return sum(self.counts.values()) + sum(each.count for each in self.sets)

    @property
    def total(self) -> float:
        return sum(value * count for value, count in self.counts.items()) + sum(each.total for each in self.sets)

    @property
    def minimum(self) -> float:
        return min([*self.counts, *(each.minimum for each in self.sets)])

    @property
    def maximum(self) -> float:
        return max([*self.counts, *(each.maximum for each in self.sets)])


def merge(parts: Iterable[Distribution]) -> Distribution:
    """All values of all parts. Empty when there are none."""
    counts: dict[float, float] = {}
    sets: list[StatisticSet] = []
    for part in parts:
        for value, count in part.counts.items():
            counts[value] = counts.get(value, 0) + count
        sets.extend(part.sets)
    return Distribution(counts, tuple(sets))
