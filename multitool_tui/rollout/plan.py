"""Plans: what weight when, for how long, and by which analysis the rollout is judged."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise

from multitool_tui.judgement.ramp import LEAST_WEIGHT
from multitool_tui.judgement.settings import Settings
from multitool_tui.rollout.hooks import Hook
from multitool_tui.rollout.metrics import MetricPair
from multitool_tui.rollout.smoke import SmokeTest
from multitool_tui.words import parse_duration, parse_percent, percent, write_duration

_LONGEST_HISTORY, _MOST_HISTORY = timedelta(hours=24), 600  # and in periods


class OnInconclusive(StrEnum):
    """What becomes of a rollout that is still undecided at its deadline."""

    ROLL_BACK = "roll_back"
    HOLD = "hold"
    PROMOTE = "promote"


class OnInterrupt(StrEnum):
    """What becomes of a rollout whose driver is told to end (a signal, a lost terminal) before the rollout has."""

    ROLL_BACK = "roll_back"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Step:
    """Hold the canary at `weight` (0-1, exclusive) for `bake`, then wait for the operator where there is a `gate`."""

    weight: float
    bake: timedelta
    gate: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.weight < 1:
            raise ValueError(f"a step's weight lies between 0% and 100%, not at {percent(self.weight)}")


@dataclass(frozen=True, slots=True)
class Ramp:
    """Weights by what the evidence affords, in the place of steps.

    `budget`: bad requests that a bad version may cost. `max_weight` (0-1): as far as the ramp goes before promotion.
    `min_bake`: nothing is promoted earlier than this after the canary's first minute.
    """

    budget: float = 30.0
    max_weight: float = 0.25
    min_bake: timedelta = timedelta(minutes=15)

    def __post_init__(self) -> None:
        if self.budget <= 0:
            raise ValueError(f"a budget is more than 0 bad requests, not {self.budget:g}")
        if not 0 < self.max_weight < 1:
            raise ValueError(f"a ramp's last weight lies between 0% and 100%, not at {percent(self.max_weight)}")


@dataclass(frozen=True, slots=True)
class Analysis:
    """How CloudWatch is read and judged.

    `seal_after`: a period that ended this long ago is complete and may be judged (points arrive 1-3 minutes late).
    `max_age`: evidence older than this raises no weight. `slow_rolls_back`: a slow canary is not only held, but rolled
    back.
    `latency`: whether slow requests are judged. `client_errors`: whether 4XX answers are, behind an API Gateway stage.
    `metrics`: what else is.
    """

    period: timedelta = timedelta(seconds=60)
    seal_after: timedelta = timedelta(seconds=150)
    max_age: timedelta = timedelta(minutes=6)
    slow_rolls_back: bool = False
    latency: bool = True
    client_errors: bool = False
    metrics: tuple[MetricPair, ...] = ()

    @property
    def history(self) -> timedelta:
        """How far back from the start the baseline's own periods are read."""
        return min(_LONGEST_HISTORY, _MOST_HISTORY * self.period)


@dataclass(frozen=True, slots=True)
class Behind:
    """What is released behind a stage: one of the functions that it calls, and the alias that is moved with it on
    promotion. A stage that calls through an alias takes that one."""

    function: str
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Ordered steps, or a ramp, and what decides on the way. Neither means all at once."""

    strategy: str
    steps: tuple[Step, ...] = ()
    ramp: Ramp | None = None
    analysis: Analysis = field(default_factory=Analysis)
    alarms: tuple[str, ...] = ()
    accepted_alarms: tuple[str, ...] = ()
    """Alarms that were firing at the start and that the operator chose to start over."""
    deadline: timedelta = timedelta(hours=2)
    on_inconclusive: OnInconclusive = OnInconclusive.ROLL_BACK
    on_interrupt: OnInterrupt = OnInterrupt.ROLL_BACK
    bake_after_promote: timedelta = timedelta(minutes=5)
    freeze: tuple[str, ...] = ()
    """Windows (`rollout.freeze`) in which it must not be started."""
    despite_freeze: str = ""
    """Why the operator chose to start it in such a window."""
    production: bool = False
    """Whether commands from other shells must say what was seen."""
    behind: Behind | None = None
    """None for an alias, and for a stage that calls one function."""
    anomaly_gate: bool = False
    """Whether nothing goes on while an anomaly detector finds the target unusual."""
    annotate: bool = False
    """Whether the rollout writes metrics of its own."""
    hooks: tuple[Hook, ...] = ()
    smoke: tuple[SmokeTest, ...] = ()
    """What the canary must pass before its first weight."""

    def __post_init__(self) -> None:
        if self.steps and self.ramp:
            raise ValueError("a plan has steps or a ramp, not both")
        weights = [step.weight for step in self.steps]
        if any(later <= earlier for earlier, later in pairwise(weights)):
            raise ValueError(f"each step must weigh more than the one before it: {', '.join(map(percent, weights))}")

    @property
    def all_at_once(self) -> bool:
        """Whether the canary gets everything at the start."""
        return not (self.steps or self.ramp)

    def first_weight(self, afforded: float | None) -> float:
        """The canary's share (0-1) to begin with. `afforded`: what the history affords, for a ramp."""
        if self.ramp:
            return afforded or LEAST_WEIGHT
        return self.steps[0].weight if self.steps else 1.0

    @property
    def shortest(self) -> timedelta:
        """The time the plan takes when nothing holds it up."""
        return self.baking + self.bake_after_promote

    @property
    def baking(self) -> timedelta:
        """The time before promotion that the plan asks for."""
        return self.ramp.min_bake if self.ramp else sum((step.bake for step in self.steps), timedelta())

    @property
    def settings(self) -> Settings:
        """By what the plan's rollouts are judged. With steps it is they that say how long to look."""
        period, blind = self.analysis.period, self.analysis.period + self.analysis.seal_after
        slow_rolls_back = self.analysis.slow_rolls_back
        metrics = tuple(metric.name for metric in self.analysis.metrics)
        if self.ramp:
            return Settings(
                self.ramp.budget,
                self.ramp.max_weight,
                self.ramp.min_bake,
                period=period,
                blind=blind,
                slow_rolls_back=slow_rolls_back,
                metrics=metrics,
            )
        return Settings(
            max_weight=None,
            min_bake=min(self.baking, Settings().min_bake),
            patience=min(self.baking, Settings().patience),
            period=period,
            blind=blind,
            slow_rolls_back=slow_rolls_back,
            metrics=metrics,
        )


_STEP = re.compile(r"(?P<weight>[^/\s]+)/(?P<bake>[^/\s]+)(?P<gate>/gate)?")


def parse_steps(text: str) -> tuple[Step, ...]:
    """Read an operator's own steps: "5%/5m 25%/5m/gate 50%/10m".

    Raises:
        ValueError: in one sentence, when a step is not WEIGHT/BAKE or WEIGHT/BAKE/gate.
    """
    words = text.replace(",", " ").split()
    if not words:
        raise ValueError("no steps given: write them like 5%/5m 25%/5m/gate 50%/10m")
    steps = []
    for word in words:
        match = _STEP.fullmatch(word)
        if not match:
            raise ValueError(f"{word!r} is not a step: write it as weight/bake, like 25%/5m or 25%/5m/gate")
        steps.append(Step(parse_percent(match["weight"]), parse_duration(match["bake"]), gate=bool(match["gate"])))
    return tuple(steps)


def write_steps(steps: tuple[Step, ...]) -> str:
    """Write steps so that `parse_steps` reads the same back."""
    return " ".join(
        f"{percent(step.weight, 10)}/{write_duration(step.bake)}{'/gate' if step.gate else ''}" for step in steps
    )
