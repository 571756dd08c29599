"""`multitool doctor` and `multitool doctor keys`: what they print, how they end, and where a secret goes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from multitool_tui.cli import main
from multitool_tui.clock import SystemClock
from multitool_tui.permissions.policy import Policy
from multitool_tui.sandbox.scenario import load_scenario
from multitool_tui.sandbox.server import Sandbox
from tests.permissions.support import policy, statement
from tests.support.terminal import Terminal
from tests.support.world import sandbox_environment, use_sandbox_credentials

OWN = "AKIACANARYKEYID00001"
CANARIES = ("canary-secret-that-nobody-writes", "canary-token-that-nobody-writes")


@pytest.fixture(autouse=True)
def _sandbox_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    use_sandbox_credentials(monkeypatch)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", OWN)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", CANARIES[0])
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)


@asynccontextmanager
async def sandbox(of: Policy | None = None) -> AsyncIterator[Sandbox]:
    async with Sandbox(scenario=load_scenario("healthy"), clock=SystemClock(), policy=of) as one:
        yield one


async def typed(url: str, folder: Path, *arguments: str, before: tuple[str, ...] = ()) -> Result:
    """Run it in a thread of its own: the sandbox answers from this one."""
    place = ("--endpoint-url", url, "--state-dir", str(folder), "--log-file", str(folder / "log"))
    return await asyncio.to_thread(CliRunner().invoke, main, [*place, *before, "doctor", *arguments])


async def listed(url: str, folder: Path) -> list[tuple[str, bool, bool]]:
    lines = (await typed(url, folder, "keys", "--json")).stdout.splitlines()
    return [(key["id"], key["active"], key["own"]) for key in map(json.loads, lines)]


async def test_all_is_well(tmp_path: Path) -> None:
    async with sandbox() as one:
        text = await typed(one.url, tmp_path)
        as_json = await typed(one.url, tmp_path, "--json")
        shared = await typed(one.url, tmp_path, "--share", "--json")
    assert (text.exit_code, text.stderr) == (0, "")
    assert "✔ ok      caller          arn:aws:iam::123456789012:user/sandbox." in text.stdout
    rows = {row["check"]: row for row in map(json.loads, as_json.stdout.splitlines())}
    assert rows["caller"]["account"] == "123456789012"
    assert rows["versions"]["textual"]
    assert {row["health"] for row in rows.values()} == {"ok", "warning"}  # the key is old
    assert [json.loads(line)["check"] for line in shared.stdout.splitlines()] == list(rows)
    for private in ("123456789012", OWN, "user/sandbox", one.url.removeprefix("http://")):
        assert private in as_json.stdout
        assert private not in shared.stdout


async def test_how_it_ends(tmp_path: Path) -> None:
    async with sandbox(policy(statement(), statement("Deny", Action="lambda:ListFunctions"))) as one:
        refused = await typed(one.url, tmp_path)
    assert refused.exit_code == 3
    assert refused.stderr == "multitool: A check has failed: may watch.\n"
    unreachable = await typed("http://127.0.0.1:1", tmp_path)
    assert unreachable.exit_code == 4
    (tmp_path / "multitool.toml").write_text("[rollouts")
    async with sandbox() as one:
        here = await typed(one.url, tmp_path, before=("--config", str(tmp_path / "multitool.toml")))
    assert here.exit_code == 2
    assert here.stderr == "multitool: A check has failed: manifest.\n"


async def test_a_key_from_its_first_day_to_its_last(tmp_path: Path) -> None:
    async with sandbox() as one:
        made = json.loads((await typed(one.url, tmp_path, "keys", "create", "--yes", "--show-secret", "--json")).stdout)
        assert len(made["secret"]) == 40
        assert await listed(one.url, tmp_path) == [(OWN, True, True), (made["id"], True, False)]
        third = await typed(one.url, tmp_path, "keys", "create", "--yes", "--show-secret")
        assert third.exit_code == 3
        assert "sandbox has two access keys, as many as AWS allows: delete one first." in third.stderr
        for verb, outcome, active in (("deactivate", "off", False), ("activate", "on", True)):
            result = await typed(one.url, tmp_path, "keys", verb, made["id"], "--yes")
            assert (result.exit_code, result.stdout) == (0, f"{made['id']} is {outcome}.\n")
            assert (made["id"], active, False) in await listed(one.url, tmp_path)
        assert (await typed(one.url, tmp_path, "keys", "delete", made["id"], "--yes")).exit_code == 0
        assert await listed(one.url, tmp_path) == [(OWN, True, True)]


async def test_nothing_is_done_unasked_and_no_secret_goes_into_a_pipe(tmp_path: Path) -> None:
    async with sandbox() as one:
        for arguments, before, sentence in (
            (("create",), (), "the new secret is shown on a terminal only"),
            (("create", "--yes"), (), "the new secret is shown on a terminal only"),
            (("create", "--show-secret"), (), "with --yes it is done without asking"),
            (("delete", OWN), (), "with --yes it is done without asking"),
            (("delete", OWN, "--yes"), (), "would be shut out"),
            (("deactivate", OWN, "--yes"), (), "would be shut out"),
            (("delete", "AKIANOTHING", "--yes"), ("--read-only",), "read-only"),
        ):
            result = await typed(one.url, tmp_path, "keys", *arguments, before=before)
            assert result.exit_code == 2, arguments
            assert sentence in result.stderr
        unknown = await typed(one.url, tmp_path, "keys", "delete", "AKIANOTHING", "--yes")
        assert unknown.exit_code == 3
        assert f"sandbox has no access key AKIANOTHING: there is {OWN}." in unknown.stderr
        writes = [call.operation for call in one.calls if call.operation.startswith(("Create", "Update", "Delete"))]
    assert writes == []


async def test_a_secret_is_shown_once_on_the_terminal_and_is_nowhere_else(tmp_path: Path) -> None:
    async with sandbox() as one:
        environment = sandbox_environment() | {
            "AWS_ACCESS_KEY_ID": OWN,
            "AWS_SECRET_ACCESS_KEY": CANARIES[0],
            "AWS_SESSION_TOKEN": CANARIES[1],
            "AWS_ENDPOINT_URL": one.url,
            "XDG_STATE_HOME": str(tmp_path / "state"),
            "XDG_CACHE_HOME": str(tmp_path / "cache"),
            "HOME": str(tmp_path),
        }
        told = await asyncio.to_thread(_create_on_a_terminal, tmp_path, environment)
        place = ("--endpoint-url", one.url, "--state-dir", str(tmp_path / "state"))
        reports = [
            (await asyncio.to_thread(CliRunner().invoke, main, [*place, "doctor", *arguments])).output
            for arguments in ((), ("--json",), ("--share",), ("keys",), ("keys", "--json"))
        ]
    secret = told.split("Secret")[1].split()[0]
    assert len(secret) == 40
    assert told.count(secret) == 1
    for hidden in (secret, *CANARIES):
        assert not any(hidden in report for report in reports)
        assert _files_with(hidden, tmp_path) == []
    assert not any(hidden in told for hidden in CANARIES)


def _files_with(text: str, folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file() and text.encode() in file.read_bytes()]


def _create_on_a_terminal(folder: Path, environment: dict[str, str]) -> str:
    terminal = Terminal(
        "--log-file", str(folder / "log"), "doctor", "keys", "create", columns=100, rows=30, **environment
    )
    try:
        terminal.wait_for("Make a new access key for user sandbox in account 123456789012? [y/N]")
        terminal.press("y\r")
        assert terminal.wait_for_end() == 0
        return terminal.text
    finally:
        terminal.close()
