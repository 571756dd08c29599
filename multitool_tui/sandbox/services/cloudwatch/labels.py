"""The labels of GetMetricData results that the caller did not name: what tells them apart, and no more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def labels(queries: Sequence[Mapping[str, Any]]) -> list[str]:
    """A label for every query, in their order.

    As observed of CloudWatch: the metric's name, then the statistic and the period where the queries differ in them.
    Where they differ in dimensions, the values of those come first; this order is a guess.
    """
    stats = [each["MetricStat"] for each in queries if "MetricStat" in each]
    statistic_differs = len({stat["Stat"] for stat in stats}) > 1
    period_differs = len({stat["Period"] for stat in stats}) > 1
    dimensions = [_dimensions(stat) for stat in stats]
    differing = sorted(
        {key for each in dimensions for key in each if len({other.get(key) for other in dimensions}) > 1}
    )
    written: list[str] = []
    for each in queries:
        if "Label" in each or "MetricStat" not in each:
            written.append(each.get("Label", each["Id"]))
            continue
        stat = each["MetricStat"]
        own = _dimensions(stat)
        parts = [own[key] for key in differing if key in own]
        parts.append(stat["Metric"].get("MetricName", ""))
        if statistic_differs:
            parts.append(stat["Stat"])
        if period_differs:
            parts.append(str(stat["Period"]))
        written.append(" ".join(parts))
    return written


def _dimensions(stat: Mapping[str, Any]) -> dict[str, str]:
    return {each["Name"]: each["Value"] for each in stat["Metric"].get("Dimensions", [])}
