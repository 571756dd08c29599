"""Times side by side: on a noisy machine only what is measured in turns can be compared."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Times:
    """Seconds: the median of some runs, the least and the most."""

    median: float
    least: float
    most: float


def in_turns(measured: Mapping[str, Callable[[], float]], runs: int) -> dict[str, Times]:
    """Measure each in turn, `runs` times over; every function returns the seconds that it took."""
    taken: dict[str, list[float]] = {name: [] for name in measured}
    for _ in range(runs):
        for name, seconds in measured.items():
            taken[name].append(seconds())
    return {name: Times(statistics.median(all_of), min(all_of), max(all_of)) for name, all_of in taken.items()}
