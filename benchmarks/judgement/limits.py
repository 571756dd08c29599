"""How often a slow burn at low traffic can be found at all, by whatever test: `python -m benchmarks.judgement.limits`.

Wald's test of the canary's failures that knows both rates, and since when; at the last weight of our ramp from then on,
to the end of the hour. A second one sees what our judge goes by: how the failures are shared between the versions.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from math import log

import numpy as np
from numpy.typing import NDArray

from benchmarks.judgement.oracle import ALPHA, rates
from benchmarks.judgement.suites import Cell, first
from multitool_tui.judgement.settings import Settings
from multitool_tui.simulation.report import table
from multitool_tui.simulation.run import LAG

_RUNS = 20_000
_WEIGHT = Settings().max_weight or 1.0
Counts = NDArray[np.int64]


def found(cell: Cell, evidence: Callable[[Counts, Counts, Counts], NDArray[np.float64]]) -> float:
    """The share of rollouts in which the evidence (by minute) comes to log(1 / ALPHA) before the hour is over."""
    scenario, random = cell.scenario, np.random.default_rng(1)
    base, harmed = rates(scenario)
    size = (_RUNS, scenario.minutes - LAG - scenario.harm.onset)
    requests = random.poisson(scenario.rps * 60 * _WEIGHT, size)
    others = random.poisson(scenario.rps * 60 * (1 - _WEIGHT), size)
    said = evidence(requests, random.binomial(requests, harmed), random.binomial(others, base))
    return float((np.cumsum(said, axis=1).max(axis=1) >= log(1 / ALPHA)).mean())


def main() -> None:
    """Print a line for each slow burn of the first suite at one request a second."""
    rows = [["slow burn", "both rates known", "by the share of failures"]]
    for cell in first().cells:
        base, harmed = rates(cell.scenario)
        if cell.scenario.harm.onset and cell.scenario.rps == 1 and base:
            odds = _WEIGHT * harmed / (_WEIGHT * harmed + (1 - _WEIGHT) * base)
            failure, success = log(harmed / base), log((1 - harmed) / (1 - base))
            canary, other = log(odds / _WEIGHT), log((1 - odds) / (1 - _WEIGHT))
            knowing = found(cell, lambda n, x, _, f=failure, s=success: x * f + (n - x) * s)  # type: ignore[misc]
            sharing = found(cell, lambda _, x, y, c=canary, o=other: x * c + y * o)  # type: ignore[misc]
            rows.append([cell.title, f"{knowing:.1%}", f"{sharing:.1%}"])
    sys.stdout.write(table(rows) + "\n")


if __name__ == "__main__":
    main()
