"""Is the traffic split as wanted? A weight that did not take effect is neither health nor harm."""

from __future__ import annotations

from math import exp, lgamma, log
from typing import NamedTuple

ALERT = 1000.0
"""The e-value at which the split counts as broken."""
_TOLERANCE = 1.25  # a share within this factor of the wanted one is as wanted
_A, _B = 0.5, 0.5  # Jeffreys' prior of the share that it may be instead
_LOG_CEILING = 230.0  # far above the alert, and nothing overflows


class SplitWatch(NamedTuple):
    """Requests of both versions since the weight last changed, and the evidence that they are not split by it."""

    weight: float = 0.0
    canary: int = 0
    baseline: int = 0
    minutes: int = 0

    def after(self, weight: float, canary: int, baseline: int) -> SplitWatch:
        """One more minute. The one in which the weight changed had both weights, and is left out."""
        if weight != self.weight:
            return SplitWatch(weight)
        return SplitWatch(weight, self.canary + canary, self.baseline + baseline, self.minutes + 1)

    @property
    def value(self) -> float:
        """E-value against a share between weight / 1.25 and weight * 1.25.

        The likelihood under a Beta(1/2, 1/2) mixture of shares over the largest within the tolerance (universal
        inference: Wasserman, Ramdas and Balakrishnan 2020). 1 before two minutes or at a weight of 0 or 1.
        """
        requests = self.canary + self.baseline
        if self.minutes < 2 or not requests or not 0 < self.weight < 1:
            return 1.0
        least, most = self.weight / _TOLERANCE, min(self.weight * _TOLERANCE, (1 + self.weight) / 2)
        share = min(most, max(least, self.canary / requests))
        mixed = _log_beta(self.canary + _A, self.baseline + _B) - _log_beta(_A, _B)
        wanted = self.canary * log(share) + self.baseline * log(1 - share)
        return exp(min(_LOG_CEILING, mixed - wanted))

    @property
    def broken(self) -> bool:
        """Whether the weight is shown not to be in effect."""
        return self.value >= ALERT


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)
