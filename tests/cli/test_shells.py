"""Two real processes: one drives without a screen, the other is the shell beside it. And one from another machine."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest

from multitool_tui.cli.exits import Exit
from multitool_tui.clock import SystemClock
from multitool_tui.sandbox.scenario import load_scenario
from multitool_tui.sandbox.server import Sandbox
from tests.support.terminal import MULTITOOL, Terminal
from tests.support.world import REGION, sandbox_environment, use_sandbox_credentials

_LONGEST = 60.0  # seconds of real time for one command


@dataclass
class Shells:
    sandbox: Sandbox
    folder: Path

    def place(self, folder: str = "here") -> tuple[str, ...]:
        """The options that say on what machine, and in what account."""
        files = ("--state-dir", str(self.folder / folder), "--log-file", str(self.folder / "log"))
        return (*files, "--endpoint-url", self.sandbox.url)

    async def begin(self, *arguments: str, folder: str = "here", **environment: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(MULTITOOL, *self.place(folder), *arguments),
            env={**os.environ, **sandbox_environment(), **environment},
            cwd=self.folder,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def run(self, *arguments: str, folder: str = "here", **environment: str) -> tuple[int, str]:
        return await ended(await self.begin(*arguments, folder=folder, **environment))

    async def driver(self, plan: str = "10%/20m 50%/20m", *more: str, **environment: str) -> asyncio.subprocess.Process:
        """A process that drives checkout:live, and has v42 at 10%."""
        arguments = ("run", "checkout:live", "--version", "42", "--headless", "--strategy", plan)
        process = await self.begin(*arguments, *more, **environment)
        assert process.stdout
        line = await asyncio.wait_for(process.stdout.readline(), _LONGEST)
        assert b"raised to 10%" in line
        while (await self.documents())[0]["weight"] != 0.1:
            pass  # each look is a process of its own
        return process

    async def documents(self, *names: str, folder: str = "here") -> list[dict[str, object]]:
        _, said = await self.run("status", "--json", *names, folder=folder)
        return [json.loads(line) for line in said.splitlines()]

    async def lost(self, driver: asyncio.subprocess.Process, weight: float) -> None:
        """The driver is no more, and another hand sets the weight."""
        driver.kill()
        await driver.communicate()
        alias = self.sandbox.alias("checkout", "live")
        await asyncio.to_thread(
            boto3.client("lambda", region_name=REGION, endpoint_url=self.sandbox.url).update_alias,
            FunctionName="checkout",
            Name="live",
            FunctionVersion=alias.version,
            RoutingConfig={"AdditionalVersionWeights": {"42": weight}},
        )

    async def driving(self, *arguments: str, says: str) -> asyncio.subprocess.Process:
        """A process that goes on driving once it has said this."""
        process = await self.begin(*arguments)
        assert process.stdout
        async with asyncio.timeout(_LONGEST):
            while (line := await process.stdout.readline()) and says not in line.decode():
                pass
        assert line, await ended(process)
        return process

    @property
    def on_alias(self) -> tuple[str, dict[str, float]]:
        alias = self.sandbox.alias("checkout", "live")
        return alias.version, dict(alias.weights)


async def ended(process: asyncio.subprocess.Process) -> tuple[int, str]:
    try:
        out, err = await asyncio.wait_for(process.communicate(), _LONGEST)
    finally:
        if process.returncode is None:
            process.kill()
    said = (out + err).decode()
    assert "Traceback" not in said
    assert process.returncode is not None
    return process.returncode, said


@asynccontextmanager
async def shells(folder: Path) -> AsyncIterator[Shells]:
    async with Sandbox(scenario=load_scenario("healthy"), clock=SystemClock(), seed=1, region=REGION) as sandbox:
        yield Shells(sandbox, folder)


async def test_a_second_shell_sees_and_steers_what_the_first_one_drives(tmp_path: Path) -> None:
    async with shells(tmp_path) as s:
        driver = await s.driver("10%/20m/gate 50%/20m")
        [about] = await s.documents("checkout:live")
        assert (about["state"], about["seen"], about["driver"]) == (
            "shifting",
            "v42@10%",
            {"who": f"process {driver.pid}", "near": True, "until": None},
        )
        assert await s.run("pause", "checkout:live") == (0, "checkout:live: paused. The operator's word.\n")
        assert await s.run("weight", "checkout:live", "5%", "--seen", "v42@10%") == (
            0,
            "checkout:live: paused. The operator's word.\n",
        )
        assert s.on_alias == ("41", {"42": 0.05})
        code, said = await s.run("resume", "checkout:live")
        assert (code, said) == (0, "checkout:live: shifting. The operator's word.\n")
        assert await s.run("gate", str(about["rollout"])) == (0, "checkout:live: shifting. The operator's word.\n")
        code, said = await s.run("rollback", "checkout:live", "--reason", "I do not like it.")
        assert (code, said) == (0, "checkout:live: rolled back. I do not like it.\n")
        assert s.on_alias == ("41", {})
        code, said = await ended(driver)
        assert code == Exit.ROLLED_BACK_BY_OPERATOR
        assert "I do not like it." in said
        assert list((tmp_path / "here" / "live").iterdir()) == []


async def test_what_has_moved_on_is_refused_and_nothing_is_promoted_blindly(tmp_path: Path) -> None:
    async with shells(tmp_path) as s:
        driver = await s.driver()
        code, said = await s.run("promote", "checkout:live", "--seen", "v42@5%", "--without-evidence")
        assert code == Exit.REFUSED
        assert "moved on to 10%" in said
        code, said = await s.run("pause", "checkout:live", "--seen", "v43@10%")
        assert code == Exit.REFUSED
        assert "meant for another rollout" in said
        code, said = await s.run("promote", "checkout:live")
        assert code == Exit.REFUSED
        assert "no fresh evidence" in said
        assert s.on_alias == ("41", {"42": 0.1})
        code, said = await s.run("promote", "checkout:live", "--seen", "v42@10%", "--without-evidence")
        assert (code, said) == (0, "checkout:live: baking. The operator's word.\n")
        assert s.on_alias == ("42", {})
        assert (await s.run("promote", "checkout:live"))[0] == 0  # ends the bake
        assert (await ended(driver))[0] == Exit.DONE


async def test_a_shell_on_another_machine_sees_by_aws_alone_and_rolls_back_by_taking_over(tmp_path: Path) -> None:
    async with shells(tmp_path) as s:
        driver = await s.driver()
        assert await s.run("status", folder="there") == (
            0,
            "No rollout is under way on this machine. `multitool history` lists those of before.\n",
        )
        [about] = await s.documents("checkout:live", folder="there")
        assert (about["state"], about["seen"]) == ("shifting", "v42@10%")
        assert isinstance(about["driver"], dict)
        assert about["driver"]["near"] is False
        code, said = await s.run("pause", "checkout:live", folder="there")
        assert code == Exit.REFUSED
        assert "No process on this machine drives checkout:live." in said
        code, said = await s.run("rollback", "checkout:live", folder="there")
        assert code == 0
        assert "checkout:live: rolled back." in said
        assert s.on_alias == ("41", {})
        assert (await ended(driver))[0] in (Exit.TAKEN, Exit.DRIFT)


async def test_a_killed_drivers_socket_is_cleared_and_its_rollout_rolled_back_by_name(tmp_path: Path) -> None:
    async with shells(tmp_path) as s:
        driver = await s.driver()
        driver.kill()
        await driver.wait()
        [about] = await s.documents()
        assert (about["state"], about["driver"]) == ("shifting", None)
        assert list((tmp_path / "here" / "live").iterdir()) == []
        code, _ = await s.run("rollback", str(about["rollout"]))
        assert code == 0
        assert s.on_alias == ("41", {})


@pytest.mark.long
async def test_what_another_hand_changed_is_adopted_restored_or_abandoned_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_sandbox_credentials(monkeypatch)
    async with shells(tmp_path) as s:
        await s.lost(await s.driver(), 0.33)
        code, said = await s.run("adopt", "checkout:live")
        assert code == Exit.REFUSED
        assert "`multitool adopt checkout:live --headless` takes it up" in said
        driver = await s.driving("adopt", "checkout:live", "--headless", says="adopted at 33%")
        assert s.on_alias == ("41", {"42": 0.33})
        code, said = await s.run("abandon", "checkout:live")
        assert (code, "it cannot be abandoned now" in said) == (Exit.REFUSED, True)
        await s.lost(driver, 0.5)
        code, said = await s.run("restore", "checkout:live", "--headless", "--seen", "v42@10%")
        assert (code, "moved on to 33%" in said) == (Exit.REFUSED, True)
        driver = await s.driving("restore", "checkout:live", "--headless", says="restored")
        assert s.on_alias == ("41", {"42": 0.33})
        await s.lost(driver, 0.5)
        code, said = await s.run("abandon", "checkout:live")
        assert code == 0
        assert "checkout:live: abandoned. The operator's word." in said
        assert s.on_alias == ("41", {"42": 0.5})
        assert s.sandbox.alias("checkout", "live").description == "production"


@pytest.mark.long
async def test_a_screen_that_holds_a_rollout_is_told_from_another_shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_sandbox_credentials(monkeypatch)
    async with shells(tmp_path) as s:
        await s.lost(await s.driver(), 0.33)
        screen = Terminal(*s.place(), columns=120, rows=40, program=MULTITOOL, **sandbox_environment())
        try:
            await asyncio.to_thread(screen.wait_for, "held")
            for verb in ("adopt", "restore", "abandon"):
                code, said = await s.run(verb, "checkout:live", "--seen", "v42@33%")
                assert (code, "moved on to 10%" in said) == (Exit.REFUSED, True)
            assert await s.run("restore", "checkout:live") == (0, "checkout:live: shifting. The operator's word.\n")
            assert s.on_alias == ("41", {"42": 0.1})
            code, said = await s.run("adopt", "checkout:live")
            assert (code, "it cannot be adopted now" in said) == (Exit.REFUSED, True)
        finally:
            screen.close()


@pytest.mark.long
async def test_a_screen_on_another_machine_shows_it_by_aws_alone_and_takes_it_over_with_its_key(tmp_path: Path) -> None:
    async with shells(tmp_path) as s:
        driver = await s.driver()
        screen = Terminal(*s.place("there"), columns=120, rows=40, program=MULTITOOL, **sandbox_environment())
        try:
            await asyncio.to_thread(screen.wait_for, "Traffic split · checkout:live · driven by")
            assert "10%  v42 canary" in screen.text
            screen.press("r")
            await asyncio.to_thread(screen.wait_for, "take it over first (d)")
            screen.press("d")
            await asyncio.to_thread(screen.wait_for, "Take the rollout over?")
            screen.press("\t\r")
            code, said = await ended(driver)
            assert (code, "drives checkout:live now" in said) == (Exit.TAKEN, True)
            assert s.on_alias[1].keys() == {"42"}
            screen.press("r")
            await asyncio.to_thread(screen.wait_for, "Roll back to v41?")
            screen.press("\r")
            await asyncio.to_thread(screen.wait_for, "ROLLED BACK")
            assert s.on_alias == ("41", {})
            assert s.sandbox.alias("checkout", "live").description == "production"
        finally:
            screen.close()


async def test_names_that_mean_nothing_are_told_in_one_sentence(tmp_path: Path) -> None:
    async with shells(tmp_path) as s:
        code, said = await s.run("status", "chekout")
        assert code == Exit.USAGE
        assert "no rollout, target or group 'chekout'" in said
        code, said = await s.run("pause", "chekout")
        assert code == Exit.REFUSED
        assert "No process on this machine drives chekout." in said
        assert (await s.run("rollback", "nothing:live"))[0] == Exit.REFUSED
