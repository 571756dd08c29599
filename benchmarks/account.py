"""An account to measure in: a sandbox in a process of its own, functions that are alike, and rollouts that stay live.

Every function has one alias with a little traffic, too little for a verdict, and a plan of one step that lasts longer
than any measurement. `python -m benchmarks.account FUNCTIONS SPEED START` is the sandbox's process.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path

from multitool_tui.aws.session import AwsSession, Options
from multitool_tui.clock import SystemClock
from multitool_tui.controller.commands import Start
from multitool_tui.controller.logbook import Logbook
from multitool_tui.controller.port import CommandRefused
from multitool_tui.controller.supervisor import Supervisor
from multitool_tui.rollout.strategies import parse_plan
from multitool_tui.sandbox.faults import Fault
from multitool_tui.sandbox.scenario import Scenario
from multitool_tui.sandbox.server import Sandbox
from tests.support.world import REGION, sandbox_environment

RATE = 6.0  # requests a minute to each alias
_STARTED_AT_ONCE = 8
_ATTEMPTS = 5
_PLAN = replace(parse_plan("10%/90h"), deadline=timedelta(hours=99))


@dataclass(frozen=True)
class Place:
    """Where the account is, and its clock: `speed` times as fast, from `start` (seconds since 1970) on.

    `hanging` and `throttling`: sandboxes that never answer, and that answer nothing but that they are asked too often.
    """

    url: str
    hanging: str
    throttling: str
    speed: float
    start: float

    @property
    def clock(self) -> SystemClock:
        """The clock of the account, which whoever works in it shares."""
        return SystemClock(self.speed, self.start)

    @property
    def minute(self) -> float:
        """Seconds of real time that a minute of the account takes."""
        return 60 / self.speed


@contextmanager
def account(functions: int, speed: float = 1.0) -> Iterator[Place]:
    """A sandbox with so many functions; this process's AWS session is turned to it."""
    os.environ.update(sandbox_environment())
    start = time.time()
    command = [sys.executable, "-m", "benchmarks.account", str(functions), str(speed), str(start)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE) as process:  # noqa: S603
        assert process.stdout
        try:
            yield Place(**json.loads(process.stdout.readline()), speed=speed, start=start)
        finally:
            process.kill()


@asynccontextmanager
async def supervisor(place: Place, rollouts: int, *, for_a_screen: bool = False) -> AsyncIterator[Supervisor]:
    """A supervisor in this process, with so many rollouts live."""
    with tempfile.TemporaryDirectory() as folder:
        session = AwsSession(Options(endpoint_url=place.url), place.clock)
        await session.__aenter__()
        opened = Supervisor(
            session, place.clock, actor="dev@laptop", logbook=Logbook(Path(folder), "benchmark"), sandbox="benchmark"
        )
        opened.open(for_a_screen=for_a_screen, sweeps=for_a_screen)
        try:
            await start(opened, rollouts)
            yield opened
        finally:
            await opened.close()


async def start(opened: Supervisor, rollouts: int) -> None:
    """Start so many rollouts, one a function, a few at a time; the last of them are weighted when this returns."""
    turn = asyncio.Semaphore(_STARTED_AT_ONCE)

    async def begin(number: int) -> None:
        async with turn:
            for left in reversed(range(_ATTEMPTS)):
                try:
                    await opened.obey(Start(target=target(number), canary="2", plan=_PLAN))
                except CommandRefused:  # a machine with other work may not answer in time
                    if not left:
                        raise
                else:
                    return

    await asyncio.gather(*(begin(number) for number in range(1, rollouts + 1)))
    while any(not rollout.weight for rollout in opened.driven):
        await asyncio.sleep(0.1)


def target(number: int) -> str:
    """The alias of the function of this number."""
    return f"{name(number)}:live"


def name(number: int) -> str:
    """The function of this number, from 1 on; by name they are in that order."""
    return f"f{number:04}"


def _scenario(functions: int) -> Scenario:
    aliases = [{"name": "live", "version": "1", "rate": RATE, "description": "production"}]
    return Scenario.model_validate(
        {
            "name": "benchmark",
            "description": "Functions that are alike.",
            "functions": [{"name": name(n), "versions": 2, "aliases": aliases} for n in range(1, functions + 1)],
            "target": {"function": name(1), "alias": "live", "baseline": "1", "canary": "2"},
        }
    )


async def _serve(functions: int, clock: SystemClock) -> None:
    hanging, throttling = Sandbox(_scenario(1), clock), Sandbox(_scenario(1), clock)
    region = REGION if functions else "us-east-1"  # but for one region an account is empty
    async with (
        Sandbox(_scenario(functions or 1), clock, region=region) as sandbox,
        hanging,
        throttling,
    ):
        hanging.faults.add(Fault(kind="hang"))
        throttling.faults.add(Fault(kind="throttle"))
        sys.stdout.write(json.dumps({"url": sandbox.url, "hanging": hanging.url, "throttling": throttling.url}) + "\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)  # until whoever measures has ended, in whichever way


def as_json(place: Place) -> str:
    """For another process that is to work in the same place."""
    return json.dumps(asdict(place))


def from_json(text: str) -> Place:
    """What `as_json` has written."""
    return Place(**json.loads(text))


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), SystemClock(float(sys.argv[2]), float(sys.argv[3]))))
