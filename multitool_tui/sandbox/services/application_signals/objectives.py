"""Create and list service level objectives. Rules and defaults are those of the Application Signals API reference."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.observability.state import Service
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.services import paging
from multitool_tui.sandbox.services.application_signals.discovered import dimensions, named
from multitool_tui.sandbox.wire.messages import Params

_ON_A_PAGE = 50
_PERIOD = 60
_MOST_TAGS = 50
_GOAL: dict[str, Any] = {
    "Interval": {"RollingInterval": {"DurationUnit": "DAY", "Duration": 7}},
    "AttainmentGoal": 99.0,
    "WarningThreshold": 50.0,
}
_OF_A_SERVICE = ("KeyAttributes", "OperationName", "MetricType", "DependencyConfig")
_SUMMARY = ("Arn", "Name", "CreatedTime", "EvaluationType", "MetricSourceType")


def create_service_level_objective(region: Region, params: Params) -> Params:
    name, objectives = params["Name"], region.observability.objectives
    if ("SliConfig" in params) == ("RequestBasedSliConfig" in params):
        raise _refused("Exactly one of SliConfig and RequestBasedSliConfig must be specified.")
    if len(params.get("Tags", [])) > _MOST_TAGS:
        raise _refused(f"An SLO can have up to {_MOST_TAGS} tags.")
    goal = _goal(params.get("Goal", {}))
    by_period = "SliConfig" in params
    config = params["SliConfig"] if by_period else params["RequestBasedSliConfig"]
    metric = config["SliMetricConfig"] if by_period else config["RequestBasedSliMetricConfig"]
    limits = {each: config[each] for each in ("MetricThreshold", "ComparisonOperator") if each in config}
    sli = _by_period(region, metric, limits) if by_period else _by_request(region, metric, limits)
    if name in objectives:
        raise AwsError("ConflictException", f"A service level objective with the name {name} already exists.")
    now = datetime.fromtimestamp(region.now, UTC)
    objectives[name] = {
        "Arn": region.place.objective_arn(name),
        "Name": name,
        "CreatedTime": now,
        "LastUpdatedTime": now,
        "EvaluationType": "PeriodBased" if by_period else "RequestBased",
        "Goal": goal,
        "MetricSourceType": _source_type(metric),
        **sli,
        **{each: params[each] for each in ("Description", "BurnRateConfigurations") if each in params},
    }
    return {"Slo": objectives[name]}


def list_service_level_objectives(region: Region, params: Params) -> Params:
    wanted = {each: params[each] for each in ("KeyAttributes", "OperationName", "DependencyConfig") if each in params}
    kinds = params.get("MetricSourceTypes")
    summaries = [_summary(slo) for _, slo in sorted(region.observability.objectives.items())]
    chosen = [
        summary
        for summary in summaries
        if all(summary.get(each) == value for each, value in wanted.items())
        and (not kinds or summary["MetricSourceType"] in kinds)
        and params.get("SloOwnerAwsAccountId", region.place.account) == region.place.account
    ]
    size, token = params.get("MaxResults", _ON_A_PAGE), params.get("NextToken")
    shown, following = paging.page(chosen, size, token, "objectives", "ValidationException")
    return {"SloSummaries": shown} | ({"NextToken": following} if following else {})


def _summary(slo: dict[str, Any]) -> Params:
    metric = slo["Sli"]["SliMetric"] if "Sli" in slo else slo["RequestBasedSli"]["RequestBasedSliMetric"]
    of_service = ("KeyAttributes", "OperationName", "DependencyConfig")
    return {name: slo[name] for name in _SUMMARY} | {name: metric[name] for name in of_service if name in metric}


def _goal(given: dict[str, Any]) -> dict[str, Any]:
    goal = _GOAL | given
    for name in ("AttainmentGoal", "WarningThreshold"):
        if not 0 < goal[name] < 100:
            raise _refused(f"{name} must be greater than 0 and less than 100.")
    if len(goal["Interval"]) != 1:
        raise _refused("Interval must be either a RollingInterval or a CalendarInterval.")
    return goal


def _by_period(region: Region, metric: Params, limits: Params) -> Params:
    """The indicator of a period-based SLO: a metric of a service, or any of CloudWatch's."""
    _check_served(metric)
    for name in ("MetricThreshold", "ComparisonOperator"):
        if name not in limits:
            raise _refused(f"{name} must be specified in SliConfig.")
    if ("MetricDataQueries" in metric) == ("MetricType" in metric):
        raise _refused("Exactly one of MetricDataQueries and MetricType must be specified.")
    queries = metric.get("MetricDataQueries")
    if queries is None:
        period, statistic = metric.get("PeriodSeconds", _PERIOD), metric.get("Statistic", "Average")
        queries = _queries(_service(region, metric), metric["MetricType"], statistic, period)
    written = {name: metric[name] for name in _OF_A_SERVICE if name in metric}
    return {"Sli": limits | {"SliMetric": written | {"MetricDataQueries": queries}}}


def _by_request(region: Region, metric: Params, limits: Params) -> Params:
    """The indicator of a request-based SLO: good or bad requests out of all."""
    _check_served(metric)
    total, monitored = metric.get("TotalRequestCountMetric"), metric.get("MonitoredRequestCountMetric")
    if (total is None) != (monitored is None) or (total is None) == ("MetricType" not in metric):
        raise _refused(
            "Either MetricType, or both TotalRequestCountMetric and MonitoredRequestCountMetric must be specified."
        )
    if monitored is not None and len(monitored) != 1:
        raise _refused("MonitoredRequestCountMetric must be either a GoodCountMetric or a BadCountMetric.")
    if metric.get("MetricType") == "LATENCY" and len(limits) < 2:
        raise _refused("MetricThreshold and ComparisonOperator must be specified for LATENCY.")
    if total is None:
        service = _service(region, metric)
        total = [_stat("total", service, "Latency", "SampleCount", _PERIOD)]
        monitored = {"BadCountMetric": [_stat("bad", service, "Fault", "Sum", _PERIOD)]}
    written = {name: metric[name] for name in _OF_A_SERVICE if name in metric}
    counted = {"TotalRequestCountMetric": total, "MonitoredRequestCountMetric": monitored}
    return {"RequestBasedSli": limits | {"RequestBasedSliMetric": written | counted}}


def _check_served(metric: Params) -> None:
    for name in ("MetricSource", "CompositeSliConfig", "MetricName"):
        if name in metric:
            raise _refused(f"{name} is not supported by the sandbox.")


def _service(region: Region, metric: Params) -> Service:
    if "KeyAttributes" not in metric:
        raise _refused("KeyAttributes must be specified with MetricType.")
    return named(region, metric["KeyAttributes"])


def _queries(service: Service, kind: str, statistic: str, period: int) -> list[Params]:
    if kind == "LATENCY":
        return [_stat("latency", service, "Latency", statistic, period)]
    return [
        _stat("fault", service, "Fault", "Sum", period) | {"ReturnData": False},
        _stat("total", service, "Latency", "SampleCount", period) | {"ReturnData": False},
        {"Id": "availability", "Expression": "(1 - FILL(fault, 0) / total) * 100", "ReturnData": True},
    ]


def _stat(name: str, service: Service, metric: str, statistic: str, period: int) -> Params:
    of = {"Namespace": "ApplicationSignals", "MetricName": metric, "Dimensions": dimensions(service)}
    return {"Id": name, "MetricStat": {"Metric": of, "Period": period, "Stat": statistic}, "ReturnData": True}


def _source_type(metric: Params) -> str:
    if "DependencyConfig" in metric:
        return "ServiceDependency"
    if "MetricType" not in metric:
        return "CloudWatchMetric"
    return "ServiceOperation" if "OperationName" in metric else "Service"


def _refused(message: str) -> AwsError:
    return AwsError("ValidationException", message)
