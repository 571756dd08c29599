"""A real process that drives the rollout of v42 on checkout:live, or takes it up: `python -m tests.faults.driving`.

Arguments: the sandbox's URL, the state directory, the clock's speed and start, and "start", "resume", "take over", or
"publish": build.zip in the state directory in the place of v42.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from multitool_tui.aws.session import AwsSession, Options
from multitool_tui.clock import SystemClock
from multitool_tui.controller.commands import RollBack, Start, TakeOver
from multitool_tui.controller.logbook import Logbook
from multitool_tui.controller.port import CommandRefused
from multitool_tui.controller.snapshot import Snapshot
from multitool_tui.controller.supervisor import Supervisor
from multitool_tui.rollout.events import Seen
from multitool_tui.rollout.strategies import parse_plan

REFUSED = 14


async def drive(url: str, folder: str, speed: str, start: str, what: str) -> int:
    clock = SystemClock(float(speed), float(start))
    session = await AwsSession(Options(endpoint_url=url), clock).__aenter__()
    supervisor = Supervisor(session, clock, actor="ann@laptop", logbook=Logbook(Path(folder), "test"))
    supervisor.open()
    try:
        if what in ("start", "publish"):
            plan = replace(parse_plan("10%/1m 50%/1m"), bake_after_promote=timedelta(minutes=1))
            begin = Start(target="checkout:live", canary="42", plan=plan)
            if what == "publish":
                begin = replace(begin, canary="", zip=Path(folder) / "build.zip")
            rollout = await supervisor.obey(begin)
            await supervisor.driver(rollout).ended.wait()
            return 0
        if what == "take over":
            await _take_over(supervisor)
        await supervisor.recovered.wait()
        for live in supervisor.snapshot.rollouts:
            await supervisor.driver(live.rollout.id).ended.wait()
    except CommandRefused as refused:
        sys.stderr.write(f"{refused}\n")
        return REFUSED
    else:
        return 0
    finally:
        await supervisor.close()


async def _take_over(supervisor: Supervisor) -> None:
    """As an operator would who sees a rollout of another machine, once told to on standard input, and rolls back."""
    seen = asyncio.get_running_loop().create_future()

    def look(snapshot: Snapshot) -> None:
        for live in snapshot.rollouts:
            if live.elsewhere and not seen.done():
                seen.set_result((live.rollout, live.elsewhere.driver))

    supervisor.subscribe(look)
    supervisor.look_at("checkout:live")
    rollout, driver = await seen
    sys.stdout.write("seen\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    seen_then = Seen(rollout.id, rollout.wanted, rollout.canary)
    await supervisor.obey(TakeOver(seen=seen_then, driver=driver))
    await supervisor.obey(RollBack(seen=seen_then))


if __name__ == "__main__":
    sys.exit(asyncio.run(drive(*sys.argv[1:])))
