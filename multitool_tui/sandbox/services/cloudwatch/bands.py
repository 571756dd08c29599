"""ANOMALY_DETECTION_BAND of metric math: what a detector has learnt to be usual.

Learnt here from the three hours before what is asked for: their mean, and so many standard deviations to either side;
from what is asked for itself where there was nothing before.
CloudWatch learns from up to two weeks, with the hours of the day and the days of the week in them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from statistics import fmean, pstdev
from typing import Any

from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.metrics import query
from multitool_tui.sandbox.region import Region

_BAND = re.compile(r"\s*ANOMALY_DETECTION_BAND\(\s*([a-z]\w*)\s*(?:,\s*(\d+(?:\.\d+)?)\s*)?\)\s*")
_LEARNT_FROM = 3 * 3600
_USUAL_WIDTH = 2.0  # CloudWatch user guide, "Using metric math": the default of the second argument


def is_band(each: Mapping[str, Any]) -> bool:
    """Whether a query is one for a band."""
    return _BAND.fullmatch(each.get("Expression", "")) is not None


def band(
    region: Region, each: Mapping[str, Any], others: Sequence[Mapping[str, Any]], start: float, end: float, as_of: float
) -> dict[str, dict[int, float]]:
    """The lower and the upper edge by period; nothing where there is no detector of the metric and the statistic.

    Raises:
        AwsError: ValidationException, when it names no metric.
    """
    match = _BAND.fullmatch(each["Expression"])
    asked = next((one for one in others if match and one["Id"] == match[1] and "MetricStat" in one), None)
    if match is None or asked is None:
        raise AwsError("ValidationException", f"Error in expression '{each['Id']}': no query gives its metric")
    stat = asked["MetricStat"]
    metric, statistic, period = query.metric_of(stat["Metric"]), query.statistic_of(stat["Stat"]), stat["Period"]
    if not _is_detected(region, stat):
        return {"low": {}, "high": {}}
    first = query.first_period(start, period, as_of)

    def values(since: int, until: float) -> Mapping[int, float]:
        return query.read(region.metrics, metric, statistic, period, None, since, until, as_of).values

    periods = values(first, end)
    learnt = list((values(first - _LEARNT_FROM, first) or periods).values())
    if not learnt:
        return {"low": {}, "high": {}}
    middle, width = fmean(learnt), pstdev(learnt) * float(match[2] or _USUAL_WIDTH)
    return {"low": dict.fromkeys(periods, middle - width), "high": dict.fromkeys(periods, middle + width)}


def _is_detected(region: Region, stat: Mapping[str, Any]) -> bool:
    metric = stat["Metric"]
    dimensions = {each["Name"]: each["Value"] for each in metric.get("Dimensions", [])}
    return any(
        (one.namespace, one.metric, one.dimensions, one.stat)
        == (metric.get("Namespace"), metric.get("MetricName"), dimensions, stat["Stat"])
        for one in region.observability.anomaly_detectors
    )
