"""Data that came by PutMetricData."""

from __future__ import annotations

import bisect
from collections.abc import Iterable
from dataclasses import dataclass

from multitool_tui.sandbox.metrics.distribution import Distribution
from multitool_tui.sandbox.metrics.series import Metric, Point

# AWS promises no figure; data put into a series that exists shows within seconds.
_PUBLISHED_AFTER = 5.0


@dataclass(frozen=True)
class _Datum:
    published: float
    point: Point


class CustomMetrics:
    """A source of what callers put."""

    def __init__(self) -> None:
        self._series: dict[Metric, list[_Datum]] = {}
        self._first: dict[Metric, float] = {}

    def put(self, metric: Metric, at: int, unit: str, values: Distribution, now: float) -> None:
        """Add values at a timestamp that is already rounded to the series' resolution (seconds)."""
        published = now + _PUBLISHED_AFTER
        self._first.setdefault(metric, published)
        bisect.insort(self._series.setdefault(metric, []), _Datum(published, Point(at, unit, values)), key=_at)

    def points(self, metric: Metric, start: float, end: float, as_of: float) -> Iterable[Point]:
        data = self._series.get(metric, [])
        low, high = bisect.bisect_left(data, start, key=_at), bisect.bisect_left(data, end, key=_at)
        return (datum.point for datum in data[low:high] if datum.published <= as_of)

    def first_published(self, as_of: float) -> Iterable[tuple[Metric, float]]:
        return ((metric, published) for metric, published in self._first.items() if published <= as_of)


def _at(datum: _Datum) -> int:
    return datum.point.at
