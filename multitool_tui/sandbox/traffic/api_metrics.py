"""Namespace AWS/ApiGateway: what AWS would publish of the requests to stages.

Source: API Gateway developer guide, "Amazon API Gateway dimensions and metrics": by ApiName, and by ApiName and Stage.
A canary's requests are under Stage="<stage>/Canary". 4XXError and 5XXError have a value of 0 or 1 for each request, so
that their average is the error rate; their sample count is that of Count.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from multitool_tui.sandbox.metrics.distribution import Distribution
from multitool_tui.sandbox.metrics.series import MINUTE, Metric, Point, closed_minutes
from multitool_tui.sandbox.traffic.parcel import Parcel
from multitool_tui.sandbox.traffic.publication import published_at
from multitool_tui.sandbox.traffic.stage_traffic import CANARY, PRODUCTION, StageTraffic

NAMESPACE = "AWS/ApiGateway"
_UNITS = {
    "Count": "Count",
    "4XXError": "Count",
    "5XXError": "Count",
    "Latency": "Milliseconds",
    "IntegrationLatency": "Milliseconds",
}
_CALL_MS = 8.0  # what calling the function takes beside its own time
_FRONT_MS = 4.0  # what API Gateway takes itself


class ApiMetrics:
    """A source of the metrics of every stage in `stages`, a list that may grow."""

    def __init__(self, seed: int, stages: list[StageTraffic]) -> None:
        self._seed = seed
        self._stages = stages

    def points(self, metric: Metric, start: float, end: float, as_of: float) -> Iterable[Point]:
        if metric.namespace != NAMESPACE or metric.name not in _UNITS:
            return
        parts = list(self._parts(metric))
        if not parts:
            return
        begins = min(each.begins for each, _ in parts)
        for minute in closed_minutes(max(start, begins), end, as_of):
            visible = {late: published_at(self._seed, metric, minute, late=late) <= as_of for late in (False, True)}
            if visible[False] and (values := _values(metric.name, minute, parts, late=visible[True])):
                yield Point(minute, _UNITS[metric.name], Distribution(values))

    def first_published(self, as_of: float) -> Iterable[tuple[Metric, float]]:
        for metric in self._candidates():
            begun = [since for each, release in self._parts(metric) if (since := each.begun(release)) is not None]
            if not begun:
                continue
            since = int(min(begun)) // MINUTE * MINUTE
            for point in self.points(metric, since, as_of, as_of):
                yield metric, published_at(self._seed, metric, point.at, late=False)
                break

    def _candidates(self) -> Iterator[Metric]:
        for name in _UNITS:
            for api in sorted({each.api_name for each in self._stages}):
                yield Metric.of(NAMESPACE, name, {"ApiName": api})
            for each in self._stages:
                for release in (PRODUCTION, CANARY):
                    yield Metric.of(NAMESPACE, name, {"ApiName": each.api_name, "Stage": f"{each.stage}{release}"})

    def _parts(self, metric: Metric) -> Iterator[tuple[StageTraffic, str]]:
        """The stages, and of each those releases, that a series counts."""
        dimensions = dict(metric.dimensions)
        api, stage = dimensions.pop("ApiName", None), dimensions.pop("Stage", None)
        for each in self._stages if not dimensions else ():
            for release in (PRODUCTION, CANARY):
                if each.api_name == api and stage in (None, f"{each.stage}{release}"):
                    yield each, release


def _values(name: str, minute: int, parts: list[tuple[StageTraffic, str]], *, late: bool) -> dict[float, float]:
    """The values of a minute; empty when nothing was asked."""
    parcels = [
        parcel
        for stage, release in parts
        for (part, _), line in stage.lines.items()
        if part == release
        for parcel in line.minute(minute)
        if late or not parcel.late
    ]
    own = Counter[int]()
    for stage, release in parts:
        for (part, status), answers in stage.own.items():
            if part == release:
                own[status] += answers.minute(minute)
    if name in ("Latency", "IntegrationLatency"):
        return _latencies(name, parcels, own.total())
    # Who is throttled by Lambda is answered with a 500 as well.
    count = sum(each.invocations + each.throttles for each in parcels) + own.total()
    if name == "Count":
        return {1.0: count} if count else {}
    bad = sum(number for status, number in own.items() if status // 100 == int(name[0]))
    if name == "5XXError":
        bad += sum(each.server_errors + each.throttles for each in parcels)
    return {value: number for value, number in ((1.0, bad), (0.0, count - bad)) if number}


def _latencies(name: str, parcels: list[Parcel], own: int) -> dict[float, float]:
    more = _CALL_MS + (_FRONT_MS if name == "Latency" else 0.0)
    values: defaultdict[float, float] = defaultdict(float)
    for parcel in parcels:
        for ms, number in parcel.durations.counts.items():
            values[round(ms + more, 2)] += number
        if parcel.throttles:
            values[more] += parcel.throttles
    if own and name == "Latency":
        values[_FRONT_MS] += own
    return dict(values)
