"""Real processes that share a group on one sandbox, each with a state directory of its own as machines have."""

from __future__ import annotations

import asyncio
import os
import random
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from multitool_tui.aws import lease as leases
from multitool_tui.clock import SystemClock
from multitool_tui.sandbox.calls import Call
from multitool_tui.sandbox.server import Sandbox
from tests.support.fleet import fleet, names
from tests.support.world import REGION, sandbox_environment


@dataclass(frozen=True)
class Outcome:
    """What came of it. `driven`: by each process that was not killed. `wrong`: sentences."""

    seconds: float
    driven: list[int]
    wrong: list[str]


async def share(folder: Path, *, processes: int, rollouts: int, killed: int, speed: float, longest: float) -> Outcome:
    """Let so many processes release so many targets; kill some of them while they drive one."""
    start = time.time()
    clock, chance = SystemClock(speed, start), random.Random(1)
    scenario = fleet(folder, rollouts)
    async with Sandbox(scenario=scenario, clock=clock, seed=1, region=REGION) as sandbox:
        drivers, changed = _watch(sandbox)
        environment = {**os.environ, **sandbox_environment()}
        running = [
            await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.faults.running", sandbox.url, str(folder / str(number))),
                *(str(speed), str(start), str(rollouts), str(number)),
                env=environment,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            for number in range(processes)
        ]
        try:
            for process in running:
                assert process.stdout
                await asyncio.wait_for(process.stdout.readline(), longest)
            begun = time.monotonic()
            for number in range(killed):
                # One that has just marked a target as its own dies with the rollout under way.
                while not _drives(sandbox, rollouts, f"ci@{number}"):
                    changed.clear()
                    await asyncio.wait_for(changed.wait(), longest)
                await asyncio.sleep(chance.uniform(0, 60 / speed))
                running[number].kill()
            said = await asyncio.wait_for(asyncio.gather(*(each.communicate() for each in running)), longest)
            seconds = time.monotonic() - begun
        finally:
            for process in running:
                with suppress(ProcessLookupError):
                    process.kill()
        wrong = [err.decode() for out, err in said[killed:] if err]
        wrong += _interleaved(drivers) + _left(sandbox, rollouts)
        return Outcome(seconds, [int(out.split()[-1]) for out, _ in said[killed:] if out.split()], wrong)


def _watch(sandbox: Sandbox) -> tuple[dict[str, list[str]], asyncio.Event]:
    """The drivers of each function, in the order in which the sandbox took their writes; and a sign of each write."""
    drivers: dict[str, list[str]] = {}
    changed = asyncio.Event()
    add = sandbox.calls.add

    def look(call: Call) -> None:
        add(call)
        mark, _ = leases.read(str(call.parameters.get("Description", "")))
        if call.operation == "UpdateAlias" and 200 <= call.status < 300 and mark:
            known = drivers.setdefault(str(call.parameters["FunctionName"]), [])
            if known[-1:] != [mark.driver]:
                known.append(mark.driver)
            changed.set()

    sandbox.calls.add = look  # type: ignore[method-assign]
    return drivers, changed


def _interleaved(drivers: dict[str, list[str]]) -> list[str]:
    return [
        f"{name} had two drivers at once: {known}" for name, known in drivers.items() if len(set(known)) < len(known)
    ]


def _drives(sandbox: Sandbox, rollouts: int, who: str) -> bool:
    for name in names(rollouts):
        mark, _ = leases.read(sandbox.alias(name, "live").description)
        if mark and mark.name == who:
            return True
    return False


def _left(sandbox: Sandbox, rollouts: int) -> list[str]:
    """What is not as a promoted rollout leaves it."""
    aliases = [sandbox.alias(name, "live") for name in names(rollouts)]
    return [
        f"{name} is on v{alias.version} with {dict(alias.weights)} and {alias.description!r}"
        for name, alias in zip(names(rollouts), aliases, strict=True)
        if alias.version != "2" or alias.weights or alias.description != "production"
    ]
