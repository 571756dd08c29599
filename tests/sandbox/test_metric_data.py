"""CloudWatch's metric data: queries, periods, statistics, paging, what is refused."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.sandbox.conftest import Make
from tests.sandbox.support import Aws, lambda_metric

SHOP: dict[str, Any] = {"Namespace": "Shop", "MetricName": "Orders"}


def stat(metric: dict[str, Any], name: str = "Sum", period: int = 60, **more: Any) -> dict[str, Any]:
    return {"Metric": metric, "Stat": name, "Period": period, **more}


async def get(aws: Aws, *queries: dict[str, Any], minutes: float = 30, **more: Any) -> Any:
    end = more.pop("end", aws.clock.now())
    return await aws(
        "cloudwatch",
        "get_metric_data",
        MetricDataQueries=list(queries),
        StartTime=end - timedelta(minutes=minutes),
        EndTime=end,
        **more,
    )


async def put(aws: Aws, *data: dict[str, Any], namespace: str = "Shop") -> None:
    await aws("cloudwatch", "put_metric_data", Namespace=namespace, MetricData=list(data))


async def put_orders(aws: Aws, minutes: int) -> datetime:
    """Orders 1, 2, 3, ... in the minutes before now; the time of the first."""
    first = aws.clock.now() - timedelta(minutes=minutes)
    for number in range(minutes):
        await put(aws, {"MetricName": "Orders", "Value": number + 1, "Timestamp": first + timedelta(minutes=number)})
    aws.clock.advance(5)
    return first


async def test_newest_first_unless_asked_otherwise(aws: Aws) -> None:
    first = await put_orders(aws, 4)
    query = {"Id": "q", "MetricStat": stat(SHOP)}
    [newest_first] = (await get(aws, query))["MetricDataResults"]
    assert newest_first["Values"] == [4.0, 3.0, 2.0, 1.0]
    assert newest_first["Timestamps"][-1] == first
    assert (newest_first["StatusCode"], newest_first["Label"]) == ("Complete", "Orders")
    [oldest_first] = (await get(aws, query, ScanBy="TimestampAscending"))["MetricDataResults"]
    assert oldest_first["Values"] == [1.0, 2.0, 3.0, 4.0]


async def test_start_is_inclusive_and_rounded_down_end_is_exclusive(aws: Aws) -> None:
    first = await put_orders(aws, 4)
    query = {"Id": "q", "MetricStat": stat(SHOP)}
    answer = await aws(
        "cloudwatch",
        "get_metric_data",
        MetricDataQueries=[query],
        StartTime=first + timedelta(seconds=59),
        EndTime=first + timedelta(minutes=2),
    )
    assert answer["MetricDataResults"][0]["Values"] == [2.0, 1.0]
    assert answer["MetricDataResults"][0]["Timestamps"] == [first + timedelta(minutes=1), first]


async def test_periods_sum_their_minutes(aws: Aws) -> None:
    first = await put_orders(aws, 10)
    query = {"Id": "q", "MetricStat": stat(SHOP, period=300)}
    [result] = (await get(aws, query, minutes=10, end=first + timedelta(minutes=10)))["MetricDataResults"]
    assert result["Values"] == [40.0, 15.0]
    assert result["Timestamps"] == [first + timedelta(minutes=5), first]


@pytest.mark.parametrize("period", [1, 5, 10, 20, 30, 60, 120, 3600])
async def test_periods_that_are_taken(aws: Aws, period: int) -> None:
    [result] = (await get(aws, {"Id": "q", "MetricStat": stat(SHOP, period=period)}))["MetricDataResults"]
    assert result["StatusCode"] == "Complete"


@pytest.mark.parametrize("period", [2, 15, 45, 61, 90, 3601])
async def test_periods_that_are_refused(aws: Aws, period: int) -> None:
    refusal = await aws.refused(
        "cloudwatch",
        "get_metric_data",
        MetricDataQueries=[{"Id": "q", "MetricStat": stat(SHOP, period=period)}],
        StartTime=aws.clock.now() - timedelta(hours=1),
        EndTime=aws.clock.now(),
    )
    assert (refusal.code, refusal.status) == ("ValidationError", 400)
    assert "Period" in refusal.message


async def test_high_resolution_data(aws: Aws) -> None:
    now = aws.clock.now()
    for second in range(0, 60, 10):
        at = now - timedelta(seconds=60 - second)
        await put(aws, {"MetricName": "Fast", "Value": second, "Timestamp": at, "StorageResolution": 1})
    aws.clock.advance(5)
    fast = {"Namespace": "Shop", "MetricName": "Fast"}
    [result] = (await get(aws, {"Id": "q", "MetricStat": stat(fast, "Maximum", 20)}, end=now))["MetricDataResults"]
    assert result["Values"] == [50.0, 30.0, 10.0]
    [far] = (await get(aws, {"Id": "q", "MetricStat": stat(fast, "Maximum", 20)}, minutes=181))["MetricDataResults"]
    assert far["Values"] == []


@pytest.mark.parametrize(
    ("days", "period", "seen"),
    [(10, 60, True), (16, 60, False), (16, 300, True), (64, 300, False), (64, 3600, True), (10000, 60, False)],
)
async def test_the_longer_ago_the_coarser(aws: Aws, days: int, period: int, seen: bool) -> None:
    await put(aws, {"MetricName": "Orders", "Value": 1.0})
    aws.clock.advance(60)
    queries: list[dict[str, Any]] = [
        {"Id": "orders", "MetricStat": stat(SHOP, period=period)},
        {"Id": "filled", "Expression": "FILL(orders, 0)"},
    ]
    orders, filled = (await get(aws, *queries, minutes=days * 1440))["MetricDataResults"]
    assert bool(orders["Values"]) is bool(filled["Values"]) is seen


@pytest.mark.parametrize(
    ("queries", "words"),
    [
        ([{"Id": f"q{number}", "MetricStat": stat(SHOP)} for number in range(501)], "size greater than 500"),
        ([{"Id": "q", "MetricStat": stat(SHOP)}, {"Id": "q", "MetricStat": stat(SHOP, "Average")}], "not unique"),
        ([{"Id": "Q", "MetricStat": stat(SHOP)}], "lowercase"),
        ([{"Id": "q-1", "MetricStat": stat(SHOP)}], "lowercase"),
        ([{"Id": "q"}], "either MetricStat or Expression"),
        ([{"Id": "q", "MetricStat": stat(SHOP, "Median")}], "parameter Stat"),
        ([{"Id": "q", "MetricStat": stat(SHOP, "p101")}], "parameter Stat"),
        ([{"Id": "q", "MetricStat": {"Metric": SHOP, "Period": 60}}], "must not be null"),
        ([{"Id": "q", "Expression": "missing / 2"}], "missing"),
        ([{"Id": "q", "Expression": "SEARCH('x', 'Sum')"}], "expression 'q'"),
        ([{"Id": "a", "Expression": "b"}, {"Id": "b", "Expression": "a"}], "circular"),
        ([{"Id": "q", "Expression": "1 + 2"}], "time series"),
        ([{"Id": "m", "MetricStat": stat(SHOP)}, {"Id": "q", "Expression": "NO_SUCH_FUNCTION(m)"}], "'q'"),
    ],
)
async def test_queries_that_are_refused(aws: Aws, queries: list[dict[str, Any]], words: str) -> None:
    refusal = await aws.refused(
        "cloudwatch",
        "get_metric_data",
        MetricDataQueries=queries,
        StartTime=aws.clock.now() - timedelta(hours=1),
        EndTime=aws.clock.now(),
    )
    assert (refusal.code, refusal.status) == ("ValidationError", 400)
    assert words in refusal.message


async def test_five_hundred_queries_are_taken(aws: Aws) -> None:
    queries = [{"Id": f"q{number}", "MetricStat": stat(SHOP)} for number in range(500)]
    assert len((await get(aws, *queries))["MetricDataResults"]) == 500


async def test_start_must_be_before_end(aws: Aws) -> None:
    refusal = await aws.refused(
        "cloudwatch",
        "get_metric_data",
        MetricDataQueries=[{"Id": "q", "MetricStat": stat(SHOP)}],
        StartTime=aws.clock.now(),
        EndTime=aws.clock.now(),
    )
    assert refusal.message == "The parameter StartTime must be less than the parameter EndTime."


async def test_pages_hold_every_point_once_and_show_one_moment(aws: Aws) -> None:
    await put_orders(aws, 7)
    await put(aws, {"MetricName": "Baskets", "Value": 5.0})
    aws.clock.advance(5)
    queries = [
        {"Id": "orders", "MetricStat": stat(SHOP)},
        {"Id": "baskets", "MetricStat": stat({"Namespace": "Shop", "MetricName": "Baskets"})},
        {"Id": "nothing", "MetricStat": stat({"Namespace": "Shop", "MetricName": "Nothing"})},
    ]
    end = aws.clock.now() + timedelta(minutes=2)
    values: dict[str, list[float]] = {"orders": [], "baskets": [], "nothing": []}
    statuses: list[list[tuple[str, str]]] = []
    token: dict[str, Any] = {}
    while True:
        answer = await get(aws, *queries, MaxDatapoints=3, end=end, **token)
        for result in answer["MetricDataResults"]:
            values[result["Id"]] += result["Values"]
        assert sum(len(result["Values"]) for result in answer["MetricDataResults"]) <= 3
        statuses.append([(result["Id"], result["StatusCode"]) for result in answer["MetricDataResults"]])
        if "NextToken" not in answer:
            break
        token = {"NextToken": answer["NextToken"]}
        # What is published between two pages is not on the second.
        await put(aws, {"MetricName": "Orders", "Value": 100.0})
        aws.clock.advance(5)
    assert values == {"orders": [7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0], "baskets": [5.0], "nothing": []}
    # A series is on the pages that have data of it; one without data is on the first.
    assert statuses == [
        [("orders", "PartialData"), ("baskets", "PartialData"), ("nothing", "Complete")],
        [("orders", "PartialData"), ("baskets", "PartialData")],
        [("orders", "Complete"), ("baskets", "Complete")],
    ]


async def test_a_series_that_a_page_has_whole_is_not_on_the_next(aws: Aws) -> None:
    await put_orders(aws, 2)
    await put(aws, {"MetricName": "Baskets", "Value": 5.0})
    aws.clock.advance(60)
    baskets = {"Namespace": "Shop", "MetricName": "Baskets"}
    queries = [{"Id": "orders", "MetricStat": stat(SHOP)}, {"Id": "baskets", "MetricStat": stat(baskets)}]
    first = await get(aws, *queries, MaxDatapoints=2)
    second = await get(aws, *queries, MaxDatapoints=2, NextToken=first["NextToken"])
    assert [(result["Id"], result["Values"]) for result in second["MetricDataResults"]] == [("baskets", [5.0])]
    assert "NextToken" not in second


async def test_metric_math(aws: Aws) -> None:
    await put_orders(aws, 3)
    now = aws.clock.now()
    await put(aws, {"MetricName": "Failed", "Value": 1.0, "Timestamp": now - timedelta(minutes=2, seconds=5)})
    aws.clock.advance(5)
    failed = {"Namespace": "Shop", "MetricName": "Failed"}
    queries: list[dict[str, Any]] = [
        {"Id": "orders", "MetricStat": stat(SHOP), "ReturnData": False},
        {"Id": "failed", "MetricStat": stat(failed), "ReturnData": False},
        {"Id": "rate", "Expression": "100 * failed / (failed + orders)", "Label": "rate, %"},
        {"Id": "filled", "Expression": "FILL(failed, 0) - orders * 2"},
    ]
    rate, filled = (await get(aws, *queries, minutes=3, end=now - timedelta(seconds=5)))["MetricDataResults"]
    # No point where an operand has none.
    assert (rate["Label"], rate["Values"]) == ("rate, %", [100 / 3])
    assert (filled["Label"], filled["Values"]) == ("filled", [-6.0, -3.0, -2.0])


LABELS: list[tuple[dict[str, Any], list[str]]] = [
    ({"Id": "b", "MetricStat": stat(SHOP, "Average")}, ["Orders Sum", "Orders Average"]),
    ({"Id": "b", "MetricStat": stat(SHOP, period=300)}, ["Orders 60", "Orders 300"]),
    ({"Id": "b", "MetricStat": stat(SHOP, "Minimum", 30)}, ["Orders Sum 60", "Orders Minimum 30"]),
    ({"Id": "b", "MetricStat": stat(SHOP), "Label": "mine"}, ["Orders", "mine"]),
]


@pytest.mark.parametrize(("other", "labels"), LABELS)
async def test_labels_tell_results_apart(aws: Aws, other: dict[str, Any], labels: list[str]) -> None:
    results = (await get(aws, {"Id": "a", "MetricStat": stat(SHOP)}, other))["MetricDataResults"]
    assert [result["Label"] for result in results] == labels


async def test_several_units(aws: Aws) -> None:
    for unit, value in (("Seconds", 1.0), ("Milliseconds", 900.0)):
        await put(aws, {"MetricName": "Took", "Value": value, "Unit": unit})
    aws.clock.advance(5)
    took = {"Namespace": "Shop", "MetricName": "Took"}
    end = aws.clock.now() + timedelta(minutes=1)
    either, seconds = (
        await get(
            aws,
            {"Id": "either", "MetricStat": stat(took)},
            {"Id": "seconds", "MetricStat": stat(took, Unit="Seconds")},
            end=end,
        )
    )["MetricDataResults"]
    assert either["Messages"] == [
        {"Code": "MultipleUnits", "Value": "Multiple units returned: '[Milliseconds, Seconds]'"}
    ]
    assert seconds["Values"] == [1.0]


async def test_get_metric_statistics(aws: Aws) -> None:
    await put(
        aws, {"MetricName": "Size", "Values": [1.0, 2.0, 7.0], "Counts": [2.0, 1.0, 1.0], "Unit": "Bytes"},
    )  # fmt: skip
    aws.clock.advance(5)
    answer = await aws(
        "cloudwatch",
        "get_metric_statistics",
        Namespace="Shop",
        MetricName="Size",
        StartTime=aws.clock.now() - timedelta(minutes=5),
        EndTime=aws.clock.now(),
        Period=60,
        Statistics=["Sum", "SampleCount", "Average", "Minimum", "Maximum"],
        ExtendedStatistics=["p50", "PR(:2)"],
    )
    [datapoint] = answer["Datapoints"]
    datapoint.pop("Timestamp")
    assert datapoint == {
        "Sum": 11.0,
        "SampleCount": 4.0,
        "Average": 2.75,
        "Minimum": 1.0,
        "Maximum": 7.0,
        "Unit": "Bytes",
        "ExtendedStatistics": {"p50": 1.0, "PR(:2)": 75.0},
    }
    assert answer["Label"] == "Size"


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        ({"EndTime": -60}, "InvalidParameterValue", "The parameter StartTime must be less than the parameter EndTime."),
        (
            {"StartTime": -86400 * 2},
            "InvalidParameterCombination",
            "You have requested up to 2880 datapoints, which exceeds the limit of 1440. You may reduce the datapoints "
            "requested by increasing Period, or decreasing the time range.",
        ),
        ({"Statistics": None}, "MissingParameter", None),
        ({"Period": 61}, "InvalidParameterValue", None),
        ({"Namespace": None}, "MissingParameter", "The parameter Namespace is required."),
    ],
)
async def test_statistics_that_are_refused(aws: Aws, change: dict[str, Any], code: str, message: str | None) -> None:
    now = aws.clock.now()
    given: dict[str, Any] = SHOP | {"StartTime": 0, "EndTime": 0, "Period": 60, "Statistics": ["Sum"]}
    given["StartTime"] = -60
    given = {name: value for name, value in (given | change).items() if value is not None}
    for name in ("StartTime", "EndTime"):
        given[name] = now + timedelta(seconds=given[name])
    refusal = await aws.refused("cloudwatch", "get_metric_statistics", **given)
    assert refusal.code == code
    if message is not None:
        assert refusal.message == message


@pytest.mark.parametrize(
    ("namespace", "datum", "code"),
    [
        ("AWS/Lambda", {"Value": 1.0}, "InvalidParameterValue"),
        ("Shop", {"Value": 1.0, "Values": [1.0]}, "InvalidParameterCombination"),
        ("Shop", {"Values": [1.0], "Counts": [1.0, 2.0]}, "InvalidParameterValue"),
        ("Shop", {"Values": [1.0] * 151}, "InvalidParameterValue"),
        ("Shop", {}, "MissingParameter"),
        ("Shop", {"Value": 2.0**361}, "InvalidParameterValue"),
        ("Shop", {"Value": 1.0, "StorageResolution": 30}, "InvalidParameterValue"),
        ("Shop", {"Value": 1.0, "Unit": "Parsecs"}, "ValidationError"),
        ("Shop", {"Value": 1.0, "Timestamp": "2025-12-01T00:00:00Z"}, "InvalidParameterValue"),
        ("Shop", {"Value": 1.0, "Timestamp": "2026-01-05T15:00:00Z"}, "InvalidParameterValue"),
        (":odd", {"Value": 1.0}, "ValidationError"),
    ],
)
async def test_data_that_is_refused(aws: Aws, namespace: str, datum: dict[str, Any], code: str) -> None:
    good = {"MetricName": "Good", "Value": 1.0}
    refusal = await aws.refused(
        "cloudwatch", "put_metric_data", Namespace=namespace, MetricData=[good, {"MetricName": "Bad"} | datum]
    )
    assert refusal.code == code
    aws.clock.advance(3600)
    # All or nothing.
    assert (await aws("cloudwatch", "list_metrics", MetricName="Good"))["Metrics"] == []


async def test_a_large_upload_comes_compressed(aws: Aws) -> None:
    data = [{"MetricName": f"metric-{number:03d}-with-a-long-name", "Value": float(number)} for number in range(900)]
    await put(aws, *data)
    aws.clock.advance(600)
    assert (await aws("cloudwatch", "list_metrics", MetricName="metric-899-with-a-long-name"))["Metrics"]


async def test_only_metrics_with_data_in_the_past_three_hours_are_recently_active(aws: Aws) -> None:
    await put(aws, {"MetricName": "Orders", "Value": 1.0})
    for hours, listed in ((1, True), (3, False)):
        aws.clock.advance(hours * 3600)
        recent = (await aws("cloudwatch", "list_metrics", Namespace="Shop", RecentlyActive="PT3H"))["Metrics"]
        assert bool(recent) is listed
    assert (await aws("cloudwatch", "list_metrics", Namespace="Shop"))["Metrics"]


async def test_new_metrics_are_listed_some_minutes_after_their_first_data(aws: Aws) -> None:
    await put(aws, {"MetricName": "Orders", "Value": 1.0, "Dimensions": [{"Name": "Stage", "Value": "prod"}]})
    aws.clock.advance(60)
    assert (await aws("cloudwatch", "list_metrics", Namespace="Shop"))["Metrics"] == []
    aws.clock.advance(180)
    [metric] = (await aws("cloudwatch", "list_metrics", Namespace="Shop"))["Metrics"]
    assert metric == SHOP | {"Dimensions": [{"Name": "Stage", "Value": "prod"}]}


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ([{"Name": "ExecutedVersion"}], {"17", "18"}),
        ([{"Name": "ExecutedVersion", "Value": "18"}], {"18"}),
        ([{"Name": "FunctionName", "Value": "payments"}, {"Name": "ExecutedVersion"}], {"17", "18"}),
        ([{"Name": "FunctionName", "Value": "checkout"}, {"Name": "ExecutedVersion"}], set()),
        ([{"Name": "Nonsense"}], set()),
    ],
)
async def test_metrics_by_dimension(aws: Aws, filters: list[dict[str, str]], found: set[str]) -> None:
    answer = await aws("cloudwatch", "list_metrics", MetricName="Invocations", Dimensions=filters)
    versions = {
        each["Value"] for metric in answer["Metrics"] for each in metric["Dimensions"]
        if each["Name"] == "ExecutedVersion"
    }  # fmt: skip
    assert versions == found


async def test_a_version_is_listed_some_minutes_after_it_got_traffic(make: Make) -> None:
    aws = await make("errors")
    filters = [{"Name": "Resource", "Value": "checkout:live"}, {"Name": "ExecutedVersion", "Value": "42"}]

    async def listed() -> list[str]:
        answer = await aws("cloudwatch", "list_metrics", Dimensions=filters)
        return sorted(metric["MetricName"] for metric in answer["Metrics"])

    await aws.weigh(0.1)
    aws.clock.advance(120)
    assert await listed() == []
    aws.clock.advance(600)
    assert await listed() == ["ConcurrentExecutions", "Duration", "Errors", "Invocations"]


async def test_the_dimension_sets_of_lambda(aws: Aws) -> None:
    answer = await aws("cloudwatch", "list_metrics", Namespace="AWS/Lambda", MetricName="Invocations")
    sets = {tuple(sorted(each["Name"] for each in metric["Dimensions"])) for metric in answer["Metrics"]}
    assert sets == {
        (),
        ("FunctionName",),
        ("FunctionName", "Resource"),
        ("ExecutedVersion", "FunctionName", "Resource"),
    }


async def test_dimension_sets_that_lambda_does_not_publish(aws: Aws) -> None:
    metric = lambda_metric("Invocations", "checkout:live")
    for dimensions in (metric["Dimensions"][1:], [*metric["Dimensions"], {"Name": "Stage", "Value": "x"}]):
        query = {"Id": "q", "MetricStat": stat(metric | {"Dimensions": dimensions})}
        assert (await get(aws, query))["MetricDataResults"][0]["Values"] == []
