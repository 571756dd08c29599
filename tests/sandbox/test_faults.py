"""Faults on demand, as clients meet them."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import aiohttp
import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError
from pydantic import ValidationError

from multitool_tui.sandbox.faults import Fault
from multitool_tui.sandbox.server import Sandbox
from tests.sandbox.support import Aws
from tests.support.waiting import until

LIVE: dict[str, Any] = {"FunctionName": "checkout", "Name": "live"}


async def ask(aws: Aws, service: str) -> Any:
    """A harmless call of each service."""
    if service == "lambda":
        return await aws("lambda", "get_alias", **LIVE)
    return await aws(service, "describe_alarms" if service == "cloudwatch" else "get_caller_identity")


ERRORS = [
    ("throttle", "lambda", "TooManyRequestsException", 429),
    ("throttle", "cloudwatch", "Throttling", 400),
    ("throttle", "sts", "Throttling", 400),
    ("error500", "lambda", "ServiceException", 500),
    ("error500", "cloudwatch", "InternalFailure", 500),
    ("error500", "sts", "InternalFailure", 500),
    ("expired", "lambda", "ExpiredTokenException", 403),
    ("expired", "cloudwatch", "ExpiredToken", 403),
    ("expired", "sts", "ExpiredToken", 403),
    ("denied", "lambda", "AccessDeniedException", 403),
    ("denied", "cloudwatch", "AccessDenied", 403),
    ("denied", "sts", "AccessDenied", 403),
]


@pytest.mark.parametrize(("kind", "service", "code", "status"), ERRORS)
async def test_errors_that_clients_can_name(aws: Aws, kind: Any, service: str, code: str, status: int) -> None:
    aws.sandbox.faults.add(Fault(kind=kind, service=service, times=1))
    with pytest.raises(ClientError) as caught:
        await ask(aws, service)
    response: Any = caught.value.response
    assert (response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)
    assert (aws.sandbox.calls[-1].status, aws.sandbox.calls[-1].error_code) == (status, code)
    assert await ask(aws, service)  # once was once


async def test_throttling_tells_when_to_come_back(aws: Aws) -> None:
    aws.sandbox.faults.add(Fault(kind="throttle"))
    refusal = await aws.refused("lambda", "get_alias", **LIVE)
    assert refusal.response["Reason"] == "CallerRateLimitExceeded"
    assert refusal.response["retryAfterSeconds"] == "1"


async def test_a_denial_names_who_what_and_where(aws: Aws) -> None:
    aws.sandbox.faults.add(Fault(kind="denied"))
    refusal = await aws.refused("lambda", "update_alias", **LIVE, Description="x")
    assert refusal.message == (
        "User: arn:aws:iam::123456789012:user/sandbox is not authorized to perform: lambda:UpdateAlias on resource: "
        "arn:aws:lambda:eu-west-1:123456789012:function:checkout because no identity-based policy allows the "
        "lambda:UpdateAlias action"
    )
    assert "cloudwatch:DescribeAlarms on resource: *" in (await aws.refused("cloudwatch", "describe_alarms")).message
    assert aws.sandbox.alias("checkout", "live").description == "production"


async def test_an_html_page_where_an_answer_should_be(aws: Aws) -> None:
    aws.sandbox.faults.add(Fault(kind="html500", times=2))
    for service in ("lambda", "cloudwatch"):
        with pytest.raises(Exception, match=r"500|html|HTML|parse|Unable"):
            await ask(aws, service)
    assert [call.status for call in aws.sandbox.calls] == [500, 500]


async def test_a_reset_connection(aws: Aws) -> None:
    aws.sandbox.faults.add(Fault(kind="reset", times=1))
    before = aws.sandbox.alias("checkout", "live")
    with pytest.raises(ConnectionClosedError):
        await aws.weigh(0.1)
    assert aws.sandbox.alias("checkout", "live") == before
    assert (aws.sandbox.calls[-1].operation, aws.sandbox.calls[-1].status) == ("UpdateAlias", 0)


async def test_a_reset_is_a_tcp_reset(aws: Aws) -> None:
    aws.sandbox.faults.add(Fault(kind="reset"))
    port = int(aws.sandbox.url.rpartition(":")[2])
    scope = "Credential=AK/20260105/eu-west-1/lambda/aws4_request"
    request = f"GET /2015-03-31/functions HTTP/1.1\r\nHost: x\r\nAuthorization: AWS4-HMAC-SHA256 {scope}\r\n\r\n"

    def exchange() -> bytes:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(request.encode())
            return connection.recv(1000)

    with pytest.raises(ConnectionResetError):
        await asyncio.to_thread(exchange)


async def test_applied_and_then_dropped(aws: Aws) -> None:
    before = aws.sandbox.alias("checkout", "live")
    aws.sandbox.faults.add(Fault(kind="applied_then_dropped", operation="UpdateAlias", times=1))
    with pytest.raises(ConnectionClosedError):
        await aws.weigh(0.1)
    after = aws.sandbox.alias("checkout", "live")
    assert after.weights == {"42": 0.1}
    assert after.revision_id != before.revision_id
    # A blind repetition with the old revision runs into its own write.
    refusal = await aws.refused("lambda", "update_alias", **LIVE, Description="x", RevisionId=before.revision_id)
    assert refusal.code == "PreconditionFailedException"


async def test_a_truncated_answer_is_a_200_with_half_a_body(aws: Aws) -> None:
    whole = await ask(aws, "lambda")
    aws.sandbox.faults.add(Fault(kind="truncated", times=1))
    # botocore takes half a JSON document without an error: the members are just not there.
    half = await ask(aws, "lambda")
    assert half == {}
    assert half != whole
    assert aws.sandbox.calls[-1].status == 200


async def test_a_hung_call_ends_when_the_client_gives_up(aws: Aws) -> None:
    aws.sandbox.faults.add(Fault(kind="hang", operation="GetAlias"))

    async def hung() -> None:
        timeout = aiohttp.ClientTimeout(total=0.2)
        scope = {"Authorization": "AWS4-HMAC-SHA256 Credential=AK/20260105/eu-west-1/lambda/aws4_request"}
        async with aiohttp.ClientSession(timeout=timeout) as session:
            await session.get(f"{aws.sandbox.url}/2015-03-31/functions/checkout/aliases/live", headers=scope)

    before = len(asyncio.all_tasks())
    with pytest.raises(TimeoutError):
        await hung()
    await until(lambda: len(asyncio.all_tasks()) <= before, "nothing waits for a client that has gone")
    assert (aws.sandbox.calls[-1].operation, aws.sandbox.calls[-1].status) == ("GetAlias", 0)
    assert await aws("lambda", "list_aliases", FunctionName="checkout")  # others are not held up


async def test_stopping_ends_hung_calls_at_once(aws: Aws) -> None:
    aws.sandbox.faults.add(Fault(kind="hang"))
    hung = [asyncio.create_task(ask(aws, "lambda")) for _ in range(3)]
    await until(lambda: len(aws.sandbox.calls) == 3, "three hung calls")
    async with asyncio.timeout(2):
        await aws.sandbox.stop()
    for outcome in await asyncio.gather(*hung, return_exceptions=True):
        assert isinstance(outcome, ConnectionClosedError | ReadTimeoutError | OSError) or "Could not connect" in str(
            outcome
        )


async def test_a_fault_strikes_what_it_is_for_and_as_often_as_it_says(aws: Aws) -> None:
    faults = aws.sandbox.faults
    name = faults.add(Fault(kind="error500", service="lambda", operation="GetAlias", times=2))
    assert await ask(aws, "cloudwatch")
    assert await aws("lambda", "list_aliases", FunctionName="checkout")
    assert faults.active() == {name: Fault(kind="error500", service="lambda", operation="GetAlias", times=2)}
    for _ in range(2):
        assert (await aws.refused("lambda", "get_alias", **LIVE)).code == "ServiceException"
    assert await ask(aws, "lambda")
    assert faults.active() == {}
    faults.add(Fault(kind="error500"))
    faults.remove(faults.add(Fault(kind="throttle")))
    assert (await aws.refused("lambda", "get_alias", **LIVE)).code == "ServiceException"
    faults.clear()
    assert await ask(aws, "lambda")


async def test_a_fault_by_chance(aws: Aws) -> None:
    aws.sandbox.faults.add(Fault(kind="throttle", probability=0.3))
    struck = 0
    for _ in range(200):
        try:
            await ask(aws, "sts")
        except ClientError:
            struck += 1
    assert 35 < struck < 90


async def test_faults_of_other_processes(aws: Aws) -> None:
    async with aiohttp.ClientSession(aws.sandbox.url) as session:
        async with session.get("/_sandbox/health") as answer:
            assert (await answer.json())["scenario"] == "healthy"
        async with session.post("/_sandbox/faults", json={"kind": "throttle", "service": "lambda"}) as answer:
            assert answer.status == 201
            name = (await answer.json())["id"]
        assert (await aws.refused("lambda", "get_alias", **LIVE)).code == "TooManyRequestsException"
        async with session.get("/_sandbox/faults") as answer:
            assert (await answer.json())[name]["kind"] == "throttle"
        async with session.delete("/_sandbox/faults") as answer:
            assert answer.status == 204
        assert await ask(aws, "lambda")
        async with session.get("/_sandbox/calls") as answer:
            calls = await answer.json()
        assert [(call["operation"], call["error_code"]) for call in calls] == [
            ("GetAlias", "TooManyRequestsException"),
            ("GetAlias", None),
        ]
        wrong: Any
        for wrong in ({"kind": "meteor"}, {"kind": "hang", "when": "now"}, {"kind": "hang", "times": 0}, []):
            async with session.post("/_sandbox/faults", json=wrong) as answer:
                assert answer.status == 400
                assert (await answer.json())["error"]


def test_faults_that_make_no_sense() -> None:
    for wrong in ({"kind": "meteor"}, {"kind": "hang", "probability": 0}, {"kind": "hang", "times": 0}):
        with pytest.raises(ValidationError):
            Fault.model_validate(wrong)


async def test_a_taken_port_is_an_error(aws: Aws) -> None:
    second = Sandbox(scenario=aws.sandbox.scenario, clock=aws.clock)
    with pytest.raises(OSError, match="address already in use"):
        await second.start(int(aws.sandbox.url.rpartition(":")[2]))
    await second.stop()


async def test_started_again_it_listens_again(aws: Aws) -> None:
    await aws.sandbox.stop()
    await aws.sandbox.stop()
    url = await aws.sandbox.start()
    assert url == aws.sandbox.url
    async with aiohttp.ClientSession(url) as session, session.get("/_sandbox/health") as answer:
        assert answer.status == 200
