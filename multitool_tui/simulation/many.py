"""Many simulated rollouts, on one core or on several."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context

from multitool_tui.simulation.policies.base import Policy
from multitool_tui.simulation.run import Outcome, run
from multitool_tui.simulation.scenario import Scenario

_SEEDS_APART = 1_000_000  # so that two seeds have no run in common
_AT_ONCE = 25  # runs in a portion, so that no core waits long for another


@dataclass(frozen=True, slots=True)
class Batch:
    """`runs` rollouts of one service by one policy, from number `first` on.

    The run of a number is the same in every batch of the same seed, scenario and policy.
    """

    scenario: Scenario
    policy: Callable[[], Policy]
    runs: int
    seed: int = 1
    first: int = 0

    def play(self) -> list[Outcome]:
        """Every run's outcome, in order."""
        numbers = range(self.first, self.first + self.runs)
        return [run(self.scenario, self.policy, self.seed * _SEEDS_APART + number) for number in numbers]

    def portions(self) -> list[Batch]:
        """The same runs in smaller batches."""
        ends = range(self.first, self.first + self.runs, _AT_ONCE)
        last = self.first + self.runs
        return [Batch(self.scenario, self.policy, min(_AT_ONCE, last - at), self.seed, at) for at in ends]


def play_all(batches: Sequence[Batch], jobs: int) -> Iterator[tuple[int, list[Outcome]]]:
    """The outcomes of each batch with its number among them, in portions as they are done by so many processes."""
    numbered = [(number, portion) for number, batch in enumerate(batches) for portion in batch.portions()]
    portions = [portion for _, portion in numbered]
    if jobs == 1:
        for number, portion in numbered:
            yield number, portion.play()
        return
    with get_context("spawn").Pool(jobs, _leave_interrupts_to_the_parent) as pool:
        for (number, _), outcomes in zip(numbered, pool.imap(Batch.play, portions), strict=True):
            yield number, outcomes


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
