"""What the caller may do, found out by reads that change nothing: each reading operation of the product, once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from botocore import xform_name

from multitool_tui.aws.errors import AccessDenied, AwsError, CredentialsError, NotFound, Refused
from multitool_tui.aws.resources import Caller, Known, Probed
from multitool_tui.aws.session import AwsSession
from multitool_tui.aws.translate import aws_errors
from multitool_tui.permissions.row import Row

_AT_ONCE = 4  # Lambda's control plane allows some 15 calls a second to the whole account
_REFUSED_WHEN_ABSENT = frozenset({"cloudwatch:GetService"})
"""Application Signals calls a service that is not there a request that is not valid."""
_NAME = "multitool-permissions-check"
"""Of what need not be there."""


@dataclass(frozen=True, slots=True)
class _Subject:
    """What is asked about."""

    caller: Caller
    function: str
    alias: str
    now: datetime

    def arn(self, service: str, resource: str) -> str:
        partition = self.caller.arn.split(":")[1]
        return f"arn:{partition}:{service}:{self.caller.region}:{self.caller.account}:{resource}"

    @property
    def dimensions(self) -> list[dict[str, str]]:
        return [{"Name": "FunctionName", "Value": self.function}]

    @property
    def metric(self) -> dict[str, Any]:
        return {"Namespace": "AWS/Lambda", "MetricName": "Errors", "Dimensions": self.dimensions}

    @property
    def last_hour(self) -> dict[str, datetime]:
        return {"StartTime": self.now - timedelta(hours=1), "EndTime": self.now}


_Parameters = Callable[[_Subject], dict[str, Any]]


def _few(name: str, number: int = 1) -> _Parameters:
    return lambda _: {name: number}


def _function(on: _Subject) -> dict[str, Any]:
    return {"FunctionName": on.function}


def _version(on: _Subject) -> dict[str, Any]:
    return {"FunctionName": on.function, "Qualifier": "1"}


def _list(on: _Subject) -> dict[str, Any]:
    return {"FunctionName": on.function, "MaxItems": 1}


READS: dict[str, _Parameters] = {
    "apigateway:GET": _few("limit"),
    "cloudwatch:DescribeAlarmHistory": _few("MaxRecords"),
    "cloudwatch:DescribeAlarms": _few("MaxRecords"),
    "cloudwatch:DescribeAlarmsForMetric": lambda on: on.metric,
    "cloudwatch:DescribeAnomalyDetectors": _few("MaxResults"),
    "cloudwatch:DescribeInsightRules": _few("MaxResults"),
    "cloudwatch:GetDashboard": lambda _: {"DashboardName": _NAME},
    "cloudwatch:GetInsightRuleReport": lambda on: {"RuleName": _NAME, "Period": 60, **on.last_hour},
    "cloudwatch:GetMetricData": lambda on: {
        "MetricDataQueries": [{"Id": "m", "MetricStat": {"Metric": on.metric, "Period": 3600, "Stat": "Sum"}}],
        **on.last_hour,
    },
    "cloudwatch:GetMetricStatistics": lambda on: {**on.metric, **on.last_hour, "Period": 3600, "Statistics": ["Sum"]},
    "cloudwatch:GetMetricStream": lambda _: {"Name": _NAME},
    "cloudwatch:GetMetricWidgetImage": lambda on: {
        "MetricWidget": json.dumps({"metrics": [["AWS/Lambda", "Errors"]], "region": on.caller.region})
    },
    "cloudwatch:GetService": lambda on: {
        "KeyAttributes": {"Type": "Service", "Name": _NAME, "Environment": "lambda:default"},
        **on.last_hour,
    },
    "cloudwatch:ListDashboards": lambda _: {"DashboardNamePrefix": _NAME},
    "cloudwatch:ListManagedInsightRules": lambda on: {
        "ResourceARN": on.arn("ec2", "vpc-endpoint-service/vpce-svc-00000000000000000"),
        "MaxResults": 1,
    },
    "cloudwatch:ListMetrics": lambda on: on.metric,
    "cloudwatch:ListMetricStreams": _few("MaxResults"),
    "cloudwatch:ListServiceLevelObjectives": _few("MaxResults"),
    "cloudwatch:ListServices": lambda on: {**on.last_hour, "MaxResults": 1},
    "cloudwatch:ListTagsForResource": lambda on: {"ResourceARN": on.arn("cloudwatch", f"alarm:{_NAME}")},
    "iam:GetRole": lambda _: {"RoleName": _NAME},
    "iam:ListAccessKeys": _few("MaxItems"),
    "lambda:GetAccountSettings": lambda _: {},
    "lambda:GetAlias": lambda on: {"FunctionName": on.function, "Name": on.alias},
    "lambda:GetEventSourceMapping": lambda _: {"UUID": "00000000-0000-0000-0000-000000000000"},
    "lambda:GetFunction": _version,
    "lambda:GetFunctionConfiguration": _version,
    "lambda:GetFunctionEventInvokeConfig": _version,
    "lambda:GetFunctionUrlConfig": _function,
    "lambda:GetPolicy": _function,
    "lambda:GetRuntimeManagementConfig": _function,
    "lambda:ListAliases": _list,
    "lambda:ListEventSourceMappings": _few("MaxItems"),
    "lambda:ListFunctionEventInvokeConfigs": _list,
    "lambda:ListFunctions": _few("MaxItems"),
    "lambda:ListFunctionUrlConfigs": _list,
    "lambda:ListTags": lambda on: {"Resource": on.arn("lambda", f"function:{on.function}")},
    "lambda:ListVersionsByFunction": _list,
}
"""Action -> what its row's first operation is asked for. What is read need not be there: AWS looks at the permission
first."""


async def probe(
    session: AwsSession, rows: Iterable[Row], target: tuple[str, str] | None, now: datetime
) -> tuple[Probed, ...]:
    """Ask for what the actions of `rows` allow to be read, of a target (function, alias) or of any function there is.

    Raises:
        CredentialsError: the session is of no use.
    """
    caller = await session.caller()
    function, alias = target or (await _any_function(session), "live")
    subject = _Subject(caller, function or "any", alias, now)
    turn = asyncio.Semaphore(_AT_ONCE)

    async def one(row: Row) -> Probed:
        if not row.reads:
            return Probed(row.action, Known.UNKNOWN, why="It changes something: only doing it would tell.")
        on_function = any("{function}" in shape.template for shape in row.shapes)
        if on_function and function is None:
            return Probed(row.action, Known.UNKNOWN, why="No function is known to ask about: name one with --target.")
        async with turn:
            known, why = await _read(session, row, subject)
        asked = f"{function}:{alias}" if row.action == "lambda:GetAlias" else function
        return Probed(row.action, known, asked or "" if on_function else "", why)

    try:
        async with asyncio.TaskGroup() as group:
            asked = [group.create_task(one(row)) for row in rows]
    except* CredentialsError as errors:
        raise CredentialsError(str(errors.exceptions[0])) from None
    return tuple(task.result() for task in asked)


async def _any_function(session: AwsSession) -> str | None:
    """The name of some function of the account; None where there is none, or none may be listed."""
    try:
        with aws_errors():
            found = (await session.functions.list_functions(MaxItems=1)).get("Functions")
    except CredentialsError:
        raise
    except AwsError:
        return None
    return str(found[0]["FunctionName"]) if found else None


async def _read(session: AwsSession, row: Row, subject: _Subject) -> tuple[Known, str]:
    operation = row.operations[0]
    try:
        with aws_errors():
            client = await session.client(operation.service)
            await getattr(client, xform_name(operation.name))(**READS[row.action](subject))
    except CredentialsError:
        raise
    except AccessDenied as error:
        return Known.DENIED, str(error)
    except NotFound:
        pass
    except AwsError as error:
        if isinstance(error, Refused) and row.action in _REFUSED_WHEN_ABSENT:
            return Known.ALLOWED, ""
        return Known.UNKNOWN, str(error)
    return Known.ALLOWED, ""
