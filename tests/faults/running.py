"""A real process that is one of several runners of a group: `python -m tests.faults.running`.

Arguments: the sandbox's URL, the state directory, the clock's speed and start, how many targets, and a seed.
"""

from __future__ import annotations

import asyncio
import random
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from multitool_tui.aws.session import AwsSession, Options
from multitool_tui.clock import SystemClock
from multitool_tui.controller.commands import Start
from multitool_tui.controller.group import Runner
from multitool_tui.controller.logbook import Logbook
from multitool_tui.controller.supervisor import Supervisor
from multitool_tui.rollout.strategies import parse_plan
from tests.support.fleet import names


async def run(url: str, folder: str, speed: str, start: str, count: str, seed: str) -> int:
    clock = SystemClock(float(speed), float(start))
    session = await AwsSession(Options(endpoint_url=url), clock).__aenter__()
    supervisor = Supervisor(session, clock, actor=f"ci@{seed}", logbook=Logbook(Path(folder), "test"))
    supervisor.open(sweeps=False)
    plan = replace(parse_plan("50%/1m"), bake_after_promote=timedelta(0))
    wave = [Start(target=f"{name}:live", canary="2", plan=plan) for name in names(int(count))]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    try:
        driven = await Runner(supervisor, Supervisor.obey, random.Random(int(seed))).run([wave])
        sys.stdout.write(f"{len(driven)}\n")
    finally:
        await supervisor.close()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(run(*sys.argv[1:])))
