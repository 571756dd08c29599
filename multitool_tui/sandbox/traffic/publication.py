"""When a minute of a series becomes visible: late, and never twice as late by the same amount.

Lambda's metrics come one to three minutes after the minute, each series in its own time.
"""

from __future__ import annotations

from multitool_tui.sandbox.draw import source
from multitool_tui.sandbox.metrics.series import MINUTE, Metric

_USUAL = (60.0, 110.0)
_SLOWEST = 170.0
_SLOW_SHARE = 0.05


def published_at(seed: int, metric: Metric, minute: int, *, late: bool) -> float:
    """When (epoch seconds) a minute's data is visible, or the part of it that straggles (`late`)."""
    random = source(seed, "published", metric.key, minute)
    lag = random.uniform(*_USUAL)
    if random.random() < _SLOW_SHARE:
        lag = random.uniform(_USUAL[1], _SLOWEST)
    if late:
        lag = random.uniform(lag, _SLOWEST)
    return minute + MINUTE + lag
