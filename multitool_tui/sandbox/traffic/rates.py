"""How many requests a minute come, moment by moment."""

from __future__ import annotations

import bisect
from dataclasses import dataclass, field


@dataclass
class Rates:
    """Every rate there has been, with the moment it holds from (epoch seconds), in order. Nothing comes before the
    first. The past never changes: only later entries are added."""

    entries: list[tuple[float, float]] = field(default_factory=list)

    @classmethod
    def always(cls, rate: float) -> Rates:
        return cls([(0.0, rate)])

    @property
    def latest(self) -> float:
        return self.entries[-1][1] if self.entries else 0.0

    def add(self, at: float, rate: float) -> None:
        """Another rate from `at` on; one that is in force already is no change."""
        if rate != self.latest:
            self.entries.append((at, rate))

    def at(self, moment: float) -> float:
        """Requests a minute at `moment`."""
        index = bisect.bisect_right(self.entries, moment, key=lambda entry: entry[0])
        return self.entries[index - 1][1] if index else 0.0

    def changes(self, start: float, end: float) -> set[float]:
        """The moments between `start` and `end` at which the rate changes."""
        return {at for at, _ in self.entries if start < at < end}
