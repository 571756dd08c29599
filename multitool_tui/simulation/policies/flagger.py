"""Flagger, by its tutorial on progressive delivery."""

from __future__ import annotations

from collections.abc import Sequence

from multitool_tui.judgement.model import Minute
from multitool_tui.simulation.policies.base import Policy

# All from docs/gitbook/tutorials/istio-progressive-delivery.md: interval 1m, threshold 5, maxWeight 50, stepWeight 10,
# request-success-rate min 99 over 1m.
_WEIGHTS = (0.1, 0.2, 0.3, 0.4, 0.5)
_THRESHOLD = 5
_LEAST_SUCCESS = 0.99


class Flagger(Policy):
    """Each minute in which 99% of the canary's requests succeed raises the weight; five that do not, roll back.

    A minute without a request, or one that is not known, is a failed check: "Halt advancement no values found"
    (pkg/controller/scheduler_metrics.go). Failed checks are counted for good, not in a row.
    """

    aftercare = 0

    def __init__(self) -> None:
        self._failed = 0
        self._passed = 0

    def begin(self, history: Sequence[Minute]) -> float:  # noqa: ARG002 - it does not read it
        """The first step's."""
        return _WEIGHTS[0]

    def see(self, minutes: Sequence[Minute]) -> float:
        """One check, of the latest minute that is known."""
        canary = minutes[-1].canary if minutes else None
        if canary and canary.invocations and 1 - canary.errors / canary.invocations >= _LEAST_SUCCESS:
            self._passed += 1
        else:
            self._failed += 1
        if self._failed >= _THRESHOLD:
            return 0.0
        return _WEIGHTS[self._passed] if self._passed < len(_WEIGHTS) else 1.0
