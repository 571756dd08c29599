"""One simulated rollout, and how it ended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from multitool_tui.judgement.model import Minute
from multitool_tui.simulation.policies.base import Policy
from multitool_tui.simulation.scenario import Scenario
from multitool_tui.simulation.traffic import World

LAG = 2
"""Minutes from a minute's end until it is seen. What is decided on minute t takes effect in minute t + 1 + LAG."""


class End(StrEnum):
    """How a rollout ended."""

    ROLLED_BACK = "rolled back"
    PROMOTED = "promoted"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a rollout ended, after how many minutes of the canary were seen, and the failures that the harm caused.

    A bad version that was promoted goes on failing until the scenario's last minute.
    """

    end: End
    minutes: int
    excess: int


def run(scenario: Scenario, policy: Callable[[], Policy], seed: int) -> Outcome:
    """One rollout by a new policy, in the world of `seed`."""
    world, decider = World(scenario, seed, slack=LAG), policy()
    weights = [decider.begin(world.history())] * (LAG + 1)
    known: dict[int, list[Minute]] = defaultdict(list)
    excess, served, promoted_at = 0, 0, None
    for t in range(scenario.minutes):
        excess += _serve(world, t, weights, known)
        served = t + 1
        wanted = decider.see(known.pop(t, []))
        weights.append(wanted)
        if wanted == 0:
            excess += sum(_serve(world, later, weights, known) for later in range(served, served + LAG))
            return Outcome(End.ROLLED_BACK, served, excess)
        promoted_at = (served if promoted_at is None else promoted_at) if wanted == 1 else None
        if promoted_at is not None and served >= promoted_at + decider.aftercare:
            break
    if promoted_at is None:
        return Outcome(End.UNDECIDED, served, excess)
    excess += sum(_serve(world, later, weights, known) for later in range(served, min(served + LAG, scenario.minutes)))
    return Outcome(End.PROMOTED, promoted_at, excess + world.harmed_from(served + LAG))


def _serve(world: World, t: int, weights: list[float], known: dict[int, list[Minute]]) -> int:
    """Let minute `t` pass: put it among what will be known when, and say how many failures were the harm's."""
    served = world.minute(t, weights[t], weights[t - 1] if t else 0.0)
    if served.delay >= 0:
        known[t + served.delay].append(served.minute)
    return served.harmed
