"""A stage's minutes: 5XX are failures, 4XX where they are wanted; and whether its own series has the canary's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from multitool_tui.aws.canary_series import canary_series
from multitool_tui.aws.metrics import Request, baseline_p99, periods
from multitool_tui.aws.sources import StageSource

START = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SHOP = StageSource("shop", "prod")


class CloudWatch:
    """Answers from `data`: (Stage, metric) -> values by minute."""

    def __init__(self, data: dict[tuple[str, str], list[float]], stages: tuple[str, ...] = ()) -> None:
        self._data = data
        self._stages = stages

    async def get_metric_data(self, MetricDataQueries: list[Any], **_: Any) -> dict[str, Any]:  # noqa: N803
        results = []
        for query in MetricDataQueries:
            metric = query["MetricStat"]["Metric"]
            assert metric["Namespace"] == "AWS/ApiGateway"
            named = {one["Name"]: one["Value"] for one in metric["Dimensions"]}
            assert named["ApiName"] == "shop"
            values = self._data.get((named["Stage"], metric["MetricName"]), [])
            times = [START + number * MINUTE for number in range(len(values))]
            results.append({"Id": query["Id"], "Timestamps": times, "Values": values})
        return {"MetricDataResults": results}

    async def list_metrics(self, **_: Any) -> dict[str, Any]:
        dimensions = [{"Name": "ApiName", "Value": "shop"}]
        return {"Metrics": [{"Dimensions": [*dimensions, {"Name": "Stage", "Value": one}]} for one in self._stages]}


def request(minutes: int, **more: Any) -> Request:
    return Request(SHOP, "41", "42", START, START + minutes * MINUTE, **more)


async def test_5xx_are_failures_and_4xx_are_counted_where_they_are_wanted() -> None:
    data = {
        ("prod", "Count"): [900.0],
        ("prod", "5XXError"): [3.0],
        ("prod", "4XXError"): [20.0],
        ("prod", "Latency"): [98.0],
        ("prod/Canary", "Count"): [100.0],
        ("prod/Canary", "5XXError"): [7.0],
        ("prod/Canary", "4XXError"): [0.0],
    }
    [minute] = await periods(CloudWatch(data), request(1, slow_limit=300.0, client_errors=True))
    assert minute.baseline
    assert minute.canary
    assert (minute.baseline.invocations, minute.baseline.errors, minute.baseline.client_errors) == (900, 3, 20)
    assert minute.baseline.slow == 18
    assert (minute.canary.invocations, minute.canary.errors, minute.canary.client_errors) == (100, 7, 0)
    [without] = await periods(CloudWatch(data), request(1))
    assert without.baseline
    assert without.baseline.client_errors is None


@pytest.mark.parametrize("within", [True, False], ids=["in it", "beside it"])
@pytest.mark.parametrize("weight", [0.1, 0.25, 0.5])
async def test_whether_the_stage_s_series_has_the_canary_s_requests_is_read_off_the_counts(
    weight: float, *, within: bool
) -> None:
    random, whole, canary = Random(1), [], []
    for _ in range(15):
        mine = sum(random.random() < weight for _ in range(3000))
        canary.append(float(mine))
        whole.append(float(3000 if within else 3000 - mine))
    data = {("prod", "Count"): whole, ("prod/Canary", "Count"): canary}
    found = await periods(CloudWatch(data), request(15, weights=((START, weight),)))
    baseline = [minute.baseline.invocations for minute in found if minute.baseline]
    assert baseline == [3000 - int(mine) for mine in canary]


async def test_where_the_counts_do_not_tell_the_series_is_the_baseline_s() -> None:
    data = {("prod", "Count"): [1000.0], ("prod/Canary", "Count"): [1.0]}
    for weights in ((), ((START, 0.001),)):
        [minute] = await periods(CloudWatch(data), request(1, weights=weights))
        assert minute.baseline
        assert minute.baseline.invocations == 1000


async def test_the_latency_of_the_hour_before() -> None:
    assert await baseline_p99(CloudWatch({("prod", "Latency"): [316.0]}), SHOP, START) == 316.0


@pytest.mark.parametrize(
    ("stages", "canary"),
    [
        (("prod", "prod/Canary"), "prod/Canary"),
        (("prod", "prod/canary"), "prod/canary"),
        (("prod", "prod-canary", "production/Canary"), None),
        ((), None),
    ],
)
async def test_the_canary_s_series_is_found_by_what_no_stage_can_be_called(
    stages: tuple[str, ...], canary: str | None
) -> None:
    found = await canary_series(CloudWatch({}, stages), SHOP)
    assert (found.canary_stage if found else None) == canary
