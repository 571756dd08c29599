"""Kayenta's judge (Spinnaker's automated canary analysis), asked once after half an hour at 10%."""

from __future__ import annotations

from math import sqrt

import numpy as np

from multitool_tui.simulation.policies.base import Timetable

# kayenta-judge, NetflixACAJudge.scala: MannWhitneyClassifier(tolerance = 0.25, confLevel = 0.98). How long to look, and
# at what weight, is left to the user.
_TOLERANCE = 0.25
_Z = 2.3263  # of a two-sided confidence of 0.98
_STEPS = ((0.10, 30),)


class Kayenta(Timetable):
    """Error rates minute by minute, canary against baseline, direction "increase": High, or Pass.

    High where the lower confidence limit of the shift between the two (Mann-Whitney) lies above a quarter of the
    shift's estimate (Hodges-Lehmann), and the means are in that order. The limit is taken from the ordered differences
    by the normal approximation (Hollander & Wolfe, Nonparametric Statistical Methods, 4.3); Kayenta finds the same by
    bisection.
    """

    def __init__(self) -> None:
        super().__init__(_STEPS)

    def fails_at_the_end(self) -> bool:
        """Whether the metric is High."""
        canary = np.array([m.x1 / m.n1 for m in self.seen if m.n1])
        baseline = np.array([m.x0 / m.n0 for m in self.seen if m.n0])
        if not len(canary) or not len(baseline) or canary.mean() < baseline.mean():
            return False
        shifts = np.sort((canary[:, None] - baseline[None, :]).ravel())
        pairs = len(shifts)
        below = int(pairs / 2 - _Z * sqrt(pairs * (len(canary) + len(baseline) + 1) / 12))
        lowest = shifts[below] if below >= 0 else -np.inf
        return bool(lowest > _TOLERANCE * abs(np.median(shifts)))
