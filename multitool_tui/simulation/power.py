"""What a rollout can tell of a service's traffic: which harm is found, how soon, and for how many bad requests."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from statistics import median

from multitool_tui.judgement.model import Minute
from multitool_tui.rollout.plan import OnInconclusive, Plan
from multitool_tui.rollout.strategies import ADAPTIVE, STRATEGIES
from multitool_tui.simulation.disturbances import Disturbance
from multitool_tui.simulation.policies.adaptive import Adaptive
from multitool_tui.simulation.run import End, Outcome, run
from multitool_tui.simulation.scenario import Harm, Scenario
from multitool_tui.simulation.traffic import START, World

HARMS = (0.001, 0.01, 0.05, 0.5, 1.0)
"""The shares (0-1) of a bad version's requests that fail because of it, for which the question is put."""
_MINUTE = timedelta(minutes=1)
_MOST_PERIODS = 1440


@dataclass(frozen=True, slots=True)
class PowerRow:
    """One size of harm: the share (0-1) of rollouts that were rolled back on evidence, and medians over those.

    `minutes`: of the canary, until it was seen; `bad_requests`: that failed because of the harm. None where none was.
    """

    harm: float
    detected: float
    minutes: float | None
    bad_requests: float | None


@dataclass(frozen=True, slots=True)
class Healthy:
    """A version without harm: the shares (0-1) of rollouts that were promoted, and rolled back, on evidence.

    `minutes`: of the canary, until the promotion, the median; None where none was promoted.
    """

    promoted: float
    rolled_back: float
    minutes: float | None


@dataclass(frozen=True, slots=True)
class Power:
    """What a plan can tell at some traffic: of a healthy version, and of versions with each size of harm."""

    healthy: Healthy
    harmed: tuple[PowerRow, ...]


def power(
    requests_a_minute: float,
    error_rate: float,
    *,
    plan: Plan = STRATEGIES[ADAPTIVE],
    slow: float | None = None,
    disturbances: Sequence[Disturbance] = (),
    harms: Sequence[float] = HARMS,
    runs: int = 20,
    seed: int = 1,
) -> Power:
    """Release a healthy version, and one with each of `harms`, `runs` times by `plan`; see `Trials`."""
    trials = Trials(
        requests_a_minute, error_rate, plan=plan, slow=slow, disturbances=disturbances, runs=runs, seed=seed
    )
    return Power(trials.healthy(), tuple(map(trials.harmed, harms)))


class Trials:
    """Rollouts by a plan of a service with some traffic, which all begin with the same histories.

    What counts is what the evidence decides before the plan's deadline: what becomes of an undecided rollout then does
    not, and gates are passed at once.
    """

    def __init__(
        self,
        requests_a_minute: float,
        error_rate: float,
        *,
        plan: Plan,
        slow: float | None = None,
        disturbances: Sequence[Disturbance] = (),
        most_periods: int = _MOST_PERIODS,
        runs: int,
        seed: int = 1,
    ) -> None:
        """Let the plan's judge see `runs` histories.

        Args:
            requests_a_minute: of both versions together, more than 0.
            error_rate: the baseline's, 0-1.
            slow: the share (0-1) of requests that is slow, whatever the version; None where nobody measures it.
            disturbances: what makes the traffic less even than chance.
            most_periods: a rollout is followed no longer than this, however far its deadline.
            seed: the same gives the same answers.

        Raises:
            pydantic.ValidationError: a number is outside its range.
        """
        steps = tuple(replace(step, gate=False) for step in plan.steps)
        plan = replace(plan, steps=steps, on_inconclusive=OnInconclusive.HOLD)
        period = plan.analysis.period
        self._period = period
        self._seed = seed
        self._scenario = Scenario(
            rps=requests_a_minute / 60 * (period / _MINUTE),
            base=error_rate,
            slow=slow,
            disturbance=tuple(disturbances),
            minutes=max(1, min(most_periods, plan.deadline // period)),
        )
        self._primed = [_Primed(plan, World(self._scenario, seed + number).history()) for number in range(runs)]

    def healthy(self) -> Healthy:
        """What becomes of a version without harm."""
        outcomes = self._outcomes(0.0)
        promoted = [outcome for outcome in outcomes if outcome.end is End.PROMOTED]
        rolled_back = sum(outcome.end is End.ROLLED_BACK for outcome in outcomes)
        return Healthy(len(promoted) / len(outcomes), rolled_back / len(outcomes), self._minutes(promoted))

    def harmed(self, harm: float) -> PowerRow:
        """What becomes of a version of whose requests that would not have failed a share `harm` (0-1) fails."""
        outcomes = self._outcomes(harm)
        found = [outcome for outcome in outcomes if outcome.end is End.ROLLED_BACK]
        return PowerRow(
            harm,
            len(found) / len(outcomes),
            self._minutes(found),
            median(outcome.excess for outcome in found) if found else None,
        )

    def _outcomes(self, harm: float) -> list[Outcome]:
        scenario = self._scenario.model_copy(update={"harm": Harm(share=harm)})
        return [run(scenario, partial(deepcopy, one), self._seed + number) for number, one in enumerate(self._primed)]

    def _minutes(self, outcomes: Sequence[Outcome]) -> float | None:
        """The median, where a world's minute is one of the plan's periods."""
        return median(outcome.minutes for outcome in outcomes) * (self._period / _MINUTE) if outcomes else None


class _Primed:
    """A policy that has seen its history, to begin from as often as needed: the history is much of a run's work.

    A world's minutes become as long as the plan's periods.
    """

    def __init__(self, plan: Plan, history: Sequence[Minute]) -> None:
        self._policy = Adaptive(plan)
        self._stretch = plan.analysis.period / _MINUTE
        self._first_weight = self._policy.begin(self._stretched(history))
        self.aftercare = self._policy.aftercare

    def begin(self, history: Sequence[Minute]) -> float:  # noqa: ARG002 - it has its own
        return self._first_weight

    def see(self, minutes: Sequence[Minute]) -> float:
        return self._policy.see(self._stretched(minutes))

    def _stretched(self, minutes: Sequence[Minute]) -> list[Minute]:
        return [replace(minute, start=START + (minute.start - START) * self._stretch) for minute in minutes]
