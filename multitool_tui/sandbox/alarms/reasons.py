"""StateReason and StateReasonData, in CloudWatch's own words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from multitool_tui.sandbox.alarms.comparison import COMPARISONS
from multitool_tui.sandbox.alarms.evaluation import State
from multitool_tui.sandbox.alarms.model import Alarm

_TREATED = {"breaching": "Breaching", "notBreaching": "NonBreaching"}


def metric_reason(alarm: Alarm, state: State, points: Sequence[tuple[int, float | None]]) -> str:
    """Why a metric alarm changed to `state`; `points` are the evaluated ones, oldest first (epoch seconds, value)."""
    parameters = alarm.parameters
    periods = parameters["EvaluationPeriods"]
    if state == "INSUFFICIENT_DATA":
        return f"Insufficient Data: {_count(periods, 'datapoint')} {_were(periods)} unknown."
    received = [(at, value) for at, value in reversed(points) if value is not None][:periods]
    missing = periods - len(received)
    treated = _TREATED.get(parameters.get("TreatMissingData", "missing"))
    filled = f"{_count(missing, 'missing datapoint')} {_were(missing)} treated as [{treated}]"
    if not received:
        return f"Threshold Crossed: no datapoints were received for {_count(periods, 'period')} and {filled}."
    comparison = COMPARISONS[parameters["ComparisonOperator"]]
    threshold = float(parameters["Threshold"])
    telling = [(at, value) for at, value in received if comparison.breaches(value, threshold) == (state == "ALARM")]
    clauses: list[str] = []
    if telling:
        of_all = f" out of the last {_count(periods, 'datapoint')}"
        count = f"{len(telling)}{of_all}" if "DatapointsToAlarm" in parameters else _count(len(telling), "datapoint")
        shown = ", ".join(f"{value} ({_at(at, '%d/%m/%y %H:%M:%S')})" for at, value in telling)
        verb = _were(len(telling)) + ("" if state == "ALARM" else " not")
        clauses.append(f"{count} [{shown}] {verb} {comparison.words} the threshold ({threshold})")
    if missing and treated:
        clauses.append(filled)
    return f"Threshold Crossed: {' and '.join(clauses)}{_minimum(alarm, state)}."


def _minimum(alarm: Alarm, state: State) -> str:
    if "DatapointsToAlarm" not in alarm.parameters:
        return ""
    change = "OK -> ALARM" if state == "ALARM" else "ALARM -> OK"
    needed = alarm.needed if state == "ALARM" else alarm.parameters["EvaluationPeriods"] - alarm.needed + 1
    return f" (minimum {_count(needed, 'datapoint')} for {change} transition)"


def metric_reason_data(
    alarm: Alarm, now: float, points: Sequence[tuple[int, float | None]], counts: Mapping[int, float]
) -> str:
    """The same as JSON, version 1.0."""
    parameters = alarm.parameters
    recent = list(points)[-parameters["EvaluationPeriods"] :]
    received = [(at, value) for at, value in recent if value is not None]
    evaluated = [
        {"timestamp": _stamp(at)}
        | ({"sampleCount": counts[at]} if at in counts else {})
        | ({"value": value} if value is not None else {})
        for at, value in recent
    ]
    data = {
        "version": "1.0",
        "queryDate": _stamp(now),
        **({"startDate": _stamp(received[0][0])} if received else {}),
        **({"unit": parameters["Unit"]} if "Unit" in parameters else {}),
        **({"statistic": parameters["Statistic"]} if "Statistic" in parameters else {}),
        "period": alarm.period,
        "recentDatapoints": [value for _, value in received],
        "threshold": float(parameters["Threshold"]),
        "evaluatedDatapoints": evaluated,
    }
    return json.dumps(data)


def composite_reason(arn: str, state: State, at: float) -> str:
    """Why a composite alarm changed: because another alarm, of this ARN, did."""
    return f"{arn} transitioned to {state} at {_at(at, '%A %d %B, %Y %H:%M:%S')} UTC"


def composite_reason_data(triggers: Sequence[tuple[str, State, float]]) -> str:
    """The alarms behind a composite's change: ARN, state, since when."""
    alarms = [{"arn": arn, "state": {"value": state, "timestamp": _stamp(at)}} for arn, state, at in triggers]
    return json.dumps({"triggeringAlarms": alarms})


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


def _at(seconds: float, form: str) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime(form)


def _stamp(seconds: float) -> str:
    return _at(seconds, "%Y-%m-%dT%H:%M:%S.000+0000")
