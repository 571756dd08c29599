"""Answer metric data queries, for GetMetricData and for alarms on metric math alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.metrics import expression, statistics
from multitool_tui.sandbox.metrics.distribution import Distribution
from multitool_tui.sandbox.metrics.series import MINUTE, Metric
from multitool_tui.sandbox.metrics.store import MetricStore

_SHORT_PERIODS = (1, 5, 10, 20, 30)
_HOUR, _DAY = 3600, 86400
# The longer ago a request begins (seconds), the coarser its periods must be (GetMetricData, Period).
_COARSENING = ((63 * _DAY, _HOUR), (15 * _DAY, 5 * MINUTE), (3 * _HOUR, MINUTE))


@dataclass
class Series:
    """The values of one query by period (epoch seconds). `counts` are the sample counts behind them, as far as
    known; `units` are all that the data has, when more than one."""

    values: Mapping[int, float]
    counts: Mapping[int, float] = field(default_factory=dict)
    units: Sequence[str] = ()


def metric_of(parameters: Mapping[str, Any]) -> Metric:
    """The metric that Namespace, MetricName and Dimensions name."""
    dimensions = {each["Name"]: each["Value"] for each in parameters.get("Dimensions", [])}
    return Metric.of(parameters.get("Namespace", ""), parameters.get("MetricName", ""), dimensions)


def check_period(period: int) -> None:
    """Hold a period (seconds) against what CloudWatch takes.

    Raises:
        AwsError: ValidationException.
    """
    if period not in _SHORT_PERIODS and (period < MINUTE or period % MINUTE):
        raise AwsError(
            "ValidationException",
            f"The value {period} for parameter Period is not supported: "
            "it must be 1, 5, 10, 20, 30 or a multiple of 60",
        )


def statistic_of(text: str) -> statistics.Statistic:
    """The statistic that a parameter names.

    Raises:
        AwsError: ValidationException.
    """
    try:
        return statistics.parse(text)
    except ValueError as error:
        raise AwsError("ValidationException", f"The value {text} for parameter Stat is not supported.") from error


def first_period(start: float, period: int, now: float) -> int:
    """Where the periods of a request begin: its start rounded down, the coarser the longer ago (GetMetricData,
    StartTime, in the CloudWatch API reference)."""
    step = next((step for age, step in _COARSENING if now - start > age), MINUTE)
    if period < MINUTE:
        step = period
    return int(start // step * step)


def _reaches_back(period: int, age: float) -> bool:
    """Whether a request that begins `age` seconds ago gets any data in this period, "or no data points in that time
    range is returned"."""
    return next((period % step == 0 for limit, step in _COARSENING if age > limit), True)


def read(
    store: MetricStore,
    metric: Metric,
    statistic: statistics.Statistic,
    period: int,
    unit: str | None,
    start: int,
    end: float,
    as_of: float,
) -> Series:
    """One statistic of one metric, in periods counted from `start`."""
    if not _reaches_back(period, as_of - start):
        return Series({})
    by_unit = store.periods(metric, start, end, period, as_of, unit)
    units = sorted({name for each in by_unit.values() for name in each})
    chosen: dict[int, Distribution] = {at: each[units[0]] for at, each in by_unit.items() if units[0] in each}
    values = {at: statistic(each) for at, each in sorted(chosen.items())}
    return Series(
        {at: value for at, value in values.items() if value is not None},
        {at: each.sample_count for at, each in chosen.items()},
        units if len(units) > 1 else (),
    )


def answer(
    queries: Sequence[Mapping[str, Any]], store: MetricStore, start: float, end: float, as_of: float
) -> dict[str, Series]:
    """The series of every query, by its Id.

    Raises:
        AwsError: ValidationException, when a query is not right or is beyond this sandbox's metric math.
    """
    waiting = {each["Id"]: each for each in queries}
    done: dict[str, Series] = {}
    while waiting:
        ready = [name for name, each in waiting.items() if _needs(each) <= done.keys()]
        if not ready:
            name, query = next(iter(waiting.items()))
            unknown = ", ".join(sorted(_needs(query) - done.keys()))
            raise AwsError(
                "ValidationException", f"Error in expression '{name}': unknown or circular reference to {unknown}"
            )
        for name in ready:
            done[name] = _answer_one(waiting.pop(name), queries, done, store, start, end, as_of)
    return done


def _needs(query: Mapping[str, Any]) -> set[str]:
    if "Expression" not in query:
        return set()
    try:
        return expression.names_in(query["Expression"])
    except ValueError as error:
        raise AwsError("ValidationException", f"Error in expression '{query['Id']}': {error}") from error


def _answer_one(
    query: Mapping[str, Any],
    queries: Sequence[Mapping[str, Any]],
    done: Mapping[str, Series],
    store: MetricStore,
    start: float,
    end: float,
    as_of: float,
) -> Series:
    if "MetricStat" in query:
        stat = query["MetricStat"]
        check_period(stat["Period"])
        first = first_period(start, stat["Period"], as_of)
        return read(
            store,
            metric_of(stat["Metric"]),
            statistic_of(stat["Stat"]),
            stat["Period"],
            stat.get("Unit"),
            first,
            end,
            as_of,
        )
    named = _needs(query)
    periods = {period_of(each, queries) for each in queries if each["Id"] in named}
    if len(periods) > 1:
        raise AwsError("ValidationException", f"Error in expression '{query['Id']}': its metrics have unlike periods")
    period = max(periods, default=MINUTE)
    first = first_period(start, period, as_of)
    filled = range(first, int(min(end, as_of - period + 1)), period) if _reaches_back(period, as_of - first) else ()
    try:
        values = expression.evaluate(
            query["Expression"],
            {name: series.values for name, series in done.items()},
            filled,
        )
    except ValueError as error:
        raise AwsError("ValidationException", f"Error in expression '{query['Id']}': {error}") from error
    return Series(values)


def period_of(query: Mapping[str, Any], queries: Sequence[Mapping[str, Any]]) -> int:
    """The period of a query: an expression has that of what it refers to."""
    if "MetricStat" in query:
        return int(query["MetricStat"]["Period"])
    named = _needs(query)
    return max((period_of(each, queries) for each in queries if each["Id"] in named), default=MINUTE)
