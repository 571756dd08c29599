"""From tallied cells to the figures that the engine must reach, and the table beside its peers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import exp, log

from benchmarks.judgement.suites import Cell, Suite
from multitool_tui.simulation.policies import OURS
from multitool_tui.simulation.report import Tally, table
from multitool_tui.simulation.scenario import Harm

ORACLE, FLOOR = "oracle", "KL floor"
_ADMISSIBLE = 0.01  # false rollbacks in the same service's good cell


@dataclass(frozen=True)
class Figure:
    """One line of what must be reached: `value` is at most `must`, or at least where `at_least`. None: not measured."""

    name: str
    value: float | None
    must: float | None
    unit: str = "%"
    at_least: bool = False
    note: str = ""

    @property
    def reached(self) -> bool | None:
        """Whether it is; None where nothing must be, or nothing was measured."""
        if self.value is None or self.must is None:
            return None
        return self.value >= self.must if self.at_least else self.value <= self.must


class Results:
    """The tallies of one suite, by policy and cell."""

    def __init__(self, suite: Suite, tallies: dict[tuple[str, Cell], Tally], floors: dict[Cell, float]) -> None:
        self.suite = suite
        self._tallies = tallies
        self._floors = floors
        self.policies = list(dict.fromkeys(policy for policy, _ in tallies))

    def good(self, policy: str, disturbances: Iterable[str], rps: float = 0.0) -> list[tuple[Cell, Tally]]:
        """The good cells with these disturbances, from so many requests a second on."""
        chosen = set(disturbances)
        return self._cells(policy, lambda c: c.harmed == "good" and c.disturbance in chosen and c.scenario.rps >= rps)

    def bad(self, policy: str, disturbances: Iterable[str], rps: float = 0.0) -> list[tuple[Cell, Tally]]:
        """The bad cells with these disturbances whose harm is there from the beginning and stays."""
        chosen = set(disturbances)
        return self._cells(policy, lambda c: _constant(c) and c.disturbance in chosen and c.scenario.rps >= rps)

    def slow_burns(self, policy: str, rps: float = 0.0) -> list[tuple[Cell, Tally]]:
        """The cells whose harm begins after ten minutes or later, from so many requests a second on."""
        return self._cells(policy, lambda c: c.scenario.harm.onset >= 10 and c.scenario.rps >= rps)

    def against_peers(self) -> tuple[float | None, int]:
        """Our median excess over that of the best admissible peer, as geometric mean over the bad cells that have one.

        An excess of less than one failure counts as one.
        """
        peers = [policy for policy in self.policies if policy not in (OURS, ORACLE)]
        false = {(p, c.good): t.rolled_back_share for (p, c), t in self._tallies.items() if c.harmed == "good"}
        ratios = []
        for cell, ours in self._cells(OURS, lambda c: c.harmed != "good"):
            admissible = [p for p in peers if false.get((p, cell.good), 1.0) <= _ADMISSIBLE]
            if admissible:
                best = min(self._tallies[p, cell].excess_median for p in admissible)
                ratios.append(max(1.0, ours.excess_median) / max(1.0, best))
        return _geometric_mean(ratios), len(ratios)

    def against_oracle(self, policy: str) -> float | None:
        """The median excess over the oracle's, as geometric mean over the undisturbed bad cells with constant harm."""
        pairs = []
        for cell, tally in self.bad(ORACLE, self.suite.shown[:1]):
            mine = self._floors[cell] if policy == FLOOR else self._tallies[policy, cell].excess_median
            pairs.append(max(1.0, mine) / max(1.0, tally.excess_median))
        return _geometric_mean(pairs)

    def example(self, policy: str) -> str:
        """The median excess in the example's cells, from the smallest harm to the largest."""
        rps, base = self.suite.example
        cells = [c for c in self._floors if (c.scenario.rps, c.scenario.base) == (rps, base)]
        chosen = [c for c in cells if c.disturbance == self.suite.shown[0] and _constant(c)]
        values = [self._floors[c] if policy == FLOOR else self._tallies[policy, c].excess_median for c in chosen]
        return " / ".join(f"{value:.0f}" for value in values)

    def _cells(self, policy: str, wanted: Callable[[Cell], bool]) -> list[tuple[Cell, Tally]]:
        return [(cell, tally) for (name, cell), tally in self._tallies.items() if name == policy and wanted(cell)]


def figures(results: Results) -> list[Figure]:
    """What the engine must reach, measured."""
    suite = results.suite
    plain = suite.shown[:1]
    good = results.good(OURS, suite.shown)
    worst, where = max(((t.rolled_back_share, c) for c, t in good), default=(None, None), key=lambda pair: pair[0])
    quick = results.good(OURS, suite.shown, rps=10)
    peers, cells = results.against_peers()
    return [
        Figure("false rollback, pooled", rolled_back(good), 0.0002, note=f"{_runs(good):,} runs"),
        Figure("false rollback, worst cell", worst, 0.001, note=where.title if where else ""),
        Figure("false rollback, heavy noise", rolled_back(results.good(OURS, suite.heavy)), None),
        Figure("false rollback, noise that the history does not show",
               rolled_back(results.good(OURS, suite.unshown)), 0.02),
        Figure("median excess / best admissible peer", peers, 0.30, "x", note=f"{cells} cells"),
        Figure("median excess / oracle", results.against_oracle(OURS), 2.5, "x"),
        Figure("detected, 100/s and up", rolled_back(results.bad(OURS, plain, rps=100)), 1.0, at_least=True),
        Figure("bad versions promoted under noise, 10/s and up",
               promoted(results.bad(OURS, suite.heavy, rps=10)), 0.30),
        Figure("slow burn found", rolled_back(results.slow_burns(OURS)), 1.0, at_least=True),
        Figure("slow burn found, 10/s and up", rolled_back(results.slow_burns(OURS, rps=10)), 1.0, at_least=True),
        Figure("good promoted within 30 minutes, 10/s and up",
               _share(quick, lambda t: t.promoted_within_30), 0.999, at_least=True),
        Figure("good promoted within 15 minutes, 10/s and up",
               _share(quick, lambda t: t.promoted_within_15), None, at_least=True),
    ]  # fmt: skip


def written(lines: Iterable[Figure]) -> str:
    """The figures as a table, each with what must be reached and whether it is."""
    rows = [["figure", "measured", "must", "", "of"]]
    for each in lines:
        must = "" if each.must is None else f"{'>=' if each.at_least else '<='} {_number(each.must, each.unit)}"
        reached = {None: "", True: "reached", False: "NOT REACHED"}[each.reached]
        value = "not measured" if each.value is None else _number(each.value, each.unit)
        rows.append([each.name, value, must, reached, each.note])
    return table(rows)


def beside_peers(results: Results) -> str:
    """Every policy on the same traffic, in the columns of the table that the engine was asked to beat."""
    suite = results.suite
    plain = suite.shown[:1]
    rps, base = suite.example
    head = ["policy", *(f"false: {title}" for title, _ in suite.columns), "detects 10/s up", "slow burn",
            "excess / oracle", f"excess at {rps:g}/s, base {base:.1%}"]  # fmt: skip
    rows = [
        [
            policy,
            *(_percent(rolled_back(results.good(policy, names))) for _, names in suite.columns),
            _percent(rolled_back(results.bad(policy, plain, rps=10))),
            "-" if policy == ORACLE else _percent(rolled_back(results.slow_burns(policy))),
            _times(results.against_oracle(policy)),
            results.example(policy),
        ]
        for policy in results.policies
    ]
    blank = ["-"] * (len(suite.columns) + 2)
    rows.append([FLOOR, *blank, _times(results.against_oracle(FLOOR)), results.example(FLOOR)])
    return table([head, *rows])


def rolled_back(cells: list[tuple[Cell, Tally]]) -> float | None:
    """The share of all runs in `cells` that were rolled back."""
    return _share(cells, lambda t: t.rolled_back)


def promoted(cells: list[tuple[Cell, Tally]]) -> float | None:
    """The share of all runs in `cells` that were promoted."""
    return _share(cells, lambda t: t.promoted)


def _share(cells: list[tuple[Cell, Tally]], count: Callable[[Tally], int]) -> float | None:
    return sum(count(t) for _, t in cells) / _runs(cells) if cells else None


def _runs(cells: list[tuple[Cell, Tally]]) -> int:
    return sum(t.runs for _, t in cells)


def _constant(cell: Cell) -> bool:
    harm = cell.scenario.harm
    return harm.share > 0 and harm == Harm(share=harm.share)


def _geometric_mean(values: list[float]) -> float | None:
    return exp(sum(map(log, values)) / len(values)) if values else None


def _number(value: float, unit: str) -> str:
    if unit == "%":
        return f"{value * 100:.3f}".rstrip("0").rstrip(".") + "%"
    return f"{value:.2f}{unit}" if unit == "x" else f"{value:.3g} {unit}"


def _percent(share: float | None) -> str:
    return "-" if share is None else _number(round(share, 4), "%")


def _times(ratio: float | None) -> str:
    return "-" if ratio is None else f"{ratio:.2f}x"
