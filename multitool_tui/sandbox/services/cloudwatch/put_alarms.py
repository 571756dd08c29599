"""Put, set and delete alarms."""

from __future__ import annotations

from multitool_tui.sandbox.alarms import rules
from multitool_tui.sandbox.alarms.comparison import COMPARISONS
from multitool_tui.sandbox.alarms.model import Kind
from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.metrics import query
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.services.cloudwatch.tags import read_tags
from multitool_tui.sandbox.wire.messages import Params

_TREATMENTS = ("breaching", "notBreaching", "ignore", "missing")
_PERIODS_BELOW_A_MINUTE = (10, 20, 30)
_HOUR, _DAY, _WEEK = 3600, 86_400, 604_800


def put_metric_alarm(region: Region, params: Params) -> Params:
    for name in ("EvaluationPeriods", "ComparisonOperator", "Threshold"):
        if name not in params:
            written = name[0].lower() + name[1:]
            raise AwsError(
                "ValidationException",
                f"1 validation error detected: Value null at '{written}' failed to satisfy constraint: "
                "Member must not be null",
            )
    if params["ComparisonOperator"] not in COMPARISONS:
        raise _refused("Anomaly detection is not supported by the sandbox.")
    if params.get("TreatMissingData", "missing") not in _TREATMENTS:
        raise _refused(f"TreatMissingData must be one of {', '.join(_TREATMENTS)}.")
    if params.get("DatapointsToAlarm", 1) > params["EvaluationPeriods"]:
        raise _refused("DatapointsToAlarm must be less than or equal to EvaluationPeriods.")
    if ("MetricName" in params) == ("Metrics" in params):
        raise _refused("Exactly one of MetricName and Metrics must be specified.")
    period = _check_math(region, params) if "Metrics" in params else _check_metric(params)
    longest = _DAY if period < _HOUR else _WEEK
    if period * params["EvaluationPeriods"] > longest:
        raise _refused(f"Metrics cannot be checked across more than {longest} seconds (EvaluationPeriods * Period).")
    _check_kind(region, params["AlarmName"], "MetricAlarm")
    _put(region, "MetricAlarm", params)
    return {}


def _put(region: Region, kind: Kind, params: Params) -> None:
    """Tags are taken of a new alarm only: "any tags you specify in this parameter are ignored" of another."""
    name = params["AlarmName"]
    new = region.alarms.get(name) is None
    tags = read_tags(params.get("Tags", []))
    alarm = region.alarms.put(name, kind, params, region.now)
    if new:
        alarm.tags = tags


def _check_metric(params: Params) -> int:
    """The period of an alarm on one metric, when it is in order."""
    missing = [name for name in ("Namespace", "Period") if name not in params]
    if missing:
        raise _refused(f"The parameter {missing[0]} is required.")
    if ("Statistic" in params) == ("ExtendedStatistic" in params):
        raise _refused("Exactly one of Statistic and ExtendedStatistic must be specified.")
    query.statistic_of(params.get("Statistic") or params["ExtendedStatistic"])
    return _check_period(params["Period"])


def _check_math(region: Region, params: Params) -> int:
    """The period of an alarm on metric math, when it is in order."""
    alone = {"Namespace", "Dimensions", "Period", "Unit", "Statistic", "ExtendedStatistic"} & params.keys()
    if alone:
        raise _refused(f"{', '.join(sorted(alone))} must not be specified with Metrics.")
    if sum(each.get("ReturnData", True) for each in params["Metrics"]) != 1:
        raise _refused("Exactly one element of the metrics list should return data.")
    query.answer(params["Metrics"], region.metrics, region.now - 60, region.now, region.now)
    return max(_check_period(query.period_of(each, params["Metrics"])) for each in params["Metrics"])


def _check_period(period: int) -> int:
    if period not in _PERIODS_BELOW_A_MINUTE and (period < 60 or period % 60):
        raise _refused("Period must be 10, 20, 30 or a multiple of 60.")
    return period


def put_composite_alarm(region: Region, params: Params) -> Params:
    name = params["AlarmName"]
    try:
        rule = rules.parse(params["AlarmRule"])
    except ValueError as error:
        raise _refused(f"AlarmRule must be a valid rule expression: {error}.") from error
    missing = sorted(each for each in rule.alarms if region.alarms.get(each) is None and each != name)
    if missing:
        arns = ", ".join(region.place.alarm_arn(each) for each in missing)
        raise _refused(f"Could not save the composite alarm as alarms [{arns}] in the alarm rule do not exist")
    if name in _asked_about(region, rule.alarms):
        raise _refused(f"Could not save the composite alarm as its rule would depend on {name} itself")
    _check_kind(region, name, "CompositeAlarm")
    _put(region, "CompositeAlarm", params)
    return {}


def _asked_about(region: Region, names: frozenset[str]) -> set[str]:
    """The alarms named, and all that their own rules ask about in turn."""
    seen: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            alarm = region.alarms.get(name)
            waiting.extend(alarm.rule.alarms if alarm and alarm.rule else ())
    return seen


def set_alarm_state(region: Region, params: Params) -> Params:
    alarm = region.alarms.get(params["AlarmName"])
    if alarm is None:
        raise AwsError("ResourceNotFound", "")
    reason_data = params.get("StateReasonData", "")
    region.alarms.set_state(alarm, params["StateValue"], params["StateReason"], reason_data, region.now)
    return {}


def delete_alarms(region: Region, params: Params) -> Params:
    names = params["AlarmNames"]
    found = [alarm for alarm in map(region.alarms.get, dict.fromkeys(names)) if alarm is not None]
    composites = [alarm for alarm in found if alarm.kind == "CompositeAlarm"]
    if len(composites) > 1:
        raise _refused("You can delete no more than one composite alarm in one operation.")
    for alarm in found:
        depending = region.alarms.dependants(alarm.name)
        if depending:
            raise _refused(
                f"Cannot delete {alarm.name} as there are composite alarm(s) depending on it: {', '.join(depending)}"
            )
    for alarm in found:
        region.alarms.delete(alarm.name)
    # "If you specify any incorrect alarm names, the alarms you specify with correct names are still deleted."
    if len(found) < len(set(names)):
        raise AwsError("ResourceNotFound", "")
    return {}


def _check_kind(region: Region, name: str, kind: str) -> None:
    alarm = region.alarms.get(name)
    if alarm is not None and alarm.kind != kind:
        raise _refused(f"Alarm {name} already exists and is a {alarm.kind}.")


def _refused(message: str) -> AwsError:
    return AwsError("ValidationException", message)
