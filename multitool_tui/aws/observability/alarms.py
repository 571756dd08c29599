"""Alarms on a metric: which there are, and new ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from multitool_tui.aws.observability.metrics import Metric, statistic_given
from multitool_tui.aws.observability.paging import every
from multitool_tui.aws.translate import answered, aws_errors
from multitool_tui.judgement.model import AlarmState

COMPARISONS: Mapping[str, str] = {
    ">": "GreaterThanThreshold",
    "≥": "GreaterThanOrEqualToThreshold",
    "<": "LessThanThreshold",
    "≤": "LessThanOrEqualToThreshold",
}
"""CloudWatch's comparisons of a value with a threshold, by their sign."""
_SIGNS = {name: sign for sign, name in COMPARISONS.items()}


@dataclass(frozen=True, slots=True)
class Rule:
    """When an alarm goes off: a statistic of a metric by `period` that compares so with `threshold` in `breaching` out
    of `evaluated` periods. `comparison` is a sign of `COMPARISONS`, or CloudWatch's word for any other."""

    metric: Metric
    statistic: str
    period: timedelta
    comparison: str
    threshold: float
    breaching: int
    evaluated: int


@dataclass(frozen=True, slots=True)
class MetricAlarm:
    """An alarm on one metric. `since` is when it went into its present state."""

    name: str
    arn: str
    state: AlarmState
    since: datetime | None
    rule: Rule


async def alarms_of(client: Any, metric: Metric) -> tuple[MetricAlarm, ...]:
    """The alarms on exactly this metric, by name; those on metric math and composites are not told of."""
    with aws_errors():
        answer = await client.describe_alarms_for_metric(**metric.written())
        return tuple(sorted(map(_alarm, answer.get("MetricAlarms") or ()), key=lambda alarm: alarm.name))


async def alarms_with_math(client: Any, function: str) -> tuple[MetricAlarm, ...]:
    """The alarms on metric math of which some metric is this function's, by name. Their rule's metric has the
    expression for a name, and no statistic."""
    found = await every(client.describe_alarms, "MetricAlarms", AlarmTypes=["MetricAlarm"])
    with aws_errors():
        about = [item for item in found if any(_is_of(query, function) for query in item.get("Metrics") or ())]
        return tuple(sorted(map(_alarm, about), key=lambda alarm: alarm.name))


def _is_of(query: dict[str, Any], function: str) -> bool:
    dimensions = ((query.get("MetricStat") or {}).get("Metric") or {}).get("Dimensions") or ()
    return any(each.get("Name") == "FunctionName" and each.get("Value") == function for each in dimensions)


async def put_alarm(client: Any, name: str, rule: Rule, description: str = "", notify: str = "") -> None:
    """Create an alarm, or give the one of this name another rule. Periods without data count as being well: Lambda
    sends no errors while there are none. `notify`: the ARN that is told when it goes off, as of an SNS topic.

    Raises:
        Refused: when CloudWatch does not take the rule.
    """
    given: dict[str, Any] = {"AlarmDescription": description} if description else {}
    if notify:
        given["AlarmActions"] = [notify]
    statistic = statistic_given(rule.statistic)
    with aws_errors():
        await client.put_metric_alarm(
            AlarmName=name,
            **rule.metric.written(),
            **statistic,
            Period=int(rule.period.total_seconds()),
            ComparisonOperator=COMPARISONS.get(rule.comparison, rule.comparison),
            Threshold=rule.threshold,
            DatapointsToAlarm=rule.breaching,
            EvaluationPeriods=rule.evaluated,
            TreatMissingData="notBreaching",
            **given,
        )


def _alarm(item: dict[str, Any]) -> MetricAlarm:
    answered(item, "AlarmName", "StateValue")
    evaluated = int(item.get("EvaluationPeriods", 1))
    comparison = item.get("ComparisonOperator", "")
    queries = item.get("Metrics") or ()
    returned: dict[str, Any] = next((query for query in queries if query.get("ReturnData", True)), {})
    rule = Rule(
        Metric(
            item.get("Namespace", ""),
            item.get("MetricName") or returned.get("Expression", ""),
            {each["Name"]: each["Value"] for each in item.get("Dimensions") or ()},
        ),
        item.get("Statistic") or item.get("ExtendedStatistic") or "",
        timedelta(seconds=int(item.get("Period", 60))),
        _SIGNS.get(comparison, comparison),
        float(item.get("Threshold", 0.0)),
        int(item.get("DatapointsToAlarm") or evaluated),
        evaluated,
    )
    return MetricAlarm(
        item["AlarmName"],
        item.get("AlarmArn", ""),
        AlarmState(item["StateValue"]),
        item.get("StateTransitionedTimestamp") or item.get("StateUpdatedTimestamp"),
        rule,
    )
