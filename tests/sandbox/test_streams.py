"""Metric streams: put, read, stopped, started and deleted."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.support import PROTOCOLS, Aws, speaking

STREAM: dict[str, Any] = {
    "Name": "to-lake",
    "FirehoseArn": "arn:aws:firehose:eu-west-1:123456789012:deliverystream/lake",
    "RoleArn": "arn:aws:iam::123456789012:role/streams",
    "OutputFormat": "json",
}
ARN = "arn:aws:cloudwatch:eu-west-1:123456789012:metric-stream/to-lake"
FILTERS = [{"Namespace": "AWS/Lambda", "MetricNames": ["Errors"]}]


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_stream_in_every_protocol(aws: Aws, protocol: str) -> None:
    client = speaking(aws, protocol)

    def story() -> None:
        extra = [
            {
                "IncludeMetrics": [{"Namespace": "AWS/Lambda", "MetricName": "Duration"}],
                "AdditionalStatistics": ["p99", "TM(10%:90%)"],
            }
        ]
        more = {"IncludeFilters": FILTERS, "StatisticsConfigurations": extra}
        begun = aws.clock.now()
        assert client.put_metric_stream(**STREAM, **more)["Arn"] == ARN
        got = client.get_metric_stream(Name="to-lake")
        assert {name: got[name] for name in (*STREAM, *more)} == STREAM | more
        assert (got["State"], got["CreationDate"]) == ("running", begun)
        client.stop_metric_streams(Names=["to-lake"])
        aws.clock.advance(60)
        client.put_metric_stream(**STREAM | {"OutputFormat": "opentelemetry1.0"})
        [entry] = client.list_metric_streams()["Entries"]
        assert (entry["State"], entry["OutputFormat"], entry["Arn"]) == ("stopped", "opentelemetry1.0", ARN)
        assert (entry["CreationDate"], entry["LastUpdateDate"]) == (begun, aws.clock.now())
        client.start_metric_streams(Names=["to-lake"])
        assert client.get_metric_stream(Name="to-lake")["State"] == "running"
        client.delete_metric_stream(Name="to-lake")
        with pytest.raises(ClientError) as missing:
            client.get_metric_stream(Name="to-lake")
        assert missing.value.response["Error"]["Code"] == "ResourceNotFoundException"
        assert missing.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
        client.delete_metric_stream(Name="to-lake")

    await asyncio.to_thread(story)
    client.close()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"Name": "to lake"}, "InvalidParameterValue"),
        ({"FirehoseArn": "lake"}, "InvalidParameterValue"),
        ({"RoleArn": "arn:aws:iam::123456789012:user/x"}, "InvalidParameterValue"),
        ({"OutputFormat": "xml"}, "ValidationError"),
        ({"IncludeFilters": FILTERS, "ExcludeFilters": FILTERS}, "InvalidParameterCombination"),
        ({"Tags": [{"Key": "aws:mine", "Value": ""}]}, "InvalidParameterValue"),
    ],
)
async def test_what_is_no_stream(aws: Aws, change: dict[str, Any], code: str) -> None:
    assert (await aws.refused("cloudwatch", "put_metric_stream", **STREAM | change)).code == code
    assert (await aws("cloudwatch", "list_metric_streams"))["Entries"] == []


@pytest.mark.parametrize(
    ("output", "statistic", "taken"),
    [("json", "TM(10%:90%)", True), ("opentelemetry0.7", "TM(10%:90%)", False), ("json", "mode", False)],
)
async def test_opentelemetry_streams_percentiles_only(aws: Aws, output: str, statistic: str, *, taken: bool) -> None:
    extra = {
        "IncludeMetrics": [{"Namespace": "AWS/Lambda", "MetricName": "Duration"}],
        "AdditionalStatistics": [statistic],
    }
    stream = STREAM | {"OutputFormat": output, "StatisticsConfigurations": [extra]}
    if taken:
        assert await aws("cloudwatch", "put_metric_stream", **stream)
    else:
        assert statistic in (await aws.refused("cloudwatch", "put_metric_stream", **stream)).message


async def test_a_stream_that_is_not_there_starts_and_stops_none(aws: Aws) -> None:
    await aws("cloudwatch", "put_metric_stream", **STREAM)
    refusal = await aws.refused("cloudwatch", "stop_metric_streams", Names=["to-lake", "none"])
    assert refusal.code == "InvalidParameterValue"
    assert (await aws("cloudwatch", "get_metric_stream", Name="to-lake"))["State"] == "running"


async def test_streams_come_in_pages(aws: Aws) -> None:
    for name in ("c", "a", "b"):
        await aws("cloudwatch", "put_metric_stream", **STREAM | {"Name": name})
    first = await aws("cloudwatch", "list_metric_streams", MaxResults=2)
    rest = await aws("cloudwatch", "list_metric_streams", MaxResults=2, NextToken=first["NextToken"])
    assert [each["Name"] for each in first["Entries"] + rest["Entries"]] == ["a", "b", "c"]
    assert "NextToken" not in rest
