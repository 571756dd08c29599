"""Metric streams: what sends the account's metrics elsewhere."""

from __future__ import annotations

from typing import cast

from multitool_tui.aws.observability.streams import (
    Format,
    Settings,
    delete_stream,
    put_stream,
    settings,
    start_streams,
    stop_streams,
    streams,
)
from multitool_tui.controller.observe.page import Facts, Field, Form, Page, Part, Row, Table
from multitool_tui.controller.observe.reading import required
from multitool_tui.controller.observe.tab import Deed, Desk, Subject, Tab, Values

_TITLE = "Metric streams of the account"
_FORMATS = ("json", "opentelemetry0.7", "opentelemetry1.0")
_OF = "stream:"


async def load(desk: Desk, subject: Subject) -> Page:
    """All streams: they belong to the account, not to a function."""
    del subject
    return await desk.page((_TITLE, _all(desk)))


async def _all(desk: Desk) -> Part:
    found = await streams(await desk.cloudwatch())
    rows = tuple(
        Row(
            (one.name, "running" if one.running else "stopped", one.format, one.firehose.rpartition("/")[2]),
            _OF + one.name,
        )
        for one in found
    )
    return Table(_TITLE, ("stream", "state", "format", "to"), rows, "No metric stream sends anything from here.")


async def look(desk: Desk, subject: Subject, key: str) -> Page:
    """How a stream is set."""
    del subject
    name = key.removeprefix(_OF)
    return await desk.page((name, _settings(desk, name)), title=name)


async def _settings(desk: Desk, name: str) -> Part:
    found = await settings(await desk.cloudwatch(), name)
    return Facts(
        "",
        (
            ("Firehose", found.firehose),
            ("Role", found.role),
            ("Format", found.format),
            ("Metrics", _written(found)),
        ),
    )


def _written(found: Settings) -> str:
    chosen, but = (found.include, "") if found.include else (found.exclude, "all but ")
    parts = [namespace + (f" ({', '.join(names)})" if names else "") for namespace, names in chosen.items()]
    return but + ", ".join(parts) if parts else "all"


async def _ask_create(desk: Desk, subject: Subject, key: str) -> Form:
    del desk, key
    return Form(
        "Create a metric stream",
        "It begins to send at once, and costs by the metrics that it sends. The role is handed to CloudWatch, for "
        "which the caller needs iam:PassRole.",
        "Create",
        fields=(
            Field("name", "Name", "multitool"),
            Field(
                "firehose",
                "Firehose ARN",
                f"arn:{subject.partition}:firehose:{subject.region}:{subject.account}:deliverystream/",
            ),
            Field("role", "Role ARN", f"arn:{subject.partition}:iam::{subject.account}:role/"),
            Field("format", "Format", _FORMATS[0], choices=_FORMATS),
            Field("include", "Namespaces", "AWS/Lambda, MultiTool", "none: all"),
        ),
    )


async def _create(desk: Desk, subject: Subject, key: str, given: Values) -> str:
    del subject, key
    name, firehose = required(given, "name", "a name"), required(given, "firehose", "the ARN of a delivery stream")
    role, form = required(given, "role", "the ARN of a role"), given.get("format", _FORMATS[0])
    if form not in _FORMATS:
        raise ValueError(f"{form!r} is no format: there are {', '.join(_FORMATS)}.")
    namespaces = [each.strip() for each in given.get("include", "").split(",") if each.strip()]
    wanted = Settings(name, firehose, role, cast(Format, form), dict.fromkeys(namespaces, ()))
    if any(one.name == name for one in await streams(await desk.cloudwatch())):
        raise ValueError(f"There is a stream {name} already: choose another name.")
    await put_stream(await desk.cloudwatch(), wanted)
    return f"Stream {name} is running."


async def _ask_start(desk: Desk, subject: Subject, key: str) -> Form:
    del desk, subject
    return Form(f"Start {key.removeprefix(_OF)}?", "It sends metrics again, and costs by how many.", "Start")


async def _start(desk: Desk, subject: Subject, key: str, given: Values) -> str:
    del subject, given
    await start_streams(await desk.cloudwatch(), [key.removeprefix(_OF)])
    return f"Stream {key.removeprefix(_OF)} is started."


async def _ask_stop(desk: Desk, subject: Subject, key: str) -> Form:
    del desk, subject
    return Form(f"Stop {key.removeprefix(_OF)}?", "Whoever reads it gets nothing until it is started again.", "Stop")


async def _stop(desk: Desk, subject: Subject, key: str, given: Values) -> str:
    del subject, given
    await stop_streams(await desk.cloudwatch(), [key.removeprefix(_OF)])
    return f"Stream {key.removeprefix(_OF)} is stopped."


async def _ask_delete(desk: Desk, subject: Subject, key: str) -> Form:
    del desk, subject
    name = key.removeprefix(_OF)
    return Form(
        f"Delete {name}?",
        "The stream is gone for good, with all that it was set to. To be sure, type its name.",
        "Delete",
        fields=(Field("sure", "Name", "", name),),
    )


async def _delete(desk: Desk, subject: Subject, key: str, given: Values) -> str:
    del subject
    name = key.removeprefix(_OF)
    if given.get("sure", "").strip() != name:
        raise ValueError(f"Type {name} to delete it.")
    await delete_stream(await desk.cloudwatch(), name)
    return f"Stream {name} is deleted."


TAB = Tab(
    "streams",
    "Metric streams",
    "what sends metrics elsewhere; create, start, stop, delete",
    load,
    look,
    (
        Deed("create-stream", "c", "Create a stream", _ask_create, _create),
        Deed("stop-stream", "s", "Stop", _ask_stop, _stop, of=_OF),
        Deed("start-stream", "a", "Start", _ask_start, _start, of=_OF),
        Deed("delete-stream", "x", "Delete", _ask_delete, _delete, of=_OF),
    ),
)
