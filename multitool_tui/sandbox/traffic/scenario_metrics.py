"""The metrics a scenario adds to Lambda's own: gauges, and counts of what became of an alias's invocations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from multitool_tui.sandbox.draw import source
from multitool_tui.sandbox.metrics.distribution import Distribution
from multitool_tui.sandbox.metrics.series import Metric, Point, closed_minutes
from multitool_tui.sandbox.scenario import MetricSpec
from multitool_tui.sandbox.traffic.alias_traffic import AliasTraffic
from multitool_tui.sandbox.traffic.publication import published_at


class ScenarioMetrics:
    """A source of `specs`, one value a minute from `begins` (epoch seconds, a whole minute) on."""

    def __init__(
        self, seed: int, specs: Iterable[MetricSpec], traffic: Mapping[tuple[str, str], AliasTraffic], begins: int
    ) -> None:
        self._seed = seed
        self._specs = {Metric.of(each.namespace, each.name, each.dimensions): each for each in specs}
        self._traffic = traffic
        self._begins = begins

    def points(self, metric: Metric, start: float, end: float, as_of: float) -> Iterable[Point]:
        spec = self._specs.get(metric)
        if spec is None:
            return
        for minute in closed_minutes(max(start, self._begins), end, as_of):
            if published_at(self._seed, metric, minute, late=False) <= as_of:
                yield Point(minute, spec.unit, Distribution({self._value(spec, metric, minute): 1}))

    def first_published(self, as_of: float) -> Iterable[tuple[Metric, float]]:
        for metric in self._specs:
            published = published_at(self._seed, metric, self._begins, late=False)
            if published <= as_of:
                yield metric, published

    def _value(self, spec: MetricSpec, metric: Metric, minute: int) -> float:
        if spec.function is None or spec.alias is None:
            noise = source(self._seed, "gauge", metric.key, minute)
            return round((spec.value or 0.0) * noise.lognormvariate(0, spec.noise), 3)
        traffic = self._traffic[spec.function, spec.alias]
        default = spec.shares.get("default", 0.0)
        new = spec.shares.get("new", default)
        shares = [
            (parcel, spec.shares.get(parcel.version, new if traffic.is_new(parcel.version) else default))
            for parcel in traffic.minute(minute)
        ]
        return float(sum(parcel.going(share, spec.name) for parcel, share in shares))
