"""What names a metric, and what a source of metric data gives."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from multitool_tui.sandbox.metrics.distribution import Distribution

MINUTE = 60


@dataclass(frozen=True)
class Metric:
    """Namespace, name and dimensions: together the identity of a series."""

    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def of(cls, namespace: str, name: str, dimensions: Mapping[str, str] | None = None) -> Metric:
        return cls(namespace, name, frozenset((dimensions or {}).items()))

    @property
    def key(self) -> tuple[object, ...]:
        """The same in every process, where the order of a set is not."""
        return self.namespace, self.name, *sorted(self.dimensions)


def closed_minutes(start: float, end: float, as_of: float) -> range:
    """The minutes that begin in [start, end) and are over by `as_of`; all are epoch seconds."""
    first = math.ceil(start / MINUTE) * MINUTE
    return range(first, min(math.ceil(end), math.floor(as_of) - MINUTE + 1), MINUTE)


@dataclass(frozen=True)
class Point:
    """The visible values of a series at one timestamp (epoch seconds)."""

    at: int
    unit: str
    values: Distribution


class Source(Protocol):
    """Where data comes from. Times are epoch seconds; `as_of` is when somebody looks: what was published later
    does not exist yet."""

    def points(self, metric: Metric, start: float, end: float, as_of: float) -> Iterable[Point]:
        """What is visible with timestamps in [start, end), in order of time."""
        ...

    def first_published(self, as_of: float) -> Iterable[tuple[Metric, float]]:
        """Every series that has data by `as_of`, and when its first data was published."""
        ...
