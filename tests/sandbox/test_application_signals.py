"""Application Signals: discovered services and service level objectives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from multitool_tui.permissions.reading import read_policy
from tests.data import DOCUMENT
from tests.permissions.support import policy, statement
from tests.sandbox.conftest import NOON, Make
from tests.sandbox.support import Aws, lambda_metric

SIGNALS = "application-signals"
WINDOW: dict[str, Any] = {"StartTime": NOON - timedelta(hours=3, minutes=20), "EndTime": NOON + timedelta(minutes=10)}
CHECKOUT: dict[str, Any] = {"Type": "Service", "Name": "checkout", "Environment": "lambda:default"}
AVAILABLE: dict[str, Any] = {
    "SliMetricConfig": {"KeyAttributes": CHECKOUT, "OperationName": "POST /", "MetricType": "AVAILABILITY"},
    "MetricThreshold": 99.0,
    "ComparisonOperator": "GreaterThanOrEqualTo",
}
ERRORS = {
    "Id": "errors",
    "MetricStat": {"Metric": lambda_metric("Errors", "checkout:live"), "Period": 60, "Stat": "Sum"},
}
REQUESTS = {
    "Id": "requests",
    "MetricStat": {"Metric": lambda_metric("Invocations", "checkout:live"), "Period": 60, "Stat": "Sum"},
}
COUNTED: dict[str, Any] = {
    "RequestBasedSliMetricConfig": {
        "TotalRequestCountMetric": [REQUESTS],
        "MonitoredRequestCountMetric": {"BadCountMetric": [ERRORS]},
    }
}


async def test_services_of_the_account(aws: Aws) -> None:
    answer = await aws(SIGNALS, "list_services", **WINDOW)
    assert [each["KeyAttributes"]["Name"] for each in answer["ServiceSummaries"]] == ["checkout", "payments"]
    assert answer["StartTime"] == datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert answer["EndTime"] == NOON
    got = await aws(SIGNALS, "get_service", KeyAttributes=CHECKOUT, **WINDOW)
    assert got["Service"].items() >= answer["ServiceSummaries"][0].items()
    assert got["Service"]["LogGroupReferences"][0]["Identifier"] == "/aws/lambda/checkout"
    assert {each["MetricType"] for each in got["Service"]["MetricReferences"]} == {"LATENCY", "ERROR", "FAULT"}


async def test_services_come_in_pages(aws: Aws) -> None:
    first = await aws(SIGNALS, "list_services", MaxResults=1, **WINDOW)
    rest = await aws(SIGNALS, "list_services", MaxResults=1, NextToken=first["NextToken"], **WINDOW)
    names = [each["KeyAttributes"]["Name"] for each in first["ServiceSummaries"] + rest["ServiceSummaries"]]
    assert names == ["checkout", "payments"]
    assert "NextToken" not in rest


@pytest.mark.parametrize(
    ("operation", "asked"),
    [
        ("list_services", {"StartTime": NOON, "EndTime": NOON}),
        ("list_services", WINDOW | {"NextToken": "x"}),
        ("list_services", WINDOW | {"MaxResults": 101}),
        ("get_service", WINDOW | {"KeyAttributes": CHECKOUT | {"Name": "none"}}),
        ("get_service", WINDOW | {"KeyAttributes": {"Type": "Service", "Name": "checkout"}}),
        ("list_service_level_objectives", {"MaxResults": 51}),
    ],
)
async def test_what_is_not_answered(aws: Aws, operation: str, asked: dict[str, Any]) -> None:
    refusal = await aws.refused(SIGNALS, operation, **asked)
    assert (refusal.code, refusal.status) == ("ValidationException", 400)


async def test_another_region_has_none(aws: Aws) -> None:
    assert (await aws(SIGNALS, "list_services", region="us-east-1", **WINDOW))["ServiceSummaries"] == []


async def test_an_objective_of_a_service(aws: Aws) -> None:
    made = await aws(SIGNALS, "create_service_level_objective", Name="checkout availability", SliConfig=AVAILABLE)
    slo = made["Slo"]
    assert slo["Arn"] == "arn:aws:application-signals:eu-west-1:123456789012:slo/checkout availability"
    assert (slo["CreatedTime"], slo["EvaluationType"], slo["MetricSourceType"]) == (
        NOON,
        "PeriodBased",
        "ServiceOperation",
    )
    assert slo["Goal"] == {
        "Interval": {"RollingInterval": {"DurationUnit": "DAY", "Duration": 7}},
        "AttainmentGoal": 99.0,
        "WarningThreshold": 50.0,
    }
    queries = slo["Sli"]["SliMetric"]["MetricDataQueries"]
    assert {each["MetricStat"]["Metric"]["Namespace"] for each in queries if "MetricStat" in each} == {
        "ApplicationSignals"
    }
    [summary] = (await aws(SIGNALS, "list_service_level_objectives", KeyAttributes=CHECKOUT))["SloSummaries"]
    assert summary["Name"] == "checkout availability"
    assert summary["OperationName"] == "POST /"


async def test_an_objective_of_requests(aws: Aws) -> None:
    made = await aws(
        SIGNALS,
        "create_service_level_objective",
        Name="checkout-requests",
        RequestBasedSliConfig=COUNTED,
        Goal={
            "AttainmentGoal": 99.9,
            "Interval": {"CalendarInterval": {"StartTime": NOON, "DurationUnit": "MONTH", "Duration": 1}},
        },
    )
    slo = made["Slo"]
    assert (slo["EvaluationType"], slo["MetricSourceType"]) == ("RequestBased", "CloudWatchMetric")
    assert slo["Goal"]["Interval"]["CalendarInterval"]["StartTime"] == NOON
    assert slo["RequestBasedSli"]["RequestBasedSliMetric"]["TotalRequestCountMetric"] == [REQUESTS]
    assert (await aws(SIGNALS, "list_service_level_objectives", KeyAttributes=CHECKOUT))["SloSummaries"] == []


async def test_objectives_are_chosen_and_come_in_pages(aws: Aws) -> None:
    await aws(SIGNALS, "create_service_level_objective", Name="a1", SliConfig=AVAILABLE)
    await aws(SIGNALS, "create_service_level_objective", Name="b1", RequestBasedSliConfig=COUNTED)
    first = await aws(SIGNALS, "list_service_level_objectives", MaxResults=1)
    rest = await aws(SIGNALS, "list_service_level_objectives", MaxResults=1, NextToken=first["NextToken"])
    assert [each["Name"] for each in first["SloSummaries"] + rest["SloSummaries"]] == ["a1", "b1"]
    counted = await aws(SIGNALS, "list_service_level_objectives", MetricSourceTypes=["CloudWatchMetric"])
    assert [each["Name"] for each in counted["SloSummaries"]] == ["b1"]
    other = await aws(SIGNALS, "list_service_level_objectives", OperationName="GET /")
    assert other["SloSummaries"] == []


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"SliConfig": AVAILABLE, "RequestBasedSliConfig": COUNTED},
        {"SliConfig": {"SliMetricConfig": AVAILABLE["SliMetricConfig"]}},
        {"SliConfig": AVAILABLE | {"SliMetricConfig": {"KeyAttributes": CHECKOUT}}},
        {"SliConfig": AVAILABLE | {"SliMetricConfig": {"MetricType": "LATENCY"}}},
        {"SliConfig": AVAILABLE, "Goal": {"AttainmentGoal": 100.0}},
        {"SliConfig": AVAILABLE, "Goal": {"Interval": {}}},
        {"SliConfig": AVAILABLE, "Name": "x"},
        {"RequestBasedSliConfig": {"RequestBasedSliMetricConfig": {"TotalRequestCountMetric": [REQUESTS]}}},
        {
            "RequestBasedSliConfig": {
                "RequestBasedSliMetricConfig": {"MetricType": "LATENCY", "KeyAttributes": CHECKOUT}
            }
        },
    ],
)
async def test_what_is_no_objective(aws: Aws, asked: dict[str, Any]) -> None:
    refusal = await aws.refused(SIGNALS, "create_service_level_objective", **{"Name": "slo-1"} | asked)
    assert (refusal.code, refusal.status) == ("ValidationException", 400)
    assert (await aws(SIGNALS, "list_service_level_objectives"))["SloSummaries"] == []


async def test_a_name_is_taken_once(aws: Aws) -> None:
    await aws(SIGNALS, "create_service_level_objective", Name="a1", SliConfig=AVAILABLE)
    refusal = await aws.refused(SIGNALS, "create_service_level_objective", Name="a1", SliConfig=AVAILABLE)
    assert (refusal.code, refusal.status) == ("ConflictException", 409)


@pytest.mark.parametrize("action", ["application-signals:ListServices", "cloudwatch:ListServices"])
async def test_either_name_of_an_action_allows_it(make: Make, action: str) -> None:
    aws = await make(policy=policy(statement(Action=action)))
    assert await aws(SIGNALS, "list_services", **WINDOW)
    refusal = await aws.refused(SIGNALS, "get_service", KeyAttributes=CHECKOUT, **WINDOW)
    assert (refusal.code, refusal.status) == ("AccessDeniedException", 403)
    assert "is not authorized to perform: application-signals:GetService on resource: arn:" in refusal.message


async def test_a_denial_of_either_name_denies_it(make: Make) -> None:
    aws = await make(policy=policy(statement(), statement("Deny", Action="cloudwatch:ListServices")))
    assert "with an explicit deny" in (await aws.refused(SIGNALS, "list_services", **WINDOW)).message


async def test_the_document_s_policy_allows_all_four(make: Make) -> None:
    aws = await make(policy=read_policy(DOCUMENT.read_text()))
    assert await aws(SIGNALS, "list_services", **WINDOW)
    assert await aws(SIGNALS, "get_service", KeyAttributes=CHECKOUT, **WINDOW)
    assert await aws(SIGNALS, "create_service_level_objective", Name="a1", SliConfig=AVAILABLE)
    assert await aws(SIGNALS, "list_service_level_objectives")
