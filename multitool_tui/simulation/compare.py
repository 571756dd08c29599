"""Policies side by side: the same service with a good version and with a bad one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from multitool_tui.simulation.many import Batch, play_all
from multitool_tui.simulation.policies.base import Policy
from multitool_tui.simulation.report import Tally, tally
from multitool_tui.simulation.run import Outcome
from multitool_tui.simulation.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a policy does with a `good` version, and with the `bad` one."""

    policy: str
    good: Tally
    bad: Tally


def compare(
    scenario: Scenario,
    policies: Mapping[str, Callable[[], Policy]],
    *,
    runs: int,
    seed: int = 1,
    jobs: int = 1,
    on_progress: Callable[[int], object] | None = None,
) -> list[Comparison]:
    """Release a good and a bad version `runs` times each by every policy, which is made by the function of its name.

    `on_progress` is told how many rollouts more are done: twice `runs` for each policy in all. With more than one of
    `jobs` the policies must be what pickle can send to another process.
    """
    batches = [
        Batch(version, policy, runs, seed)
        for policy in policies.values()
        for version in (scenario.without_harm, scenario)
    ]
    outcomes: list[list[Outcome]] = [[] for _ in batches]
    for number, portion in play_all(batches, jobs):
        outcomes[number] += portion
        if on_progress:
            on_progress(len(portion))
    tallies = list(map(tally, outcomes))
    return [Comparison(name, good, bad) for name, good, bad in zip(policies, tallies[::2], tallies[1::2], strict=True)]
