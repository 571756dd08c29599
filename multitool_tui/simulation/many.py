"""Many simulated rollouts, on one core or on all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context

from multitool_tui.simulation.policies.base import Policy
from multitool_tui.simulation.run import Outcome, run
from multitool_tui.simulation.scenario import Scenario

_SEEDS_APART = 1_000_000  # so that two seeds have no run in common


@dataclass(frozen=True, slots=True)
class Batch:
    """`runs` rollouts of one service by one policy. Run i is the same in every batch of the same seed and scenario."""

    scenario: Scenario
    policy: Callable[[], Policy]
    runs: int
    seed: int = 1
    first: int = 0

    def play(self) -> list[Outcome]:
        """Every run's outcome, in order."""
        seeds = range(self.first, self.first + self.runs)
        return [run(self.scenario, self.policy, self.seed * _SEEDS_APART + i) for i in seeds]


def play_all(batches: Sequence[Batch], jobs: int) -> Iterator[list[Outcome]]:
    """The outcomes of each batch, in their order, as they are done, by so many processes."""
    if jobs == 1:
        yield from map(Batch.play, batches)
        return
    with get_context("spawn").Pool(jobs) as pool:
        yield from pool.imap(Batch.play, batches)
