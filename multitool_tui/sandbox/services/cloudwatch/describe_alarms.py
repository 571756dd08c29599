"""Describe alarms and their history."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from multitool_tui.sandbox.alarms.model import Alarm, HistoryItem
from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.metrics import query
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.services import paging
from multitool_tui.sandbox.wire.messages import Params

_ON_A_PAGE = {"alarms": 50, "history": 100}
_NOT_SERVED = ("ChildrenOfAlarmName", "ParentsOfAlarmName", "ActionPrefix")
# Members of a described alarm that are the parameters it was put with.
_METRIC = (
    "AlarmName",
    "AlarmDescription",
    "MetricName",
    "Namespace",
    "Statistic",
    "ExtendedStatistic",
    "Period",
    "Unit",
    "EvaluationPeriods",
    "DatapointsToAlarm",
    "Threshold",
    "ComparisonOperator",
    "TreatMissingData",
    "EvaluateLowSampleCountPercentile",
    "Metrics",
)
_COMPOSITE = ("AlarmName", "AlarmDescription", "AlarmRule")


def describe_alarms(region: Region, params: Params) -> Params:
    for name in _NOT_SERVED:
        if name in params:
            raise AwsError("ValidationException", f"{name} is not supported by the sandbox.")
    if "AlarmNames" in params and "AlarmNamePrefix" in params:
        raise AwsError("ValidationException", "AlarmNamePrefix and AlarmNames are mutually exclusive")
    # "If you omit this parameter, only metric alarms are returned."
    kinds = params.get("AlarmTypes") or ["MetricAlarm"]
    chosen = [
        alarm
        for alarm in region.alarms.all()
        if alarm.kind in kinds
        and alarm.name.startswith(params.get("AlarmNamePrefix", ""))
        and ("AlarmNames" not in params or alarm.name in params["AlarmNames"])
        and params.get("StateValue", alarm.state) == alarm.state
    ]
    chosen.sort(key=lambda alarm: alarm.kind)
    size = params.get("MaxRecords", _ON_A_PAGE["alarms"])
    items, token = paging.page(chosen, size, params.get("NextToken"), "alarms", "InvalidNextToken")
    answer = {
        "CompositeAlarms": [_written(region, each, _COMPOSITE) for each in items if each.kind == "CompositeAlarm"],
        "MetricAlarms": [_metric_alarm(region, each) for each in items if each.kind == "MetricAlarm"],
    }
    return answer | ({"NextToken": token} if token else {})


def describe_alarms_for_metric(region: Region, params: Params) -> Params:
    """The alarms on exactly this metric. "It does not return alarms based on math expressions that use the specified
    metric, or composite alarms" (CloudWatch API reference)."""
    wanted = query.metric_of(params)
    narrower = [name for name in ("Statistic", "ExtendedStatistic", "Period", "Unit") if name in params]
    chosen = [
        alarm
        for alarm in region.alarms.all()
        if "MetricName" in alarm.parameters
        and query.metric_of(alarm.parameters) == wanted
        and all(alarm.parameters.get(name) == params[name] for name in narrower)
    ]
    return {"MetricAlarms": [_metric_alarm(region, alarm) for alarm in chosen]}


def describe_alarm_history(region: Region, params: Params) -> Params:
    kinds = params.get("AlarmTypes") or ["MetricAlarm"]
    items = [*region.alarms.deleted_history, *(item for alarm in region.alarms.all() for item in alarm.history)]
    chosen = [
        item
        for item in items
        if item.kind in kinds
        and params.get("AlarmName", item.alarm) == item.alarm
        and params.get("HistoryItemType", item.item_type) == item.item_type
        and ("StartDate" not in params or item.at >= params["StartDate"].timestamp())
        and ("EndDate" not in params or item.at <= params["EndDate"].timestamp())
    ]
    chosen.sort(key=lambda item: item.at, reverse=params.get("ScanBy") != "TimestampAscending")
    size = params.get("MaxRecords", _ON_A_PAGE["history"])
    shown, token = paging.page(chosen, size, params.get("NextToken"), "history", "InvalidNextToken")
    return {"AlarmHistoryItems": [_history_item(item) for item in shown]} | ({"NextToken": token} if token else {})


def _history_item(item: HistoryItem) -> Params:
    return {
        "AlarmName": item.alarm,
        "AlarmType": item.kind,
        "Timestamp": _moment(item.at),
        "HistoryItemType": item.item_type,
        "HistorySummary": item.summary,
        "HistoryData": item.data,
    }


def _metric_alarm(region: Region, alarm: Alarm) -> Params:
    written = _written(region, alarm, _METRIC)
    # An alarm on metric math has no dimensions of its own.
    return written | {"Dimensions": alarm.parameters.get("Dimensions", [])}


def _written(region: Region, alarm: Alarm, members: tuple[str, ...]) -> Params:
    parameters = alarm.parameters
    as_put: dict[str, Any] = {name: parameters[name] for name in members if name in parameters}
    described = as_put | {
        "AlarmArn": region.place.alarm_arn(alarm.name),
        "AlarmConfigurationUpdatedTimestamp": _moment(alarm.configured),
        "ActionsEnabled": parameters.get("ActionsEnabled", True),
        "OKActions": parameters.get("OKActions", []),
        "AlarmActions": parameters.get("AlarmActions", []),
        "InsufficientDataActions": parameters.get("InsufficientDataActions", []),
        "StateValue": alarm.state,
        "StateReason": alarm.reason,
        "StateUpdatedTimestamp": _moment(alarm.updated),
        "StateTransitionedTimestamp": _moment(alarm.transitioned),
    }
    return described | ({"StateReasonData": alarm.reason_data} if alarm.reason_data else {})


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
