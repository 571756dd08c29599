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
    """The minutes wanted of one target. `slow_limit` is in milliseconds; None leaves slow requests uncounted.

    `client_errors`: whether 4XX answers are counted as well, where there are any. `weights`: the canary's share (0-1)
    from each moment on, as far as it is known.
    """

    source: Source
    baseline: str
    canary: str | None
    start: datetime
    end: datetime
    period: timedelta = timedelta(minutes=1)
    slow_limit: float | None = None
    client_errors: bool = False
    weights: Sequence[tuple[datetime, float]] = ()

    def weight_in(self, start: datetime) -> float | None:
        """The canary's share in a period; None where it changed in it, or is not known."""
        before = [weight for at, weight in self.weights if at <= start]
        changed = any(start < at < start + self.period for at, _ in self.weights)
        return before[-1] if before and not changed else None


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
        for metric, statistic in source.statistics(request.slow_limit, client_errors=request.client_errors).items()
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
    read: list[tuple[datetime, Counts | None, Counts | None, Counts | None]] = []
    while moment < request.end:
        whole, baseline, canary = (_counts(request, series, part, moment) for part in (WHOLE, BASELINE, CANARY))
        read.append((moment, whole, baseline, canary))
        moment += step
    both = ((whole, canary, request.weight_in(at)) for at, whole, _, canary in read if whole and canary)
    holds_canary = request.source.holds_canary(both)
    return [
        Period(at, baseline or (_less(whole, canary) if whole and holds_canary else whole), canary)
        for at, whole, baseline, canary in read
    ]


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
        slow=_rest(whole.slow, canary.slow, ran),
        throttles=max(0, whole.throttles - canary.throttles),
        client_errors=_rest(whole.client_errors, canary.client_errors, ran),
    )


def _rest(whole: int | None, canary: int | None, at_most: int) -> int | None:
    return None if whole is None or canary is None else min(at_most, max(0, whole - canary))
