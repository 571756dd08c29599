"""Invocations that belong together: what the metrics are summed from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from multitool_tui.sandbox.draw import binomial, source
from multitool_tui.sandbox.handlers.runs import Outcome
from multitool_tui.sandbox.metrics.distribution import Distribution
from multitool_tui.sandbox.scenario import Behaviour
from multitool_tui.sandbox.traffic.durations import draw_durations, on_grid


@dataclass(frozen=True)
class Parcel:
    """Some invocations of one version within one minute that ran under one routing and behaviour, and are published
    together. `late`: after the rest of the minute. `outcomes`: of a version that is really run, one by one; of any
    other they follow from the behaviour."""

    version: str
    weighted: bool
    late: bool
    invocations: int
    errors: int
    throttles: int
    behaviour: Behaviour
    longest_ms: float
    key: tuple[object, ...]
    seed: int
    outcomes: tuple[Outcome, ...] | None = None

    @cached_property
    def durations(self) -> Distribution:
        """Milliseconds, of as many as there are invocations."""
        if self.outcomes is not None:
            return Distribution(Counter(on_grid(each.ms, self.longest_ms) for each in self.outcomes))
        how = self.behaviour
        random = source(self.seed, "durations", *self.key)
        return Distribution(
            draw_durations(
                random, self.invocations, how.median_ms, how.sigma, how.cold_share, how.cold_ms, self.longest_ms
            )
        )

    @property
    def busy_ms(self) -> float:
        """How long all of them took together, about."""
        if self.outcomes is not None:
            return sum(each.ms for each in self.outcomes)
        return self.invocations * self.behaviour.median_ms

    @property
    def server_errors(self) -> int:
        """How many of them API Gateway answers with a 5XX: failures, and answers whose statusCode says so."""
        if self.outcomes is not None:
            return sum(each.server_error for each in self.outcomes)
        fine = self.invocations - self.errors
        return self.errors + binomial(source(self.seed, "answers", *self.key), fine, self.behaviour.server_error_rate)

    def going(self, share: float, name: str) -> int:
        """How many of the invocations went a way (called `name`) that `share` of them go."""
        return binomial(source(self.seed, "going", name, *self.key), self.invocations, share)
