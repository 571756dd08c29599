"""`multitool permissions`: the policies, the comparison, the check."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from multitool_tui.cli import main
from multitool_tui.permissions.features import RUN, WATCH
from multitool_tui.permissions.ledger import LEDGER, USED, needed
from multitool_tui.permissions.policies import minimal_policy
from multitool_tui.permissions.row import Scope
from tests.cli.test_lightness import HEAVY, loaded_by
from tests.data import DOCUMENT
from tests.permissions.support import policy, statement, written
from tests.support.world import use_sandbox_credentials, world

HERE = "arn:aws:lambda:eu-west-1:123456789012:function"
OFFLINE = ("--endpoint-url", "http://127.0.0.1:1")


@pytest.fixture(autouse=True)
def _sandbox_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    use_sandbox_credentials(monkeypatch)
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)


def asked(*arguments: str, before: tuple[str, ...] = OFFLINE) -> Result:
    return CliRunner().invoke(main, [*before, "permissions", *arguments])


async def asked_of(url: str, *arguments: str) -> Result:
    """Ask in a thread of its own: the sandbox answers from this one."""
    return await asyncio.to_thread(asked, *arguments, before=("--endpoint-url", url))


def test_the_whole_policy_is_the_document_s() -> None:
    result = asked("--policy")
    assert result.exit_code == 0
    assert result.stdout == DOCUMENT.read_text()
    [line] = asked("--policy", "--json").stdout.splitlines()
    assert json.loads(line) == json.loads(DOCUMENT.read_text())


def test_the_list_has_every_action_and_loads_nothing_heavy() -> None:
    lines = [json.loads(line) for line in asked("--json").stdout.splitlines()]
    assert [line["action"] for line in lines] == [row.action for row in LEDGER]
    assert "lambda:UpdateAlias " in asked().stdout
    assert "lambda:UpdateAlias " not in asked("--for", "watch").stdout
    listing = "from multitool_tui.cli import main\ntry: main(['permissions'])\nexcept SystemExit: pass"
    assert not loaded_by(listing) & HEAVY


async def test_a_minimal_policy_is_for_the_session_s_place() -> None:
    async with world() as stage:
        result = await asked_of(stage.sandbox.url, "--minimal", "--for", "run", "--target", "checkout:live")
    assert result.exit_code == 0
    assert result.stderr == ""
    place = Scope(region="eu-west-1", account="123456789012", function="checkout")
    assert json.loads(result.stdout) == minimal_policy(needed([RUN]), place)


async def test_a_minimal_policy_is_for_one_api_where_a_stage_is_named() -> None:
    async with world("api") as stage:
        targets = ("--target", "shop/prod", "--target", "checkout:live")
        result = await asked_of(stage.sandbox.url, "--minimal", "--for", "stages", *targets)
        [api] = (await (await stage.session.client("apigateway")).get_rest_apis())["items"]
    document = json.loads(result.stdout)
    assert f"arn:aws:apigateway:eu-west-1::/restapis/{api['id']}*" in str(document)
    assert "/restapis/*" not in str(document)
    assert "function:*" not in str(document)


def test_a_command_is_as_good_as_its_feature() -> None:
    assert asked("--minimal", "--for", "resume").stdout == asked("--minimal", "--for", "run").stdout


def test_without_a_session_the_account_is_left_open_and_that_is_said() -> None:
    result = asked("--minimal", "--for", "watch", "--json")
    assert result.exit_code == 0
    [line] = result.stdout.splitlines()
    resources = [statement["Resource"] for statement in json.loads(line)["Statement"]]
    assert "arn:aws:lambda:eu-west-1:ACCOUNT-ID:function:*" in resources
    assert result.stderr.endswith("Put the account's twelve digits where ACCOUNT-ID stands.\n")
    assert result.stderr.count("\n") == 1


async def test_a_policy_of_one_s_own_is_compared(tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    async with world() as stage:
        url = stage.sandbox.url
        file.write_text((await asked_of(url, "--minimal", "--for", "watch")).stdout)
        same = await asked_of(url, "--diff", str(file), "--for", "watch")
        lacking = await asked_of(url, "--diff", str(file), "--for", "run", "--target", "checkout:live")
        as_json = await asked_of(url, "--diff", str(file), "--for", "run", "--target", "checkout:live", "--json")
    assert (same.exit_code, same.stdout) == (0, "The policy allows what is needed, and nothing else.\n")
    assert lacking.exit_code == 3
    assert f"missing     lambda:UpdateAlias on {HERE}:checkout is allowed by no statement.\n" in lacking.stdout
    assert "not needed  lambda:ListFunctions in statement " in lacking.stdout
    assert lacking.stderr.startswith("multitool: The policy lacks ")
    kinds = [json.loads(line)["kind"] for line in as_json.stdout.splitlines()]
    assert sorted(set(kinds)) == ["missing", "not needed", "wider than needed"]
    assert kinds == sorted(kinds, key=lambda kind: kind != "missing")


def test_more_than_is_needed_is_no_failure(tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    file.write_text(written(statement()))
    result = asked("--diff", str(file))
    assert result.exit_code == 0
    assert result.stdout.startswith("wider       * in statement 1: ")


async def test_a_check_names_what_is_denied() -> None:
    mine = policy(statement(), statement("Deny", Action="lambda:GetAlias"))
    async with world(policy=mine) as stage:
        text = await asked_of(stage.sandbox.url, "--check", "--target", "checkout:live")
        as_json = await asked_of(stage.sandbox.url, "--check", "--target", "checkout:live", "--json")
        reading = await asked_of(stage.sandbox.url, "--check", "--for", "replay", "--target", "payments:live")
    assert text.exit_code == as_json.exit_code == reading.exit_code == 3
    assert "denied   lambda:GetAlias on checkout:live\n" in text.stdout
    assert "unknown  lambda:UpdateAlias: It changes something: only doing it would tell.\n" in text.stdout
    assert text.stderr == "multitool: Not allowed to the caller: lambda:GetAlias.\n"
    lines = [json.loads(line) for line in as_json.stdout.splitlines()]
    assert [line["action"] for line in lines] == [row.action for row in USED]
    assert {line["known"] for line in lines} == {"allowed", "denied", "unknown"}


async def test_a_check_that_finds_nothing_denied() -> None:
    async with world() as stage:
        result = await asked_of(stage.sandbox.url, "--check", "--for", "watch")
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["allowed"] * len(needed([WATCH]))


def test_a_check_without_aws_is_not_reachable() -> None:
    result = asked("--check")
    assert result.exit_code == 4
    assert result.stderr == "multitool: 127.0.0.1:1 cannot be reached.\n"


def test_a_check_without_a_session_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    result = asked("--check")
    assert result.exit_code == 3
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--for", "nothing"], "there is no feature or command 'nothing': there are watch, run, "),
        (["--for", "history"], "`multitool history` calls nothing of AWS, and needs no policy."),
        (["--minimal", "--target", "checkout"], "'checkout' names no target"),
        (["--minimal", "--target", "a:b", "--target", "c:d"], "one alias and one stage can be named"),
        (["--policy", "--minimal"], "exclude each other"),
        (["--policy", "--for", "watch"], "for a part of it, use --minimal"),
        (["--target", "checkout:live"], "--target goes with --minimal, --check or --diff"),
        (["--diff", "nowhere.json"], "nowhere.json cannot be read: No such file or directory."),
    ],
)
def test_bad_usage(arguments: list[str], sentence: str) -> None:
    result = asked(*arguments)
    assert result.exit_code == 2
    assert sentence in result.stderr


def test_a_file_that_is_no_policy_is_bad_input(tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    file.write_bytes(b"\xff\xfe")
    assert "policy.json is no text in UTF-8." in asked("--diff", str(file)).stderr
    file.write_text("{}")
    result = asked("--diff", str(file))
    assert result.exit_code == 2
    assert 'The policy has no Version: write "Version": "2012-10-17".' in result.stderr
