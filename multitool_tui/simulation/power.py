"""What a rollout can tell of a service's traffic: which harm is found, how soon, and for how many bad requests."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from statistics import median

from multitool_tui.judgement.model import Minute
from multitool_tui.rollout.plan import Plan
from multitool_tui.rollout.strategies import ADAPTIVE, STRATEGIES
from multitool_tui.simulation.disturbances import Disturbance
from multitool_tui.simulation.policies.adaptive import Adaptive
from multitool_tui.simulation.run import End, run
from multitool_tui.simulation.scenario import Harm, Scenario
from multitool_tui.simulation.traffic import World

HARMS = (0.001, 0.01, 0.05, 0.5, 1.0)
"""The shares (0-1) of a bad version's requests that fail because of it, for which the question is put."""


@dataclass(frozen=True, slots=True)
class PowerRow:
    """One size of harm: the share (0-1) of rollouts that were rolled back, and medians over those.

    `minutes`: of the canary, until it was seen; `bad_requests`: that failed because of the harm. None where none was.
    """

    harm: float
    detected: float
    minutes: float | None
    bad_requests: float | None


def power(
    requests_a_minute: float,
    error_rate: float,
    *,
    plan: Plan = STRATEGIES[ADAPTIVE],
    disturbances: Sequence[Disturbance] = (),
    harms: Sequence[float] = HARMS,
    runs: int = 20,
    seed: int = 1,
) -> list[PowerRow]:
    """Release a bad version `runs` times for each of `harms`, by `plan`, and say which are found before its deadline.

    Args:
        requests_a_minute: of both versions together, more than 0.
        error_rate: the baseline's, 0-1.
        disturbances: what makes the traffic less even than chance.
        seed: the same gives the same rows.

    Raises:
        pydantic.ValidationError: a number is outside its range.
    """
    scenario = Scenario(
        rps=requests_a_minute / 60,
        base=error_rate,
        disturbance=tuple(disturbances),
        minutes=max(1, min(1440, plan.deadline // plan.analysis.period)),
    )
    primed = [_Primed(plan, World(scenario, seed + number).history()) for number in range(runs)]
    return [_row(scenario.model_copy(update={"harm": Harm(share=harm)}), primed, seed) for harm in harms]


class _Primed:
    """A policy that has seen its history, to begin from as often as needed: the history is most of a run's work."""

    def __init__(self, plan: Plan, history: Sequence[Minute]) -> None:
        self._policy = Adaptive(plan)
        self._first_weight = self._policy.begin(history)
        self.aftercare = self._policy.aftercare

    def begin(self, history: Sequence[Minute]) -> float:  # noqa: ARG002 - it has its own
        return self._first_weight

    def see(self, minutes: Sequence[Minute]) -> float:
        return self._policy.see(minutes)


def _row(scenario: Scenario, primed: Sequence[_Primed], seed: int) -> PowerRow:
    outcomes = [run(scenario, partial(deepcopy, each), seed + number) for number, each in enumerate(primed)]
    found = [outcome for outcome in outcomes if outcome.end is End.ROLLED_BACK]
    return PowerRow(
        scenario.harm.share,
        len(found) / len(outcomes),
        median(outcome.minutes for outcome in found) if found else None,
        median(outcome.excess for outcome in found) if found else None,
    )
