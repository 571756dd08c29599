"""How long invocations take: a lognormal body plus a share of cold starts, as counts on a fixed grid of values.

Every duration is one of the grid's values (4% apart), so that SampleCount, percentiles and PR(:x) of one minute
agree with each other to the last invocation.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from random import Random

from multitool_tui.sandbox.draw import multinomial

_STEP = math.log(1.04)
_SHORTEST_MS = 0.5
_NEGLIGIBLE = 1e-7


def draw_durations(
    random: Random, count: int, median_ms: float, sigma: float, cold_share: float, cold_ms: float, longest_ms: float
) -> Mapping[float, int]:
    """Milliseconds -> how many of `count` invocations took that long. A cold start adds `cold_ms` to the median."""
    values, shares = _grid(median_ms, sigma, cold_share, cold_ms, longest_ms)
    counts = multinomial(random, count, shares)
    return {value: number for value, number in zip(values, counts, strict=True) if number}


def on_grid(ms: float, longest_ms: float) -> float:
    """The value of the grid that stands for a duration."""
    cell = max(0, math.floor(math.log(max(ms, _SHORTEST_MS) / _SHORTEST_MS) / _STEP))
    return min(longest_ms, _value(cell))


def _value(cell: int) -> float:
    return round(_SHORTEST_MS * math.exp((cell + 0.5) * _STEP), 2)


@lru_cache(maxsize=256)
def _grid(
    median_ms: float, sigma: float, cold_share: float, cold_ms: float, longest_ms: float
) -> tuple[list[float], list[float]]:
    def below(ms: float) -> float:
        warm = _lognormal_below(ms, median_ms, sigma)
        return (1 - cold_share) * warm + cold_share * _lognormal_below(ms, median_ms + cold_ms, sigma)

    cells = math.ceil(math.log(longest_ms / _SHORTEST_MS) / _STEP)
    edges = [_SHORTEST_MS * math.exp(index * _STEP) for index in range(cells + 1)]
    # Whatever is shorter or longer than the grid belongs to its ends: a function runs no longer than its timeout.
    values = [*(_value(cell) for cell in range(cells - 1)), longest_ms]
    bounds = [0.0, *(below(edge) for edge in edges[1:-1]), 1.0]
    shares = [high - low for low, high in pairwise(bounds)]
    kept = [(value, share) for value, share in zip(values, shares, strict=True) if share > _NEGLIGIBLE]
    whole = sum(share for _, share in kept)
    return [value for value, _ in kept], [share / whole for _, share in kept]


def _lognormal_below(ms: float, median_ms: float, sigma: float) -> float:
    return 0.5 * (1 + math.erf(math.log(ms / median_ms) / (sigma * math.sqrt(2))))
