"""How much sooner several processes are through a group than one: `python -m benchmarks.fleet [ROLLOUTS [SPEED]]`.

Real processes on one sandbox, whose clock runs SPEED times as fast; each drives one rollout at a time (50% for a
minute, then all, judged on CloudWatch's sealed minutes).
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.runners import share

PROCESSES = (1, 4)


async def measure(rollouts: int, speed: float) -> None:
    """Print how long each number of processes takes, and how much sooner that is than one alone."""
    alone = None
    for processes in PROCESSES:
        with TemporaryDirectory() as folder:
            outcome = await share(
                Path(folder), processes=processes, rollouts=rollouts, killed=0, speed=speed, longest=3600
            )
        if outcome.wrong:
            sys.exit("; ".join(outcome.wrong))
        minutes = outcome.seconds * speed / 60
        alone = alone or minutes
        sys.stdout.write(
            f"{processes:3} processes  {minutes:7.1f} minutes  {rollouts / minutes * 60:6.1f} rollouts an hour  "
            f"{alone / minutes:4.1f} times as many as one\n"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(measure(int(sys.argv[1]) if sys.argv[1:] else 12, float(sys.argv[2]) if sys.argv[2:] else 30.0))
