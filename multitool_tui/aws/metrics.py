"""Minutes of a target from CloudWatch: what baseline and canary did, period by period.

A metric is sent only when it is not zero, so in a sealed period a missing count is zero, if the target shows any
traffic at all. A version without a series of its own is the whole less the other.

Source: CloudWatch API reference, GetMetricData.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from multitool_tui.aws.sources import BASELINE, CANARY, WHOLE, Source
from multitool_tui.aws.translate import aws_errors
from multitool_tui.judgement.model import Counts

_QUERIES_A_CALL = 500  # GetMetricData's own limit

Series = dict[datetime, float]
Found = dict[tuple[str, str], Series]
"""By the series (`sources.WHOLE` ...) and the metric."""


@dataclass(frozen=True, slots=True)
class Request:
    """The minutes wanted of one target. `slow_limit` is in milliseconds; None leaves slow requests uncounted."""

    source: Source
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

    Periods in which the target served nothing are there, with None for both versions. Whether a period is complete is
    for the caller to know.
    """
    queries: list[tuple[int, tuple[str, str], dict[str, Any]]] = []
    for index, request in enumerate(requests):
        queries += [(index, label, query) for label, query in _queries(index, request)]
    series: list[Found] = [{} for _ in requests]
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


async def baseline_p99(client: Any, source: Source, end: datetime, hours: int = 1) -> float | None:
    """The target's p99 latency in milliseconds over the whole hours before `end`; None when nothing ran."""
    whole = source.series("", None)[WHOLE]
    query = _query("p", source.namespace, source.latency, "p99", 3600, whole)
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


def _queries(index: int, request: Request) -> list[tuple[tuple[str, str], dict[str, Any]]]:
    """The labelled queries of one request: each metric of the target as a whole and of each version."""
    source = request.source
    seconds = int(request.period.total_seconds())
    return [
        (
            (part, metric),
            _query(f"q{index}_{part}_{metric.lower()}", source.namespace, metric, statistic, seconds, dimensions),
        )
        for part, dimensions in source.series(request.baseline, request.canary).items()
        for metric, statistic in source.statistics(request.slow_limit).items()
    ]


def _query(
    identity: str, namespace: str, metric: str, statistic: str, period: int, dimensions: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "Id": identity,
        "MetricStat": {
            "Metric": {
                "Namespace": namespace,
                "MetricName": metric,
                "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
            },
            "Period": period,
            "Stat": statistic,
        },
        "ReturnData": True,
    }


def _assemble(request: Request, series: Found) -> list[Period]:
    step = request.period
    seconds = step.total_seconds()
    moment = datetime.fromtimestamp(request.start.timestamp() // seconds * seconds, UTC)
    found: list[Period] = []
    while moment < request.end:
        whole, canary, baseline = (_counts(request, series, part, moment) for part in (WHOLE, CANARY, BASELINE))
        if baseline is None and whole is not None:
            baseline = _less(whole, canary)
        found.append(Period(moment, baseline, canary))
        moment += step
    return found


def _counts(request: Request, series: Found, part: str, moment: datetime) -> Counts | None:
    return request.source.counts(
        {metric: values[moment] for (of, metric), values in series.items() if of == part and moment in values}
    )


def _less(whole: Counts, canary: Counts | None) -> Counts | None:
    """The target without its canary. Late points may make a part look larger than the whole: never below zero."""
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
