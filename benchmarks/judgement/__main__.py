"""The table, by one command: `python -m benchmarks.judgement --runs 200 --seed 1 --out cells.csv`."""

from __future__ import annotations

import argparse
import csv
import statistics
import sys
from collections import defaultdict
from pathlib import Path

from benchmarks.judgement.policies import POLICIES
from benchmarks.judgement.traffic import GOOD, UNSHOWN, Cell, Outcome, cells, run


def main() -> None:
    """Run every policy on every cell, write one CSV line for each, and print the summary."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.judgement", description=__doc__)
    parser.add_argument("--runs", type=int, default=100, help="rollouts a cell")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("judgement-cells.csv"))
    parser.add_argument("--policy", action="append", choices=POLICIES, help="only this one; may be given again")
    arguments = parser.parse_args()
    names = arguments.policy or list(POLICIES)
    with arguments.out.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["policy", "scenario", "rps", "base", "harm", "onset", "runs", "rolled_back", "promoted", "undecided",
             "median_excess", "median_minutes"]
        )  # fmt: skip
        for name in names:
            table: dict[Cell, list[Outcome]] = {}
            for cell in cells():
                outcomes = [run(cell, POLICIES[name], arguments.seed * 1_000_000 + i) for i in range(arguments.runs)]
                table[cell] = outcomes
                writer.writerow(
                    [name, cell.scenario, cell.rps, cell.base, cell.harm, cell.onset, len(outcomes),
                     *(sum(o.end == end for o in outcomes) for end in ("rolled back", "promoted", "undecided")),
                     statistics.median(o.excess for o in outcomes), statistics.median(o.minutes for o in outcomes)]
                )  # fmt: skip
                file.flush()
            sys.stdout.write(summary(name, table) + "\n")
            sys.stdout.flush()


def summary(name: str, table: dict[Cell, list[Outcome]]) -> str:
    """The figures of the document's table, in percent."""
    pools: dict[str, list[bool]] = defaultdict(list)
    worst = 0.0
    for cell, outcomes in table.items():
        back = [o.end == "rolled back" for o in outcomes]
        good = [o.end == "promoted" and o.minutes <= 30 for o in outcomes]
        if not cell.harm:
            if cell.scenario in GOOD:
                pools["false rollback"] += back
                worst = max(worst, sum(back) / len(back))
                pools["good promoted in 30 min, 10/s up"] += good if cell.rps >= 10 else []
                pools["within 15 min"] += (
                    [o.end == "promoted" and o.minutes <= 15 for o in outcomes] if cell.rps >= 10 else []
                )
            if cell.scenario in UNSHOWN:
                pools[f"false rollback, {cell.scenario}"] += back
        elif cell.onset:
            pools["slow burn found"] += back
        elif cell.scenario == "plain":
            pools["found, 1/s"] += back if cell.rps == 1 else []
            pools["found, 10/s up"] += back if cell.rps >= 10 else []
            pools["found, 100/s up"] += back if cell.rps >= 100 else []
        elif cell.rps >= 10:
            pools["bad promoted in heavy noise, 10/s up"] += [o.end == "promoted" for o in outcomes]
    lines = [f"{name}: {len(next(iter(table.values())))} runs a cell", f"  worst cell's false rollback: {worst:.3%}"]
    lines += [f"  {what}: {sum(hits)} of {len(hits)}, {sum(hits) / len(hits):.3%}" for what, hits in pools.items()]
    for harm in (0.01, 0.05, 0.95):
        outcomes = table.get(Cell("plain", 100.0, 0.001, harm), [])
        lines.append(
            f"  median excess, 100/s, base 0.1%, +{harm:.0%}: {statistics.median(o.excess for o in outcomes):g}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
