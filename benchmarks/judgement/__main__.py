"""Measures the judge against its peers, an oracle, and what it must reach.

`python -m benchmarks.judgement` runs both suites; `--runs 20 --good-runs 20` is a quick look.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from functools import partial
from pathlib import Path

from benchmarks.judgement.cost import cost
from benchmarks.judgement.figures import FLOOR, ORACLE, Figure, Results, beside_peers, figures, rolled_back, written
from benchmarks.judgement.oracle import Oracle, floor
from benchmarks.judgement.picture import picture
from benchmarks.judgement.suites import BOTH, SUITES, Cell, Suite
from multitool_tui.simulation.many import Batch, play_all
from multitool_tui.simulation.policies import OURS, POLICIES
from multitool_tui.simulation.report import Tally, tally
from multitool_tui.simulation.run import Outcome


@dataclass(frozen=True)
class Task:
    """One policy in one cell, so many times."""

    policy: str
    cell: Cell
    runs: int

    def batch(self, seed: int) -> Batch:
        """What is to be played."""
        make = partial(Oracle, self.cell.scenario) if self.policy == ORACLE else POLICIES[self.policy]
        return Batch(self.cell.scenario, make, self.runs, seed)


def main() -> None:
    """Run every policy on every cell; print the tables; write a CSV line for each cell, and the figure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.judgement", description=__doc__)
    parser.add_argument("--suite", choices=[*SUITES, "both"], default="both")
    parser.add_argument("--runs", type=int, default=100, help="rollouts a cell")
    parser.add_argument(
        "--good-runs", type=int, help="of our own, in a cell with a good version; otherwise ten times as many"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument(
        "--policy", action="append", choices=[*POLICIES, ORACLE], help="only this one; may be given again"
    )
    parser.add_argument("--only", default="", help="cells that have this in their title")
    parser.add_argument("--out", type=Path, default=Path("judgement-cells.csv"))
    parser.add_argument("--figure", type=Path, help="where to write the figure; -SUITE is added to its name")
    arguments = parser.parse_args()
    names = arguments.policy or [*POLICIES, ORACLE]
    good_runs = arguments.good_runs or 10 * arguments.runs
    with arguments.out.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["suite", "disturbance", "harmed", "rps", "base", "policy", *(f.name for f in fields(Tally)), "floor"]
        )
        for name in BOTH if arguments.suite == "both" else [arguments.suite]:
            whole = SUITES[name]()
            suite = replace(whole, cells=tuple(cell for cell in whole.cells if arguments.only in cell.title))
            tasks = list(_tasks(suite, names, arguments.runs, good_runs))
            tallies: dict[tuple[str, Cell], Tally] = {}
            floors = {cell: floor(cell.scenario) for cell in suite.cells if cell.harmed != "good"}
            for task, outcomes in _played(tasks, arguments.seed, arguments.jobs):
                cell, counted = task.cell, tally(outcomes)
                tallies[task.policy, cell] = counted
                where = (name, cell.disturbance, cell.harmed, cell.scenario.rps, cell.scenario.base, task.policy)
                writer.writerow([*where, *asdict(counted).values(), floors.get(cell, "")])
            _report(Results(suite, tallies, floors), arguments.figure)
    if OURS in names:
        _say(written(_costs()))


def _tasks(suite: Suite, names: list[str], runs: int, good_runs: int) -> Iterator[Task]:
    """Ours needs many runs where it is nearly never wrong; the oracle says something only where nothing disturbs it."""
    for cell in suite.cells:
        for policy in names:
            if policy == ORACLE and cell.disturbance != suite.shown[0]:
                continue
            yield Task(policy, cell, good_runs if policy == OURS and cell.harmed == "good" else runs)


def _played(tasks: list[Task], seed: int, jobs: int) -> Iterator[tuple[Task, list[Outcome]]]:
    """Each task with its outcomes, in order."""
    outcomes: list[Outcome] = []
    for number, portion in play_all([task.batch(seed) for task in tasks], jobs):
        outcomes += portion
        if len(outcomes) == tasks[number].runs:
            yield tasks[number], outcomes
            outcomes = []
            if sys.stderr.isatty():
                sys.stderr.write(f"\r{number + 1} of {len(tasks)} ")


def _report(results: Results, figure: Path | None) -> None:
    suite = results.suite
    _say(f"\nSuite {suite.name}: {len(suite.cells)} cells")
    _say(beside_peers(results))
    if OURS in results.policies:
        _say("\n" + written(figures(results)))
    if figure:
        points = {}
        for policy in results.policies:
            false = rolled_back(results.good(policy, suite.shown))
            times = results.against_oracle(policy)
            if false is not None and times is not None:
                points[policy] = (false, times)
        points[FLOOR] = (0.0, results.against_oracle(FLOOR) or 1.0)
        title = f"What a bad version costs, and a good one (suite {suite.name})"
        figure.with_stem(f"{figure.stem}-{suite.name}").write_text(picture(title, points, OURS), encoding="utf-8")


def _costs() -> list[Figure]:
    milliseconds, size = cost()
    return [Figure("a minute judged", milliseconds, 1.0, "ms"), Figure("state of a rollout", size / 1000, 20, "kB")]


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
