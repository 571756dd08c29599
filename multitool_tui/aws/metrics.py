"""Minutes of a Lambda alias from CloudWatch: what baseline and canary did, period by period.

Namespace AWS/Lambda, dimensions FunctionName, Resource ("function:alias") and ExecutedVersion. A metric is sent only
when it is not zero, so in a sealed period a missing count is zero, if the alias shows any traffic at all. Where the
baseline does not report its own ExecutedVersion, it is the alias less the canary.

Source: Lambda developer guide, "Types of metrics for Lambda functions"; CloudWatch API reference, GetMetricData.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from multitool_tui.aws.translate import aws_errors
from multitool_tui.judgement.model import Counts

_QUERIES_A_CALL = 500  # GetMetricData's own limit

Series = dict[datetime, float]


@dataclass(frozen=True, slots=True)
class Request:
    """The minutes wanted of one alias. `slow_limit` is in milliseconds; None leaves slow requests uncounted."""

    function: str
    alias: str
    baseline: str
    canary: str | None
    start: datetime
    end: datetime
    period: timedelta = timedelta(minutes=1)
    slow_limit: float | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """What one period holds so far. None: CloudWatch has nothing for that version."""

    start: datetime
    baseline: Counts | None
    canary: Counts | None


async def periods(client: Any, requests: Sequence[Request]) -> list[list[Period]]:
    """The periods of each request, oldest first, in as few calls as the limit of 500 queries allows.

    Periods in which the alias served nothing are there, with None for both versions. Whether a period is complete is
    for the caller to know.
    """
    queries: list[tuple[int, str, dict[str, Any]]] = []
    for index, request in enumerate(requests):
        queries += [(index, label, query) for label, query in _queries(index, request)]
    series: list[dict[str, Series]] = [{} for _ in requests]
    if not requests:
        return []
    start, end = min(r.start for r in requests), max(r.end for r in requests)
    for first in range(0, len(queries), _QUERIES_A_CALL):
        batch = queries[first : first + _QUERIES_A_CALL]
        owner = {query["Id"]: (index, label) for index, label, query in batch}
        results = await _get_metric_data(client, [query for _, _, query in batch], start, end)
        for identity, values in results.items():
            if identity in owner:
                index, label = owner[identity]
                series[index][label] = values
    return [_assemble(request, found) for request, found in zip(requests, series, strict=True)]


async def baseline_p99(client: Any, function: str, alias: str, end: datetime, hours: int = 1) -> float | None:
    """The alias's p99 duration in milliseconds over the whole hours before `end`; None when nothing ran."""
    query = _query("p", "Duration", "p99", 3600, FunctionName=function, Resource=f"{function}:{alias}")
    top = end.replace(minute=0, second=0, microsecond=0)
    values = (await _get_metric_data(client, [query], top - timedelta(hours=hours), end)).get("p", {})
    return max(values.values(), default=None)


async def _get_metric_data(
    client: Any, queries: list[dict[str, Any]], start: datetime, end: datetime
) -> dict[str, Series]:
    """GetMetricData through all its pages; a series may be spread over several."""
    series: dict[str, Series] = {}
    token: dict[str, str] = {}
    while True:
        with aws_errors():
            page = await client.get_metric_data(
                MetricDataQueries=queries, StartTime=start, EndTime=end, ScanBy="TimestampAscending", **token
            )
            for result in page.get("MetricDataResults") or ():
                values = series.setdefault(result["Id"], {})
                for moment, value in zip(result.get("Timestamps") or (), result.get("Values") or (), strict=False):
                    values[moment.astimezone(UTC)] = float(value)
        if not page.get("NextToken"):
            return series
        token = {"NextToken": page["NextToken"]}


def _queries(index: int, request: Request) -> list[tuple[str, dict[str, Any]]]:
    """The labelled queries of one request: each metric of the alias as a whole and of each version."""
    whole = {"FunctionName": request.function, "Resource": f"{request.function}:{request.alias}"}
    arms = {"alias": whole}
    if request.canary:
        arms["baseline"] = {**whole, "ExecutedVersion": request.baseline}
        arms["canary"] = {**whole, "ExecutedVersion": request.canary}
    statistics = {"Invocations": "Sum", "Errors": "Sum", "Throttles": "Sum"}
    if request.slow_limit is not None:
        # The share of invocations that took at most so long; what is left of 100% was slow.
        statistics["Duration"] = f"PR(:{request.slow_limit:g})"
    seconds = int(request.period.total_seconds())
    return [
        (f"{arm} {metric}", _query(f"q{index}_{arm}_{metric.lower()}", metric, statistic, seconds, **dimensions))
        for arm, dimensions in arms.items()
        for metric, statistic in statistics.items()
    ]


def _query(identity: str, metric: str, statistic: str, period: int, **dimensions: str) -> dict[str, Any]:
    return {
        "Id": identity,
        "MetricStat": {
            "Metric": {
                "Namespace": "AWS/Lambda",
                "MetricName": metric,
                "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
            },
            "Period": period,
            "Stat": statistic,
        },
        "ReturnData": True,
    }


def _assemble(request: Request, series: dict[str, Series]) -> list[Period]:
    step = request.period
    seconds = step.total_seconds()
    moment = datetime.fromtimestamp(request.start.timestamp() // seconds * seconds, UTC)
    found: list[Period] = []
    while moment < request.end:
        whole = _counts(series, "alias", moment)
        canary = _counts(series, "canary", moment)
        baseline = _counts(series, "baseline", moment)
        if baseline is None and whole is not None:
            baseline = _less(whole, canary)
        found.append(Period(moment, baseline, canary))
        moment += step
    return found


def _counts(series: dict[str, Series], arm: str, moment: datetime) -> Counts | None:
    invocations = series.get(f"{arm} Invocations", {}).get(moment)
    throttles = series.get(f"{arm} Throttles", {}).get(moment, 0.0)
    if invocations is None and not throttles:
        return None
    ran = round(invocations or 0)
    within = series.get(f"{arm} Duration", {}).get(moment)
    return Counts(
        invocations=ran,
        errors=min(ran, round(series.get(f"{arm} Errors", {}).get(moment, 0.0))),
        slow=None if within is None else round(ran * (1 - min(100.0, within) / 100)),
        throttles=round(throttles),
    )


def _less(whole: Counts, canary: Counts | None) -> Counts | None:
    """The alias without its canary. Late points may make a part look larger than the whole: never below zero."""
    if canary is None:
        return whole
    ran = max(0, whole.invocations - canary.invocations)
    if not ran and not whole.throttles:
        return None
    return Counts(
        invocations=ran,
        errors=min(ran, max(0, whole.errors - canary.errors)),
        slow=None if whole.slow is None or canary.slow is None else min(ran, max(0, whole.slow - canary.slow)),
        throttles=max(0, whole.throttles - canary.throttles),
    )
