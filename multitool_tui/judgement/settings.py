"""By what a rollout is judged, and the limits of the evidence; without the judge, so that a screen can start on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

HARM_LIMIT = 1000.0
"""The e-value at which the canary is harmful: a false alarm in at most one of a thousand rollouts."""
TOLERATED_EXCESS = 0.005
"""What a safe canary may add to the share of requests that fail; or a tenth of the baseline's own failures, if that is
more."""
DOUBT = 20.0
"""The e-value of a stream from which no weight is raised, and nothing is safe."""


@dataclass(frozen=True, slots=True)
class Settings:
    """By what a rollout is judged.

    Args:
        budget: bad requests that a bad version may cost; the ramp lives on it.
        max_weight: the weight (0-1) up to which the ramp goes; None where a timetable sets the weights.
        min_bake: nothing is safe earlier than this after the canary's first minute.
        patience: from here on a canary that has not raised doubts is safe once its sample would show large harm.
        period: the length of a minute.
        blind: from the moment that something breaks to the moment that its minute is judged and the weight taken back.
        slow_rolls_back: whether a slow canary is harmful, or only never safe and never raised.
        metrics: the names of the plan's own metrics, each of which is a stream of failures.
    """

    budget: float = 30.0
    max_weight: float | None = 0.25
    min_bake: timedelta = timedelta(minutes=15)
    patience: timedelta = timedelta(minutes=27)
    period: timedelta = timedelta(minutes=1)
    blind: timedelta = timedelta(minutes=3)
    slow_rolls_back: bool = False
    metrics: tuple[str, ...] = ()
