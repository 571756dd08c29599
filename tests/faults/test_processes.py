"""Real processes that are killed, and that race for one alias: what holds is read from the sandbox and the journal."""

from __future__ import annotations

import asyncio
import os
import random
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from multitool_tui.aws import lease as leases
from multitool_tui.clock import SystemClock
from multitool_tui.journal.again import receipts
from multitool_tui.journal.codec import decode_event
from multitool_tui.journal.store import Journal, Kind
from multitool_tui.judgement.model import Verdict
from multitool_tui.rollout.states import State
from multitool_tui.sandbox.scenario import load_scenario
from multitool_tui.sandbox.server import Sandbox
from tests.faults.driving import REFUSED
from tests.sandbox.handlers.support import zipped
from tests.support.witness import Witness
from tests.support.world import REGION, sandbox_environment

SPEED = 200.0
_OWNERS = "production"
_LONGEST = 300.0  # seconds of real time for one process, on a machine that has other things to do
_SECRETS = ("AKIACANARYKEYID00001", "canary-secret-that-nobody-writes", "canary-token-that-nobody-writes")


@dataclass
class Stage:
    sandbox: Sandbox
    clock: SystemClock
    start: float
    folder: Path
    witness: Witness

    async def process(self, what: str, folder: Path | None = None) -> asyncio.subprocess.Process:
        keys = dict(zip(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"), _SECRETS, strict=True))
        environment = {**os.environ, **sandbox_environment(), **keys}
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.faults.driving"),
            *(self.sandbox.url, str(folder or self.folder), str(SPEED), str(self.start), what),
            env=environment,
            stdin=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )

    async def ended(self, process: asyncio.subprocess.Process, told: bytes | None = None) -> tuple[int, str]:
        try:
            out, err = await asyncio.wait_for(process.communicate(told), _LONGEST)
        finally:
            if process.returncode is None:
                process.kill()
        said = (out + err).decode()
        assert "Traceback" not in said
        assert not any(secret in said for secret in _SECRETS)
        assert process.returncode is not None
        return process.returncode, said

    def check_clean(self) -> str:
        """One version, no weights, the owner's words, every change meant beforehand; returns the version."""
        self.witness.check()
        alias = self.sandbox.alias("checkout", "live")
        assert dict(alias.weights) == {}
        assert alias.description == _OWNERS
        return alias.version


@asynccontextmanager
async def stage(folder: Path, seed: int) -> AsyncIterator[Stage]:
    start = time.time()
    clock = SystemClock(SPEED, start)
    async with Sandbox(scenario=load_scenario("healthy"), clock=clock, seed=seed, region=REGION) as sandbox:
        folders = [folder, *(folder / name for name in ("first", "one", "other"))]
        yield Stage(sandbox, clock, start, folder, Witness(sandbox, *folders))


def _seeds(few: int, many: int) -> list[object]:
    return [*range(few), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(few, many))]


@pytest.mark.parametrize("seed", _seeds(20, 200))
async def test_a_killed_driver_leaves_nothing_undone(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    async with stage(tmp_path, seed) as s:
        what = "start"
        for _ in range(chance.choice([1, 1, 2])):
            process = await s.process(what)
            try:
                await asyncio.wait_for(process.wait(), chance.uniform(0.6, 6.0))
            except TimeoutError:
                with suppress(ProcessLookupError):
                    process.kill()
            await process.communicate()
            what = "resume"
        code, said = await s.ended(await s.process("resume"))
        assert (code, said) == (0, "")
        _check_journal(s)
        _check_no_secret_is_in(tmp_path)


@pytest.mark.parametrize("seed", _seeds(1, 30))
async def test_a_killed_driver_publishes_nothing_twice(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    after = ("UpdateFunctionCode", "PublishVersion")[seed % 2]
    (tmp_path / "build.zip").write_bytes(zipped({"app.py": "def handler(event, context): return {}"}))
    async with stage(tmp_path, seed) as s:
        process = await s.process("publish")
        await _until(lambda: any(call.operation == after for call in s.sandbox.calls) or process.returncode is not None)
        await asyncio.sleep(chance.uniform(0, 0.1))
        process.kill()
        await process.communicate()
        assert await s.ended(await s.process("resume")) == (0, "")
        assert s.check_clean() == "43"
        for operation in ("UpdateFunctionCode", "PublishVersion"):
            made = [call for call in s.sandbox.calls if call.operation == operation and (call.status or 200) < 400]
            assert len(made) == 1, operation
        _check_no_secret_is_in(tmp_path)


def _check_no_secret_is_in(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert not any(secret.encode() in data for secret in _SECRETS)


def _check_journal(s: Stage) -> None:
    """The alias is as the journal says, and every promotion has its verdict."""
    version = s.check_clean()
    journal = Journal.open(s.folder)
    records = journal.all()
    assert len(records) <= 1  # none: killed before anything began
    for record in records:
        state = record.rollout.state
        assert state in (State.PROMOTED, State.ABANDONED)
        assert version == ("42" if state is State.PROMOTED else "41")
        entries = journal.entries(record.key)
        for entry in entries:
            if entry.kind is Kind.EVENT:
                decode_event(entry.body)
        promotions = [each for each in receipts(entries) if each.action == "promoting v42"]
        assert bool(promotions) == (state is State.PROMOTED)
        assert all(each.judgement.verdict is Verdict.SAFE for each in promotions)
    journal.close()


@pytest.mark.parametrize("seed", _seeds(1, 100))
async def test_of_two_that_start_at_once_one_drives(tmp_path: Path, seed: int) -> None:
    async with stage(tmp_path, seed) as s:
        one, other = [await s.process("start", tmp_path / name) for name in ("one", "other")]
        ends = await asyncio.gather(s.ended(one), s.ended(other))
        assert sorted(code for code, _ in ends) == [0, REFUSED]
        (refusal,) = [said for code, said in ends if code == REFUSED]
        assert refusal.count("\n") == 1
        assert s.check_clean() == "42"
        assert len(_drivers(s.sandbox)) == 1


@pytest.mark.parametrize("seed", _seeds(1, 50))
async def test_of_two_that_take_over_an_expired_lease_at_once_one_drives(tmp_path: Path, seed: int) -> None:
    async with stage(tmp_path, seed) as s:
        first = await s.process("start", tmp_path / "first")
        await _until(lambda: s.sandbox.alias("checkout", "live").weights != {} or first.returncode is not None)
        first.kill()
        await first.communicate()
        lease, _ = leases.read(s.sandbox.alias("checkout", "live").description)
        assert lease
        await _until(lambda: lease.is_over(s.clock.now()))
        one, other = [await s.process("take over", tmp_path / name) for name in ("one", "other")]
        for process in (one, other):
            assert process.stdout
            assert await asyncio.wait_for(process.stdout.readline(), _LONGEST) == b"seen\n"
        ends = await asyncio.gather(s.ended(one, b"\n"), s.ended(other, b"\n"))
        assert sorted(code for code, _ in ends) == [0, REFUSED]
        (refusal,) = [said for code, said in ends if code == REFUSED]
        assert refusal.count("\n") == 1
        assert s.check_clean() == "41"
        assert len(_drivers(s.sandbox)) == 2


async def _until(so: Callable[[], bool]) -> None:
    """Wait for what other processes do."""
    async with asyncio.timeout(_LONGEST):
        while not so():  # noqa: ASYNC110 - no event of ours comes from other processes
            await asyncio.sleep(0.02)


def _drivers(sandbox: Sandbox) -> set[str]:
    """The marks of all who have changed the alias."""
    found = set()
    for call in sandbox.calls:
        if call.operation == "UpdateAlias" and call.status == 200:
            lease, _ = leases.read(str(call.parameters.get("Description", "")))
            if lease:
                found.add(lease.driver)
    return found
