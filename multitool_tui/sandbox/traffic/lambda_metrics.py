"""Namespace AWS/Lambda: what AWS would publish of the traffic.

Dimension sets as in the Lambda developer guide, "Viewing metrics for Lambda functions": across all functions, by
function, by resource (function:alias), and by executed version under a weighted alias. Every data point is stamped
with its minute's start and published late; a point of zero is not published.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from multitool_tui.sandbox.draw import poisson, source
from multitool_tui.sandbox.metrics.distribution import Distribution, merge
from multitool_tui.sandbox.metrics.series import MINUTE, Metric, Point, closed_minutes
from multitool_tui.sandbox.traffic.line import Line
from multitool_tui.sandbox.traffic.parcel import Parcel
from multitool_tui.sandbox.traffic.publication import published_at

NAMESPACE = "AWS/Lambda"
_UNITS = {
    "Invocations": "Count",
    "Errors": "Count",
    "Throttles": "Count",
    "Duration": "Milliseconds",
    "ConcurrentExecutions": "Count",
}
_Chooser = Callable[[Parcel], bool]


class LambdaMetrics:
    """A source of the metrics of every line in `traffic`, a list that may grow."""

    def __init__(self, seed: int, traffic: list[Line], *, always_executed_version: bool, zero_errors: bool) -> None:
        self._seed = seed
        self._traffic = traffic
        self._always_executed_version = always_executed_version
        self._zero_errors = zero_errors
        self._first: dict[Metric, float] = {}
        self._searched: dict[Metric, int] = {}

    def points(self, metric: Metric, start: float, end: float, as_of: float) -> Iterable[Point]:
        if metric.namespace != NAMESPACE or metric.name not in _UNITS:
            return
        aliases, chosen = self._part(metric)
        if not aliases:
            return
        begins = min(each.begins for each in aliases)
        for minute in closed_minutes(max(start, begins), end, as_of):
            values = self._values(metric, minute, as_of, aliases, chosen)
            if values:
                yield Point(minute, _UNITS[metric.name], values)

    def first_published(self, as_of: float) -> Iterable[tuple[Metric, float]]:
        for metric in self._candidates():
            if (first := self._first_data(metric, as_of)) is not None:
                yield metric, first

    def _candidates(self) -> Iterator[Metric]:
        """The series that may have data."""
        for name in _UNITS:
            lines = [each for each in self._traffic if name != "Throttles" or each.throttles]
            if lines:
                yield Metric.of(NAMESPACE, name)
            for function in sorted({each.function for each in lines}):
                yield Metric.of(NAMESPACE, name, {"FunctionName": function})
            for line in lines:
                by_alias = {"FunctionName": line.function, "Resource": line.resource}
                yield Metric.of(NAMESPACE, name, by_alias)
                if self._always_executed_version or line.history.ever_weighted:
                    for version in line.history.versions:
                        yield Metric.of(NAMESPACE, name, by_alias | {"ExecutedVersion": version})

    def _first_data(self, metric: Metric, as_of: float) -> float | None:
        """When a series' first data was published; minutes once searched are not searched again."""
        if metric not in self._first:
            aliases, _ = self._part(metric)
            begins = self._searched.get(metric, min((each.begins for each in aliases), default=0))
            for point in self.points(metric, begins, as_of, as_of):
                self._first[metric] = published_at(self._seed, metric, point.at, late=False)
                break
            else:
                # A minute of the last few may still be published.
                self._searched[metric] = max(begins, int(as_of) // MINUTE * MINUTE - 5 * MINUTE)
        return self._first.get(metric)

    def _part(self, metric: Metric) -> tuple[list[Line], _Chooser]:
        """The aliases, and of their parcels those, that a series counts."""
        dimensions = dict(metric.dimensions)
        function, resource = dimensions.pop("FunctionName", None), dimensions.pop("Resource", None)
        version = dimensions.pop("ExecutedVersion", None)
        if dimensions or (resource and not function) or (version and not resource):
            return [], _everything
        aliases = [
            each for each in self._traffic if function in (None, each.function) and resource in (None, each.resource)
        ]
        if version is None:
            return aliases, _everything
        always = self._always_executed_version
        return aliases, lambda parcel: parcel.version == version and (always or parcel.weighted)

    def _values(
        self, metric: Metric, minute: int, as_of: float, aliases: list[Line], chosen: _Chooser
    ) -> Distribution | None:
        visible = {late: _published(self._seed, metric, minute, late) <= as_of for late in (False, True)}
        if not visible[False]:
            return None
        parcels = [
            parcel for each in aliases for parcel in each.minute(minute) if visible[parcel.late] and chosen(parcel)
        ]
        return self._summary(metric, minute, parcels)

    def _summary(self, metric: Metric, minute: int, parcels: list[Parcel]) -> Distribution | None:
        invocations = sum(each.invocations for each in parcels)
        if metric.name == "Throttles":
            throttles = sum(each.throttles for each in parcels)
            return Distribution({1.0: throttles}) if throttles else None
        if not invocations:
            return None
        if metric.name == "Invocations":
            return Distribution({1.0: invocations})
        if metric.name == "Errors":
            errors = sum(each.errors for each in parcels)
            # AWS sends a 0 for an invocation that went well: the average is the error rate.
            counts = {1.0: errors, 0.0: invocations - errors}
            shown = errors or self._zero_errors
            return Distribution({value: count for value, count in counts.items() if count}) if shown else None
        if metric.name == "Duration":
            return merge(each.durations for each in parcels)
        # Little's law: how many run at once is how many come times how long they take.
        busy = sum(each.busy_ms for each in parcels) / (MINUTE * 1000)
        at_once = poisson(source(self._seed, "concurrency", metric.key, minute), busy)
        return Distribution({float(max(1, at_once)): 1})


@lru_cache(maxsize=65536)
def _published(seed: int, metric: Metric, minute: int, late: bool) -> float:  # noqa: FBT001
    return published_at(seed, metric, minute, late=late)


def _everything(_parcel: Parcel) -> bool:
    return True
