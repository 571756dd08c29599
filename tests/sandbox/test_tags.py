"""Tags, of every kind of resource of CloudWatch that takes them."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.sandbox.support import PROTOCOLS, Aws, speaking
from tests.sandbox.test_streams import STREAM

HERE = "arn:aws:cloudwatch:eu-west-1:123456789012"
ALARM: dict[str, Any] = {
    "AlarmName": "mine",
    "Namespace": "N",
    "MetricName": "m",
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 1.0,
    "ComparisonOperator": "GreaterThanThreshold",
}
TEAM = [{"Key": "team", "Value": "shop"}]


def pairs(answer: Any) -> dict[str, str]:
    return {each["Key"]: each["Value"] for each in answer["Tags"]}


async def put_all(aws: Aws, **tags: Any) -> list[str]:
    """One resource of each kind; their ARNs."""
    await aws("cloudwatch", "put_metric_alarm", **ALARM, **tags)
    await aws("cloudwatch", "put_metric_stream", **STREAM, **tags)
    await aws("cloudwatch", "put_dashboard", DashboardName="mine", DashboardBody=json.dumps({"widgets": []}), **tags)
    return [f"{HERE}:alarm:mine", f"{HERE}:metric-stream/to-lake", "arn:aws:cloudwatch::123456789012:dashboard/mine"]


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_tags_in_every_protocol(aws: Aws, protocol: str) -> None:
    client = speaking(aws, protocol)

    def story() -> None:
        for arn in (f"{HERE}:alarm:shop-front", f"{HERE}:insight-rule/checkout-failures-by-payment-method"):
            assert client.list_tags_for_resource(ResourceARN=arn)["Tags"] == []
            client.tag_resource(ResourceARN=arn, Tags=[*TEAM, {"Key": "tier", "Value": "1"}])
            client.tag_resource(ResourceARN=arn, Tags=[{"Key": "tier", "Value": "2"}])
            client.untag_resource(ResourceARN=arn, TagKeys=["team", "unknown"])
            assert client.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "tier", "Value": "2"}]

    await asyncio.to_thread(story)
    client.close()


async def test_tags_are_taken_of_what_is_new_and_of_nothing_else(aws: Aws) -> None:
    for arn in await put_all(aws, Tags=TEAM):
        assert pairs(await aws("cloudwatch", "list_tags_for_resource", ResourceARN=arn)) == {"team": "shop"}
    for arn in await put_all(aws, Tags=[{"Key": "team", "Value": "other"}]):
        assert pairs(await aws("cloudwatch", "list_tags_for_resource", ResourceARN=arn)) == {"team": "shop"}


@pytest.mark.parametrize(
    ("arn", "code"),
    [
        (f"{HERE}:alarm:none", "ResourceNotFoundException"),
        (f"{HERE}:metric-stream/none", "ResourceNotFoundException"),
        ("arn:aws:cloudwatch::123456789012:dashboard/none", "ResourceNotFoundException"),
        (f"{HERE}:dashboard/none", "InvalidParameterValue"),
        ("arn:aws:cloudwatch:us-east-1:123456789012:alarm:shop-front", "InvalidParameterValue"),
        ("arn:aws:cloudwatch:eu-west-1:210987654321:alarm:shop-front", "InvalidParameterValue"),
        ("shop-front", "InvalidParameterValue"),
    ],
)
async def test_what_has_no_tags(aws: Aws, arn: str, code: str) -> None:
    for operation, more in (
        ("list_tags_for_resource", {}),
        ("tag_resource", {"Tags": TEAM}),
        ("untag_resource", {"TagKeys": ["team"]}),
    ):
        assert (await aws.refused("cloudwatch", operation, ResourceARN=arn, **more)).code == code


async def test_fifty_tags_and_none_of_aws_s_own(aws: Aws) -> None:
    arn = f"{HERE}:alarm:shop-front"
    fifty = [{"Key": f"k{number}", "Value": ""} for number in range(50)]
    await aws("cloudwatch", "tag_resource", ResourceARN=arn, Tags=fifty)
    for tags in (TEAM, [{"Key": "aws:cloudformation:stack-name", "Value": "x"}]):
        refusal = await aws.refused("cloudwatch", "tag_resource", ResourceARN=arn, Tags=tags)
        assert refusal.code == "InvalidParameterValue"
    assert len(pairs(await aws("cloudwatch", "list_tags_for_resource", ResourceARN=arn))) == 50
