"""Minutes of a target from CloudWatch: what baseline and canary did, period by period.

A metric is sent only when it is not zero, so in a sealed period a missing count is zero, if the target shows any
traffic at all. A version without a series of its own is the whole less the other.

Source: CloudWatch API reference, GetMetricData.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain, pairwise
from typing import Any

from multitool_tui.aws.errors import Refused
from multitool_tui.aws.pairs import queries_of, tallies
from multitool_tui.aws.sources import BASELINE, CANARY, WHOLE, Source
from multitool_tui.aws.translate import aws_errors
from multitool_tui.judgement.model import Counts
from multitool_tui.rollout.metrics import MetricPair

_QUERIES_A_CALL = 500  # GetMetricData's own limit
_FAILED = ("Forbidden", "InternalError")  # MetricDataResult, StatusCode

Series = dict[datetime, float]
Found = dict[tuple[str, str], Series]
"""By the series (`sources.WHOLE` ...) and the metric."""


@dataclass(frozen=True, slots=True)
class Request:
    """The minutes wanted of one target. `slow_limit` is in milliseconds; None leaves slow requests uncounted.

    `client_errors`: whether 4XX answers are counted as well, where there are any. `weights`: the canary's share (0-1)
    from each moment on, as far as it is known. `pairs`: the plan's own metrics.
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
    pairs: Sequence[MetricPair] = ()

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


async def periods(client: Any, request: Request) -> list[Period]:
    """The periods of one request; see `periods_of_all`."""
    [(_, found)] = [each async for each in periods_of_all(client, [request])]
    return found


async def periods_of_all(client: Any, requests: Sequence[Request]) -> AsyncIterator[tuple[int, list[Period]]]:
    """The index of one request after the other, and its periods, oldest first, in as few calls as AWS allows: 500
    queries a call.

    Each comes as soon as what was asked for it is answered: what is told of hundreds of rollouts is never in memory all
    at once. Periods in which the target served nothing are there, with None for both versions. Whether a period is
    complete is for the caller to know. Where AWS refuses a call, the plans' own queries may be why: without them all
    else is known.
    """
    if not requests:
        return
    start, end = min(r.start for r in requests), max(r.end for r in requests)
    found: dict[int, Found] = {}
    told = 0
    batches = _batches(group for index, request in enumerate(requests) for group in _groups(index, request))
    for batch, following in pairwise(chain(batches, (None,))):
        assert batch is not None  # noqa: S101 - only the last is followed by None; this tells the type checker
        answers = await _answers(client, batch, start, end)
        for group in batch:
            known = found.setdefault(group.index, {})
            known |= {label: answers[identity] for identity, label in group.labels.items() if identity in answers}
        await asyncio.sleep(0)  # reading one answer, and asking for the next, are some milliseconds each
        begun = following[0].index if following else len(requests)
        for index in range(told, begun):
            yield index, _assemble(requests[index], found.pop(index, {}))
        told = begun


async def _answers(client: Any, batch: Sequence[_Group], start: datetime, end: datetime) -> dict[str, Series]:
    """What one batch brings, by the queries' ids."""
    try:
        return await _get_metric_data(client, _asked(batch), start, end)
    except Refused:
        if not any(group.own for group in batch):
            raise
        return await _get_metric_data(client, _asked([group for group in batch if not group.own]), start, end)


async def try_pairs(client: Any, request: Request) -> None:
    """Ask for each of the plan's own metrics by itself.

    Raises:
        Refused: one of them cannot be had; names it.
        AwsError: CloudWatch cannot be asked.
    """
    for group in _groups(0, request):
        if group.own:
            try:
                await _try(client, group, request)
            except Refused as error:
                raise Refused(f"Metric {group.own} cannot be had. {str(error).replace(group.prefix, '')}") from None


async def _try(client: Any, group: _Group, request: Request) -> None:
    with aws_errors():
        answer = await client.get_metric_data(
            MetricDataQueries=group.queries, StartTime=request.start, EndTime=request.end
        )
    results = answer.get("MetricDataResults") or ()
    if any(result.get("StatusCode") in _FAILED for result in results):
        messages = [each for said in (answer, *results) for each in said.get("Messages") or ()]
        why = dict.fromkeys(f"{each.get('Code')}: {each.get('Value')}" for each in messages)
        raise Refused(f"{'; '.join(why).rstrip('.') or 'CloudWatch does not say why'}.")


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


@dataclass(frozen=True, slots=True)
class _Group:
    """Queries of the request with this index that must be in one call.

    `labels`: by the id of a query, where its answer belongs. `own`: the plan's own metric that they are of, and what
    stands before their ids.
    """

    index: int
    queries: Sequence[dict[str, Any]]
    labels: Mapping[str, tuple[str, str]]
    own: str = ""
    prefix: str = ""


def _groups(index: int, request: Request) -> Iterator[_Group]:
    """The queries of one request: each metric of the target as a whole and of each version, and the plan's own."""
    source = request.source
    seconds = int(request.period.total_seconds())
    for part, dimensions in source.series(request.baseline, request.canary).items():
        for metric, statistic in source.statistics(request.slow_limit, client_errors=request.client_errors).items():
            identity = f"q{index}_{part}_{metric.lower()}"
            query = _query(identity, source.namespace, metric, statistic, seconds, dimensions)
            yield _Group(index, [query], {identity: (part, metric)})
    versions = {BASELINE: request.baseline, CANARY: request.canary}
    for part, version in versions.items():
        for number, pair in enumerate(request.pairs if version else ()):
            prefix = f"q{index}_{part}_own{number}_"
            queries = queries_of(pair, prefix, source.placeholders(part, version or ""), seconds)
            labels = {prefix + one: (part, f"{pair.name}.{one}") for one in (pair.bad, pair.total)}
            if queries:
                yield _Group(index, queries, labels, pair.name, prefix)


def _batches(groups: Iterable[_Group]) -> Iterator[list[_Group]]:
    """The groups, as many at a time as one call takes."""
    batch: list[_Group] = []
    room = _QUERIES_A_CALL
    for group in groups:
        if len(group.queries) > room:
            yield batch
            batch, room = [], _QUERIES_A_CALL
        batch.append(group)
        room -= len(group.queries)
    if batch:
        yield batch


def _asked(groups: Iterable[_Group]) -> list[dict[str, Any]]:
    return [query for group in groups for query in group.queries]


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
        Period(
            at,
            _with_own(
                request, series, BASELINE, at, baseline or (_less(whole, canary) if whole and holds_canary else whole)
            ),
            _with_own(request, series, CANARY, at, canary),
        )
        for at, whole, baseline, canary in read
    ]


def _with_own(request: Request, series: Found, part: str, moment: datetime, counts: Counts | None) -> Counts | None:
    """The counts of a version, with what the plan's own metrics say of it."""
    if counts is None or not request.pairs:
        return counts
    found = {metric: values for (of, metric), values in series.items() if of == part}
    return replace(counts, tallies=tallies(request.pairs, found, moment))


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
