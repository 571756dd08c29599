"""Whether memory stays flat: `python -m benchmarks.memory [ROLLOUTS [HOURS [SPEED]]]`, 200, 24 and 60 by themselves.

The resident memory of the process that drives the rollouts, with nothing else in it, and how many objects Python knows
there, each hour of a clock that runs SPEED times as fast. The sandbox is a process of its own and does not count.
"""

from __future__ import annotations

import asyncio
import gc
import sys

from benchmarks.account import account, supervisor
from tests.support.resident import resident


async def measure(rollouts: int, hours: int, speed: float) -> None:
    """Print the memory at each hour, and how much more that is than after the first."""
    with account(rollouts, speed) as place:
        async with supervisor(place, rollouts) as opened:
            first = 0.0
            for hour in range(1, hours + 1):
                await place.clock.sleep(3600)
                gc.collect()
                used = resident()
                first = first or used
                minutes = min(len(driver.live.traffic.minutes) for driver in opened._drivers.values())
                sys.stdout.write(
                    f"hour {hour:3}  {used:7.1f} MiB  {used / first - 1:+6.1%}  {len(gc.get_objects()):,} objects  "
                    f"{len(opened.driven)} live, at least {minutes} minutes kept of each\n"
                )
                sys.stdout.flush()


if __name__ == "__main__":
    given = sys.argv[1:]
    asyncio.run(
        measure(
            int(given[0]) if given else 200,
            int(given[1]) if given[1:] else 24,
            float(given[2]) if given[2:] else 60.0,
        )
    )
