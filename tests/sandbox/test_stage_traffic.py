"""The requests to a stage: who serves them, how they end, and what CloudWatch says of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.sandbox.conftest import Make
from tests.sandbox.support import Aws

CHECKOUT = {"FunctionName": "checkout"}
MINUTES = 20


class Shop:
    """API `shop`, stage `prod`."""

    def __init__(self, aws: Aws, api: str) -> None:
        self.aws = aws
        self.api = api
        self.stage = {"restApiId": api, "stageName": "prod"}

    async def release(self, percent: float, qualifier: str = "42") -> None:
        """Deploy a canary that calls a version by its number."""
        settings = {"percentTraffic": percent, "stageVariableOverrides": {"alias": qualifier}}
        await self.aws("apigateway", "create_deployment", **self.stage, canarySettings=settings)

    async def allow(self, qualifier: str, source: str | None = None) -> None:
        here = f"arn:aws:execute-api:eu-west-1:123456789012:{self.api}"
        await self.aws(
            "lambda",
            "add_permission",
            **CHECKOUT,
            Qualifier=qualifier,
            StatementId="canary",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=source or f"{here}/prod/POST/checkout",
        )

    async def series(self, name: str, stage: str = "prod", stat: str = "Sum") -> dict[datetime, float]:
        dimensions = [{"Name": "ApiName", "Value": "shop"}, {"Name": "Stage", "Value": stage}]
        metric = {"Namespace": "AWS/ApiGateway", "MetricName": name, "Dimensions": dimensions}
        query = {"Id": "q", "MetricStat": {"Metric": metric, "Period": 60, "Stat": stat}}
        now = self.aws.clock.now()
        window: Any = {"StartTime": now - timedelta(minutes=MINUTES), "EndTime": now}
        answer = await self.aws("cloudwatch", "get_metric_data", MetricDataQueries=[query], **window)
        [result] = answer["MetricDataResults"]
        return dict(zip(result["Timestamps"], result["Values"], strict=True))

    async def total(self, name: str, stage: str = "prod") -> float:
        return sum((await self.series(name, stage)).values())


async def shop_of(aws: Aws) -> Shop:
    [api] = [each for each in (await aws("apigateway", "get_rest_apis"))["items"] if each["name"] == "shop"]
    return Shop(aws, api["id"])


@pytest.fixture
async def shop(make: Make) -> Shop:
    return await shop_of(await make("api"))


async def test_a_stage_counts_what_its_function_is_asked(shop: Shop) -> None:
    asked = await shop.series("Count")
    served = await shop.aws.series("Invocations", minutes=MINUTES)
    both = sorted(asked.keys() & served.keys())[:-4]
    assert len(both) > 10
    assert [asked[minute] for minute in both] == [served[minute] for minute in both]
    assert 8000 < asked[both[0]] < 11000


async def test_the_errors_average_to_their_rate(shop: Shop) -> None:
    counts, samples = await shop.series("Count"), await shop.series("5XXError", stat="SampleCount")
    errors, rates = await shop.series("5XXError"), await shop.series("5XXError", stat="Average")
    minute = min(counts.keys() & errors.keys())
    assert samples[minute] == counts[minute]
    assert rates[minute] == pytest.approx(errors[minute] / counts[minute])
    assert await shop.total("4XXError") == 0


async def test_latency_is_more_than_the_integration_s_and_that_more_than_the_function_s(shop: Shop) -> None:
    minute = min(await shop.series("Count"))
    latency, integration = [
        (await shop.series(name, stat="Average"))[minute] for name in ("Latency", "IntegrationLatency")
    ]
    assert latency > integration > (await shop.aws.series("Duration", "Average", minutes=MINUTES))[minute]


async def test_the_canary_gets_its_share_from_when_it_was_set(shop: Shop) -> None:
    assert await shop.series("Count", "prod/Canary") == {}
    await shop.allow("42")
    await shop.release(10.0)
    shop.aws.clock.advance(MINUTES * 60)
    canary, whole = await shop.total("Count", "prod/Canary"), await shop.total("Count")
    assert canary / (canary + whole) == pytest.approx(0.1, abs=0.01)
    served = await shop.aws.series("Invocations", target="checkout:42", minutes=MINUTES)
    assert sum(served.values()) == pytest.approx(canary, rel=0.12)  # each series is published in its own time
    await shop.aws(
        "apigateway", "update_stage", **shop.stage, patchOperations=[{"op": "remove", "path": "/canarySettings"}]
    )
    shop.aws.clock.advance((MINUTES + 1) * 60)
    assert await shop.series("Count", "prod/Canary") == {}


async def test_a_canary_without_permission_answers_500_and_is_never_invoked(shop: Shop) -> None:
    await shop.release(10.0)
    shop.aws.clock.advance(MINUTES * 60)
    assert await shop.total("5XXError", "prod/Canary") == await shop.total("Count", "prod/Canary") > 1000
    assert await shop.aws.series("Invocations", target="checkout:42", minutes=MINUTES) == {}


@pytest.mark.parametrize(
    ("source", "enough"),
    [
        ("{}/*/*/*", True),
        ("{}/prod/POST/check???", True),
        ("{}/beta/POST/checkout", False),
        ("{}/prod/GET/checkout", False),
    ],
)
async def test_a_permission_is_for_what_its_source_says(shop: Shop, source: str, enough: bool) -> None:
    await shop.allow("42", source.format(f"arn:aws:execute-api:eu-west-1:123456789012:{shop.api}"))
    await shop.release(10.0)
    shop.aws.clock.advance(MINUTES * 60)
    served = await shop.aws.series("Invocations", target="checkout:42", minutes=MINUTES)
    assert bool(served) is enough


async def test_a_handler_that_answers_500_is_an_error_to_the_api_alone(make: Make) -> None:
    shop = await shop_of(await make("api-errors"))
    await shop.allow("42")
    await shop.release(10.0)
    shop.aws.clock.advance(MINUTES * 60)
    seen = await shop.total("5XXError", "prod/Canary") / await shop.total("Count", "prod/Canary")
    assert seen == pytest.approx(0.063, abs=0.012)
    failed = sum((await shop.aws.series("Errors", target="checkout:42", minutes=MINUTES)).values())
    asked = sum((await shop.aws.series("Invocations", target="checkout:42", minutes=MINUTES)).values())
    assert failed / asked < 0.006


async def test_a_weighted_alias_behind_a_stage_is_split_as_ever(shop: Shop) -> None:
    await shop.aws.weigh(0.2)
    shop.aws.clock.advance(MINUTES * 60)
    canary = sum((await shop.aws.series("Invocations", minutes=MINUTES, version="42")).values())
    assert canary / await shop.total("Count") == pytest.approx(0.2, abs=0.03)


async def test_a_promotion_moves_everybody(shop: Shop) -> None:
    await shop.allow("42")
    await shop.release(10.0)
    shop.aws.clock.advance(120)
    operations: list[dict[str, Any]] = [
        {"op": "copy", "from": "/canarySettings/deploymentId", "path": "/deploymentId"},
        {"op": "copy", "from": "/canarySettings/stageVariableOverrides", "path": "/variables"},
        {"op": "remove", "path": "/canarySettings"},
    ]
    await shop.aws("apigateway", "update_stage", **shop.stage, patchOperations=operations)
    shop.aws.clock.advance((MINUTES + 5) * 60)
    assert await shop.aws.series("Invocations", minutes=MINUTES) == {}
    served = await shop.aws.series("Invocations", target="checkout:42", minutes=MINUTES)
    assert min(served.values()) > 7000


async def test_a_deleted_stage_serves_nobody(shop: Shop) -> None:
    await shop.aws("apigateway", "delete_stage", **shop.stage)
    shop.aws.clock.advance((MINUTES + 1) * 60)
    assert await shop.series("Count") == {}
    assert await shop.aws.series("Invocations", minutes=MINUTES) == {}


async def test_a_canary_is_listed_some_minutes_after_its_first_requests(shop: Shop) -> None:
    async def listed() -> set[str]:
        answer = await shop.aws("cloudwatch", "list_metrics", Namespace="AWS/ApiGateway", MetricName="Count")
        named = [{each["Name"]: each["Value"] for each in metric["Dimensions"]} for metric in answer["Metrics"]]
        return {each.get("Stage", "") for each in named}

    assert await listed() == {"", "prod"}
    await shop.allow("42")
    await shop.release(10.0)
    assert await listed() == {"", "prod"}
    shop.aws.clock.advance(600)
    assert await listed() == {"", "prod", "prod/Canary"}


async def test_who_looks_changes_nothing(make: Make) -> None:
    looked, other = await shop_of(await make("api")), await shop_of(await make("api"))
    for shop in (looked, other):
        await shop.release(10.0)
    looked.aws.clock.advance(300)
    await looked.series("5XXError")
    looked.aws.clock.advance(300)
    assert await looked.series("5XXError") == await other.series("5XXError")
