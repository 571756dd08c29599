"""Tags: the function's, those of its alarms and of its dashboard, and those of the account's REST APIs."""

from __future__ import annotations

import asyncio

from multitool_tui.aws.errors import NotFound, Refused
from multitool_tui.aws.observability import tags as aws_tags
from multitool_tui.aws.observability.dashboard_body import dashboard_name
from multitool_tui.controller.observe.alarms import alarms_about
from multitool_tui.controller.observe.keys import pack, unpack
from multitool_tui.controller.observe.page import Field, Form, Page, Part, Row, Table
from multitool_tui.controller.observe.reading import required
from multitool_tui.controller.observe.tab import Deed, Desk, Subject, Tab, Values

_WATCHED, _APIS = "Alarms and dashboard", "REST APIs"
_AT_ONCE = 4


async def load(desk: Desk, subject: Subject) -> Page:
    """All that has to do with the target and can have tags."""
    function = f"Function {subject.function}"
    return await desk.page(
        (function, _of_function(desk, subject, function)),
        (_WATCHED, _of_cloudwatch(desk, subject)),
        (_APIS, _of_apis(desk)),
    )


async def _of_function(desk: Desk, subject: Subject, title: str) -> Part:
    try:
        found = await aws_tags.function_tags(await desk.functions(), subject.arn)
    except NotFound:
        found = {}
    rows = tuple(Row(pair) for pair in sorted(found.items()))
    return Table(title, ("tag", "value"), rows, "The function has no tags.")


async def _of_cloudwatch(desk: Desk, subject: Subject) -> Part:
    """Each resource with its tags: a row without a tag is there to be tagged."""
    client = await desk.cloudwatch()
    turn = asyncio.Semaphore(_AT_ONCE)
    own = dashboard_name(subject.function, subject.alias)
    named = {alarm.arn: f"alarm {alarm.name}" for alarm in await alarms_about(desk, subject)}
    named[subject.arn_of(f"dashboard/{own}")] = f"dashboard {own}"

    async def of(arn: str) -> dict[str, str] | None:
        async with turn:
            try:
                return await aws_tags.tags(client, arn)
            except (NotFound, Refused):
                return None

    rows: list[Row] = []
    for (arn, name), found in zip(named.items(), await asyncio.gather(*map(of, named)), strict=True):
        if found is not None:
            rows += [Row((name, key, value), pack("tagged", arn, name, key)) for key, value in sorted(found.items())]
            rows += [Row((name, None, None), pack("untagged", arn, name))] if not found else []
    empty = "There is no alarm on the function, and no dashboard of MultiTool's."
    return Table(_WATCHED, ("of", "tag", "value"), tuple(rows), empty)


async def _of_apis(desk: Desk) -> Part:
    found = await aws_tags.api_tags(await desk.gateway())
    rows: list[Row] = []
    for name, tags in found:
        rows += [Row((name, key, value)) for key, value in sorted(tags.items())] or [Row((name, None, None))]
    return Table(_APIS, ("API", "tag", "value"), tuple(rows), "There is no REST API in this account and region.")


async def _ask_tag(desk: Desk, subject: Subject, key: str) -> Form:
    del desk, subject
    _, (_, name, *_) = unpack(key)
    return Form(
        f"Tag {name}",
        "A tag of this key gets the new value.",
        "Tag",
        fields=(Field("key", "Key", "team"), Field("value", "Value")),
    )


async def _tag(desk: Desk, subject: Subject, key: str, given: Values) -> str:
    del subject
    _, (arn, name, *_) = unpack(key)
    tag, value = required(given, "key", "a key"), given.get("value", "").strip()
    await aws_tags.tag(await desk.cloudwatch(), arn, {tag: value})
    return f"{name}: {tag} = {value}."


async def _ask_untag(desk: Desk, subject: Subject, key: str) -> Form:
    del desk, subject
    _, (_, name, tag) = unpack(key)
    return Form(
        f"Take the tag {tag} off {name}?", "Whatever reads it, as of costs or of access, misses it.", "Take off"
    )


async def _untag(desk: Desk, subject: Subject, key: str, given: Values) -> str:
    del subject, given
    _, (arn, name, tag) = unpack(key)
    await aws_tags.untag(await desk.cloudwatch(), arn, [tag])
    return f"{name} has no tag {tag} any more."


TAB = Tab(
    "tags",
    "Tags",
    "tags of the function, its alarms, its dashboard, and of APIs",
    load,
    deeds=(
        Deed("tag-more", "t", "Tag", _ask_tag, _tag, of="tagged:"),
        Deed("tag", "t", "Tag", _ask_tag, _tag, of="untagged:"),
        Deed("untag", "x", "Take off", _ask_untag, _untag, of="tagged:"),
    ),
)
