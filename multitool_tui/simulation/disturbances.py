"""What makes a service's minutes less even than plain chance: each kind changes the forecast of a run in one way.

A kind's fields are its keys in a scenario file; docs/simulate.md lists them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from multitool_tui.words import parse_percent

Floats = NDArray[np.float64]
Share = Annotated[
    float,
    BeforeValidator(lambda value: parse_percent(value) if isinstance(value, str) else value),
    Field(ge=0, le=1),
]
"""0 to 1, or text like "0.4%"."""


@dataclass(slots=True)
class Forecast:
    """What a run's minutes will be like, apart from chance. All arrays have one entry a minute, history first.

    `minute` counts from the canary's first (history is negative); `traffic` is the requests of both versions to be
    expected, `rate` the share of them that fails on either version, `own` what each version's rate is multiplied by
    (shape 2 x minutes: canary, baseline), `delay` how many minutes later than the others a minute is known, -1 for
    never. The rest is what depends on how the rollout goes: failures come `cluster` at a time; `poison` batches a
    minute, each of `batch` failures of one version; every failure is tried again `retries` times in the next minute;
    a raise of the weight fails `cold` requests, minute by minute from then on; with `straddled`, weights change in the
    middle of a minute.
    """

    minute: Floats
    traffic: Floats
    rate: Floats
    own: Floats
    delay: NDArray[np.int64]
    cluster: int = 1
    poison: float = 0.0
    batch: int = 0
    retries: float = 0.0
    cold: tuple[float, ...] = ()
    straddled: bool = False


class _Kind(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Swing(_Kind):
    """Traffic, or both versions' error rate, goes up and down by exp(`size`), once in `period` minutes."""

    kind: Literal["swing"]
    of: Literal["traffic", "errors"] = "traffic"
    size: float = Field(default=1.0, ge=0, le=5)
    period: float = Field(default=44.0, gt=0)

    def disturb(self, forecast: Forecast, random: np.random.Generator) -> None:
        """A whole number of days would hide in the history, so that the phase is drawn."""
        wave = np.sin(2 * np.pi * (forecast.minute / self.period + random.random()))
        _multiply(forecast, self.of, np.exp(self.size * wave))


class Step(_Kind):
    """Traffic, or both versions' error rate, is `factor` times what it was from minute `at` on."""

    kind: Literal["step"]
    of: Literal["traffic", "errors"] = "errors"
    at: int = 12
    factor: float = Field(default=4.0, ge=0, le=1000)

    def disturb(self, forecast: Forecast, random: np.random.Generator) -> None:  # noqa: ARG002 - all have one signature
        """The same minute in every run."""
        _multiply(forecast, self.of, np.where(forecast.minute >= self.at, self.factor, 1.0))


class Bursts(_Kind):
    """In a `share` of the minutes both versions fail at `factor` times their rate, and no less than `at_least`.

    With a `tail`, the factor is Pareto: it exceeds `factor` x with probability x ** -tail.
    """

    kind: Literal["bursts"]
    share: Share = 1 / 9
    factor: float = Field(default=20.0, ge=1)
    at_least: Share = 0.05
    tail: float | None = Field(default=None, gt=0)

    def disturb(self, forecast: Forecast, random: np.random.Generator) -> None:
        """Which minutes it hits is drawn."""
        hit = random.random(len(forecast.minute)) < self.share
        factor = self.factor * (1 + random.pareto(self.tail, len(hit)) if self.tail else 1.0)
        forecast.rate[hit] = np.maximum(forecast.rate * factor, self.at_least)[hit]


class Spikes(_Kind):
    """Every `every` minutes, as if by cron, traffic is `traffic` times as much and the error rate `errors` times."""

    kind: Literal["spikes"]
    every: int = Field(default=5, ge=2)
    traffic: float = Field(default=5.0, ge=0)
    errors: float = Field(default=1.0, ge=0)

    def disturb(self, forecast: Forecast, random: np.random.Generator) -> None:
        """From which minute they count is drawn."""
        hit = (forecast.minute + random.integers(self.every)) % self.every == 0
        forecast.traffic[hit] *= self.traffic
        forecast.rate[hit] *= self.errors


class Idle(_Kind):
    """Traffic comes for `on` minutes, then nothing for `off` minutes."""

    kind: Literal["idle"]
    on: int = Field(default=4, ge=1)
    off: int = Field(default=6, ge=1)

    def disturb(self, forecast: Forecast, random: np.random.Generator) -> None:
        """The phase is drawn."""
        period = self.on + self.off
        forecast.traffic[(forecast.minute + random.integers(period)) % period >= self.on] = 0.0


class Noise(_Kind):
    """Error rates are multiplied by a lognormal of mean 1, a new one each minute.

    `size` is the standard deviation of its logarithm, `memory` how far it is like the minute before (0-1, an AR(1)).
    `versions`: "each" has its own, or the "canary" alone, or both "together" have the same. From minute `since` on
    (None: in the history too), growing to its size over `growth` minutes.
    """

    kind: Literal["noise"]
    size: float = Field(default=0.3, ge=0, le=3)
    memory: float = Field(default=0.0, ge=0, lt=1)
    versions: Literal["each", "canary", "together"] = "each"
    since: int | None = None
    growth: int = Field(default=0, ge=0)

    def disturb(self, forecast: Forecast, random: np.random.Generator) -> None:
        """Two series are drawn whatever the versions, so that scenarios differ in nothing else."""
        size = np.full(len(forecast.minute), self.size)
        if self.since is not None:
            size *= np.clip((forecast.minute - self.since + 1) / max(1, self.growth), 0, 1)
        one, other = (_remembering(random.standard_normal(len(size)), self.memory) for _ in range(2))
        if self.versions != "each":
            other = one if self.versions == "together" else np.zeros_like(other)
            sizes = np.stack([size, size if self.versions == "together" else np.zeros_like(size)])
        else:
            sizes = np.stack([size, size])
        forecast.own *= np.exp(sizes * np.stack([one, other]) - sizes**2 / 2)


class Clusters(_Kind):
    """Failures come `size` at a time."""

    kind: Literal["clusters"]
    size: int = Field(default=3, ge=1)

    def disturb(self, forecast: Forecast, random: np.random.Generator) -> None:  # noqa: ARG002
        """Nothing is drawn ahead."""
        forecast.cluster = self.size


class Poison(_Kind):
    """Messages that cannot be processed, `an_hour` of them; each fails `times` times in a minute, on one version."""

    kind: Literal["poison"]
    an_hour: float = Field(default=6.0, ge=0)
    times: int = Field(default=5, ge=1)

    def disturb(self, forecast: Forecast, random: np.random.Generator) -> None:  # noqa: ARG002
        """Which version gets one is drawn by its share of the traffic, when it comes."""
        forecast.poison, forecast.batch = self.an_hour / 60, self.times


class Retries(_Kind):
    """Every failure comes again `times` times in the next minute, as requests to either version."""

    kind: Literal["retries"]
    times: float = Field(default=2.0, ge=0, le=10)

    def disturb(self, forecast: Forecast, random: np.random.Generator) -> None:  # noqa: ARG002
        """Nothing is drawn ahead."""
        forecast.retries = self.times


class Cold(_Kind):
    """New environments fail as they start: about so many `failures` of the canary after each raise.

    They come in its first `minutes`, in each as many.
    """

    kind: Literal["cold"]
    failures: float = Field(default=1.0, ge=0)
    minutes: int = Field(default=1, ge=1, le=10)

    def disturb(self, forecast: Forecast, random: np.random.Generator) -> None:  # noqa: ARG002
        """Nothing is drawn ahead."""
        forecast.cold = (self.failures / self.minutes,) * self.minutes


class Straddled(_Kind):
    """Weights change in the middle of a minute."""

    kind: Literal["straddled"]

    def disturb(self, forecast: Forecast, random: np.random.Generator) -> None:  # noqa: ARG002
        """Nothing is drawn ahead."""
        forecast.straddled = True


class Gaps(_Kind):
    """A share of the minutes is known one to three minutes `late`, a share is `missing` for good."""

    kind: Literal["gaps"]
    late: Share = 0.2
    missing: Share = 0.05

    def disturb(self, forecast: Forecast, random: np.random.Generator) -> None:
        """Which minutes these are is drawn."""
        length = len(forecast.minute)
        fate = random.random(length)
        forecast.delay[fate < self.late] = random.integers(1, 4, length)[fate < self.late]
        forecast.delay[fate >= 1 - self.missing] = -1


Disturbance = Annotated[
    Swing | Step | Bursts | Spikes | Idle | Noise | Clusters | Poison | Retries | Cold | Straddled | Gaps,
    Field(discriminator="kind"),
]


def _multiply(forecast: Forecast, of: Literal["traffic", "errors"], factor: Floats) -> None:
    if of == "traffic":
        forecast.traffic *= factor
    else:
        forecast.rate *= factor


def _remembering(fresh: Floats, memory: float) -> Floats:
    """Turn independent normal values into an AR(1) of the same variance."""
    if not memory:
        return fresh
    new = (1 - memory * memory) ** 0.5
    return np.array(list(accumulate(fresh.tolist(), lambda last, value: memory * last + new * value)))
