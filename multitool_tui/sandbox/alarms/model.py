"""What an alarm is: its parameters as they were put, its state, and its history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from multitool_tui.sandbox.alarms.evaluation import State
from multitool_tui.sandbox.alarms.rules import Rule

Kind = Literal["MetricAlarm", "CompositeAlarm"]
UNCHECKED = "Unchecked: Initial alarm creation"


@dataclass(frozen=True)
class HistoryItem:
    """One item of an alarm's history. `at` is in epoch seconds, `data` is JSON."""

    at: float
    alarm: str
    kind: Kind
    item_type: Literal["ConfigurationUpdate", "StateUpdate"]
    summary: str
    data: str


@dataclass
class Alarm:
    """A metric or composite alarm. Times are epoch seconds."""

    name: str
    kind: Kind
    parameters: Mapping[str, Any]
    configured: float
    rule: Rule | None = None
    state: State = "INSUFFICIENT_DATA"
    reason: str = UNCHECKED
    reason_data: str = ""
    updated: float = 0.0
    transitioned: float = 0.0
    history: list[HistoryItem] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def period(self) -> int:
        """Seconds; of an alarm on metric math that of its metrics."""
        metrics = self.parameters.get("Metrics", [])
        periods = [each["MetricStat"]["Period"] for each in metrics if "MetricStat" in each]
        return int(self.parameters.get("Period") or max(periods, default=60))

    @property
    def needed(self) -> int:
        """M: the data points that must breach."""
        return int(self.parameters.get("DatapointsToAlarm", self.parameters["EvaluationPeriods"]))
