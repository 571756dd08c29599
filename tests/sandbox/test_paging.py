"""Every list comes in pages, and every item is on exactly one of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.conftest import Make
from tests.sandbox.support import Aws

MANY = str(Path(__file__).with_name("scenario_many.toml"))


async def pages(aws: Aws, service: str, operation: str, member: str, token: str, **params: Any) -> list[list[Any]]:
    """All pages of a list. `token` is the parameter that asks for the next one."""
    found: list[list[Any]] = []
    given: dict[str, Any] = {}
    while True:
        answer = await aws(service, operation, **params, **given)
        found.append(answer[member])
        following = answer.get("NextMarker" if token == "Marker" else "NextToken")
        if following is None:
            return found
        given = {token: following}


@pytest.mark.parametrize(
    ("operation", "member", "name", "sizes"),
    [
        ("list_functions", "Functions", "FunctionName", [50, 50, 20]),
        ("list_versions_by_function", "Versions", "Version", [50, 12]),
        ("list_aliases", "Aliases", "Name", [50, 50, 19]),
    ],
)
async def test_lambda_gives_fifty_a_page(make: Make, operation: str, member: str, name: str, sizes: list[int]) -> None:
    aws = await make(MANY)
    given = {} if operation == "list_functions" else {"FunctionName": "many"}
    # AWS gives no more than 50, whatever is asked for.
    found = await pages(aws, "lambda", operation, member, "Marker", **given, MaxItems=1000)
    assert [len(page) for page in found] == sizes
    names = [item[name] for page in found for item in page]
    assert len(set(names)) == len(names) == sum(sizes)
    small = await pages(aws, "lambda", operation, member, "Marker", **given, MaxItems=30)
    assert [item[name] for page in small for item in page] == names
    assert len(small[0]) == 30


async def test_latest_is_the_first_version(make: Make) -> None:
    aws = await make(MANY)
    answer = await aws("lambda", "list_versions_by_function", FunctionName="many", MaxItems=1)
    assert [version["Version"] for version in answer["Versions"]] == ["$LATEST"]


async def test_alarms_and_their_history(aws: Aws) -> None:
    for number in range(120):
        await aws(
            "cloudwatch",
            "put_metric_alarm",
            AlarmName=f"many-{number:03d}",
            Namespace="Test",
            MetricName="Nothing",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1.0,
            ComparisonOperator="GreaterThanThreshold",
        )
    found = await pages(
        aws, "cloudwatch", "describe_alarms", "MetricAlarms", "NextToken", AlarmNamePrefix="many-", MaxRecords=100
    )
    assert [len(page) for page in found] == [100, 20]
    assert [alarm["AlarmName"] for page in found for alarm in page] == [f"many-{number:03d}" for number in range(120)]
    assert len(await pages(aws, "cloudwatch", "describe_alarms", "MetricAlarms", "NextToken")) == 3
    history = await pages(aws, "cloudwatch", "describe_alarm_history", "AlarmHistoryItems", "NextToken", MaxRecords=70)
    names = [item["AlarmName"] for page in history for item in page if item["AlarmName"].startswith("many-")]
    assert sorted(names) == [f"many-{number:03d}" for number in range(120)]
    refusal = await aws.refused("cloudwatch", "describe_alarms", MaxRecords=101)
    assert refusal.code == "ValidationError"


async def test_composites_and_metric_alarms_on_the_same_pages(aws: Aws) -> None:
    both = ["CompositeAlarm", "MetricAlarm"]
    seen: list[str] = []
    given: dict[str, Any] = {}
    while True:
        answer = await aws("cloudwatch", "describe_alarms", AlarmTypes=both, MaxRecords=2, **given)
        seen += [alarm["AlarmName"] for alarm in answer["CompositeAlarms"] + answer["MetricAlarms"]]
        if "NextToken" not in answer:
            break
        given = {"NextToken": answer["NextToken"]}
    assert sorted(seen) == [
        "checkout-error-rate",
        "checkout-p99-duration",
        "report-nightly-missing",
        "shop-front",
        "webhooks-queue-age",
    ]


async def test_five_hundred_metrics_a_page(aws: Aws) -> None:
    for begin in range(0, 1100, 550):
        data = [{"MetricName": f"m{number:04d}", "Value": 1.0} for number in range(begin, begin + 550)]
        await aws("cloudwatch", "put_metric_data", Namespace="Many", MetricData=data)
    aws.clock.advance(600)
    found = await pages(aws, "cloudwatch", "list_metrics", "Metrics", "NextToken", Namespace="Many")
    assert [len(page) for page in found] == [500, 500, 100]
    assert len({metric["MetricName"] for page in found for metric in page}) == 1100


@pytest.mark.parametrize(
    ("service", "operation", "token", "code"),
    [
        ("lambda", "list_functions", "Marker", "InvalidParameterValueException"),
        ("cloudwatch", "describe_alarms", "NextToken", "InvalidNextToken"),
        ("cloudwatch", "describe_alarm_history", "NextToken", "InvalidNextToken"),
        ("cloudwatch", "list_metrics", "NextToken", "InvalidParameterValue"),
    ],
)
async def test_tokens_that_are_none(aws: Aws, service: str, operation: str, token: str, code: str) -> None:
    refusal = await aws.refused(service, operation, **{token: "made-up"})
    assert (refusal.code, refusal.status) == (code, 400)


async def test_a_token_of_another_list(make: Make) -> None:
    aws = await make(MANY)
    of_functions = (await aws("lambda", "list_functions"))["NextMarker"]
    refusal = await aws.refused("lambda", "list_aliases", FunctionName="many", Marker=of_functions)
    assert refusal.code == "InvalidParameterValueException"
