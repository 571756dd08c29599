"""Requests as the users of a service make them: they are answered by the function, and counted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from multitool_tui.clock import ManualClock
from tests.sandbox.support import Aws, package

CODE = """
import json
def handler(event, context):
    what = event["queryStringParameters"] or {}
    if "fail" in what:
        raise RuntimeError("no")
    return {"statusCode": int(what.get("status", 200)), "headers": {"X-Mine": "1"},
            "body": json.dumps([event.get("rawPath") or event["path"], event["body"]])}
"""
ROLE = "arn:aws:iam::123456789012:role/checkout-prod"
LIVE = {"FunctionName": "orders", "Qualifier": "live"}


async def ask(url: str, body: bytes | None = None, **headers: str) -> tuple[int, Any]:
    """An answer's status, and its body."""
    method = "POST" if body else "GET"
    async with aiohttp.ClientSession() as session, session.request(method, url, data=body, headers=headers) as answer:
        return answer.status, await answer.json()


@pytest.fixture
async def orders(aws: Aws, clock: ManualClock) -> Aws:
    new = {"FunctionName": "orders", "Role": ROLE, "Runtime": "python3.13", "Handler": "app.handler"}
    await aws("lambda", "create_function", **new, Code={"ZipFile": package(CODE)}, Publish=True)
    await aws("lambda", "create_alias", FunctionName="orders", Name="live", FunctionVersion="1")
    clock.advance(5)
    return aws


async def everybody_may(aws: Aws) -> None:
    both: list[dict[str, Any]] = [
        {"StatementId": "url", "Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE"},
        {"StatementId": "invoke", "Action": "lambda:InvokeFunction", "InvokedViaFunctionUrl": True},
    ]
    for statement in both:
        await aws("lambda", "add_permission", **LIVE, **statement, Principal="*")


async def test_a_public_url_answers_with_what_the_function_says(orders: Aws, clock: ManualClock) -> None:
    url = (await orders("lambda", "create_function_url_config", **LIVE, AuthType="NONE"))["FunctionUrl"]
    assert (await ask(url))[0] == 403  # nobody has been allowed to
    await everybody_may(orders)
    assert await ask(f"{url}a/b?x=1", b"hello") == (200, ["/a/b", "hello"])
    assert (await ask(f"{url}?status=404"))[0] == 404
    assert (await ask(f"{url}?fail=1"))[0] == 502
    clock.advance(10)
    for name, count in (("UrlRequestCount", 3.0), ("Url4xxCount", 1.0), ("Url5xxCount", 1.0)):
        assert sum((await orders.series(name, minutes=5, target="orders:live")).values()) == count
    clock.advance(240)
    assert sum((await orders.series("Errors", minutes=10, target="orders:live")).values()) == 1.0


async def test_a_url_with_iam_wants_a_signature(orders: Aws) -> None:
    url = (await orders("lambda", "create_function_url_config", **LIVE, AuthType="AWS_IAM"))["FunctionUrl"]
    assert (await ask(url))[0] == 403
    assert (await ask(url, Authorization="AWS4-HMAC-SHA256 Credential=x/20260105/eu-west-1/lambda/aws4_request"))[
        0
    ] == 200
    await orders("lambda", "delete_function_url_config", **LIVE)
    assert (await ask(url))[0] == 404


@pytest.mark.parametrize(("authorization", "answers"), [("NONE", 200), ("AWS_IAM", 403)])
async def test_a_stage_answers_at_its_host(orders: Aws, clock: ManualClock, authorization: str, answers: int) -> None:
    api = await orders("apigateway", "create_rest_api", name="orders")
    method = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "ANY"}
    await orders("apigateway", "put_method", **method, authorizationType=authorization)
    function = "arn:aws:lambda:eu-west-1:123456789012:function:orders:live"
    uri = f"arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{function}/invocations"
    await orders("apigateway", "put_integration", **method, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    await orders("apigateway", "create_deployment", restApiId=api["id"], stageName="prod")
    host = f"{api['id']}.execute-api.eu-west-1.amazonaws.com"
    if answers == 200:
        assert (await ask(f"{orders.sandbox.url}/prod/", Host=host))[0] == 500  # API Gateway may not invoke it yet
    source = f"arn:aws:execute-api:eu-west-1:123456789012:{api['id']}/*/*/"
    await orders(
        "lambda",
        "add_permission",
        **LIVE,
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=source,
    )
    assert (await ask(f"{orders.sandbox.url}/prod/", Host=host))[0] == answers
    assert (await ask(f"{orders.sandbox.url}/test/", Host=host))[0] == 403
    assert (await ask(f"{orders.sandbox.url}/prod/nowhere", Host=host))[0] == 403
    assert (await ask(f"{orders.sandbox.url}/prod/", Host=host.replace(api["id"], "nobody")))[0] == 403
    clock.advance(10)
    dimensions = [{"Name": "ApiName", "Value": "orders"}, {"Name": "Stage", "Value": "prod"}]
    answer = await orders(
        "cloudwatch",
        "get_metric_statistics",
        Namespace="AWS/ApiGateway",
        MetricName="5XXError",
        Dimensions=dimensions,
        StartTime=clock.now() - timedelta(hours=1),
        EndTime=clock.now(),
        Period=3600,
        Statistics=["Sum"],
    )
    assert [point["Sum"] for point in answer["Datapoints"]] == [1.0 if answers == 200 else 0.0]
