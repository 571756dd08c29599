"""All of it that one account has in one region. Times are epoch seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from multitool_tui.sandbox.observability.insight import InsightRule


@dataclass
class Dashboard:
    """A dashboard: its body is the text that was put."""

    name: str
    body: str
    modified: float
    tags: dict[str, str]


@dataclass
class Stream:
    """A metric stream, by the parameters it was put with. Nothing is sent anywhere."""

    parameters: Mapping[str, Any]
    created: float
    updated: float
    tags: dict[str, str]
    state: Literal["running", "stopped"] = "running"


@dataclass(frozen=True)
class AnomalyDetector:
    """A trained model of one metric."""

    identifier: str
    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    stat: str


@dataclass(frozen=True)
class Service:
    """A service that Application Signals has discovered: a function with its instrumentation."""

    name: str
    environment: str
    function: str

    @property
    def key_attributes(self) -> dict[str, str]:
        return {"Type": "Service", "Name": self.name, "Environment": self.environment}


@dataclass
class Observability:
    """By name each. Dashboards belong to the account: every region shows the same."""

    dashboards: dict[str, Dashboard] = field(default_factory=dict)
    streams: dict[str, Stream] = field(default_factory=dict)
    insight_rules: dict[str, InsightRule] = field(default_factory=dict)
    anomaly_detectors: Sequence[AnomalyDetector] = ()
    services: Sequence[Service] = ()
    objectives: dict[str, dict[str, Any]] = field(default_factory=dict)
