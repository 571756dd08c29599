"""Reads that find out what the caller may do."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from multitool_tui.aws import probes
from multitool_tui.aws.errors import CredentialsError
from multitool_tui.aws.probes import probe
from multitool_tui.aws.resources import Known
from multitool_tui.aws.session import AwsSession, Options
from multitool_tui.clock import ManualClock
from multitool_tui.permissions.ledger import LEDGER, USED
from multitool_tui.permissions.policy import Policy
from multitool_tui.sandbox.faults import Fault
from multitool_tui.sandbox.scenario import load_scenario
from multitool_tui.sandbox.server import Sandbox
from tests.permissions.support import policy, statement
from tests.support.selection import some_of

START = datetime(2026, 1, 5, tzinfo=UTC)
READS = {row.action for row in USED if row.reads}


async def known(
    of: Policy | None, target: tuple[str, str] | None = ("checkout", "live"), *faults: Fault, region: str = "eu-west-1"
) -> dict[str, tuple[Known, str, str]]:
    """What is known of each action, of which resource it was asked, and why."""
    clock = ManualClock(START)
    async with (
        Sandbox(scenario=load_scenario("healthy"), clock=clock, policy=of) as sandbox,
        AwsSession(Options(endpoint_url=sandbox.url, region=region), clock) as session,
    ):
        for fault in faults:
            sandbox.faults.add(fault)
        found = await probe(session, USED, target, clock.now())
        assert not [call for call in sandbox.calls if call.operation.startswith(("Update", "Put", "Create", "Delete"))]
    return {one.action: (one.known, one.asked, one.why) for one in found}


def those(found: dict[str, tuple[Known, str, str]], wanted: Known) -> set[str]:
    return {action for action, (answer, *_) in found.items() if answer is wanted}


def test_there_is_a_read_for_each_action_that_reads() -> None:
    assert set(probes.READS) == {row.action for row in LEDGER if row.reads and row.operations}


async def test_each_read_is_tried_and_a_change_is_not() -> None:
    found = await known(None)
    assert those(found, Known.ALLOWED) == READS
    assert those(found, Known.UNKNOWN) == {row.action for row in USED if not row.reads}
    assert found["lambda:UpdateAlias"][2] == "It changes something: only doing it would tell."
    assert found["lambda:GetAlias"][1] == "checkout:live"
    assert found["cloudwatch:GetMetricData"][1] == ""


@pytest.mark.parametrize("action", some_of(sorted(READS), 8))
async def test_an_action_that_is_denied_is_found_out(action: str) -> None:
    found = await known(policy(statement(), statement("Deny", Action=action)))
    assert those(found, Known.DENIED) == {action}
    assert action in found[action][2]
    assert found[action][2].endswith(" is denied to the caller by a policy.")


async def test_what_is_not_there_may_be_read() -> None:
    found = await known(None, ("nothing", "nowhere"))
    assert those(found, Known.ALLOWED) == READS


async def test_without_a_target_some_function_is_asked_about() -> None:
    found = await known(None, None)
    assert those(found, Known.ALLOWED) == READS
    function = found["lambda:ListAliases"][1]
    assert function
    assert found["lambda:GetAlias"][1] == f"{function}:live"


async def test_without_any_function_the_rest_is_unknown() -> None:
    for found in (
        await known(None, None, region="us-east-1"),
        await known(policy(statement("Deny", Action="lambda:ListFunctions"), statement()), None),
    ):
        assert found["lambda:GetAlias"] == (
            Known.UNKNOWN,
            "",
            "No function is known to ask about: name one with --target.",
        )
        assert found["cloudwatch:DescribeAlarms"][0] is Known.ALLOWED


async def test_no_answer_is_no_denial() -> None:
    found = await known(None, ("checkout", "live"), Fault(kind="error500", operation="GetAlias"))
    assert found["lambda:GetAlias"][0] is Known.UNKNOWN
    assert "500" in found["lambda:GetAlias"][2]


async def test_a_session_that_is_of_no_use_is_no_finding() -> None:
    for fault in (Fault(kind="expired"), Fault(kind="expired", operation="DescribeAlarms")):
        with pytest.raises(CredentialsError):
            await known(None, None, fault)
