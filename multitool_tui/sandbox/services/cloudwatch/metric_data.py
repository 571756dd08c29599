"""Read and write metric data."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from multitool_tui.sandbox.draw import source
from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.metrics import query, statistics
from multitool_tui.sandbox.metrics.distribution import Distribution, StatisticSet
from multitool_tui.sandbox.metrics.series import MINUTE
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.services import paging
from multitool_tui.sandbox.services.cloudwatch.bands import band, is_band
from multitool_tui.sandbox.services.cloudwatch.labels import labels
from multitool_tui.sandbox.wire.messages import Params

_MOST_QUERIES = 500
_MOST_POINTS = 100_800
_MOST_STATISTICS_POINTS = 1_440
_MOST_VALUES = 150
_MOST_DATA = 1_000
_LARGEST = 2.0**360
_OLDEST, _NEWEST = 14 * 86400, 2 * 3600


def get_metric_data(region: Region, params: Params) -> Params:
    queries = params["MetricDataQueries"]
    token = params.get("NextToken")
    # A later page shows the data as the first one saw it.
    begun = paging.decode_token(token, "metric data", "InvalidNextToken") if token else {"at": region.now, "from": 0}
    as_of, skip = float(begun["at"]), int(begun["from"])
    check_queries(queries)
    start, end = _seconds(params["StartTime"]), _seconds(params["EndTime"])
    if start >= end:
        raise AwsError("ValidationException", "The parameter StartTime must be less than the parameter EndTime.")
    bands = {each["Id"]: each for each in queries if is_band(each)}
    plain = [each for each in queries if each["Id"] not in bands]
    answers = query.answer(plain, region.metrics, start, end, as_of)
    most = params.get("MaxDatapoints", _MOST_POINTS)
    if not 0 < most <= _MOST_POINTS:
        raise AwsError("ValidationException", f"The value {most} for parameter MaxDatapoints is not supported.")
    ascending = params.get("ScanBy") == "TimestampAscending"
    results: list[Params] = []
    left, passed = most, 0
    for each, label in zip(queries, labels(queries), strict=True):
        if not each.get("ReturnData", True):
            continue
        if each["Id"] in bands:
            # Both edges come back under the one id.
            for edge, values in band(region, each, plain, start, end, as_of).items():
                points = sorted(values.items(), reverse=not ascending)
                results.append(_result(each["Id"], f"{label} {edge}", points, (), complete=True))
            continue
        series = answers[each["Id"]]
        points = sorted(series.values.items(), reverse=not ascending)
        first = min(len(points), max(0, skip - passed))
        shown = points[first : first + left]
        passed += len(points)
        left -= len(shown)
        if skip and first == len(points):
            continue  # an earlier page had all of it
        results.append(_result(each["Id"], label, shown, series.units, complete=first + len(shown) == len(points)))
    total = sum(len(answers[each["Id"]].values) for each in plain if each.get("ReturnData", True))
    answer: Params = {"MetricDataResults": results, "Messages": []}
    if skip + most < total:
        answer["NextToken"] = paging.encode_token({"kind": "metric data", "at": as_of, "from": skip + most})
    return answer


def _result(
    name: str,
    label: str,
    points: Sequence[tuple[int, float]],
    units: Sequence[str],
    *,
    complete: bool,
) -> Params:
    result: Params = {
        "Id": name,
        "Label": label,
        "Timestamps": [datetime.fromtimestamp(at, UTC) for at, _ in points],
        "Values": [value for _, value in points],
        "StatusCode": "Complete" if complete else "PartialData",
    }
    if units:
        several = f"Multiple units returned: '[{', '.join(units)}]'"
        result["Messages"] = [{"Code": "MultipleUnits", "Value": several}]
    return result


def check_queries(queries: Sequence[Mapping[str, Any]]) -> None:
    """Hold queries against what CloudWatch takes, before they are evaluated.

    Raises:
        AwsError: ValidationException.
    """
    if len(queries) > _MOST_QUERIES:
        raise AwsError(
            "ValidationException",
            f"The collection MetricDataQueries must not have a size greater than {_MOST_QUERIES}.",
        )
    names = [each["Id"] for each in queries]
    if len(set(names)) < len(names):
        raise AwsError("ValidationException", "The values for parameter id in MetricDataQueries are not unique.")
    for each in queries:
        if not (each["Id"][0].islower() and all(letter.isalnum() or letter == "_" for letter in each["Id"])):
            raise AwsError("ValidationException", f"Invalid id {each['Id']}: it must begin with a lowercase letter.")
        if ("MetricStat" in each) == ("Expression" in each):
            raise AwsError("ValidationException", f"Query {each['Id']} must have either MetricStat or Expression.")


def get_metric_statistics(region: Region, params: Params) -> Params:
    names = [*params.get("Statistics", []), *params.get("ExtendedStatistics", [])]
    if not names:
        raise AwsError(
            "MissingRequiredParameterException",
            "At least one of the parameters Statistics, ExtendedStatistics must be specified.",
        )
    period = params["Period"]
    try:
        query.check_period(period)
        wanted = {name: query.statistic_of(name) for name in names}
    except AwsError as error:
        raise AwsError("InvalidParameterValueException", error.message) from error
    start, end = _seconds(params["StartTime"]), _seconds(params["EndTime"])
    if start >= end:
        raise AwsError(
            "InvalidParameterValueException", "The parameter StartTime must be less than the parameter EndTime."
        )
    if (points := int((end - start) / period)) > _MOST_STATISTICS_POINTS:
        raise AwsError(
            "InvalidParameterCombinationException",
            f"You have requested up to {points} datapoints, which exceeds the limit of {_MOST_STATISTICS_POINTS}. You "
            "may reduce the datapoints requested by increasing Period, or decreasing the time range.",
        )
    first = query.first_period(start, period, region.now)
    by_unit = region.metrics.periods(query.metric_of(params), first, end, period, region.now, params.get("Unit"))
    datapoints = [
        _datapoint(at, unit, values, wanted) for at, units in by_unit.items() for unit, values in units.items()
    ]
    # "The data points are not returned in chronological order" (CloudWatch API reference): nor are they here.
    source(region.seed, "order", len(datapoints)).shuffle(datapoints)
    return {"Label": params["MetricName"], "Datapoints": datapoints}


def _datapoint(at: int, unit: str, values: Distribution, wanted: Mapping[str, statistics.Statistic]) -> Params:
    datapoint: Params = {"Timestamp": datetime.fromtimestamp(at, UTC), "Unit": unit}
    extended: dict[str, float] = {}
    for name, statistic in wanted.items():
        value = statistic(values)
        if name in statistics.SIMPLE:
            datapoint[name] = value
        elif value is not None:
            extended[name] = value
    return datapoint | ({"ExtendedStatistics": extended} if extended else {})


def put_metric_data(region: Region, params: Params) -> Params:
    if params["Namespace"].startswith("AWS/"):
        raise AwsError(
            "InvalidParameterValueException",
            "The value AWS/ for parameter Namespace is invalid. The namespace must not begin with AWS/.",
        )
    data = params.get("MetricData", [])
    if not data:
        raise AwsError("MissingRequiredParameterException", "The parameter MetricData is required.")
    if len(data) > _MOST_DATA:
        raise AwsError(
            "InvalidParameterValueException",
            f"The collection MetricData must not have a size greater than {_MOST_DATA}.",
        )
    # All or nothing: the request is refused before any of it is stored.
    read = [_datum(region, datum, f"MetricData.member.{index}") for index, datum in enumerate(data, 1)]
    for datum, (at, values) in zip(data, read, strict=True):
        metric = query.metric_of({"Namespace": params["Namespace"]} | datum)
        region.metrics.custom.put(metric, at, datum.get("Unit", "None"), values, region.now)
    return {}


def _datum(region: Region, datum: Mapping[str, Any], name: str) -> tuple[int, Distribution]:
    """The timestamp of a MetricDatum, rounded to its resolution, and its values."""
    for one, other in (("Value", "Values"), ("Value", "StatisticValues"), ("Values", "StatisticValues")):
        if one in datum and other in datum:
            raise AwsError(
                "InvalidParameterCombinationException",
                f"The parameters {name}.{one} and {name}.{other} are mutually exclusive and you have specified both.",
            )
    if not datum.keys() & {"Value", "Values", "StatisticValues"}:
        raise AwsError(
            "MissingRequiredParameterException",
            f"At least one of the parameters {name}.Value, {name}.StatisticValues must be specified.",
        )
    at = _seconds(datum["Timestamp"]) if "Timestamp" in datum else region.now
    if not region.now - _OLDEST <= at <= region.now + _NEWEST:
        raise AwsError(
            "InvalidParameterValueException",
            f"The parameter {name}.Timestamp must specify a time no more than two weeks in the past and no more than "
            "2 hours in the future.",
        )
    resolution = datum.get("StorageResolution", MINUTE)
    if resolution not in (1, MINUTE):
        raise AwsError("InvalidParameterValueException", f"The parameter {name}.StorageResolution must be 1 or 60.")
    return int(at // resolution * resolution), _values(datum, name)


def _values(datum: Mapping[str, Any], name: str) -> Distribution:
    if "StatisticValues" in datum:
        given = datum["StatisticValues"]
        numbers = [given["SampleCount"], given["Sum"], given["Minimum"], given["Maximum"]]
        _check_numbers(numbers, name)
        return Distribution(sets=(StatisticSet(*numbers),))
    values = datum["Values"] if "Values" in datum else [datum["Value"]]
    counts = datum.get("Counts", [1.0] * len(values))
    if len(values) != len(counts):
        raise AwsError(
            "InvalidParameterValueException",
            f"The parameters {name}.Values and {name}.Counts must be of the same size.",
        )
    if len(values) > _MOST_VALUES:
        raise AwsError(
            "InvalidParameterValueException",
            f"The collection {name}.Values must not have a size greater than {_MOST_VALUES}.",
        )
    _check_numbers([*values, *counts], name)
    merged: dict[float, float] = {}
    for value, count in zip(values, counts, strict=True):
        merged[value] = merged.get(value, 0.0) + count
    return Distribution(merged)


def _check_numbers(numbers: Sequence[float], name: str) -> None:
    if not all(math.isfinite(number) and abs(number) <= _LARGEST for number in numbers):
        raise AwsError(
            "InvalidParameterValueException",
            f"The parameter {name} must have values between -2^360 and 2^360; NaN and Infinity are not supported.",
        )


def _seconds(moment: datetime) -> float:
    return moment.timestamp()
