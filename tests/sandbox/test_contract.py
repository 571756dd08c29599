"""One script of operations through every client, with the same answers; and moto's answers where moto is right."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiobotocore.session
import boto3
import pytest
from botocore.exceptions import ClientError

from multitool_tui.clock import ManualClock
from multitool_tui.sandbox.scenario import load_scenario
from multitool_tui.sandbox.server import Sandbox
from tests.sandbox.conftest import NOON
from tests.sandbox.support import KEY, ONE_ATTEMPT, lambda_metric, package, running

Ask = Callable[[str, str, dict[str, Any]], Awaitable[dict[str, Any]]]
"""A call by service, operation in snake case, and parameters; an error is answered as {"error": code}."""

LIVE = {"FunctionName": "checkout", "Name": "live"}
REGION = "eu-west-1"
WINDOW = {"StartTime": NOON - timedelta(minutes=30), "EndTime": NOON}


def routing(**weights: float) -> dict[str, Any]:
    return {"AdditionalVersionWeights": {name.removeprefix("v"): weight for name, weight in weights.items()}}


SHOP_FRONT = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:shop-front"
RULE = "checkout-failures-by-payment-method"
STREAM = {
    "Name": "to-lake",
    "FirehoseArn": "arn:aws:firehose:eu-west-1:123456789012:deliverystream/lake",
    "RoleArn": "arn:aws:iam::123456789012:role/streams",
    "OutputFormat": "json",
    "IncludeFilters": [{"Namespace": "AWS/Lambda", "MetricNames": ["Errors", "Duration"]}],
}
SERVICE = {"Type": "Service", "Name": "checkout", "Environment": "lambda:default"}
OBJECTIVE: dict[str, Any] = {
    "Name": "checkout-latency",
    "SliConfig": {
        "SliMetricConfig": {"KeyAttributes": SERVICE, "MetricType": "LATENCY", "Statistic": "p99"},
        "MetricThreshold": 900.0,
        "ComparisonOperator": "LessThan",
    },
}
SCRIPT: list[tuple[str, str, dict[str, Any]]] = [
    ("sts", "get_caller_identity", {}),
    ("lambda", "list_functions", {}),
    ("lambda", "get_function", {"FunctionName": "checkout", "Qualifier": "live"}),
    ("lambda", "get_function_configuration", {"FunctionName": "checkout"}),
    ("lambda", "list_versions_by_function", {"FunctionName": "checkout"}),
    ("lambda", "list_aliases", {"FunctionName": "checkout"}),
    ("lambda", "get_alias", LIVE),
    ("lambda", "update_alias", LIVE | {"RoutingConfig": routing(v42=0.1), "Description": "ünïcode"}),
    ("lambda", "update_alias", LIVE | {"Description": "x", "RevisionId": "stale"}),
    ("lambda", "update_alias", LIVE | {"RoutingConfig": routing(v42=2.0)}),
    ("lambda", "update_alias", LIVE | {"RoutingConfig": routing()}),
    ("lambda", "create_alias", {"FunctionName": "checkout", "Name": "qa", "FunctionVersion": "42"}),
    ("lambda", "delete_alias", {"FunctionName": "checkout", "Name": "qa"}),
    ("lambda", "get_alias", {"FunctionName": "checkout", "Name": "qa"}),
    ("lambda", "publish_version", {"FunctionName": "checkout"}),
    ("lambda", "update_function_configuration", {"FunctionName": "checkout", "Timeout": 20}),
    ("lambda", "publish_version", {"FunctionName": "checkout"}),
    (
        "cloudwatch",
        "get_metric_data",
        WINDOW
        | {
            "MetricDataQueries": [
                {
                    "Id": f"q{number}",
                    "MetricStat": {"Metric": lambda_metric(*metric), "Period": 60, "Stat": stat},
                }
                for number, (metric, stat) in enumerate(
                    [
                        (("Invocations", "payments:live", "18"), "Sum"),
                        (("Errors", "checkout:live"), "Sum"),
                        (("Duration", "checkout:live"), "p99.9"),
                        (("Duration", "checkout:live"), "PR(:300)"),
                    ]
                )
            ],
            "ScanBy": "TimestampAscending",
        },
    ),
    (
        "cloudwatch",
        "get_metric_statistics",
        WINDOW | lambda_metric("Invocations", "checkout:live") | {"Period": 300, "Statistics": ["Sum", "Maximum"]},
    ),
    ("cloudwatch", "describe_alarms", {"AlarmTypes": ["MetricAlarm", "CompositeAlarm"]}),
    ("cloudwatch", "describe_alarm_history", {"AlarmName": "shop-front", "AlarmTypes": ["CompositeAlarm"]}),
    ("cloudwatch", "list_metrics", {"Namespace": "AWS/Lambda", "MetricName": "Errors"}),
    ("cloudwatch", "set_alarm_state", {"AlarmName": "nope", "StateValue": "OK", "StateReason": "x"}),
    ("cloudwatch", "describe_alarms_for_metric", lambda_metric("Duration", "checkout:live")),
    ("cloudwatch", "put_dashboard", {"DashboardName": "shop", "DashboardBody": json.dumps({"widgets": [], "x": 1})}),
    ("cloudwatch", "put_dashboard", {"DashboardName": "shop", "DashboardBody": "{}"}),
    ("cloudwatch", "get_dashboard", {"DashboardName": "shop"}),
    ("cloudwatch", "list_dashboards", {}),
    ("cloudwatch", "put_metric_stream", STREAM),
    ("cloudwatch", "get_metric_stream", {"Name": "to-lake"}),
    ("cloudwatch", "get_metric_stream", {"Name": "nope"}),
    ("cloudwatch", "describe_insight_rules", {}),
    ("cloudwatch", "get_insight_rule_report", WINDOW | {"RuleName": RULE, "Period": 300, "Metrics": ["Sum"]}),
    ("cloudwatch", "describe_anomaly_detectors", {}),
    ("cloudwatch", "get_metric_widget_image", {"MetricWidget": json.dumps({"metrics": [["AWS/Lambda", "Errors"]]})}),
    ("cloudwatch", "tag_resource", {"ResourceARN": SHOP_FRONT, "Tags": [{"Key": "team", "Value": "shop"}]}),
    ("cloudwatch", "list_tags_for_resource", {"ResourceARN": SHOP_FRONT}),
    ("application-signals", "list_services", WINDOW),
    ("application-signals", "get_service", WINDOW | {"KeyAttributes": SERVICE}),
    ("application-signals", "create_service_level_objective", OBJECTIVE),
    ("application-signals", "create_service_level_objective", OBJECTIVE),
    ("application-signals", "list_service_level_objectives", {}),
    ("apigateway", "create_rest_api", {"name": "front", "tags": {"team": "shop"}}),
    ("apigateway", "get_rest_apis", {"limit": 1}),
    ("apigateway", "get_stage", {"restApiId": "nope", "stageName": "prod"}),
]


def plain(value: Any) -> Any:
    """An answer, comparable across clients: no metadata, times as ISO text, unordered lists in order."""
    if isinstance(value, dict):
        cleaned = {name: plain(item) for name, item in value.items() if name != "ResponseMetadata"}
        if "Datapoints" in cleaned:
            cleaned["Datapoints"].sort(key=lambda datapoint: datapoint["Timestamp"])
        return cleaned
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.timestamp() if isinstance(value, datetime) else value


async def told_by(connect: Callable[[str], Any]) -> list[Any]:
    """The script's answers, through one client, on a sandbox of its own."""
    clock = ManualClock(NOON)
    async with (
        running(Sandbox(scenario=load_scenario("errors"), clock=clock), clock) as aws,
        connect(aws.sandbox.url) as ask,
    ):
        return [plain(await ask(*call)) for call in SCRIPT]


class Boto3:
    def __init__(self, url: str) -> None:
        session = boto3.Session(aws_access_key_id=KEY, aws_secret_access_key="none", region_name=REGION)
        self._clients = {
            service: session.client(service, endpoint_url=url, config=ONE_ATTEMPT)
            for service in ("lambda", "cloudwatch", "application-signals", "apigateway", "sts")
        }

    async def __aenter__(self) -> Ask:
        return self.ask

    async def __aexit__(self, *_: object) -> None:
        for client in self._clients.values():
            client.close()

    async def ask(self, service: str, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        try:
            return dict(await asyncio.to_thread(getattr(self._clients[service], operation), **params))
        except ClientError as error:
            return {"error": error.response["Error"]["Code"]}


class Aiobotocore:
    def __init__(self, url: str) -> None:
        self._url = url
        self._session = aiobotocore.session.get_session()

    async def __aenter__(self) -> Ask:
        return self.ask

    async def __aexit__(self, *_: object) -> None:
        pass

    async def ask(self, service: str, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        async with self._session.create_client(
            service,
            region_name=REGION,
            endpoint_url=self._url,
            aws_access_key_id=KEY,
            aws_secret_access_key="none",
        ) as client:
            try:
                return dict(await getattr(client, operation)(**params))
            except ClientError as error:
                return {"error": error.response["Error"]["Code"]}


async def test_boto3_and_aiobotocore_are_told_the_same() -> None:
    by_boto3, by_aiobotocore = await told_by(Boto3), await told_by(Aiobotocore)
    for call, one, other in zip(SCRIPT, by_boto3, by_aiobotocore, strict=True):
        assert one == other, call
    assert [answer["error"] for answer in by_boto3 if "error" in answer] == [
        "PreconditionFailedException",
        "ValidationException",
        "ResourceNotFoundException",
        "ResourceConflictException",
        "ResourceNotFound",
        "InvalidParameterInput",
        "ResourceNotFoundException",
        "ConflictException",
        "NotFoundException",
    ]


@pytest.fixture(scope="module")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The AWS CLI, version 1, in an environment of its own."""
    folder = tmp_path_factory.mktemp("cli")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    install = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "awscli>=1.40,<2"]
    subprocess.run(install, check=True)
    return folder / "bin" / "aws"


@pytest.mark.long
async def test_the_aws_cli_is_told_the_same(cli: Path) -> None:
    def connect(url: str) -> Any:
        return Cli(cli, url)

    by_boto3, by_cli = await told_by(Boto3), await told_by(connect)
    for call, one, other in zip(SCRIPT, by_boto3, by_cli, strict=True):
        assert written(one) == written(other), call


def written(answer: Any) -> Any:
    """An answer as both clients write it: the CLI prints nothing where there is nothing, times as text, and
    bytes in base64."""
    if isinstance(answer, dict):
        return {name: written(value) for name, value in answer.items()}
    if isinstance(answer, list):
        return [written(value) for value in answer]
    if isinstance(answer, bytes):
        return base64.b64encode(answer).decode()
    if isinstance(answer, str):
        try:
            return datetime.fromisoformat(answer).timestamp()
        except ValueError:
            return answer
    return answer


class Cli:
    """`aws` as a subprocess; parameters by --cli-input-json, errors read from its last line."""

    def __init__(self, executable: Path, url: str) -> None:
        self._executable = executable
        self._environment = {
            "PATH": os.environ["PATH"],
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": "none",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_MAX_ATTEMPTS": "1",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    async def __aenter__(self) -> Ask:
        return self.ask

    async def __aexit__(self, *_: object) -> None:
        pass

    async def ask(self, service: str, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        given = json.dumps(params, default=lambda moment: moment.isoformat())
        words = [str(self._executable), service, operation.replace("_", "-"), "--cli-input-json", given]
        process = await asyncio.create_subprocess_exec(
            *words, env=self._environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        out, err = await process.communicate()
        if process.returncode:
            return {"error": err.decode().split("(", 1)[1].split(")", 1)[0]}
        return dict(json.loads(out)) if out.strip() else {}


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()
    assert threading.main_thread().is_alive()


ROLE = {
    "RoleName": "release",
    "AssumeRolePolicyDocument": json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ],
        }
    ),
}
FRESH = {
    "FunctionName": "release",
    "Runtime": "python3.12",
    "Handler": "app.handler",
    "Role": "arn:aws:iam::123456789012:role/release",
    "Code": {"ZipFile": package()},
    "Timeout": 7,
    "MemorySize": 512,
    "Description": "released by a test",
}
QA = {"FunctionName": "release", "Name": "qa"}
METRIC = {"Namespace": "Contract", "MetricName": "m"}
ALARM_ARN = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:contract"
ALARM: dict[str, Any] = METRIC | {
    "AlarmName": "contract",
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 3.0,
    "ComparisonOperator": "GreaterThanThreshold",
}
# What moto 5.2 does as AWS does. Left out: it takes a stale RevisionId and never moves an alias's, takes any weights,
# updates code in no time, takes any name of a dashboard and any JSON, and calls a second alias of one name a
# ConflictException.
WITH_MOTO: list[tuple[str, str, dict[str, Any], tuple[str, ...]]] = [
    (
        "lambda",
        "create_function",
        FRESH,
        ("FunctionName", "FunctionArn", "Runtime", "Role", "Handler", "CodeSize", "CodeSha256", "Description",
         "Timeout", "MemorySize", "Version"),
    ),
    ("lambda", "publish_version", {"FunctionName": "release"}, ("FunctionArn", "Version", "CodeSha256")),
    ("lambda", "create_alias", QA | {"FunctionVersion": "1"}, ("AliasArn", "Name", "FunctionVersion", "Description")),
    ("lambda", "get_alias", QA, ("AliasArn", "Name", "FunctionVersion", "Description")),
    ("lambda", "update_alias", QA | {"Description": "changed"}, ("Description", "FunctionVersion")),
    ("lambda", "get_alias", QA, ("Description", "FunctionVersion")),
    ("lambda", "get_alias", {"FunctionName": "release", "Name": "nope"}, ("error",)),
    ("lambda", "get_function", {"FunctionName": "nope"}, ("error",)),
    ("lambda", "delete_alias", QA, ()),
    ("lambda", "get_alias", QA, ("error",)),
    (
        "cloudwatch",
        "put_metric_data",
        {
            "Namespace": "Contract",
            "MetricData": [
                {"MetricName": "m", "Timestamp": NOON - timedelta(minutes=minute), "Value": float(minute)}
                for minute in (1, 1, 2, 3)
            ],
        },
        (),
    ),
    (
        "cloudwatch",
        "get_metric_data",
        WINDOW
        | {
            "MetricDataQueries": [
                {"Id": stat.lower(), "MetricStat": {"Metric": METRIC, "Period": 60, "Stat": stat}}
                for stat in ("Sum", "SampleCount", "Average", "Minimum", "Maximum")
            ]
        },
        ("MetricDataResults.Id", "MetricDataResults.Values", "MetricDataResults.Timestamps"),
    ),
    ("cloudwatch", "put_metric_alarm", ALARM | {"Tags": [{"Key": "team", "Value": "shop"}]}, ()),
    ("cloudwatch", "describe_alarms_for_metric", METRIC, ("MetricAlarms.AlarmName", "MetricAlarms.Threshold")),
    ("cloudwatch", "describe_alarms_for_metric", METRIC | {"MetricName": "other"}, ("MetricAlarms",)),
    ("cloudwatch", "tag_resource", {"ResourceARN": ALARM_ARN, "Tags": [{"Key": "tier", "Value": "1"}]}, ()),
    ("cloudwatch", "untag_resource", {"ResourceARN": ALARM_ARN, "TagKeys": ["team"]}, ()),
    ("cloudwatch", "list_tags_for_resource", {"ResourceARN": ALARM_ARN}, ("Tags",)),
    ("cloudwatch", "tag_resource", {"ResourceARN": ALARM_ARN + "-2", "Tags": [{"Key": "a", "Value": ""}]}, ("error",)),
    ("cloudwatch", "put_dashboard", {"DashboardName": "shop", "DashboardBody": '{"widgets": []}'}, ()),
    ("cloudwatch", "get_dashboard", {"DashboardName": "shop"}, ("DashboardArn", "DashboardName", "DashboardBody")),
    ("cloudwatch", "get_dashboard", {"DashboardName": "nope"}, ("error",)),
    ("cloudwatch", "put_dashboard", {"DashboardName": "shop", "DashboardBody": "no json"}, ("error",)),
    ("cloudwatch", "list_dashboards", {"DashboardNamePrefix": "sh"},
     ("DashboardEntries.DashboardName", "DashboardEntries.DashboardArn", "DashboardEntries.Size")),
    ("lambda", "delete_function", {"FunctionName": "release"}, ()),
    ("lambda", "get_function", {"FunctionName": "release"}, ("error",)),
]  # fmt: skip


def picked(answer: Any, paths: tuple[str, ...]) -> dict[str, Any]:
    """The members of an answer that are compared; of lists, those of every item."""
    found: dict[str, Any] = {}
    for path in paths:
        head, _, rest = path.partition(".")
        found[path] = [item[rest] for item in answer[head]] if rest else answer[head]
    return found


async def test_moto_agrees_where_it_does_as_aws_does(moto: str) -> None:
    clock = ManualClock(NOON)
    iam = boto3.client(
        "iam", endpoint_url=moto, region_name=REGION, aws_access_key_id=KEY, aws_secret_access_key="none"
    )
    await asyncio.to_thread(iam.create_role, **ROLE)
    iam.close()
    async with (
        running(Sandbox(scenario=load_scenario("healthy"), clock=clock), clock) as aws,
        Boto3(moto) as ask_moto,
        Boto3(aws.sandbox.url) as ask,
    ):
        for service, operation, params, paths in WITH_MOTO:
            here, there = (
                plain(await ask(service, operation, params)),
                plain(await ask_moto(service, operation, params)),
            )
            assert picked(here, paths) == picked(there, paths), (operation, here, there)
            clock.advance(10)
