"""`multitool setup` and `multitool teardown`, typed: what they say, what they ask, and how they end."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from click.testing import CliRunner, Result

from multitool_tui.cli import main
from multitool_tui.clock import SystemClock
from multitool_tui.sandbox.faults import Fault
from multitool_tui.sandbox.scenario import load_scenario
from multitool_tui.sandbox.server import Sandbox
from tests.permissions.support import policy, statement
from tests.support.provision import QUEUE, ROLE, a_package
from tests.support.world import use_sandbox_credentials


class Shell:
    """A shell on a sandbox, with a folder of its own."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self.sandbox, self.folder = sandbox, folder

    async def __call__(self, *arguments: str, state: str = "state", typed: str | None = None) -> Result:
        place = ("--endpoint-url", self.sandbox.url, "--state-dir", str(self.folder / state))
        return await asyncio.to_thread(CliRunner().invoke, main, [*place, *arguments], typed)

    async def setup(self, *arguments: str, name: str = "orders", state: str = "state") -> Result:
        code = str(self.folder / "build.zip")
        return await self("setup", name, "--zip", code, "--handler", "app.handler", "--yes", *arguments, state=state)


@pytest.fixture
async def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Shell]:
    use_sandbox_credentials(monkeypatch)
    a_package(tmp_path)
    async with Sandbox(scenario=load_scenario("healthy"), clock=SystemClock(60)) as sandbox:
        yield Shell(sandbox, tmp_path)


def objects(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


async def test_one_command_makes_a_service_and_one_removes_it(shell: Shell) -> None:
    made = await shell.setup("--api", "--json")
    assert made.exit_code == 0, made.output
    *parts, ready = objects(made)
    assert {each["kind"] for each in parts if each["status"] == "made"} >= {"role", "function", "alias", "stage"}
    assert ready["target"] == "orders:live"
    assert ready["next"] == (
        "multitool run orders:live --zip NEW.zip --alarm orders-live-errors --alarm orders-live-api-5xx"
    )
    assert "orders-role may do nothing yet" in ready["lacking"][0]
    again = await shell.setup("--api", "--json")
    assert {each["status"] for each in objects(again)[:-1]} == {"there"}
    gone = await shell("teardown", "orders", "--yes")
    assert gone.exit_code == 0, gone.output
    assert "orders" not in shell.sandbox._home.functions
    assert "aws iam delete-role --role-name orders-role" in gone.stdout
    # Once more: what was left is still named, and nothing else.
    once_more = objects(await shell("teardown", "orders", "--yes", "--json"))
    assert {each["status"] for each in once_more} == {"left"}


async def test_the_commands_that_are_said_do_what_is_said(shell: Shell) -> None:
    """What the product's own policy does not allow: somebody who may runs them."""
    made = await shell.setup()
    region = shell.sandbox._home
    await asyncio.to_thread(run_all, shell, made.stdout)
    assert region.identities.roles["orders-role"].may("logs:PutLogEvents")
    gone = await shell("teardown", "orders", "--yes")
    await asyncio.to_thread(run_all, shell, gone.stdout)
    assert "orders-role" not in region.identities.roles
    assert not [name for name in region.observability.dashboards if name.startswith("orders-")]
    assert not [name for name in region.alarms._alarms if name.startswith("orders-")]


def run_all(shell: Shell, said: str) -> None:
    """Each line that begins with `aws`, as the AWS CLI reads it; the sandbox has no logs."""
    for line in said.splitlines():
        words = line.partition("#")[0].split()
        if words[:1] != ["aws"] or words[1] in ("logs", "lambda"):
            continue
        client = boto3.client(words[1], endpoint_url=shell.sandbox.url, region_name="eu-west-1")
        given: dict[str, Any] = {}
        for name, value in zip(words[3::2], words[4::2], strict=True):
            if name != "--region":
                key = "".join(part.capitalize() for part in name.removeprefix("--").split("-"))
                given[key] = [value] if key.endswith("Names") else value
        getattr(client, words[2].replace("-", "_"))(**given)
        client.close()


async def test_nothing_is_made_before_it_is_asked_for(shell: Shell) -> None:
    code = ("--zip", str(shell.folder / "build.zip"), "--handler", "app.handler")
    looked = await shell("setup", "orders", *code, "--api", "--dry-run")
    assert looked.exit_code == 0
    assert "+ to make   function         orders: app.handler on python3.13" in looked.stdout
    refused = await shell("setup", "orders", *code)
    assert refused.exit_code == 2
    assert "Nobody can be asked here: say --yes" in refused.stderr
    reading = await shell("--read-only", "setup", "orders", *code, "--yes")
    assert (reading.exit_code, "read-only" in reading.stderr) == (2, True)
    writes = [call for call in shell.sandbox.calls if not call.operation.startswith(("Get", "List", "Describe"))]
    assert writes == []


async def test_that_anybody_can_call_it_is_said_before_anything_is_made(shell: Shell) -> None:
    public = "Anybody on the internet can call the REST API and the function URL: nothing is asked of a request."
    for options, said in (
        (("--api", "--url", "--dry-run"), public),
        (("--api", "--url", "--json", "--dry-run"), public),
        (("--api", "--auth", "iam", "--dry-run"), None),
        (("--dry-run",), None),
    ):
        result = await shell.setup(*options)
        assert result.stderr.splitlines() == ([f"{said} --auth iam lets in signed requests alone."] if said else [])


@pytest.mark.parametrize(
    ("name", "options", "sentence"),
    [
        ("no spaces", (), "'no spaces' is no name: it is letters, digits, - and _, at most 64 of them."),
        ("orders", ("--alias", "7"), "'7' is no alias"),
        ("orders", ("--path", "orders"), "'orders' is no path"),
        ("orders", ("--role", "somebody"), "'somebody' is no role: it is the ARN of a role."),
        ("orders", ("--event-source", "orders"), "'orders' is no ARN of a queue or stream."),
        ("orders", ("--event-source", "arn:aws:s3:::bucket"), "is of s3: setup reads SQS queues"),
        ("orders", ("--event-source", "arn:aws:dynamodb:eu-west-1:1:table/x"), "give the ARN of its stream"),
        ("orders", ("--handler", "other.handler"), "build.zip has no other.py, which the handler other.handler is in."),
        ("orders", ("--runtime", "provided.al2023"), "build.zip has no bootstrap"),
        ("orders", ("--zip", "/nowhere.zip"), "/nowhere.zip cannot be read: No such file or directory."),
    ],
)
async def test_what_cannot_be_is_said_before_aws_is_asked(
    shell: Shell, name: str, options: tuple[str, ...], sentence: str
) -> None:
    result = await shell.setup(*options, name=name)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert len(shell.sandbox.calls) == 0


async def test_a_file_that_is_no_zip_and_one_that_is_too_large(shell: Shell) -> None:
    file = shell.folder / "build.zip"
    file.write_bytes(b"PK no")
    assert "is no zip file, or is cut off." in (await shell.setup()).stderr
    with file.open("wb") as large:
        large.truncate(51 * 1024 * 1024)
    result = await shell.setup()
    assert (result.exit_code, "Lambda takes at most" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    "name", ["_-A9", "x" * 64, *(pytest.param(name, marks=pytest.mark.long) for name in ("a", "9", "y" * 55 + "-yy-"))]
)
async def test_every_legal_name_makes_a_service(shell: Shell, name: str) -> None:
    result = await shell.setup("--api", "--url", "--stage", "a_Z-9", "--path", "/{id}/a.b-c_d:e", name=name)
    assert result.exit_code == 0, result.output
    assert (await shell("teardown", name, "--yes")).exit_code == 0
    assert name not in shell.sandbox._home.functions


async def test_what_is_in_the_way_is_named(shell: Shell) -> None:
    result = await shell.setup(name="checkout")
    assert result.exit_code == 3
    assert "The function checkout is there already, with code of its own" in result.stderr
    result = await shell.setup("--role", "arn:aws:iam::123456789012:role/nobody")
    assert "There is no role arn:aws:iam::123456789012:role/nobody" in result.stderr
    shell.sandbox._home.apis.all.clear()


async def test_a_queue_is_read_once_the_new_role_may(shell: Shell) -> None:
    stopped = await shell.setup("--event-source", QUEUE)
    assert stopped.exit_code == 3
    policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole"
    assert f"Run `aws iam attach-role-policy --role-name orders-role --policy-arn {policy_arn}`" in stopped.stderr
    assert "the same command goes on from here" in stopped.stderr
    shell.sandbox._home.identities.roles["orders-role"].attached.add(policy_arn)
    assert (await shell.setup("--event-source", QUEUE)).exit_code == 0


async def test_teardown_of_what_setup_has_not_made(shell: Shell) -> None:
    result = await shell("teardown", "checkout", "--yes")
    assert result.exit_code == 2
    assert "Setup has made no checkout here, as far as this machine's record goes: there is none." in result.stderr
    assert "checkout" in shell.sandbox._home.functions


async def test_a_weighted_alias_is_not_torn_down(shell: Shell) -> None:
    assert (await shell.setup("--api")).exit_code == 0
    function = shell.sandbox._home.functions["orders"]
    state = function.aliases["live"].current
    function.set_alias(type(state)("live", "1", {"2": 0.1}, "", "r"), shell.sandbox._home.now)
    result = await shell("teardown", "orders", "--yes")
    assert result.exit_code == 3
    assert "orders:live sends traffic to two versions: end its rollout" in result.stderr
    assert "orders" in [api.body["name"] for api in shell.sandbox._home.apis.all.values()]


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ("CreateFunction", "applied_then_dropped"),
        ("CreateRestApi", "applied_then_dropped"),
        ("DeleteRestApi", "throttle"),
        pytest.param("CreateRestApi", "reset", marks=pytest.mark.long),
        pytest.param("DeleteFunction", "applied_then_dropped", marks=pytest.mark.long),
        pytest.param("DeleteRestApi", "error500", marks=pytest.mark.long),
    ],
)
async def test_a_bad_line_costs_nothing_twice(shell: Shell, operation: str, kind: Any) -> None:
    shell.sandbox.faults.add(Fault(kind=kind, operation=operation, times=1))
    for making in (True, False):
        for attempt in range(2):
            result = await (shell.setup("--api", "--role", ROLE) if making else shell("teardown", "orders", "--yes"))
            if result.exit_code == 0:
                break
            # Said in one sentence, and gone on with.
            assert (result.exit_code, attempt) == (4, 0), result.output
            assert "the same command goes on from here" in result.stderr
    region = shell.sandbox._home
    assert "orders" not in region.functions
    assert "orders" not in [api.body["name"] for api in region.apis.all.values()]


async def test_a_denial_names_what_to_ask_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_sandbox_credentials(monkeypatch)
    a_package(tmp_path)
    allowed = policy(statement(), statement("Deny", Action="iam:PassRole"))
    async with Sandbox(scenario=load_scenario("healthy"), clock=SystemClock(60), policy=allowed) as sandbox:
        result = await Shell(sandbox, tmp_path).setup("--role", ROLE)
    assert result.exit_code == 3
    assert "iam:PassRole is denied to the caller by a policy." in result.stderr


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="how much a process had is read from /proc")
async def test_fifty_megabytes_are_sent_as_they_are_read(shell: Shell) -> None:
    with zipfile.ZipFile(shell.folder / "build.zip", "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("app.py", "def handler(event, context): ...")
        archive.writestr("data.bin", os.urandom(49 * 1024 * 1024))
    # In a process of its own: the sandbox holds the package in this one, whose size `ru_maxrss` would inherit.
    command = f"""
from click.testing import CliRunner
from multitool_tui.cli import main
place = ["--endpoint-url", {shell.sandbox.url!r}, "--state-dir", {str(shell.folder / "state")!r}]
wanted = ["--zip", {str(shell.folder / "build.zip")!r}, "--handler", "app.handler", "--yes", "--role", {ROLE!r}]
result = CliRunner().invoke(main, [*place, "setup", "orders", *wanted])
[highest] = [line for line in open("/proc/self/status") if line.startswith("VmHWM:")]
print(result.exit_code, int(highest.split()[1]) // 1024)
"""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", command, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    code, megabytes = map(int, out.split())
    assert code == 0
    assert megabytes < 2 * 49, megabytes
