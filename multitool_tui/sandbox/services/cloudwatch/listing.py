"""ListMetrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from multitool_tui.sandbox.metrics.series import Metric
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.services import paging
from multitool_tui.sandbox.wire.messages import Params

_ON_A_PAGE = 500
# "Data points published in the past three hours" (CloudWatch API reference, ListMetrics, RecentlyActive).
_RECENTLY = 3 * 3600


def list_metrics(region: Region, params: Params) -> Params:
    filters = params.get("Dimensions", [])
    since = region.now - _RECENTLY
    matching = [
        metric
        for metric in region.metrics.listed(region.now)
        if params.get("Namespace", metric.namespace) == metric.namespace
        and params.get("MetricName", metric.name) == metric.name
        and _matches(metric, filters)
        and ("RecentlyActive" not in params or region.metrics.points(metric, since, region.now, region.now))
    ]
    items, token = paging.page(
        matching, _ON_A_PAGE, params.get("NextToken"), "metrics", "InvalidParameterValueException"
    )
    return {"Metrics": [_written(metric) for metric in items]} | ({"NextToken": token} if token else {})


def _matches(metric: Metric, filters: Sequence[Mapping[str, str]]) -> bool:
    """Every filter names a dimension of the metric, and its value where it gives one."""
    dimensions = dict(metric.dimensions)
    return all(
        each["Name"] in dimensions and each.get("Value", dimensions[each["Name"]]) == dimensions[each["Name"]]
        for each in filters
    )


def _written(metric: Metric) -> Params:
    dimensions = [{"Name": name, "Value": value} for name, value in sorted(metric.dimensions)]
    return {"Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": dimensions}
