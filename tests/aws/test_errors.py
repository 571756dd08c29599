"""What the SDK raises, as sentences of ours; and the ledger that stops what it does not list."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore import exceptions as sdk

from multitool_tui.aws import errors
from multitool_tui.aws.ledger import ACTION, UnlistedCall
from multitool_tui.aws.session import AwsSession, Options, check_session
from multitool_tui.aws.translate import aws_errors, translate
from multitool_tui.clock import ManualClock
from multitool_tui.sandbox.faults import Fault
from multitool_tui.sandbox.scenario import load_scenario
from multitool_tui.sandbox.server import Sandbox
from tests.permissions.support import policy, statement
from tests.sandbox.support import PROTOCOLS, running, speaking

START = datetime(2026, 1, 5, tzinfo=UTC)


def answer(code: str, status: int, operation: str = "GetAlias") -> sdk.ClientError:
    return sdk.ClientError(
        {
            "Error": {"Code": code, "Message": "What AWS said", ACTION: f"lambda:{operation}"},
            "ResponseMetadata": {"HTTPStatusCode": status},
        },
        operation,
    )


@pytest.mark.parametrize(
    ("raised", "kind", "says"),
    [
        (answer("ExpiredTokenException", 403), errors.CredentialsError, "aws sso login"),
        (answer("UnrecognizedClientException", 403), errors.CredentialsError, "does not accept"),
        (answer("AccessDeniedException", 403), errors.AccessDenied, "lambda:GetAlias"),
        (answer("AccessDenied", 403, "ListAliases"), errors.AccessDenied, "lambda:ListAliases"),
        (
            answer("OptInRequired", 403),
            errors.AccessDenied,
            "not allowed to the caller: What AWS said.",
        ),
        (answer("TooManyRequestsException", 429), errors.Throttled, "GetAlias"),
        (answer("Throttling", 400), errors.Throttled, "throttling"),
        (answer("PreconditionFailedException", 412), errors.Conflict, "What AWS said."),
        (answer("ResourceConflictException", 409), errors.Conflict, "What AWS said."),
        (answer("ResourceNotFoundException", 404), errors.NotFound, "What AWS said."),
        (answer("InvalidParameterValueException", 400), errors.Refused, "What AWS said."),
        (answer("ServiceException", 500), errors.Unanswered, "500"),
        (sdk.NoCredentialsError(), errors.CredentialsError, "credentials"),
        (sdk.NoRegionError(), errors.CredentialsError, "AWS_REGION"),
        (sdk.ProfileNotFound(profile="prdo"), errors.CredentialsError, "prdo"),
        (sdk.EndpointConnectionError(endpoint_url="http://x/y"), errors.Unanswered, "x cannot be reached"),
        (sdk.ReadTimeoutError(endpoint_url="http://x"), errors.Unanswered, "in time"),
        (sdk.ConnectionClosedError(endpoint_url="http://x"), errors.Unanswered, "cut"),
        (ValueError("garbled <html>"), errors.Unanswered, "no usable answer"),
    ],
)
def test_each_error_is_one_of_ours_and_one_sentence(raised: Exception, kind: type[Exception], says: str) -> None:
    error = translate(raised)
    assert type(error) is kind
    assert says in str(error)
    assert str(error).endswith(".")
    assert "<html>" not in str(error)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("What AWS said", "lambda:GetAlias is not allowed to the caller."),
        (
            "User: arn:aws:iam::1:user/x is not authorized to perform: iam:PassRole on resource: arn:aws:iam::1:role/y "
            "because no identity-based policy allows the iam:PassRole action",
            "iam:PassRole is not allowed to the caller.",
        ),
        (
            "User: arn:aws:iam::1:user/x is not authorized to perform: lambda:GetAlias on resource: * with an explicit "
            "deny in an identity-based policy",
            "lambda:GetAlias is denied to the caller by a policy.",
        ),
    ],
)
def test_a_denial_names_the_action_that_aws_names(said: str, sentence: str) -> None:
    denied = answer("AccessDeniedException", 403)
    denied.response["Error"]["Message"] = said
    assert str(translate(denied)) == sentence


def test_an_error_of_ours_stays_what_it_is() -> None:
    drift = errors.Drift("changed")
    assert translate(drift) is drift


def test_region_and_credentials_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    assert check_session(Options()) == (None, "eu-west-1")  # AWS_REGION comes first
    assert check_session(Options(region="ap-south-1")) == (None, "ap-south-1")
    monkeypatch.delenv("AWS_REGION")
    assert check_session(Options()) == (None, "us-east-1")


async def test_the_ledger_stops_a_call_that_it_does_not_list() -> None:
    clock = ManualClock(START)
    async with (
        Sandbox(scenario=load_scenario("healthy"), clock=clock) as sandbox,
        AwsSession(Options(endpoint_url=sandbox.url), clock) as session,
    ):
        with pytest.raises(UnlistedCall):
            await session.functions.delete_function_concurrency(FunctionName="checkout")
        assert not [call for call in sandbox.calls if call.operation == "DeleteFunctionConcurrency"]


async def test_a_read_only_session_stops_what_changes_something() -> None:
    clock = ManualClock(START)
    async with (
        Sandbox(scenario=load_scenario("healthy"), clock=clock) as sandbox,
        AwsSession(Options(endpoint_url=sandbox.url, read_only=True), clock) as session,
    ):
        await session.functions.list_functions()
        changes, iam = await session.client("lambda", changing=True), await session.client("iam")
        for change in (lambda: changes.update_alias(FunctionName="checkout", Name="live"), iam.create_access_key):
            with pytest.raises(errors.Refused, match="This session is read-only: "), aws_errors():
                await change()
        assert [call.operation for call in sandbox.calls] == ["ListFunctions"]


async def test_the_ledger_counts_retries_and_forgets_after_a_minute() -> None:
    clock = ManualClock(START)
    async with (
        Sandbox(scenario=load_scenario("healthy"), clock=clock) as sandbox,
        AwsSession(Options(endpoint_url=sandbox.url), clock) as session,
    ):
        sandbox.faults.add(Fault(kind="error500", operation="GetCallerIdentity", times=2))
        await session.caller()
        assert session.ledger.calls_last_minute() == 3
        clock.advance(61)
        assert session.ledger.calls_last_minute() == 0
        assert session.ledger.made == {("sts", "GetCallerIdentity"): 3}


async def test_a_wrong_region_is_an_empty_account() -> None:
    clock = ManualClock(START)
    async with (
        Sandbox(scenario=load_scenario("healthy"), clock=clock) as sandbox,
        AwsSession(Options(endpoint_url=sandbox.url, region="us-west-2"), clock) as session,
    ):
        caller = await session.caller()
        assert caller.region == "us-west-2"
        assert caller.endpoint == sandbox.url
        assert (await session.functions.list_functions())["Functions"] == []


@pytest.mark.parametrize(
    ("service", "operation", "asked", "action"),
    [
        ("lambda", "list_functions", {}, "lambda:ListFunctions"),
        ("cloudwatch", "describe_alarms", {}, "cloudwatch:DescribeAlarms"),
        ("iam", "list_access_keys", {}, "iam:ListAccessKeys"),
    ],
)
@pytest.mark.parametrize("explicitly", [False, True])
async def test_a_denial_is_understood_in_each_service_s_wire_form(
    service: str, operation: str, asked: dict[str, Any], action: str, *, explicitly: bool
) -> None:
    """REST and JSON of Lambda, CBOR of CloudWatch, XML of IAM."""
    clock = ManualClock(START)
    mine = policy(statement("Deny" if explicitly else "Allow", Action="*" if explicitly else "s3:*"))
    async with (
        Sandbox(scenario=load_scenario("healthy"), clock=clock, policy=mine) as sandbox,
        AwsSession(Options(endpoint_url=sandbox.url), clock) as session,
    ):
        with pytest.raises(errors.AccessDenied) as denied, aws_errors():
            await getattr(await session.client(service), operation)(**asked)
    how = "denied to the caller by a policy" if explicitly else "not allowed to the caller"
    assert str(denied.value) == f"{action} is {how}."


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_denial_is_understood_in_each_of_cloudwatch_s_protocols(protocol: str) -> None:
    clock = ManualClock(START)
    async with (
        running(
            Sandbox(scenario=load_scenario("healthy"), clock=clock, policy=policy(statement("Deny"))), clock
        ) as aws,
    ):
        client = speaking(aws, protocol)
        with pytest.raises(errors.AccessDenied) as denied, aws_errors():
            await asyncio.to_thread(client.describe_alarms)
        client.close()
    assert str(denied.value) == "cloudwatch:DescribeAlarms is denied to the caller by a policy."


def test_a_second_name_of_an_action_is_said_with_the_first() -> None:
    refused = sdk.ClientError(
        {
            "Error": {
                "Code": "AccessDeniedException",
                "Message": "User: x is not authorized to perform: application-signals:ListServices on resource: *",
                ACTION: "cloudwatch:ListServices",
            },
            "ResponseMetadata": {"HTTPStatusCode": 403},
        },
        "ListServices",
    )
    named = "application-signals:ListServices (cloudwatch:ListServices in older policies)"
    assert str(translate(refused)) == f"{named} is not allowed to the caller."


async def test_operations_of_one_name_are_told_apart_by_their_service(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: dict[str, dict[str, Any]] = {
        "cloudwatch": {"ResourceARN": "arn:aws:cloudwatch:eu-west-1:1:alarm:x", "Tags": []},
        "apigateway": {"resourceArn": "arn:aws:apigateway:eu-west-1::/restapis/x", "tags": {}},
    }
    both = {(service, "TagResource"): (f"{service}:TagResource",) for service in calls}
    monkeypatch.setattr("multitool_tui.aws.ledger.OPERATIONS", both)
    clock = ManualClock(START)
    async with (
        Sandbox(scenario=load_scenario("healthy"), clock=clock) as sandbox,
        AwsSession(Options(endpoint_url=sandbox.url), clock) as session,
    ):
        sandbox.faults.add(Fault(kind="denied", operation="TagResource"))
        for service, parameters in calls.items():
            client = await session.client(service)
            with pytest.raises(errors.AccessDenied, match=f"{service}:[A-Za-z]+ is not allowed"), aws_errors():
                await client.tag_resource(**parameters)
        assert session.ledger.made == dict.fromkeys(both, 1)
