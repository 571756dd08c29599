"""All metric data of one account and region, whatever its source."""

from __future__ import annotations

from collections.abc import Iterable

from multitool_tui.sandbox.metrics.custom import CustomMetrics
from multitool_tui.sandbox.metrics.distribution import Distribution, merge
from multitool_tui.sandbox.metrics.series import Metric, Point, Source

# "It can take up to fifteen minutes for the metric to appear in calls to ListMetrics" (CloudWatch API reference,
# PutMetricData); a few is the rule.
_LISTED_AFTER = 180.0


class MetricStore:
    """Reads from every source; PutMetricData writes to `custom`."""

    def __init__(self, sources: Iterable[Source] = ()) -> None:
        self.custom = CustomMetrics()
        self._sources: tuple[Source, ...] = (*sources, self.custom)

    def points(self, metric: Metric, start: float, end: float, as_of: float) -> list[Point]:
        """What is visible of a series at `as_of` with timestamps in [start, end), in order of time."""
        found = [point for source in self._sources for point in source.points(metric, start, end, as_of)]
        return sorted(found, key=lambda point: point.at)

    def periods(
        self, metric: Metric, start: int, end: float, period: int, as_of: float, unit: str | None = None
    ) -> dict[int, dict[str, Distribution]]:
        """Values by period (its first second, counted from `start` in steps of `period` seconds) and by unit."""
        parts: dict[int, dict[str, list[Distribution]]] = {}
        for point in self.points(metric, start, end, as_of):
            if unit is None or point.unit == unit:
                bucket = start + (point.at - start) // period * period
                parts.setdefault(bucket, {}).setdefault(point.unit, []).append(point.values)
        return {at: {unit: merge(each) for unit, each in units.items()} for at, units in parts.items()}

    def listed(self, as_of: float) -> list[Metric]:
        """The series that ListMetrics shows: some minutes after their first data."""
        shown = {
            metric
            for source in self._sources
            for metric, published in source.first_published(as_of)
            if published + _LISTED_AFTER <= as_of
        }
        return sorted(shown, key=lambda metric: (metric.namespace, metric.name, sorted(metric.dimensions)))
