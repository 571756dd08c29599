"""The plan's own metrics in CloudWatch: what is asked for each version, in which calls, and what the answers count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from multitool_tui.aws.errors import Refused
from multitool_tui.aws.metrics import Request, periods, periods_of_all, try_pairs
from multitool_tui.aws.pairs import queries_of
from multitool_tui.aws.sources import CANARY, AliasSource, StageSource
from multitool_tui.judgement.model import Tally
from multitool_tui.rollout.metrics import MetricPair, MetricQuery

START = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def _stat(identity: str, metric: str) -> MetricQuery:
    return MetricQuery(identity, namespace="Shop", metric=metric, dimensions=(("Version", "{version}"),))


ORDERS = MetricPair(
    "orders",
    "bad",
    "total",
    (_stat("bad", "Failed"), MetricQuery("total", "IF(bad > 0, bad, 0) + good"), _stat("good", "Placed")),
)


def _request(*pairs: MetricPair, canary: str | None = "42") -> Request:
    return Request(AliasSource("checkout", "live"), "41", canary, START, START + 2 * MINUTE, pairs=pairs)


class CloudWatch:
    """Answers by the end of a query's id; `refuses` a call that has an id with this in it."""

    def __init__(self, values: dict[str, list[float]], refuses: str = "", status: str = "Complete") -> None:
        self.values, self.refuses, self.status = values, refuses, status
        self.calls: list[list[str]] = []

    async def get_metric_data(self, **asked: Any) -> dict[str, Any]:
        ids = [query["Id"] for query in asked["MetricDataQueries"]]
        self.calls.append(ids)
        if self.refuses and any(self.refuses in each for each in ids):
            answer = {
                "Error": {"Code": "ValidationError", "Message": f"Error in expression '{ids[-1]}'"},
                "ResponseMetadata": {"HTTPStatusCode": 400},
            }
            raise ClientError(answer, "GetMetricData")
        results = []
        for query in asked["MetricDataQueries"]:
            if query["ReturnData"]:
                values = next((found for end, found in self.values.items() if query["Id"].endswith(end)), [])
                moments = [START + minute * MINUTE for minute in range(len(values))]
                result = {"Id": query["Id"], "Timestamps": moments, "Values": values, "StatusCode": self.status}
                if self.status != "Complete":
                    result["Messages"] = [{"Code": "AccessDenied", "Value": "The account is not linked."}]
                results.append(result)
        return {"MetricDataResults": results}


def test_expressions_name_the_queries_by_the_ids_they_have_in_the_call() -> None:
    pair = MetricPair(
        "orders",
        "bad",
        "total",
        (_stat("bad", "Failed"), MetricQuery("total", "FILL(SEARCH('{Shop} bad {version}'), bad)")),
    )
    bad, total = queries_of(pair, "q3_", AliasSource("checkout", "live").placeholders(CANARY, "42"), 60)
    assert bad["MetricStat"]["Metric"]["Dimensions"] == [{"Name": "Version", "Value": "42"}]
    assert bad["MetricStat"]["Period"] == 60
    assert total == {"Id": "q3_total", "ReturnData": True, "Expression": "FILL(SEARCH('{Shop} bad 42'), q3_bad)"}


def test_a_metrics_insights_query_stays_as_it_is_but_for_its_period() -> None:
    select = "SELECT SUM(bad) FROM SCHEMA(Shop, Version) WHERE Version = '{version}'"
    pair = MetricPair("orders", "bad", "total", (MetricQuery("bad", select), _stat("total", "All")))
    (bad, _) = queries_of(pair, "q0_", {"version": "42"}, 60)
    assert bad["Expression"] == select.replace("{version}", "42")
    assert bad["Period"] == 60


def test_a_stages_canary_has_its_own_stage() -> None:
    names = StageSource("shop", "prod").placeholders(CANARY, "42")
    assert names == {"api": "shop", "stage": "prod/Canary", "version": "42"}


async def test_each_version_is_counted_in_the_same_call_as_everything_else() -> None:
    values = {
        "41_invocations": [90.0, 90.0],
        "baseline_invocations": [90.0, 90.0],
        "canary_invocations": [10.0, 10.0],
        "baseline_own0_bad": [2.0],
        "baseline_own0_total": [50.0, 60.0],
        "canary_own0_bad": [9.6, 1.0],
        "canary_own0_total": [9.4],
    }
    client = CloudWatch(values)
    [first, second] = await periods(client, _request(ORDERS))
    assert first.baseline
    assert first.canary
    assert first.baseline.tally("orders") == Tally("orders", 2, 50)
    assert first.canary.tally("orders") == Tally("orders", 9, 9)
    assert second.baseline
    assert second.canary
    assert second.baseline.tally("orders") == Tally("orders", 0, 60)
    assert second.canary.tally("orders") is None
    assert len(client.calls) == 1


async def test_what_an_expression_names_is_in_the_call_of_the_expression() -> None:
    client = CloudWatch({})
    assert len([each async for each in periods_of_all(client, [_request(ORDERS)] * 60)]) == 60
    assert len(client.calls) == 2
    for ids in client.calls:
        assert len(ids) <= 500
        own = [each for each in ids if "_own0_" in each]
        assert len(own) == 3 * len({each.rpartition("_")[0] for each in own})


async def test_a_query_that_goes_wrong_later_takes_nothing_else_along() -> None:
    client = CloudWatch({"baseline_invocations": [90.0], "canary_invocations": [10.0]}, refuses="_own0_")
    [first, _] = await periods(client, _request(ORDERS))
    assert first.canary
    assert first.canary.invocations == 10
    assert first.canary.tallies == ()


async def test_before_a_start_a_query_that_cannot_be_read_is_named() -> None:
    broken = MetricPair("mails", "bad", "total", (_stat("bad", "Failed"), _stat("total", "Sent")))
    with pytest.raises(Refused, match=r"^Metric mails cannot be had\. Error in expression 'total'\.$"):
        await try_pairs(CloudWatch({}, refuses="own1_"), _request(ORDERS, broken))
    with pytest.raises(Refused, match=r"^Metric orders cannot be had\. AccessDenied: The account is not linked\.$"):
        await try_pairs(CloudWatch({}, status="Forbidden"), _request(ORDERS))
    client = CloudWatch({})
    await try_pairs(client, _request(ORDERS, broken, canary=None))
    assert len(client.calls) == 2
