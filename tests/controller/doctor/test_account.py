"""What the doctor finds of an AWS session."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from multitool_tui.clock import ManualClock
from multitool_tui.controller.doctor.account import session
from multitool_tui.controller.doctor.examination import CHECKS
from multitool_tui.controller.doctor.finding import Cause, Finding, Health
from multitool_tui.permissions.features import RUN
from multitool_tui.permissions.ledger import FEATURES
from multitool_tui.permissions.policy import Policy
from multitool_tui.sandbox.faults import Fault
from multitool_tui.sandbox.scenario import load_scenario
from multitool_tui.sandbox.server import Sandbox
from multitool_tui.sandbox.services.lambda_ import account_settings
from tests.controller.doctor.support import a_subject, report
from tests.permissions.support import policy, statement
from tests.support.world import START, use_sandbox_credentials

KEY = "AKIASANDBOXSANDBOX01"
OF_THE_SESSION = ("caller", "region", "clock", "endpoint", "lambda limits", "permissions", "access keys")


@pytest.fixture(autouse=True)
def _sandbox_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    use_sandbox_credentials(monkeypatch)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)


@asynccontextmanager
async def sandbox(of: Policy | None = None) -> AsyncIterator[Sandbox]:
    async with Sandbox(scenario=load_scenario("healthy"), clock=ManualClock(START), policy=of) as one:
        yield one


async def found(
    of: Policy | None = None, *faults: Fault, ahead: float = 0.0, limit: float = 15.0
) -> dict[str, Finding]:
    async with sandbox(of) as one:
        for fault in faults:
            one.faults.add(fault)
        async with a_subject(one.url, ManualClock(START + timedelta(seconds=ahead))) as subject:
            return await report(subject, limit)


async def test_all_is_well_and_nothing_was_changed() -> None:
    async with sandbox() as one, a_subject(one.url, ManualClock(START)) as subject:
        rows = await report(subject)
        assert not [call for call in one.calls if call.operation.startswith(("Update", "Put", "Create", "Delete"))]
    assert {row.health for row in rows.values() if row.check != "access keys"} == {Health.OK}
    assert rows["caller"].sentence == "arn:aws:iam::123456789012:user/sandbox."
    assert rows["clock"].facts == {"ahead_seconds": 0.0}
    assert rows["session"].sentence == "Credentials from environment variables: long-lived ones, without an end."
    assert {f"may {name}" for name in FEATURES} <= rows.keys()
    assert rows["may run"].sentence.endswith("1 that changes something cannot be tried.")
    said = [rows[name] for name in rows]
    assert not any("sandbox-secret" in str(row) for row in said)


async def test_an_old_key_is_to_be_replaced_and_two_active_ones_are_one_too_many() -> None:
    async with sandbox() as one:
        async with a_subject(one.url, ManualClock(START)) as subject:
            old = (await report(subject))["access keys"]
            client = await (await subject.session()).client("iam", changing=True)
            made = (await client.create_access_key(UserName="sandbox"))["AccessKey"]["AccessKeyId"]
        async with a_subject(one.url, ManualClock(START)) as subject:
            two = (await report(subject))["access keys"]
    assert old.health is Health.WARNING
    assert KEY in old.sentence
    assert old.todo.startswith("More than 90 days old: `multitool doctor keys create` a new one")
    assert two.health is Health.WARNING
    assert made in two.sentence
    assert two.todo.startswith("Two are active")


@pytest.mark.parametrize(
    ("ahead", "health", "sentence"),
    [
        (20, Health.OK, "This machine's clock agrees with AWS's."),
        (120, Health.WARNING, "This machine's clock is 2m ahead of AWS's."),
        (-3600, Health.FAILED, "This machine's clock is 1h behind AWS's."),
    ],
)
async def test_a_clock_that_is_off(ahead: float, health: Health, sentence: str) -> None:
    row = (await found(ahead=ahead))["clock"]
    assert row.health is health
    assert row.sentence.startswith(sentence)


async def test_what_watching_needs_fails_and_what_else_is_refused_warns() -> None:
    denied = ("lambda:ListAliases", "lambda:GetAccountSettings", "iam:ListAccessKeys")
    rows = await found(policy(statement(), statement("Deny", Action=list(denied))))
    assert rows["may watch"].health is Health.FAILED
    assert rows["may watch"].cause is Cause.REFUSED
    assert rows["may watch"].sentence == "Not allowed to the caller: lambda:ListAliases."
    assert rows["may run"].health is Health.WARNING
    assert "lambda:GetAccountSettings" in rows["may run"].sentence
    assert rows["may run"].todo == "`multitool permissions --minimal --for run` prints a policy that allows it."
    assert rows["access keys"].health is Health.WARNING
    assert "iam:ListAccessKeys" in rows["access keys"].sentence


async def test_without_room_for_code_no_version_can_be_published(monkeypatch: pytest.MonkeyPatch) -> None:
    row = (await found())["lambda limits"]
    assert row.sentence == "1000 executions at once, 1000 of them unreserved; 0% of the room for code is used."
    full = account_settings._LIMITS | {"TotalCodeSize": 1}
    monkeypatch.setattr(account_settings, "_LIMITS", full)
    row = (await found())["lambda limits"]
    assert row.health is Health.WARNING
    assert row.todo.startswith("Delete old versions")


async def test_what_was_asked_for_has_to_work() -> None:
    lacking = policy(statement(), statement("Deny", Action="lambda:GetFunctionConfiguration"))
    async with sandbox(lacking) as one, a_subject(one.url, ManualClock(START), (RUN,)) as subject:
        rows = await report(subject)
    assert [name for name in rows if name.startswith("may ")] == ["may run"]
    assert rows["may run"].health is Health.FAILED


async def test_without_aws_the_rest_is_still_said() -> None:
    async with a_subject("http://127.0.0.1:1", ManualClock(START)) as subject:
        rows = await report(subject)
    for name in ("caller", "endpoint", "permissions", "access keys"):
        assert (rows[name].health, rows[name].cause) == (Health.FAILED, Cause.UNREACHABLE)
        assert "cannot be reached" in rows[name].sentence
    assert rows["clock"].health is Health.UNKNOWN
    assert {rows[name].health for name in ("session", "region", "journal", "manifest", "terminal")} == {Health.OK}


async def test_an_answer_that_never_comes_holds_nothing_up() -> None:
    rows = await found(None, Fault(kind="hang"), limit=0.5)
    assert rows["caller"].sentence == "No answer within 0.5 seconds."
    assert {rows[name].cause for name in ("caller", "endpoint", "permissions", "access keys")} == {Cause.UNREACHABLE}
    assert rows["journal"].health is Health.OK


async def test_without_credentials_one_row_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    async with a_subject("http://127.0.0.1:1", ManualClock(START)) as subject:
        rows = await report(subject)
    assert (rows["session"].health, rows["session"].cause) == (Health.FAILED, Cause.REFUSED)
    assert "No AWS credentials were found" in rows["session"].sentence
    assert {rows[name].sentence for name in OF_THE_SESSION} == {"Not asked: there is no usable session."}
    assert len(rows) == len(CHECKS) + 1  # the clipboard has a row of its own


async def test_credentials_that_have_expired_are_one_failure() -> None:
    rows = await found(None, Fault(kind="expired"))
    assert [row.check for row in rows.values() if row.health is Health.FAILED] == ["caller"]
    assert "has expired" in rows["caller"].sentence
    assert rows["clock"].health is Health.OK  # a refusal has a date as well


@pytest.mark.parametrize(
    ("ends", "health", "says"),
    [
        ("2126-01-05T10:20:00Z", Health.WARNING, "until 2126-01-05 10:20 UTC, 20m from now."),
        ("2126-01-05T12:00:00Z", Health.OK, "until 2126-01-05 12:00 UTC, 2h from now."),
    ],
)
async def test_the_end_of_the_session_is_said_in_time(
    monkeypatch: pytest.MonkeyPatch, ends: str, health: Health, says: str
) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
    monkeypatch.setenv("AWS_CREDENTIAL_EXPIRATION", ends)
    # The SDK has a clock of its own, and would renew what is over by that.
    async with a_subject("http://127.0.0.1:1", ManualClock(START.replace(year=2126))) as subject:
        [row] = await session(subject)
    assert row.health is health
    assert row.sentence.endswith(says)
    assert "token" not in str(row.facts.values())


async def test_a_region_that_is_mistyped_is_near_another() -> None:
    async with sandbox() as one, a_subject(one.url, ManualClock(START), region="eu-wets-1") as subject:
        row = (await report(subject))["region"]
    assert row.health is Health.WARNING
    assert row.sentence == "The SDK knows no region eu-wets-1; eu-west-1 is near."


async def test_a_check_that_is_broken_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(_: object) -> list[Finding]:
        raise KeyError("oops")

    checks = tuple((name, broken if name == "manifest" else check) for name, check in CHECKS)
    monkeypatch.setattr("multitool_tui.controller.doctor.examination.CHECKS", checks)
    rows = await found()
    assert rows["manifest"].sentence == "The check itself failed (KeyError), which is a bug of ours."
    assert rows["journal"].health is Health.OK


async def test_a_credential_process_that_never_ends_holds_nothing_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    (tmp_path / "config").write_text(f"[default]\nregion = eu-west-1\ncredential_process = cat {fifo}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    async with a_subject("http://127.0.0.1:1", ManualClock(START)) as subject:
        subject.patience = 0.5
        rows = await report(subject)
    os.close(os.open(fifo, os.O_WRONLY | os.O_NONBLOCK))  # lets the process go
    assert rows["session"].sentence.startswith("No credentials came within 0.5 seconds")
    assert {rows[name].health for name in OF_THE_SESSION} == {Health.UNKNOWN}
    assert rows["journal"].health is Health.OK
