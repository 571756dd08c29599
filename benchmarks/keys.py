"""From a key to its repaint in a large account, while everything is polled: `python -m benchmarks.keys [--minutes N]`.

The screen runs on a pty of 120x40: once in an empty account, once in one with 2,000 functions and 200 live rollouts.
Keys are pressed in both for so many minutes: a filter is opened, typed, which goes over all resources, and closed, and
help and history are opened and closed; in the large one the cursor also goes down the table of rollouts. A key counts
until what it must show has been written to the terminal. Beside it: the longest time in which the event loop did
nothing else, by the clock and of its own CPU; other processes lengthen the first alone.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Iterable

from benchmarks.account import account, name
from benchmarks.pty import Terminal, terminal

TYPED = "qz7vk3"
"""What is in no name; the field shows it, and the list that nothing matches."""
DOWN, HOME, END, ESCAPE = "\x1b[B", "\x1b[H", "\x1b[F", "\x1b"
_BETWEEN = 0.15  # seconds between two keys, of a quick hand


def press(screen: Terminal, functions: int, rollouts: int, minutes: float) -> dict[str, list[float]]:
    """Milliseconds of each key, by what it does."""
    taken: dict[str, list[float]] = defaultdict(list)
    listed = f"{'▾' if rollouts else '▸'} {name(1)[:2]}" if functions else "No functions"

    def timed(what: str, key: str, shown: str) -> None:
        taken[what].append(screen.milliseconds(key, shown))
        screen.rest(_BETWEEN)

    limit = time.monotonic() + minutes * 60
    while time.monotonic() < limit:
        timed("filter opened", "/", "filter:")
        for length in range(1, len(TYPED) + 1):
            timed("filter typed", TYPED[length - 1], TYPED[:length])
        timed("filter closed", ESCAPE, listed)
        screen.rest(1.0)  # an escape that another key follows at once would be taken for alt
        timed("help opened", "?", "evidence")
        timed("help closed", ESCAPE, "Resources")
        screen.rest(1.0)
        timed("history opened", "H", "What if")
        timed("history closed", ESCAPE, "Resources")
        screen.rest(1.0)
        if rollouts:
            timed("fleet opened", "f", name(1))
            for key in (END, HOME):  # whichever row it was opened on
                screen.press(key)
                screen.rest(_BETWEEN)
            for number in range(2, min(rollouts, 10) + 1):
                timed("fleet, down", DOWN, name(number))
            timed("fleet closed", ESCAPE, "Resources")
            screen.rest(1.0)
    return taken


def p99(times: list[float]) -> float:
    """The 99th percentile."""
    return statistics.quantiles(times, n=100, method="inclusive")[-1]


def any_of(taken: dict[str, list[float]], kinds: Iterable[str]) -> list[float]:
    """Milliseconds of all keys of these kinds."""
    return [each for what in kinds for each in taken[what]]


def measure(functions: int, rollouts: int, minutes: float, within: float) -> dict[str, list[float]]:
    """Print a line for each kind of key, and one for the event loop."""
    with account(functions) as place, terminal(place, rollouts) as screen:
        screen.wait_until_ready(within)
        screen.begin_anew()
        taken = press(screen, functions, rollouts, minutes)
        report = screen.report
    sys.stdout.write(f"{functions} functions, {rollouts} live rollouts, {minutes:g} minutes\n")
    for what, times in (*taken.items(), ("any key", any_of(taken, taken))):
        sys.stdout.write(
            f"  {what:14} median {statistics.median(times):6.1f} ms  p99 {p99(times):6.1f} ms  ({len(times)} keys)\n"
        )
    sys.stdout.write(
        f"  event loop     longest gap {report['gap'] * 1000:.0f} ms, of which CPU at most "
        f"{report['busy'] * 1000:.0f} ms; {report['cpu'] / report['wall']:.1%} of a core\n"
    )
    sys.stdout.flush()
    return taken


def main() -> None:
    """Both accounts, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--functions", type=int, default=2000)
    parser.add_argument("--rollouts", type=int, default=200)
    asked = parser.parse_args()
    empty = measure(0, 0, min(2.0, asked.minutes), 60)
    large = measure(asked.functions, asked.rollouts, asked.minutes, 60 + 3 * asked.rollouts)
    for what, kinds in (*((one, [one]) for one in empty), ("any of these", [*empty])):
        times = p99(any_of(large, kinds)) / p99(any_of(empty, kinds))
        sys.stdout.write(f"{what:16} p99 {times:5.2f} times as much as in the empty account\n")


if __name__ == "__main__":
    main()
