"""Any metric of CloudWatch: which there are, their values, their pictures, and values of one's own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from multitool_tui.aws.observability.paging import every
from multitool_tui.aws.translate import answered, aws_errors

_POINTS_A_CALL = 1_440  # GetMetricStatistics' own limit
_VALUES_A_CALL = 1_000  # PutMetricData's
_SIMPLE = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")
Unit = Literal["Count", "Percent", "Seconds", "Milliseconds", "None"]


@dataclass(frozen=True, slots=True)
class Metric:
    """What names a metric."""

    namespace: str
    name: str
    dimensions: Mapping[str, str] = field(default_factory=dict)

    def written(self) -> dict[str, Any]:
        """As parameters of an operation."""
        dimensions = [{"Name": name, "Value": value} for name, value in self.dimensions.items()]
        return {"Namespace": self.namespace, "MetricName": self.name, "Dimensions": dimensions}


def statistic_given(statistic: str) -> dict[str, str]:
    """A statistic as the parameter that it is, "Statistic" or "ExtendedStatistic"."""
    return {"Statistic" if statistic in _SIMPLE else "ExtendedStatistic": statistic}


async def metrics(
    client: Any, namespace: str = "", name: str = "", dimensions: Mapping[str, str] | None = None
) -> tuple[Metric, ...]:
    """The metrics of a namespace, of a name, and with these dimensions among theirs; what is not given is open.

    A metric that is new may take some minutes to be listed.
    """
    given: dict[str, Any] = {"Namespace": namespace, "MetricName": name}
    given["Dimensions"] = [{"Name": each, "Value": value} for each, value in (dimensions or {}).items()]
    found = await every(client.list_metrics, "Metrics", **{each: value for each, value in given.items() if value})
    listed = [
        Metric(
            item.get("Namespace", ""),
            item.get("MetricName", ""),
            {each["Name"]: each["Value"] for each in item.get("Dimensions") or ()},
        )
        for item in found
    ]
    return tuple(sorted(listed, key=lambda one: (one.namespace, one.name, sorted(one.dimensions.items()))))


async def values(
    client: Any, metric: Metric, statistic: str, start: datetime, end: datetime, period: timedelta
) -> dict[datetime, float]:
    """A statistic of a metric by period, oldest first, in as few calls as 1,440 points each allow. `statistic` is any
    of CloudWatch's, as in "Sum" or "p99"."""
    given = {f"{name}s": [value] for name, value in statistic_given(statistic).items()}
    found: dict[datetime, float] = {}
    span = period * _POINTS_A_CALL
    while start < end:
        until = min(end, start + span)
        with aws_errors():
            answer = await client.get_metric_statistics(
                **metric.written(), **given, StartTime=start, EndTime=until, Period=int(period.total_seconds())
            )
            for point in answer.get("Datapoints") or ():
                value = (point.get("ExtendedStatistics") or point).get(statistic)
                if value is not None:
                    found[point["Timestamp"].astimezone(UTC)] = float(value)
        start = until
    return dict(sorted(found.items()))


async def picture(client: Any, widget: Mapping[str, Any]) -> bytes:
    """A PNG of a metric widget, given in the structure of GetMetricWidgetImage.

    Raises:
        Refused: when CloudWatch does not take the widget.
    """
    with aws_errors():
        answer = await client.get_metric_widget_image(MetricWidget=json.dumps(widget))
        answered(answer, "MetricWidgetImage")
    return bytes(answer["MetricWidgetImage"])


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a metric of one's own."""

    metric: Metric
    at: datetime
    value: float
    unit: Unit = "None"


async def put_values(client: Any, namespace: str, values: Sequence[Value]) -> None:
    """Write values of one namespace, in as few calls as 1,000 of them each allow.

    Raises:
        Refused: when the namespace is one of AWS's, or a time is more than two weeks back.
    """
    for first in range(0, len(values), _VALUES_A_CALL):
        data = [
            {
                "MetricName": one.metric.name,
                "Dimensions": one.metric.written()["Dimensions"],
                "Timestamp": one.at,
                "Value": one.value,
                "Unit": one.unit,
            }
            for one in values[first : first + _VALUES_A_CALL]
        ]
        with aws_errors():
            await client.put_metric_data(Namespace=namespace, MetricData=data)
