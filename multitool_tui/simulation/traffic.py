"""Seeded minutes of a service in canary."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zlib import crc32

import numpy as np

from multitool_tui.judgement.model import Counts, Minute
from multitool_tui.simulation.disturbances import Forecast
from multitool_tui.simulation.scenario import Scenario

START = datetime(2026, 1, 5, tzinfo=UTC)
"""When the canary's first minute begins."""
_MOST_RETRIED = 5.0  # times the traffic: clients give up


@dataclass(frozen=True, slots=True)
class Served:
    """One minute as it was, the failures in it that are the harm's, and how much later it is known (-1: never)."""

    minute: Minute
    harmed: int
    delay: int


class World:
    """One run: what both versions do minute by minute, drawn from `seed`. Same seed and weights, same minutes."""

    def __init__(self, scenario: Scenario, seed: int, slack: int = 0) -> None:
        """`slack`: minutes that may be asked for beyond the scenario's last."""
        self._scenario = scenario
        # Whether slowness is measured changes nothing else in a run.
        self._random = np.random.default_rng([seed, crc32(scenario.model_dump_json(exclude={"slow"}).encode())])
        length = scenario.history + scenario.minutes + slack
        self._random_slow = np.random.default_rng([seed, 1])
        self._forecast = Forecast(
            minute=np.arange(length, dtype=np.float64) - scenario.history,
            traffic=np.full(length, scenario.rps * 60),
            rate=np.full(length, scenario.base),
            own=np.ones((2, length)),
            delay=np.zeros(length, dtype=np.int64),
        )
        for disturbance in scenario.disturbances:
            disturbance.disturb(self._forecast, self._random)
        self._failed_before = 0
        self._raised: int | None = None  # the minute of the latest raise

    def history(self) -> list[Minute]:
        """The minutes before the canary's first; those that are never known are left out."""
        forecast, end = self._forecast, self._scenario.history
        traffic = forecast.traffic[:end] * (1 + forecast.retries * forecast.rate[:end])
        requests = self._random.poisson(traffic)
        rate = np.minimum(1.0, forecast.rate[:end] * forecast.own[1, :end])
        failures = self._random.binomial(requests, rate) if forecast.cluster == 1 else np.minimum(
            requests, forecast.cluster * self._random.poisson(requests * rate / forecast.cluster)
        )  # fmt: skip
        if forecast.poison:
            failures = np.minimum(requests, failures + forecast.batch * self._random.poisson(forecast.poison, end))
        return [
            Minute(_start(index - end), 0.0, self._counts(n, x))
            for index, (n, x, delay) in enumerate(
                zip(requests.tolist(), failures.tolist(), forecast.delay[:end].tolist(), strict=True)
            )
            if delay >= 0
        ]

    def minute(self, t: int, weight: float, before: float) -> Served:
        """Minute `t` of the rollout, with the canary at `weight` (0-1), and at `before` in the minute before."""
        forecast, random, index = self._forecast, self._random, self._scenario.history + t
        share, wanted = weight, weight
        if forecast.straddled:
            share, wanted = (weight + before) / 2, max(weight, before)
        planned = float(forecast.traffic[index])
        traffic = planned + min(forecast.retries * self._failed_before, _MOST_RETRIED * planned)
        n1, n0 = int(random.poisson(traffic * share)), int(random.poisson(traffic * (1 - share)))
        rate = float(forecast.rate[index])
        x1 = self._failures(n1, rate * float(forecast.own[0, index]))
        x0 = self._failures(n0, rate * float(forecast.own[1, index]))
        if forecast.poison:
            batches = int(random.poisson(forecast.poison))
            hit = int(random.binomial(batches, share))
            x1, x0 = min(n1, x1 + hit * forecast.batch), min(n0, x0 + (batches - hit) * forecast.batch)
        self._raised = t if weight > before else self._raised
        if self._raised is not None and t - self._raised < len(forecast.cold):
            x1 = min(n1, x1 + int(random.poisson(forecast.cold[t - self._raised])))
        harm = self._scenario.harm.at(t, share)
        harmed = int(random.binomial(n1 - x1, harm)) if harm else 0
        self._failed_before = x1 + x0 + harmed
        canary, baseline = (self._counts(n, x) if n else None for n, x in ((n1, x1 + harmed), (n0, x0)))
        return Served(Minute(_start(t), wanted, baseline, canary), harmed, int(forecast.delay[index]))

    def harmed_from(self, t: int) -> int:
        """The failures to be expected of the harm from minute `t` to the scenario's last, with all on the canary."""
        traffic = self._forecast.traffic[self._scenario.history :]
        return int(sum(traffic[m] * self._scenario.harm.at(m, 1.0) for m in range(t, self._scenario.minutes)))

    def _counts(self, requests: int, failures: int) -> Counts:
        slow = self._scenario.slow
        return Counts(requests, failures, None if slow is None else int(self._random_slow.binomial(requests, slow)))

    def _failures(self, requests: int, rate: float) -> int:
        cluster = self._forecast.cluster
        if cluster > 1:
            return min(requests, cluster * int(self._random.poisson(requests * rate / cluster)))
        return int(self._random.binomial(requests, min(1.0, rate)))


def _start(t: int) -> datetime:
    return START + timedelta(minutes=t)
