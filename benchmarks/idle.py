"""What the screen takes of a core while nothing happens: `python -m benchmarks.idle [ROLLOUTS [MINUTES]]`, 10 and 5.

With so many live rollouts on a pty of 120x40, at the real clock's speed and without a key. Measured a second at a time:
the seconds in which minutes are read and judged are among the tenth that takes the most; the others are the idling.
"""

from __future__ import annotations

import argparse
import statistics
import sys

from benchmarks.account import account
from benchmarks.pty import terminal


def measure(rollouts: int, minutes: float) -> None:
    """Print the share of a core: of the whole, and of the nine tenths of the seconds that took least."""
    with account(rollouts) as place, terminal(place, rollouts, turn=1.0) as screen:
        screen.wait_until_ready(60 + 3 * rollouts)
        screen.rest(30.0)
        shares, before = list[float](), screen.report
        for _ in range(round(minutes * 60 / 2)):
            screen.rest(2.0)
            now = screen.report
            if now["wall"] > before["wall"]:
                shares.append((now["cpu"] - before["cpu"]) / (now["wall"] - before["wall"]))
                before = now
    between = sorted(shares)[: max(1, round(len(shares) * 0.9))]
    sys.stdout.write(
        f"{rollouts} live rollouts, {minutes:g} minutes: {statistics.mean(shares):.2%} of a core altogether, "
        f"{statistics.mean(between):.2%} between minutes\n"
    )


def main() -> None:
    """Read what is wanted, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rollouts", nargs="?", type=int, default=10)
    parser.add_argument("minutes", nargs="?", type=float, default=5.0)
    asked = parser.parse_args()
    measure(asked.rollouts, asked.minutes)


if __name__ == "__main__":
    main()
