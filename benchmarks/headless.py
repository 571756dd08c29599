"""Many rollouts in one process without a screen: `python -m benchmarks.headless [ROLLOUTS ...] [--minutes N]`.

At the real clock's speed, each number in a process of its own: what of a core it takes, its memory, and how long after
a minute is sealed the last rollout has judged it; that must be less than a minute.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import time
from datetime import datetime, timedelta

from benchmarks.account import account, supervisor
from multitool_tui.controller.driver import Driver
from tests.support.resident import resident

SETTLED = 300.0  # seconds from the start of the last until the first minutes of all are judged


def latest_sealed(driver: Driver, now: datetime) -> datetime:
    """The start of the latest period that may be judged."""
    analysis = driver.rollout.plan.analysis
    seconds = analysis.period.total_seconds()
    end = now - analysis.seal_after
    return datetime.fromtimestamp(end.timestamp() // seconds * seconds, now.tzinfo) - analysis.period


async def measure(rollouts: int, minutes: float) -> None:
    """Print a line."""
    with account(rollouts) as place:
        async with supervisor(place, rollouts) as opened:
            await place.clock.sleep(SETTLED)
            latest = timedelta()
            cpu, begun = time.process_time(), time.monotonic()
            while time.monotonic() - begun < minutes * 60:
                await asyncio.sleep(1)
                now = place.clock.now()
                for driver in opened._drivers.values():
                    sealed, analysis = latest_sealed(driver, now), driver.rollout.plan.analysis
                    if driver.seen_to is None or driver.seen_to < sealed:
                        latest = max(latest, now - (sealed + analysis.period + analysis.seal_after))
            took = time.monotonic() - begun
            used = (time.process_time() - cpu) / took
            memory, live = resident(), sum(not rollout.ended for rollout in opened.driven)
    sys.stdout.write(
        f"{live:5} rollouts  {used:6.1%} of a core  {used / rollouts:7.3%} each  {memory:6.0f} MiB  "
        f"all judged within {latest.total_seconds():4.0f} s of being sealed\n"
    )
    sys.stdout.flush()


def main() -> None:
    """Each number in turn, in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rollouts", nargs="*", type=int, default=[10, 100, 1000])
    parser.add_argument("--minutes", type=float, default=5.0)
    asked = parser.parse_args()
    if len(asked.rollouts) == 1:
        asyncio.run(measure(asked.rollouts[0], asked.minutes))
        return
    for rollouts in asked.rollouts:
        command = [sys.executable, "-m", "benchmarks.headless", str(rollouts), "--minutes", str(asked.minutes)]
        subprocess.run(command, check=True)  # noqa: S603


if __name__ == "__main__":
    main()
