"""Invocations that callers asked for, beside the traffic of the scenario."""

from __future__ import annotations

from dataclasses import dataclass, field

from multitool_tui.sandbox.metrics.series import MINUTE
from multitool_tui.sandbox.traffic.parcel import Parcel
from multitool_tui.sandbox.traffic.routing import RoutingHistory


@dataclass
class Invoked:
    """Those of one function under one qualifier, or none."""

    function: str
    resource: str
    history: RoutingHistory
    begins: int
    throttles: bool = False
    _minutes: dict[int, list[Parcel]] = field(default_factory=dict)

    def add(self, at: float, parcel: Parcel) -> None:
        """Count an invocation that began at `at` (epoch seconds)."""
        self._minutes.setdefault(int(at) // MINUTE * MINUTE, []).append(parcel)

    def minute(self, minute: int) -> tuple[Parcel, ...]:
        """What was invoked in the minute that begins at `minute` (epoch seconds)."""
        return tuple(self._minutes.get(minute, ()))
