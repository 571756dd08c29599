"""Contributor Insights, anomaly detectors, and which alarms are on a metric."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from multitool_tui.clock import ManualClock
from multitool_tui.sandbox.scenario import load_scenario
from multitool_tui.sandbox.server import Sandbox
from tests.sandbox.conftest import NOON
from tests.sandbox.support import PROTOCOLS, Aws, lambda_metric, running, speaking

RULE = "checkout-failures-by-payment-method"
DETECTED: dict[str, Any] = {"Namespace": "AWS/Lambda", "MetricName": "Duration"}


def report(aws: Aws, **more: Any) -> Any:
    window: dict[str, Any] = {"StartTime": NOON - timedelta(minutes=30), "EndTime": NOON, "Period": 300}
    return aws("cloudwatch", "get_insight_rule_report", **{"RuleName": RULE} | window | more)


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_rule_and_its_report_in_every_protocol(aws: Aws, protocol: str) -> None:
    client = speaking(aws, protocol)
    [rule] = (await asyncio.to_thread(client.describe_insight_rules))["InsightRules"]
    assert (rule["Name"], rule["State"], rule["ManagedRule"]) == (RULE, "ENABLED", False)
    assert json.loads(rule["Schema"]) == {"Name": "CloudWatchLogRule", "Version": 1}
    assert json.loads(rule["Definition"])["Contribution"]["Keys"] == ["$.paymentMethod"]
    found = await asyncio.to_thread(
        client.get_insight_rule_report,
        RuleName=RULE,
        StartTime=NOON - timedelta(minutes=30),
        EndTime=NOON,
        Period=300,
        Metrics=["UniqueContributors", "Sum"],
    )
    assert (found["KeyLabels"], found["AggregationStatistic"]) == (["$.paymentMethod"], "COUNT")
    assert found["Contributors"][0]["Keys"] == ["card"]
    assert found["MetricDatapoints"][0].keys() == {"Timestamp", "UniqueContributors", "Sum"}
    client.close()


async def test_a_report_shares_out_what_the_metric_counted(aws: Aws) -> None:
    errors = await aws.series("Errors", minutes=30)
    found = await report(aws, Metrics=["Sum", "MaxContributorValue", "SampleCount", "Average"])
    assert found["AggregateValue"] == sum(errors.values())
    assert found["ApproximateUniqueCount"] == 6
    sums = [each["ApproximateAggregateValue"] for each in found["Contributors"]]
    assert sums == sorted(sums, reverse=True)
    assert sum(sums) == found["AggregateValue"]
    assert sum(each["Sum"] for each in found["MetricDatapoints"]) == found["AggregateValue"]
    first = found["MetricDatapoints"][0]
    at_first = [
        point["ApproximateValue"]
        for each in found["Contributors"]
        for point in each["Datapoints"]
        if point["Timestamp"] == first["Timestamp"]
    ]
    assert (first["Sum"], first["MaxContributorValue"]) == (sum(at_first), max(at_first))


async def test_a_report_of_the_past_never_changes(aws: Aws) -> None:
    window: dict[str, Any] = {"StartTime": NOON - timedelta(hours=1), "EndTime": NOON - timedelta(minutes=30)}
    before = await report(aws, **window)
    aws.clock.advance(3600)
    assert await report(aws, **window) == before


async def test_the_few_greatest_contributors(aws: Aws) -> None:
    found = await report(aws, MaxContributorCount=2, OrderBy="Maximum")
    assert [each["Keys"] for each in found["Contributors"]] == [["card"], ["paypal"]]
    assert found["ApproximateUniqueCount"] == 6
    assert found["MetricDatapoints"] == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"RuleName": "none"}, "ResourceNotFoundException"),
        ({"Metrics": ["Median"]}, "InvalidParameterValue"),
        ({"OrderBy": "Name"}, "InvalidParameterValue"),
        ({"MaxContributorCount": 101}, "InvalidParameterValue"),
        ({"Period": 45}, "InvalidParameterValue"),
        ({"EndTime": NOON - timedelta(hours=2)}, "InvalidParameterValue"),
    ],
)
async def test_what_no_report_is_made_of(aws: Aws, change: dict[str, Any], code: str) -> None:
    window: dict[str, Any] = {"StartTime": NOON - timedelta(minutes=30), "EndTime": NOON, "Period": 300}
    refusal = await aws.refused("cloudwatch", "get_insight_rule_report", **{"RuleName": RULE} | window | change)
    assert refusal.code == code


async def test_rules_that_a_service_manages() -> None:
    table = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"
    scenario = load_scenario("healthy")
    rule = scenario.insight_rules[0].model_copy(
        update={"name": "managed", "template": "DynamoDBContributorInsights-PKC", "resource": table, "enabled": False}
    )
    clock = ManualClock(NOON)
    sandbox = Sandbox(
        scenario=scenario.model_copy(update={"insight_rules": (*scenario.insight_rules, rule)}), clock=clock
    )
    async with running(sandbox, clock) as aws:
        answer = await aws("cloudwatch", "list_managed_insight_rules", ResourceARN=table)
        assert answer["ManagedRules"] == [
            {
                "TemplateName": "DynamoDBContributorInsights-PKC",
                "ResourceARN": table,
                "RuleState": {"RuleName": "managed", "State": "DISABLED"},
            }
        ]
        other = await aws("cloudwatch", "list_managed_insight_rules", ResourceARN=f"{table}-2")
        assert other["ManagedRules"] == []
        assert (await report(aws, RuleName="managed"))["Contributors"] == []
        first = await aws("cloudwatch", "describe_insight_rules", MaxResults=1)
        rest = await aws("cloudwatch", "describe_insight_rules", MaxResults=1, NextToken=first["NextToken"])
        assert [each["ManagedRule"] for each in first["InsightRules"] + rest["InsightRules"]] == [False, True]
        refusal = await aws.refused("cloudwatch", "list_managed_insight_rules", ResourceARN="orders")
        assert refusal.code == "InvalidParameterValue"
        refusal = await aws.refused("cloudwatch", "describe_insight_rules", NextToken="x")
        assert refusal.code == "InvalidNextToken"


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_an_anomaly_detector_in_every_protocol(aws: Aws, protocol: str) -> None:
    client = speaking(aws, protocol)
    [detector] = (await asyncio.to_thread(client.describe_anomaly_detectors))["AnomalyDetectors"]
    metric: Any = lambda_metric("Duration", "checkout:live")
    assert detector["SingleMetricAnomalyDetector"] == metric | {"Stat": "p99"}
    assert (detector["Namespace"], detector["MetricName"], detector["Stat"]) == (*DETECTED.values(), "p99")
    assert detector["StateValue"] == "TRAINED"
    assert detector["Configuration"] == {"ExcludedTimeRanges": []}
    client.close()


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (DETECTED, 1),
        (DETECTED | {"MetricName": "Errors"}, 0),
        ({"Namespace": "Shop"}, 0),
        ({"Dimensions": [{"Name": "FunctionName", "Value": "checkout"}]}, 0),
        ({"AnomalyDetectorTypes": ["METRIC_MATH"]}, 0),
        ({"AnomalyDetectorTypes": ["SINGLE_METRIC", "METRIC_MATH"], "MaxResults": 100}, 1),
        ({"AnomalyDetectorIds": ["none"]}, 0),
    ],
)
async def test_anomaly_detectors_are_chosen_by_what_they_watch(aws: Aws, asked: dict[str, Any], found: int) -> None:
    answer = await aws("cloudwatch", "describe_anomaly_detectors", **asked)
    assert len(answer["AnomalyDetectors"]) == found


async def test_what_no_anomaly_detector_is_asked_by(aws: Aws) -> None:
    refusal = await aws.refused("cloudwatch", "describe_anomaly_detectors", MaxResults=101)
    assert refusal.code == "InvalidParameterValue"
    refusal = await aws.refused("cloudwatch", "describe_anomaly_detectors", AnomalyDetectorIds=["x"], **DETECTED)
    assert refusal.code == "InvalidParameterCombination"
    refusal = await aws.refused("cloudwatch", "describe_anomaly_detectors", NextToken="x")
    assert refusal.code == "InvalidNextToken"


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_alarms_on_a_metric_in_every_protocol(aws: Aws, protocol: str) -> None:
    client = speaking(aws, protocol)
    metric: Any = lambda_metric("Duration", "checkout:live")
    [alarm] = (await asyncio.to_thread(client.describe_alarms_for_metric, **metric))["MetricAlarms"]
    assert (
        alarm == (await asyncio.to_thread(client.describe_alarms, AlarmNames=[alarm["AlarmName"]]))["MetricAlarms"][0]
    )
    client.close()


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({}, True),
        ({"ExtendedStatistic": "p99", "Period": 60}, True),
        ({"ExtendedStatistic": "p90"}, False),
        ({"Statistic": "Average"}, False),
        ({"Period": 300}, False),
        ({"Unit": "Seconds"}, False),
        ({"Dimensions": [{"Name": "FunctionName", "Value": "checkout"}]}, False),
    ],
)
async def test_alarms_on_exactly_the_metric_that_is_asked_for(aws: Aws, more: dict[str, Any], *, found: bool) -> None:
    asked = lambda_metric("Duration", "checkout:live") | more
    answer = await aws("cloudwatch", "describe_alarms_for_metric", **asked)
    assert [each["AlarmName"] for each in answer["MetricAlarms"]] == ["checkout-p99-duration"] * found


async def test_alarms_on_metric_math_are_on_no_metric(aws: Aws) -> None:
    answer = await aws("cloudwatch", "describe_alarms_for_metric", **lambda_metric("Errors", "checkout:live"))
    assert answer["MetricAlarms"] == []
