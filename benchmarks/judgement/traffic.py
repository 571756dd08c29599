"""Seeded minutes of a service in canary: traffic, errors, what disturbs them, and what the new version breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from multitool_tui.judgement.model import Counts, Minute

START = datetime(2026, 1, 5, tzinfo=UTC)
HISTORY, MINUTES, LAG = 360, 60, 2
"""Minutes of history, minutes of canary, and minutes until one is sealed."""


@dataclass(frozen=True)
class Cell:
    """One cell of the table. `harm` is the share of canary requests that fail on top, from minute `onset` on."""

    scenario: str
    rps: float
    base: float
    harm: float = 0.0
    onset: int = 0

    @property
    def name(self) -> str:
        return f"{self.scenario} {self.rps:g}/s base {self.base:g} harm {self.harm:g} from {self.onset}"


@dataclass
class World:
    """One run: `minute(t, weight, before)` draws what both versions do; history has negative t."""

    cell: Cell
    random: np.random.Generator

    def minute(self, t: int, weight: float, before: float) -> tuple[Minute, int]:
        """Minute `t` with `weight` from its middle on and `before` until then, and the failures that are the harm's."""
        cell, random = self.cell, self.random
        share = (weight + before) / 2 if cell.scenario == "straddled" else weight
        traffic = cell.rps * 60 * (np.exp(np.sin(t / 7)) if cell.scenario == "ramps" else 1.0)
        canary, baseline = int(random.poisson(traffic * share)), int(random.poisson(traffic * (1 - share)))
        rate = self._rate(t)
        wobble = self._noise(t)
        failed1 = self._failures(canary, rate * wobble[0])
        failed0 = self._failures(baseline, rate * wobble[1])
        harmed = int(random.binomial(canary - failed1, cell.harm)) if t >= cell.onset and cell.harm else 0
        counts = Counts(canary, failed1 + harmed) if canary else None
        wanted = max(weight, before) if cell.scenario == "straddled" else weight
        return Minute(START + timedelta(minutes=t), wanted, Counts(baseline, failed0), counts), harmed

    def _rate(self, t: int) -> float:
        """The error rate that both versions share."""
        base = self.cell.base
        if self.cell.scenario == "bursts" and (t * 2654435761 >> 7) % 9 == 0:
            return min(1.0, max(20 * base, 0.05))
        if self.cell.scenario == "drift":
            return base * float(np.exp(0.8 * np.sin(t / 20)))
        return base

    def _noise(self, t: int) -> tuple[float, float]:
        """What each version's own rate is multiplied by this minute."""
        sizes = {"noise": 0.3, "heavy noise": 0.6, "hidden noise": 0.6 if t >= 0 else 0.0}
        sigma = sizes.get(self.cell.scenario, 0.0)
        if not sigma:
            return 1.0, 1.0
        one, other = np.exp(sigma * self.random.standard_normal(2) - sigma * sigma / 2)
        return float(one), float(other)

    def _failures(self, requests: int, rate: float) -> int:
        if self.cell.scenario == "clusters":  # failures come in threes
            return min(requests, 3 * int(self.random.poisson(requests * rate / 3)))
        return int(self.random.binomial(requests, min(1.0, rate)))


Policy = Callable[[], "Decider"]


class Decider:
    """What a policy does after each sealed minute."""

    def first(self, history: list[Minute]) -> float:
        """The weight to begin with."""
        raise NotImplementedError

    def see(self, minute: Minute) -> float:
        """The weight from now on: 0 rolls back, 1 promotes."""
        raise NotImplementedError


@dataclass(frozen=True)
class Outcome:
    """How a run ended: "rolled back", "promoted" or "undecided", after how many minutes, and the harm's failures."""

    end: str
    minutes: int
    excess: int


def run(cell: Cell, policy: Policy, seed: int) -> Outcome:
    """One rollout. What a policy decides on minute t takes effect in minute t + 1 + LAG; until then it is blind.

    A bad version that is promoted fails all requests that it harms until minute 60.
    """
    random = np.random.default_rng([seed, *cell.name.encode()])
    world, decider = World(cell, random), policy()
    weights = [decider.first([world.minute(t, 0.0, 0.0)[0] for t in range(-HISTORY, 0)])] * (LAG + 1)
    excess, before = 0, 0.0
    for t in range(MINUTES):
        weight = weights[t]
        minute, harmed = world.minute(t, weight, before)
        excess, before = excess + harmed, weight
        wanted = decider.see(minute)
        weights.append(wanted)
        if wanted in (0.0, 1.0):
            for later in range(t + 1, t + 1 + LAG):
                excess += world.minute(later, weights[later], weights[later - 1])[1]
            rest = MINUTES - t - 1 - LAG
            if wanted == 1.0 and rest > 0:
                from_then = max(0, MINUTES - max(cell.onset, t + 1 + LAG))
                excess += int(from_then * cell.rps * 60 * cell.harm)
            return Outcome("promoted" if wanted else "rolled back", t + 1, excess)
    return Outcome("undecided", MINUTES, excess)


GOOD = ("plain", "bursts", "noise", "ramps", "straddled", "clusters", "drift")
UNSHOWN = ("hidden noise", "heavy noise")


def cells() -> Iterator[Cell]:
    """The table's cells."""
    for rps in (1.0, 10.0, 100.0, 1000.0):
        for base in (0.0, 0.001, 0.01, 0.05):
            yield from (Cell(scenario, rps, base) for scenario in (*GOOD, *UNSHOWN))
            for harm in (0.01, 0.05, 0.95):
                yield Cell("plain", rps, base, harm)
                yield Cell("heavy noise", rps, base, harm)
            yield Cell("plain", rps, base, 0.05, onset=10)
