"""How long the start dialog waits for what a rollout can tell: `python -m benchmarks.outlook`.

On the sandbox, from the question to the answer, with the reading of three hours of CloudWatch.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time

from multitool_tui.rollout.strategies import ADAPTIVE, STRATEGIES
from tests.support.world import sandbox_environment, world

TARGETS = (("healthy", "checkout:live"), ("quiet", "checkout:live"), ("quiet", "checkout:beta"))
PLANS = (ADAPTIVE, "Canary10Percent5Minutes", "Linear10PercentEvery10Minutes")


async def measure() -> None:
    """Print what each question takes, and its answer. The first one also brings in numpy."""
    for scenario, target in TARGETS:
        async with world(scenario) as stage:
            for plan in PLANS:
                begun = time.perf_counter()
                outlook = await stage.supervisor.outlooks.of(target, STRATEGIES[plan])
                sys.stdout.write(f"{time.perf_counter() - begun:5.1f} s  {plan:30} {outlook.words}\n")


if __name__ == "__main__":
    os.environ.update(sandbox_environment())
    asyncio.run(measure())
