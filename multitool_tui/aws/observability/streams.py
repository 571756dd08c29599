"""Metric streams: what sends an account's metrics to Firehose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from multitool_tui.aws.observability.paging import every
from multitool_tui.aws.translate import answered, aws_errors

Format = Literal["json", "opentelemetry0.7", "opentelemetry1.0"]


@dataclass(frozen=True, slots=True)
class Settings:
    """How a stream is to be. `include` and `exclude` are metric names by namespace, none for all of a namespace's;
    CloudWatch takes one of the two."""

    name: str
    firehose: str
    role: str
    format: Format = "json"
    include: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    exclude: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream of a list."""

    name: str
    arn: str
    running: bool
    firehose: str
    format: str
    created: datetime | None
    updated: datetime | None


async def streams(client: Any) -> tuple[Stream, ...]:
    """All metric streams of the account and region, by name."""
    found = []
    for item in await every(client.list_metric_streams, "Entries"):
        answered(item, "Name", "Arn", "State")
        found.append(
            Stream(
                item["Name"],
                item["Arn"],
                item["State"] == "running",
                item.get("FirehoseArn", ""),
                item.get("OutputFormat", ""),
                item.get("CreationDate"),
                item.get("LastUpdateDate"),
            )
        )
    return tuple(sorted(found, key=lambda stream: stream.name))


async def settings(client: Any, name: str) -> Settings:
    """How a stream is.

    Raises:
        NotFound: when there is no such stream.
    """
    with aws_errors():
        answer = await client.get_metric_stream(Name=name)
        answered(answer, "Name", "FirehoseArn", "RoleArn", "OutputFormat")
    return Settings(
        answer["Name"],
        answer["FirehoseArn"],
        answer["RoleArn"],
        answer["OutputFormat"],
        _by_namespace(answer.get("IncludeFilters") or ()),
        _by_namespace(answer.get("ExcludeFilters") or ()),
    )


async def put_stream(client: Any, wanted: Settings) -> str:
    """Create a stream, which then runs, or change one, which stays as it is. Hands the role to CloudWatch, so that it
    needs iam:PassRole as well.

    Returns:
        The stream's ARN.

    Raises:
        Refused: when CloudWatch does not take the settings.
    """
    given = {"IncludeFilters": _filters(wanted.include), "ExcludeFilters": _filters(wanted.exclude)}
    with aws_errors():
        answer = await client.put_metric_stream(
            Name=wanted.name,
            FirehoseArn=wanted.firehose,
            RoleArn=wanted.role,
            OutputFormat=wanted.format,
            **{name: filters for name, filters in given.items() if filters},
        )
        answered(answer, "Arn")
    return str(answer["Arn"])


async def delete_stream(client: Any, name: str) -> None:
    """Delete a stream, or find it gone."""
    with aws_errors():
        await client.delete_metric_stream(Name=name)


async def start_streams(client: Any, names: Iterable[str]) -> None:
    """Let streams send."""
    with aws_errors():
        await client.start_metric_streams(Names=list(names))


async def stop_streams(client: Any, names: Iterable[str]) -> None:
    """Let streams send nothing more."""
    with aws_errors():
        await client.stop_metric_streams(Names=list(names))


def _filters(metrics: Mapping[str, tuple[str, ...]]) -> list[dict[str, Any]]:
    return [
        {"Namespace": namespace} | ({"MetricNames": list(names)} if names else {})
        for namespace, names in metrics.items()
    ]


def _by_namespace(filters: Iterable[Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    return {each["Namespace"]: tuple(each.get("MetricNames") or ()) for each in filters if "Namespace" in each}
