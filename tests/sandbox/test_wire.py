"""Every wire form that the service models list, and what is no request at all."""

from __future__ import annotations

import asyncio
import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import aiohttp
import cbor2
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from multitool_tui.sandbox.errors import error_form
from multitool_tui.sandbox.services.registry import HANDLERS
from tests.sandbox.conftest import NOON, Make
from tests.sandbox.support import KEY, PROTOCOLS, Aws, speaking

NAMESPACE = "{http://monitoring.amazonaws.com/doc/2010-08-01/}"
TARGET = "GraniteServiceVersion20100801"


def story(client: Any, now: datetime) -> list[Any]:
    """Calls with every type of value in them, and what came back."""
    client.put_metric_data(
        Namespace="Wire",
        MetricData=[
            {
                "MetricName": "m",
                "Dimensions": [{"Name": "Stage & <so>", "Value": 'quo"te — ünïcode'}],
                "Timestamp": now - timedelta(minutes=3),
                "Values": [1.5, 2.0],
                "Counts": [1.0, 2.0],
                "Unit": "Seconds",
            }
        ],
    )
    client.put_metric_alarm(
        AlarmName="wire",
        AlarmDescription="<&> \"quoted\" 'and' ünïcode",
        ActionsEnabled=False,
        OKActions=[],
        AlarmActions=["arn:aws:sns:eu-west-1:123456789012:one", "arn:aws:sns:eu-west-1:123456789012:two"],
        Namespace="Wire",
        MetricName="m",
        Dimensions=[{"Name": "Stage & <so>", "Value": 'quo"te — ünïcode'}],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    return [client.describe_alarms(AlarmNames=["wire"]), client.describe_alarms(AlarmNames=["nope"])]


def reading(client: Any, now: datetime) -> list[Any]:
    """What the story left, once it is published."""
    metric = {
        "Namespace": "Wire",
        "MetricName": "m",
        "Dimensions": [{"Name": "Stage & <so>", "Value": 'quo"te — ünïcode'}],
    }
    window = {"StartTime": now - timedelta(hours=1), "EndTime": now}
    return [
        client.get_metric_data(
            MetricDataQueries=[
                {"Id": "q", "MetricStat": {"Metric": metric, "Stat": "Sum", "Period": 60}, "ReturnData": True},
                {"Id": "none", "MetricStat": {"Metric": metric, "Stat": "p99", "Period": 300}, "ReturnData": False},
            ],
            **window,
        ),
        client.get_metric_statistics(**metric, **window, Period=60, Statistics=["Sum"], ExtendedStatistics=["p90"]),
        client.list_metrics(Namespace="Wire"),
        client.describe_alarm_history(AlarmName="wire"),
    ]


def stripped(answers: list[Any]) -> list[Any]:
    for answer in answers:
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
        assert answer.pop("ResponseMetadata")["RequestId"]
    return answers


async def test_all_protocols_of_cloudwatch_say_the_same(make: Make) -> None:
    begun = NOON
    sandboxes = [await make() for _ in PROTOCOLS]
    clients = [speaking(aws, protocol) for aws, protocol in zip(sandboxes, PROTOCOLS, strict=True)]
    told = [stripped(await asyncio.to_thread(story, client, begun)) for client in clients]
    sandboxes[0].clock.advance(600)
    now = sandboxes[0].clock.now()
    told = [
        one + stripped(await asyncio.to_thread(reading, each, now)) for one, each in zip(told, clients, strict=True)
    ]
    for client in clients:
        client.close()
    assert told[0] == told[1] == told[2]
    described, nothing, data, statistics, listed, history = told[0]
    [alarm] = described["MetricAlarms"]
    assert alarm["AlarmDescription"] == "<&> \"quoted\" 'and' ünïcode"
    assert alarm["ActionsEnabled"] is False
    assert [len(alarm["OKActions"]), len(alarm["AlarmActions"])] == [0, 2]
    assert (alarm["Threshold"], alarm["Period"]) == (1.0, 60)
    assert alarm["StateUpdatedTimestamp"] == begun
    assert nothing["MetricAlarms"] == []
    [result] = data["MetricDataResults"]
    assert (result["Values"], result["Timestamps"]) == ([5.5], [begun - timedelta(minutes=3)])
    assert [each["ExtendedStatistics"] for each in statistics["Datapoints"]] == [{"p90": 2.0}]
    assert listed["Metrics"][0]["Dimensions"] == [{"Name": "Stage & <so>", "Value": 'quo"te — ünïcode'}]
    assert [item["HistoryItemType"] for item in history["AlarmHistoryItems"]][-1] == "ConfigurationUpdate"


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_errors_in_every_protocol_of_cloudwatch(aws: Aws, protocol: str) -> None:
    client = speaking(aws, protocol)

    def refused(operation: str, **params: Any) -> Any:
        with pytest.raises(ClientError) as caught:
            getattr(client, operation)(**params)
        return caught.value.response

    state = {"AlarmName": "nope", "StateReason": "x"}
    not_found = await asyncio.to_thread(refused, "set_alarm_state", **state, StateValue="OK")
    assert not_found["Error"]["Code"] == "ResourceNotFound"
    assert not_found["ResponseMetadata"]["HTTPStatusCode"] == 404
    assert not_found["ResponseMetadata"]["RequestId"]
    invalid = await asyncio.to_thread(refused, "set_alarm_state", **state, StateValue="INVALID")
    assert invalid["Error"]["Code"] == "ValidationError"
    assert invalid["Error"]["Message"].startswith("1 validation error detected: Value 'INVALID' at 'stateValue'")
    assert invalid["Error"]["Type"] == "Sender"
    modelled = await asyncio.to_thread(refused, "put_metric_data", Namespace="AWS/X", MetricData=[{"MetricName": "m"}])
    assert modelled["Error"]["Code"] == "InvalidParameterValue"
    unknown = await asyncio.to_thread(refused, "disable_alarm_actions", AlarmNames=["x"])
    assert unknown["Error"]["Code"] in ("InvalidAction", "UnknownOperationException")
    client.close()


def sign(aws: Aws, service: str, method: str, path: str, body: bytes, headers: dict[str, str]) -> AWSRequest:
    request = AWSRequest(method=method, url=aws.sandbox.url + path, data=body, headers=headers)
    SigV4Auth(Credentials(KEY, "none"), service, "eu-west-1").add_auth(request)
    return request


async def send(
    aws: Aws,
    method: str,
    path: str,
    body: bytes = b"",
    headers: dict[str, str] | None = None,
    service: str | None = "monitoring",
) -> tuple[int, dict[str, str], bytes]:
    """A raw request, signed for `service` unless that is None."""
    given = headers or {}
    if service is not None:
        given = dict(sign(aws, service, method, path, body, given).headers)
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, aws.sandbox.url + path, data=body, headers=given) as answer,
    ):
        return answer.status, {name.lower(): value for name, value in answer.headers.items()}, await answer.read()


async def test_the_bytes_of_a_cbor_exchange(aws: Aws) -> None:
    status, headers, body = await send(
        aws,
        "POST",
        f"/service/{TARGET}/operation/DescribeAlarms",
        cbor2.dumps({"AlarmNames": ["webhooks-queue-age"]}),
        {"smithy-protocol": "rpc-v2-cbor", "content-type": "application/cbor", "accept": "application/cbor"},
    )
    assert (status, headers["smithy-protocol"], headers["content-type"]) == (200, "rpc-v2-cbor", "application/cbor")
    [alarm] = cbor2.loads(body)["MetricAlarms"]
    assert alarm["Threshold"] == 1800.0
    assert isinstance(alarm["Threshold"], float)
    assert alarm["StateTransitionedTimestamp"] == datetime(2026, 1, 2, 12, 0, tzinfo=UTC)
    # Tag 1: seconds since the epoch.
    assert b"\xc1" in body


async def test_the_bytes_of_a_cbor_error(aws: Aws) -> None:
    request = {"AlarmName": "nope", "StateValue": "OK", "StateReason": "x"}
    path = f"/service/{TARGET}/operation/SetAlarmState"
    headers = {"smithy-protocol": "rpc-v2-cbor", "content-type": "application/cbor"}
    status, plain, body = await send(aws, "POST", path, cbor2.dumps(request), headers)
    assert (status, cbor2.loads(body)) == (404, {"__type": "com.amazonaws.cloudwatch.v2010_08_01#ResourceNotFound"})
    assert "x-amzn-query-error" not in plain
    # The old code comes along only for those who ask for it (awsQueryCompatible).
    _, compatible, _ = await send(aws, "POST", path, cbor2.dumps(request), headers | {"x-amzn-query-mode": "true"})
    assert compatible["x-amzn-query-error"] == "ResourceNotFound;Sender"


async def test_the_bytes_of_a_json_error(aws: Aws) -> None:
    body = json.dumps({"AlarmName": "x", "StateValue": "INVALID", "StateReason": "x"}).encode()
    headers = {"x-amz-target": f"{TARGET}.SetAlarmState", "content-type": "application/x-amz-json-1.0"}
    status, answered, content = await send(aws, "POST", "/", body, headers | {"x-amzn-query-mode": "true"})
    assert status == 400
    assert json.loads(content)["__type"] == "com.amazon.coral.validate#ValidationException"
    assert answered["x-amzn-query-error"] == "ValidationError;Sender"
    assert len(answered["x-amzn-requestid"]) == 36


async def test_the_bytes_of_a_query_error(aws: Aws) -> None:
    form = b"Action=SetAlarmState&Version=2010-08-01&AlarmName=nope&StateValue=OK&StateReason=x"
    headers = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    status, _, body = await send(aws, "POST", "/", form, headers)
    root = ET.fromstring(body)  # noqa: S314
    assert (status, root.tag) == (404, f"{NAMESPACE}ErrorResponse")
    assert root.findtext(f"{NAMESPACE}Error/{NAMESPACE}Code") == "ResourceNotFound"
    assert root.findtext(f"{NAMESPACE}Error/{NAMESPACE}Type") == "Sender"
    assert root.findtext(f"{NAMESPACE}RequestId")


async def test_a_query_request_may_be_a_get(aws: Aws) -> None:
    status, _, body = await send(aws, "GET", "/?Action=GetCallerIdentity&Version=2011-06-15", service="sts")
    assert status == 200
    assert b"<Arn>arn:aws:iam::123456789012:user/sandbox</Arn>" in body


async def test_the_bytes_of_a_lambda_error(aws: Aws) -> None:
    path = "/2015-03-31/functions/checkout/aliases/nope"
    status, headers, body = await send(aws, "GET", path, service="lambda")
    assert (status, headers["x-amzn-errortype"]) == (404, "ResourceNotFoundException")
    assert json.loads(body) == {
        "Type": "User",
        "Message": "Cannot find alias arn: arn:aws:lambda:eu-west-1:123456789012:function:checkout:nope",
    }
    assert len(headers["x-amzn-requestid"]) == 36


@pytest.mark.parametrize("path", ["/2015-03-31/functions/", "/2015-03-31/functions"])
async def test_a_trailing_slash_is_the_same_path(aws: Aws, path: str) -> None:
    status, _, body = await send(aws, "GET", path, service="lambda")
    assert status == 200
    assert json.loads(body)["Functions"]


async def test_an_arn_in_the_path_is_percent_encoded(aws: Aws) -> None:
    arn = "arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Acheckout"
    status, _, body = await send(aws, "GET", f"/2015-03-31/functions/{arn}/aliases/live", service="lambda")
    assert (status, json.loads(body)["FunctionVersion"]) == (200, "41")


UNKNOWN: list[tuple[str | None, str, str, dict[str, str], int]] = [
    ("lambda", "GET", "/", {}, 404),
    ("lambda", "GET", "/2015-03-31/nonsense", {}, 404),
    ("lambda", "DELETE", "/2015-03-31/functions", {}, 404),
    ("lambda", "GET", "/2018-10-31/layers", {}, 404),
    ("lambda", "PATCH", "/%zz/..//\u00e9?=&&", {}, 404),
    ("monitoring", "GET", "/nonsense", {}, 404),
    ("monitoring", "POST", "/", {"x-amz-target": f"{TARGET}.Nonsense"}, 400),
    ("monitoring", "POST", "/", {}, 400),
    ("monitoring", "POST", f"/service/{TARGET}/operation/No", {"smithy-protocol": "rpc-v2-cbor"}, 404),
    ("sts", "POST", "/", {}, 400),
    ("apigateway", "GET", "/vpclinks", {}, 404),
    ("iam", "POST", "/", {}, 400),
    ("s3", "PUT", "/bucket/key", {}, 404),
    (None, "GET", "/", {}, 403),
    (None, "GET", "/2015-03-31/functions", {}, 403),
    (None, "POST", "/", {}, 403),
    (None, "POST", "/", {"x-amz-target": f"{TARGET}.DescribeAlarms"}, 403),
    (None, "GET", "/_sandbox/nonsense", {}, 403),
]


@pytest.mark.parametrize(("service", "method", "path", "headers", "expected"), UNKNOWN)
async def test_what_is_no_request(
    aws: Aws, caplog: Any, service: str | None, method: str, path: str, headers: dict[str, str], expected: int
) -> None:
    status, answered, body = await send(aws, method, path, b"", headers, service)
    assert status == expected
    assert len(answered["x-amzn-requestid"]) == 36
    assert b"Traceback" not in body
    assert caplog.records == []
    wanted = "MissingAuthenticationToken" if service is None else ""
    assert wanted in answered.get("x-amzn-errortype", "") + body.decode("utf-8", "replace")


BODIES: list[tuple[str, str, dict[str, str], bytes]] = [
    ("lambda", "/2015-03-31/functions/checkout/versions", {}, b"{not json"),
    ("lambda", "/2015-03-31/functions/checkout/versions", {}, b"[1]"),
    ("lambda", "/2015-03-31/functions/checkout/versions", {}, b'{"Description": 7}'),
    ("monitoring", "/", {"x-amz-target": f"{TARGET}.DescribeAlarms"}, b"{not json"),
    ("monitoring", "/", {"x-amz-target": f"{TARGET}.DescribeAlarms"}, b'{"AlarmNames": "one"}'),
    ("monitoring", "/", {"x-amz-target": f"{TARGET}.DescribeAlarms"}, b'{"MaxRecords": true}'),
    ("monitoring", f"/service/{TARGET}/operation/DescribeAlarms", {"smithy-protocol": "rpc-v2-cbor"}, b"\xff\xff"),
    ("monitoring", f"/service/{TARGET}/operation/DescribeAlarms", {"smithy-protocol": "rpc-v2-cbor"}, b"\x01"),
    ("monitoring", "/", {}, b"Action=DescribeAlarms&MaxRecords=many"),
    ("monitoring", "/", {}, b"Action=PutMetricAlarm&AlarmName=x&ActionsEnabled=perhaps"),
    ("monitoring", "/", {}, b"Action=DescribeAlarmHistory&StartDate=yesterday"),
]


@pytest.mark.parametrize(("service", "path", "headers", "body"), BODIES)
async def test_bodies_that_cannot_be_read(
    aws: Aws, caplog: Any, service: str, path: str, headers: dict[str, str], body: bytes
) -> None:
    status, _, content = await send(aws, "POST", path, body, headers, service)
    assert status == 400
    assert b"SerializationException" in content or b"MalformedInput" in content or service == "lambda"
    assert caplog.records == []


async def test_a_bug_of_ours_is_logged_and_answered_as_aws_answers_its_own(
    aws: Aws, caplog: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> Any:
        raise RuntimeError("a bug")

    monkeypatch.setitem(HANDLERS["lambda"], "GetAlias", broken)
    refusal = await aws.refused("lambda", "get_alias", FunctionName="checkout", Name="live")
    assert (refusal.code, refusal.status) == ("InternalFailure", 500)
    assert "a bug" not in refusal.message
    [record] = caplog.records
    assert record.levelno == logging.ERROR
    assert record.exc_info is not None


async def test_only_loopback_listens(aws: Aws) -> None:
    assert aws.sandbox.url.startswith("http://127.0.0.1:")


async def test_calls_are_logged_as_they_were_asked_and_answered(aws: Aws) -> None:
    aws.clock.advance(30)
    await aws.weigh(0.1)
    await aws.refused("cloudwatch", "set_alarm_state", AlarmName="nope", StateValue="OK", StateReason="x")
    update, state = aws.sandbox.calls
    assert (update.service, update.operation, update.status, update.error_code) == ("lambda", "UpdateAlias", 200, None)
    assert update.at == aws.clock.now()
    assert update.access_key_id == KEY
    assert update.parameters == {
        "FunctionName": "checkout",
        "Name": "live",
        "RoutingConfig": {"AdditionalVersionWeights": {"42": 0.1}},
    }
    assert (state.operation, state.status, state.error_code) == ("SetAlarmState", 404, "ResourceNotFound")
    assert aws.sandbox.calls[-1] is state
    with pytest.raises(AttributeError):
        state.status = 200  # type: ignore[misc]


def test_an_error_that_nobody_knows_is_a_bug() -> None:
    with pytest.raises(KeyError):
        error_form("lambda", "Nonsense")
