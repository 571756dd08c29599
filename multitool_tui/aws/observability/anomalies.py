"""Anomaly detectors, and the bands of what is usual that they give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from multitool_tui.aws.observability.metrics import Metric
from multitool_tui.aws.observability.paging import every

_KINDS = ["SINGLE_METRIC", "METRIC_MATH"]  # without them, metric math is left out


@dataclass(frozen=True, slots=True)
class Detector:
    """A model of what is usual for a metric; one of metric math has its expression in place of the metric's name.
    `trained` once it has seen enough to judge by."""

    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    stat: str
    trained: bool


async def detectors(client: Any) -> tuple[Detector, ...]:
    """All anomaly detectors of the account and region, by metric."""
    found = await every(client.describe_anomaly_detectors, "AnomalyDetectors", AnomalyDetectorTypes=_KINDS)
    return tuple(sorted(map(_detector, found), key=lambda one: (one.namespace, one.metric, one.stat)))


def _detector(item: dict[str, Any]) -> Detector:
    trained = item.get("StateValue") == "TRAINED"
    math = item.get("MetricMathAnomalyDetector")
    if math:
        written = [each["Expression"] for each in math.get("MetricDataQueries") or () if each.get("Expression")]
        return Detector("", ", ".join(written), {}, "", trained)
    # AWS has the metric in a structure of its own; older implementations have it at the top.
    metric = item.get("SingleMetricAnomalyDetector") or item
    dimensions = {each["Name"]: each["Value"] for each in metric.get("Dimensions") or ()}
    return Detector(
        metric.get("Namespace", ""), metric.get("MetricName", ""), dimensions, metric.get("Stat", ""), trained
    )


@dataclass(frozen=True, slots=True)
class Band:
    """A metric's values by period, and what is usual there: from, to. Both oldest first."""

    values: Mapping[datetime, float]
    usual: Mapping[datetime, tuple[float, float]]

    @property
    def outside(self) -> tuple[datetime, ...]:
        """The periods whose value lies above what is usual: for what is counted or timed here, below is no harm."""
        return tuple(at for at, value in self.values.items() if at in self.usual and value > self.usual[at][1])


async def band(
    client: Any,
    metric: Metric,
    statistic: str,
    start: datetime,
    end: datetime,
    period: timedelta,
    deviations: float = 2.0,
) -> Band:
    """A metric with its anomaly detector's band, `deviations` standard deviations wide to either side.

    Raises:
        Refused: when there is no detector of this metric and statistic.
    """
    queries = [
        {
            "Id": "m1",
            "MetricStat": {
                "Metric": metric.written(),
                "Period": int(period.total_seconds()),
                "Stat": statistic,
            },
        },
        {"Id": "ad1", "Expression": f"ANOMALY_DETECTION_BAND(m1, {deviations:g})"},
    ]
    results = await every(
        client.get_metric_data, "MetricDataResults", MetricDataQueries=queries, StartTime=start, EndTime=end
    )
    values: dict[datetime, float] = {}
    edges: dict[datetime, list[float]] = {}
    for result in results:
        for at, value in zip(result.get("Timestamps") or (), result.get("Values") or (), strict=False):
            if result.get("Id") == "m1":
                values[at.astimezone(UTC)] = float(value)
            else:
                # Two series come back under the one id: whatever their labels, the lower is the lower edge.
                edges.setdefault(at.astimezone(UTC), []).append(float(value))
    usual = {at: (min(pair), max(pair)) for at, pair in sorted(edges.items()) if len(pair) == 2}
    return Band(dict(sorted(values.items())), usual)
