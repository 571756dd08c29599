"""What many rollouts amount to, and tables of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from multitool_tui.simulation.run import End, Outcome


@dataclass(frozen=True, slots=True)
class Tally:
    """How so many `runs` of one service by one policy ended, and the failures that the harm caused in them.

    `minutes_to_promote` and `minutes_to_roll_back`: medians over the runs that ended so, None without any.
    """

    runs: int
    rolled_back: int
    promoted: int
    undecided: int
    promoted_within_15: int
    promoted_within_30: int
    excess_median: float
    excess_95: float
    minutes_to_promote: float | None
    minutes_to_roll_back: float | None

    @property
    def rolled_back_share(self) -> float:
        """Of all runs (0-1)."""
        return self.rolled_back / self.runs


def tally(outcomes: Sequence[Outcome]) -> Tally:
    """Count `outcomes`, of which there is at least one."""
    excess = sorted(outcome.excess for outcome in outcomes)
    promoted = [outcome.minutes for outcome in outcomes if outcome.end is End.PROMOTED]
    rolled_back = [outcome.minutes for outcome in outcomes if outcome.end is End.ROLLED_BACK]
    return Tally(
        runs=len(outcomes),
        rolled_back=len(rolled_back),
        promoted=len(promoted),
        undecided=len(outcomes) - len(promoted) - len(rolled_back),
        promoted_within_15=sum(minutes <= 15 for minutes in promoted),
        promoted_within_30=sum(minutes <= 30 for minutes in promoted),
        excess_median=median(excess),
        excess_95=float(excess[min(len(excess) - 1, int(0.95 * len(excess)))]),
        minutes_to_promote=median(promoted) if promoted else None,
        minutes_to_roll_back=median(rolled_back) if rolled_back else None,
    )


def table(rows: Sequence[Sequence[str]]) -> str:
    """Lay out `rows`, of which the first is the head: the first column to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join([row[0].ljust(widths[0]), *cells]).rstrip())
    return "\n".join(lines)
