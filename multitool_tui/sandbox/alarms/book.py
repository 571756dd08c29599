"""All alarms of one account and region, kept up to date as time passes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from multitool_tui.sandbox.alarms import reasons, rules
from multitool_tui.sandbox.alarms.comparison import COMPARISONS
from multitool_tui.sandbox.alarms.evaluation import State, Treatment, evaluate
from multitool_tui.sandbox.alarms.model import UNCHECKED, Alarm, HistoryItem, Kind
from multitool_tui.sandbox.functions.names import Place
from multitool_tui.sandbox.metrics import query
from multitool_tui.sandbox.metrics.series import MINUTE
from multitool_tui.sandbox.metrics.store import MetricStore

# "CloudWatch attempts to retrieve a higher number of data points than the number specified as Evaluation Periods"
# (user guide, missing data). The guide leaves the number open; three periods cover how late Lambda's metrics come.
_FURTHER_BACK = 3
_TICK = 10  # seconds: how often an alarm with a period below a minute is evaluated


class AlarmBook:
    """Alarms by name. `advance` evaluates them at every whole minute, in order, each time with the data that was
    published by then."""

    def __init__(self, place: Place, metrics: MetricStore, now: float) -> None:
        self._place = place
        self._metrics = metrics
        self._alarms: dict[str, Alarm] = {}
        self._evaluated = int(now // _TICK) * _TICK
        self.deleted_history: list[HistoryItem] = []

    def get(self, name: str) -> Alarm | None:
        return self._alarms.get(name)

    def all(self) -> list[Alarm]:
        """Every alarm, by name."""
        return [self._alarms[name] for name in sorted(self._alarms)]

    def put(self, name: str, kind: Kind, parameters: Mapping[str, Any], now: float) -> Alarm:
        """Create an alarm, or give it new parameters; its state is then left as it is.

        Raises:
            ValueError: when a composite's rule is none.
        """
        rule = rules.parse(parameters["AlarmRule"]) if kind == "CompositeAlarm" else None
        alarm = self._alarms.get(name)
        if alarm is None:
            alarm = self._alarms[name] = Alarm(name, kind, parameters, now, rule, updated=now, transitioned=now)
            self._note(alarm, now, "ConfigurationUpdate", f'Alarm "{name}" created', {"type": "Create"})
        else:
            alarm.parameters, alarm.rule, alarm.configured = parameters, rule, now
            self._note(alarm, now, "ConfigurationUpdate", f'Alarm "{name}" updated', {"type": "Update"})
        if kind == "CompositeAlarm":
            self._consider(alarm, now)
        return alarm

    def start_in(self, name: str, state: State, reason: str, since: float) -> None:
        """Give an alarm the state that a scenario starts it in."""
        alarm = self._alarms[name]
        alarm.state, alarm.reason = state, reason or UNCHECKED
        alarm.configured = alarm.updated = alarm.transitioned = since

    def set_state(self, alarm: Alarm, state: State, reason: str, reason_data: str, now: float) -> None:
        """SetAlarmState: a metric alarm finds back by itself at its next evaluation, a composite when one of its
        children changes."""
        self._change(alarm, state, reason, reason_data, now)

    def delete(self, name: str) -> None:
        """Remove an alarm; its history stays."""
        self.deleted_history.extend(self._alarms.pop(name).history)

    def dependants(self, name: str) -> list[str]:
        """The composites whose rules ask about an alarm."""
        return [each.name for each in self.all() if each.rule and name in each.rule.alarms and each.name != name]

    def advance(self, now: float) -> None:
        """Evaluate what is due up to `now` (epoch seconds)."""
        while self._evaluated + _TICK <= now:
            self._evaluated += self._step(now)
            for alarm in self.all():
                if alarm.kind == "MetricAlarm" and self._evaluated % min(MINUTE, max(_TICK, alarm.period)) == 0:
                    self._evaluate(alarm, self._evaluated)

    def _step(self, now: float) -> int:
        """To the next time at which an alarm may be due; no further than `now`."""
        if any(each.kind == "MetricAlarm" and each.period < MINUTE for each in self._alarms.values()):
            return _TICK
        to_the_minute = MINUTE - self._evaluated % MINUTE
        return min(to_the_minute, int(now - self._evaluated) // _TICK * _TICK)

    def _evaluate(self, alarm: Alarm, at: int) -> None:
        points, counts = self._points(alarm, at)
        breaches = COMPARISONS[alarm.parameters["ComparisonOperator"]].breaches
        threshold = alarm.parameters["Threshold"]
        treatment: Treatment = alarm.parameters.get("TreatMissingData", "missing")
        state = evaluate(
            [None if value is None else breaches(value, threshold) for _, value in points],
            alarm.needed,
            alarm.parameters["EvaluationPeriods"],
            treatment,
            alarm.state,
        )
        if state != alarm.state:
            reason = reasons.metric_reason(alarm, state, points)
            self._change(alarm, state, reason, reasons.metric_reason_data(alarm, at, points, counts), at)

    def _points(self, alarm: Alarm, at: int) -> tuple[list[tuple[int, float | None]], Mapping[int, float]]:
        """The evaluation range that ends at `at`, oldest first, and the sample counts."""
        parameters = alarm.parameters
        start = at - alarm.period * (parameters["EvaluationPeriods"] + _FURTHER_BACK)
        if "Metrics" in parameters:
            answers = query.answer(parameters["Metrics"], self._metrics, start, at, at)
            returned = [each["Id"] for each in parameters["Metrics"] if each.get("ReturnData", True)]
            series = answers[returned[0]]
        else:
            statistic = query.statistic_of(parameters.get("Statistic") or parameters["ExtendedStatistic"])
            metric = query.metric_of(parameters)
            unit = parameters.get("Unit")
            series = query.read(self._metrics, metric, statistic, alarm.period, unit, start, at, at)
        return [(each, series.values.get(each)) for each in range(start, at, alarm.period)], series.counts

    def _change(self, alarm: Alarm, state: State, reason: str, reason_data: str, at: float) -> None:
        before = {"stateValue": alarm.state, "stateReason": alarm.reason}
        changed = state != alarm.state
        alarm.state, alarm.reason, alarm.reason_data, alarm.updated = state, reason, reason_data, at
        if not changed:
            return
        alarm.transitioned = at
        after = {"stateValue": state, "stateReason": reason}
        if reason_data:
            after["stateReasonData"] = json.loads(reason_data)
        summary = f"Alarm updated from {before['stateValue']} to {state}"
        self._note(alarm, at, "StateUpdate", summary, {"version": "1.0", "oldState": before, "newState": after})
        for name in self.dependants(alarm.name):
            self._consider(self._alarms[name], at, because=alarm)

    def _consider(self, composite: Alarm, at: float, because: Alarm | None = None) -> None:
        """Re-evaluate a composite."""
        if composite.rule is None:
            return
        state: State = "ALARM" if composite.rule.holds(self._state_of) else "OK"
        if state == composite.state:
            return
        children = [self._alarms[name] for name in sorted(composite.rule.alarms) if name in self._alarms]
        trigger = because or max(children, key=lambda child: child.transitioned, default=None)
        if trigger is None:
            self._change(composite, state, f"The rule is always {'true' if state == 'ALARM' else 'false'}", "", at)
            return
        arn = self._place.alarm_arn(trigger.name)
        reason = reasons.composite_reason(arn, trigger.state, trigger.transitioned)
        data = reasons.composite_reason_data([(arn, trigger.state, trigger.transitioned)])
        self._change(composite, state, reason, data, at)

    def _state_of(self, name: str) -> State | None:
        alarm = self._alarms.get(name)
        return alarm.state if alarm else None

    def _note(self, alarm: Alarm, at: float, item_type: Any, summary: str, data: Mapping[str, Any]) -> None:
        alarm.history.append(HistoryItem(at, alarm.name, alarm.kind, item_type, summary, json.dumps(data)))
