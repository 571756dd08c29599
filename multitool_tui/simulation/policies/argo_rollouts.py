"""Argo Rollouts, by the first example of its document on analysis."""

from __future__ import annotations

from multitool_tui.simulation.policies.base import Timetable

# All from docs/features/analysis.md, "Background Analysis" (v1.10).
_STEPS = ((0.2, 10), (0.4, 10), (0.6, 10), (0.8, 10))
_FIRST_MEASURED = 10  # startingStep 2: no analysis before the weight is 40%
_INTERVAL = 5
_LEAST_SUCCESS = 0.95
_FAILURE_LIMIT = 3  # "the maximum number of failed run an analysis is allowed": the fourth aborts


class ArgoRollouts(Timetable):
    """The canary's success rate over five minutes, every five minutes from 40% on, is to be 95% or more.

    Five minutes without a request measure nothing.
    """

    def __init__(self) -> None:
        super().__init__(_STEPS)
        self._failed = 0

    def is_bad(self) -> bool:
        """Whether more measurements have failed than may."""
        minutes = len(self.seen)
        if minutes > _FIRST_MEASURED and minutes % _INTERVAL == 0:
            window = self.seen[-_INTERVAL:]
            requests, failures = sum(m.n1 for m in window), sum(m.x1 for m in window)
            self._failed += requests > 0 and 1 - failures / requests < _LEAST_SUCCESS
        return self._failed > _FAILURE_LIMIT
