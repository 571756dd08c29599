"""Put, read, start, stop and delete metric streams."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Literal

from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.metrics import statistics
from multitool_tui.sandbox.observability.state import Stream
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.services import paging
from multitool_tui.sandbox.services.cloudwatch.tags import read_tags
from multitool_tui.sandbox.wire.messages import Params

_ON_A_PAGE = 500
_MOST_STATISTICS = 100
_NAME = re.compile(r"[A-Za-z0-9_-]+")
_FIREHOSE = re.compile(r"arn:aws[a-z-]*:firehose:[a-z0-9-]+:\d{12}:deliverystream/[A-Za-z0-9_.-]+")
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/.+")
_SUMMARY = ("Name", "FirehoseArn", "OutputFormat")
_WHOLE = (*_SUMMARY, "RoleArn", "IncludeFilters", "ExcludeFilters", "StatisticsConfigurations")


def put_metric_stream(region: Region, params: Params) -> Params:
    _check(params)
    name, streams = params["Name"], region.observability.streams
    known = streams.get(name)
    parameters = {"IncludeLinkedAccountsMetrics": False} | params
    if known is None:
        streams[name] = Stream(parameters, region.now, region.now, read_tags(params.get("Tags", [])))
    else:
        # A stream that exists keeps its state and its tags.
        known.parameters, known.updated = parameters, region.now
    return {"Arn": region.place.stream_arn(name)}


def get_metric_stream(region: Region, params: Params) -> Params:
    name = params["Name"]
    stream = region.observability.streams.get(name)
    if stream is None:
        raise AwsError("ResourceNotFoundException", f"Metric stream {name} does not exist.")
    return _written(region, stream, (*_WHOLE, "IncludeLinkedAccountsMetrics"))


def delete_metric_stream(region: Region, params: Params) -> Params:
    # The operation knows no error of a stream that is not there.
    region.observability.streams.pop(params["Name"], None)
    return {}


def list_metric_streams(region: Region, params: Params) -> Params:
    streams = [stream for _, stream in sorted(region.observability.streams.items())]
    size, token = params.get("MaxResults", _ON_A_PAGE), params.get("NextToken")
    shown, following = paging.page(streams, size, token, "metric streams", "InvalidNextToken")
    entries = [_written(region, stream, _SUMMARY) for stream in shown]
    return {"Entries": entries} | ({"NextToken": following} if following else {})


def start_metric_streams(region: Region, params: Params) -> Params:
    return _set_state(region, params, "running")


def stop_metric_streams(region: Region, params: Params) -> Params:
    return _set_state(region, params, "stopped")


def _set_state(region: Region, params: Params, state: Literal["running", "stopped"]) -> Params:
    streams = region.observability.streams
    for name in params["Names"]:
        if name not in streams:
            raise _refused(f"Metric stream {name} does not exist.")
    for name in params["Names"]:
        if streams[name].state != state:
            streams[name].state, streams[name].updated = state, region.now
    return {}


def _check(params: Params) -> None:
    if not _NAME.fullmatch(params["Name"]):
        raise _refused("The parameter Name can only contain A-Z, a-z, 0-9, dash (-) and underscore (_).")
    for name, pattern in (("FirehoseArn", _FIREHOSE), ("RoleArn", _ROLE)):
        if not pattern.fullmatch(params[name]):
            raise _refused(f"The value {params[name]} for parameter {name} is invalid.")
    if "IncludeFilters" in params and "ExcludeFilters" in params:
        raise AwsError(
            "InvalidParameterCombinationException",
            "The parameters IncludeFilters and ExcludeFilters are mutually exclusive and you have specified both.",
        )
    configurations = params.get("StatisticsConfigurations", [])
    if len(configurations) > _MOST_STATISTICS:
        raise _refused(f"StatisticsConfigurations can have up to {_MOST_STATISTICS} members.")
    for each in configurations:
        for statistic in each["AdditionalStatistics"]:
            _check_statistic(statistic, params["OutputFormat"])


def _check_statistic(statistic: str, output_format: str) -> None:
    """With JSON any statistic may be added, with OpenTelemetry percentiles only."""
    try:
        statistics.parse(statistic)
    except ValueError as error:
        raise _refused(f"The value {statistic} for parameter AdditionalStatistics is not supported.") from error
    if output_format != "json" and not statistic.startswith("p"):
        raise _refused(f"The statistic {statistic} cannot be streamed with output format {output_format}.")


def _written(region: Region, stream: Stream, members: tuple[str, ...]) -> Params:
    parameters = stream.parameters
    return {name: parameters[name] for name in members if name in parameters} | {
        "Arn": region.place.stream_arn(parameters["Name"]),
        "State": stream.state,
        "CreationDate": datetime.fromtimestamp(stream.created, UTC),
        "LastUpdateDate": datetime.fromtimestamp(stream.updated, UTC),
    }


def _refused(message: str) -> AwsError:
    return AwsError("InvalidParameterValueException", message)
