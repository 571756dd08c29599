"""Where an alias sends requests, moment by moment."""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Routing:
    """An alias's routing from `at` (epoch seconds) on. `weights` holds at most one further version. Without a
    version nobody serves: the alias was deleted."""

    at: float
    version: str | None
    weights: Mapping[str, float] = field(default_factory=dict)

    @property
    def weighted(self) -> bool:
        return bool(self.weights)


@dataclass
class RoutingHistory:
    """Every routing an alias has had, in order. The past never changes: only later entries are added."""

    entries: list[Routing] = field(default_factory=list)

    def add(self, routing: Routing) -> None:
        self.entries.append(routing)

    @property
    def versions(self) -> list[str]:
        """Every version that was ever routed to."""
        return sorted({name for each in self.entries for name in (each.version, *each.weights) if name})

    @property
    def ever_weighted(self) -> bool:
        return any(each.weighted for each in self.entries)

    def within(self, start: float, end: float) -> list[tuple[float, float, Routing]]:
        """The stretches of [start, end) with one routing each."""
        first = max(0, bisect.bisect_right(self.entries, start, key=lambda entry: entry.at) - 1)
        stretches: list[tuple[float, float, Routing]] = []
        for index in range(first, len(self.entries)):
            entry = self.entries[index]
            until = self.entries[index + 1].at if index + 1 < len(self.entries) else end
            since, until = max(start, entry.at), min(end, until)
            if since < until:
                stretches.append((since, until, entry))
            if entry.at >= end:
                break
        return stretches

    def first_share_of(self, version: str) -> float | None:
        """When `version` first got a share of the traffic."""
        got = (each.at for each in self.entries if each.version == version or each.weights.get(version, 0) > 0)
        return next(got, None)

    def first_weighted(self) -> float | None:
        """When the alias first gave a second version a share."""
        return next((each.at for each in self.entries if any(weight > 0 for weight in each.weights.values())), None)
