"""Minutes from CloudWatch: what is missing, what is subtracted, and in how many calls."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from multitool_tui.aws.metrics import Request, periods, periods_of_all
from multitool_tui.aws.sources import AliasSource
from multitool_tui.judgement.model import Counts

START = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

Data = dict[tuple[str, str], dict[int, float]]


class Metrics:
    """GetMetricData over `data`: (version or "", metric) -> minute -> value; a page holds `page` series."""

    def __init__(self, data: Data, page: int = 1000) -> None:
        self.data = data
        self.page = page
        self.calls: list[list[dict[str, Any]]] = []

    async def get_metric_data(self, **asked: Any) -> dict[str, Any]:
        queries = asked["MetricDataQueries"]
        first = int(asked.get("NextToken", 0))
        if not first:
            self.calls.append(queries)
        results = []
        for query in queries[first : first + self.page]:
            metric = query["MetricStat"]["Metric"]
            version = {d["Name"]: d["Value"] for d in metric["Dimensions"]}.get("ExecutedVersion", "")
            values = self.data.get((version, metric["MetricName"]), {})
            results.append(
                {
                    "Id": query["Id"],
                    "Timestamps": [START + minute * MINUTE for minute in values],
                    "Values": list(values.values()),
                }
            )
        more = {"NextToken": str(first + self.page)} if first + self.page < len(queries) else {}
        return {"MetricDataResults": results, **more}


def request(minutes: int = 1, slow_limit: float | None = None, canary: str | None = "42") -> Request:
    return Request(
        AliasSource("checkout", "live"), "41", canary, START, START + minutes * MINUTE, slow_limit=slow_limit
    )


async def test_each_version_is_counted_by_its_own_series() -> None:
    data: Data = {
        ("", "Invocations"): {0: 100},
        ("41", "Invocations"): {0: 90},
        ("41", "Errors"): {0: 3},
        ("42", "Invocations"): {0: 10},
        ("42", "Throttles"): {0: 2},
        ("42", "Duration"): {0: 80.0},
    }
    [period] = await periods(Metrics(data), request(slow_limit=300))
    assert period.baseline == Counts(90, 3, None)
    assert period.canary == Counts(10, 0, 2, 2)


async def test_a_baseline_that_does_not_report_itself_is_the_alias_without_the_canary() -> None:
    data: Data = {
        ("", "Invocations"): {0: 100},
        ("", "Errors"): {0: 5},
        ("42", "Invocations"): {0: 10},
        ("42", "Errors"): {0: 2},
    }
    [period] = await periods(Metrics(data), request())
    assert period.baseline == Counts(90, 3)
    assert period.canary == Counts(10, 2)


async def test_a_late_part_never_makes_a_count_negative() -> None:
    data: Data = {("", "Invocations"): {0: 5}, ("42", "Invocations"): {0: 10}, ("42", "Errors"): {0: 2}}
    [period] = await periods(Metrics(data), request())
    assert period.baseline is None
    assert period.canary == Counts(10, 2)


async def test_no_data_is_not_zero() -> None:
    found = await periods(Metrics({("", "Invocations"): {1: 7}}), request(minutes=3))
    assert [period.baseline for period in found] == [None, Counts(7), None]
    assert [period.canary for period in found] == [None, None, None]


async def test_throttled_calls_are_seen_where_nothing_ran() -> None:
    [period] = await periods(Metrics({("42", "Throttles"): {0: 9}}), request())
    assert period.canary == Counts(0, 0, None, 9)


@pytest.mark.parametrize("page", [1, 5, 1000])
async def test_pages_are_read_to_the_last(page: int) -> None:
    data: Data = {("41", "Invocations"): {0: 90}, ("42", "Invocations"): {0: 10}, ("42", "Errors"): {0: 1}}
    [period] = await periods(Metrics(data, page), request())
    assert (period.baseline, period.canary) == (Counts(90), Counts(10, 1))


async def test_many_targets_share_calls_of_500_queries() -> None:
    metrics = Metrics({("42", "Invocations"): {0: 10}})
    found = [each async for each in periods_of_all(metrics, [request() for _ in range(100)])]  # 9 queries each
    assert [len(queries) for queries in metrics.calls] == [500, 400]
    assert all(period.canary == Counts(10) for _, [period] in found)
    identities = [query["Id"] for queries in metrics.calls for query in queries]
    assert len(set(identities)) == 900


async def test_what_is_told_of_a_target_does_not_wait_for_the_calls_of_others() -> None:
    metrics = Metrics({("42", "Invocations"): {0: 10}})
    calls = [len(metrics.calls) async for _ in periods_of_all(metrics, [request() for _ in range(100)])]
    assert calls == [1] * 55 + [2] * 45  # the 56th's queries are in both


async def test_nothing_asked_is_nothing_called() -> None:
    metrics = Metrics({})
    assert [each async for each in periods_of_all(metrics, [])] == []
    assert metrics.calls == []
