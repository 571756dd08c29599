"""What the metrics are made of: one line of traffic."""

from __future__ import annotations

from typing import Protocol

from multitool_tui.sandbox.traffic.parcel import Parcel
from multitool_tui.sandbox.traffic.routing import RoutingHistory


class Line(Protocol):
    """Invocations under one name. `resource` is the metrics' dimension; `history` the routing of an alias, empty for
    anything else; `begins` the first minute that may have any (epoch seconds)."""

    @property
    def function(self) -> str: ...
    @property
    def resource(self) -> str: ...
    @property
    def history(self) -> RoutingHistory: ...
    @property
    def begins(self) -> int: ...
    @property
    def throttles(self) -> bool: ...
    def minute(self, minute: int) -> tuple[Parcel, ...]: ...
