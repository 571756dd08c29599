"""Application Signals: services, and service level objectives. Its client is one of its own, `application-signals`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from multitool_tui.aws.observability.paging import every
from multitool_tui.aws.translate import answered, aws_errors


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric that a service refers to. `kind` is Application Signals' word, as in "LATENCY"."""

    kind: str
    namespace: str
    name: str
    dimensions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Service:
    """A discovered service. `key` is what Application Signals knows it by."""

    name: str
    environment: str
    key: Mapping[str, str]
    metrics: tuple[Measured, ...]
    log_groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Objective:
    """An objective of a list. `service` and `operation` are empty of one on plain metrics."""

    name: str
    arn: str
    service: str
    operation: str
    by_request: bool
    created: datetime | None


async def services(client: Any, start: datetime, end: datetime) -> tuple[Service, ...]:
    """The services that were seen from `start` to `end` (AWS rounds both to the hour), by name."""
    found = await every(client.list_services, "ServiceSummaries", StartTime=start, EndTime=end)
    return tuple(sorted(map(_service, found), key=lambda service: (service.name, service.environment)))


async def service(client: Any, key: Mapping[str, str], start: datetime, end: datetime) -> Service:
    """One service, with its log groups. `key` needs at least Type, Name and Environment.

    Raises:
        Refused: when there is no such service.
    """
    with aws_errors():
        answer = await client.get_service(KeyAttributes=dict(key), StartTime=start, EndTime=end)
        answered(answer, "Service")
    return _service(answer["Service"])


async def objectives(client: Any) -> tuple[Objective, ...]:
    """All objectives of the account and region, by name."""
    found = await every(client.list_service_level_objectives, "SloSummaries")
    return tuple(sorted(map(_objective, found), key=lambda objective: objective.name))


async def create_alias_objective(
    client: Any, name: str, function: str, alias: str, attainment: float, days: int
) -> Objective:
    """Make an objective of a Lambda alias: that `attainment` percent of its invocations fail not, over so many days.

    Raises:
        Refused: when the name is taken, or Application Signals does not take the rest.
    """
    with aws_errors():
        answer = await client.create_service_level_objective(
            Name=name,
            RequestBasedSliConfig={
                "RequestBasedSliMetricConfig": {
                    "TotalRequestCountMetric": [_sum("total", "Invocations", function, alias)],
                    "MonitoredRequestCountMetric": {"BadCountMetric": [_sum("bad", "Errors", function, alias)]},
                }
            },
            Goal={
                "Interval": {"RollingInterval": {"DurationUnit": "DAY", "Duration": days}},
                "AttainmentGoal": attainment,
            },
        )
        answered(answer, "Slo")
        return _objective(answer["Slo"])


def _sum(identity: str, metric: str, function: str, alias: str) -> dict[str, Any]:
    dimensions = {"FunctionName": function, "Resource": f"{function}:{alias}"}
    of = {
        "Namespace": "AWS/Lambda",
        "MetricName": metric,
        "Dimensions": [{"Name": each, "Value": value} for each, value in dimensions.items()],
    }
    return {"Id": identity, "MetricStat": {"Metric": of, "Period": 60, "Stat": "Sum"}, "ReturnData": True}


def _service(item: dict[str, Any]) -> Service:
    answered(item, "KeyAttributes")
    key = item["KeyAttributes"]
    groups = item.get("LogGroupReferences") or ()
    return Service(
        key.get("Name", ""),
        key.get("Environment", ""),
        key,
        tuple(_measured(item.get("MetricReferences") or ())),
        tuple(each["Identifier"] for each in groups if "Identifier" in each),
    )


def _measured(references: Iterable[Mapping[str, Any]]) -> Iterable[Measured]:
    for each in references:
        dimensions = {one["Name"]: one["Value"] for one in each.get("Dimensions") or ()}
        yield Measured(each.get("MetricType", ""), each.get("Namespace", ""), each.get("MetricName", ""), dimensions)


def _objective(item: dict[str, Any]) -> Objective:
    answered(item, "Name", "Arn")
    return Objective(
        item["Name"],
        item["Arn"],
        (item.get("KeyAttributes") or {}).get("Name", ""),
        item.get("OperationName", ""),
        item.get("EvaluationType") == "RequestBased",
        item.get("CreatedTime"),
    )
