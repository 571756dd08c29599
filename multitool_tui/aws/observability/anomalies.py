"""Anomaly detectors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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
