"""What calls the target beside its callers: event sources, URLs, asynchronous invocations."""

from __future__ import annotations

from datetime import timedelta

from multitool_tui.aws.errors import NotFound
from multitool_tui.aws.observability import wiring
from multitool_tui.controller.observe.keys import pack, unpack
from multitool_tui.controller.observe.page import Cell, Facts, Field, Form, Page, Part, Prose, Row, Table
from multitool_tui.controller.observe.reading import number
from multitool_tui.controller.observe.tab import Deed, Desk, Subject, Tab, Values
from multitool_tui.words import duration, parse_duration, write_duration

_SOURCES, _URLS, _ASYNC = "Event sources", "Function URLs", "Asynchronous invocations"
_RETRIES, _AGE = 2, timedelta(hours=6)  # Lambda's own. Source: API reference, PutFunctionEventInvokeConfig
_LEAST_AGE, _MOST_AGE = timedelta(minutes=1), timedelta(hours=6)


async def load(desk: Desk, subject: Subject) -> Page:
    """Event sources, URLs, and what becomes of asynchronous invocations."""
    return await desk.page(
        (_SOURCES, _sources(desk, subject)),
        (_URLS, _urls(desk, subject)),
        (_ASYNC, _asynchronous(desk, subject)),
    )


async def _sources(desk: Desk, subject: Subject) -> Part:
    found = await wiring.event_sources(await desk.functions(), subject.function)
    rows = tuple(
        Row(
            (_short(one.source), one.qualifier or "$LATEST", one.state, one.batch),
            pack("source-off" if one.state == "Disabled" else "source-on", one.name, _short(one.source)),
        )
        for one in found
    )
    empty = f"No queue or stream calls {subject.function}."
    return Table(_SOURCES, ("source", "calls", "state", "batch"), rows, empty)


def _short(arn: str) -> str:
    """ "sqs orders" of a queue's ARN."""
    parts = arn.split(":", 5)
    return f"{parts[2]} {parts[5]}" if len(parts) > 5 else arn


async def _urls(desk: Desk, subject: Subject) -> Part:
    try:
        found = await wiring.urls(await desk.functions(), subject.function)
    except NotFound:
        found = ()
    rows = tuple(
        Row((one.url, one.qualifier or "$LATEST", one.auth, one.mode), pack("url", one.qualifier, one.url))
        for one in found
    )
    return Table(_URLS, ("URL", "calls", "sign", "mode"), rows, f"{subject.function} has no URL of its own.")


async def _asynchronous(desk: Desk, subject: Subject) -> Part:
    try:
        found = await wiring.asynchronous(await desk.functions(), subject.function)
    except NotFound:
        found = ()
    rows = [Row(_retried(one), pack("async-set", one.qualifier)) for one in found]
    if not any(one.qualifier == subject.alias for one in found):
        rows.insert(0, Row((subject.alias or "$LATEST", _RETRIES, _AGE, None), pack("async", subject.alias)))
    return Table(_ASYNC, ("of", "retries", "within", "on failure"), tuple(rows), "")


def _retried(one: wiring.Asynchronous) -> tuple[Cell, ...]:
    retries = _RETRIES if one.retries is None else one.retries
    return (one.qualifier or "$LATEST", retries, one.age or _AGE, _short(one.on_failure) or None)


async def look(desk: Desk, subject: Subject, key: str) -> Page:
    """One of these, as it is now."""
    kind, (name, *_) = unpack(key)
    match kind:
        case "url":
            return await desk.page(("", _url(desk, subject, name)), title="URL")
        case "async" | "async-set":
            return await desk.page(("", _retries(desk, subject, name)), title=name or subject.function)
        case _:
            return await desk.page(("", _source(desk, name)), title="event source")


async def _url(desk: Desk, subject: Subject, alias: str) -> Part:
    found = await wiring.url(await desk.functions(), subject.function, alias)
    if found is None:
        return Prose("", "It is gone.")
    return Facts("", (("URL", found.url), ("Calls", alias or "$LATEST"), ("Sign", found.auth), ("Mode", found.mode)))


async def _retries(desk: Desk, subject: Subject, qualifier: str) -> Part:
    found = await wiring.asynchronous_of(await desk.functions(), subject.function, qualifier)
    if found is None:
        return Prose("", f"Nothing is set: Lambda's own hold, {_RETRIES} retries within {duration(_AGE)}.")
    return Facts(
        "",
        (
            ("Retries", _RETRIES if found.retries is None else found.retries),
            ("Within", found.age or _AGE),
            ("On failure", found.on_failure or None),
            ("On success", found.on_success or None),
        ),
    )


async def _source(desk: Desk, name: str) -> Part:
    found = await wiring.event_source(await desk.functions(), name)
    return Facts(
        "",
        (
            ("Source", found.source),
            ("Calls", found.qualifier or "$LATEST"),
            ("State", found.state),
            ("Batch", found.batch),
            ("Last result", found.last or None),
            ("UUID", found.name),
        ),
    )


# Event sources


async def _ask_disable(desk: Desk, subject: Subject, key: str) -> Form:
    del desk
    source = unpack(key)[1][1]
    return Form(
        f"Stop reading {source}?", f"Its records wait there, and do not reach {subject.function}.", "Stop reading"
    )


async def _disable(desk: Desk, subject: Subject, key: str, given: Values) -> str:
    del subject, given
    name, source = unpack(key)[1]
    return f"{source}: {await wiring.enable(await desk.functions(), name, enabled=False)}."


async def _ask_enable(desk: Desk, subject: Subject, key: str) -> Form:
    del desk
    source = unpack(key)[1][1]
    return Form(f"Read {source} again?", f"What waits there reaches {subject.function} now.", "Read")


async def _enable(desk: Desk, subject: Subject, key: str, given: Values) -> str:
    del subject, given
    name, source = unpack(key)[1]
    return f"{source}: {await wiring.enable(await desk.functions(), name, enabled=True)}."


async def _ask_delete_source(desk: Desk, subject: Subject, key: str) -> Form:
    del desk, subject
    source = unpack(key)[1][1]
    return Form(
        f"Delete the mapping of {source}?",
        "Its position in the stream is lost with it. To be sure, type the source as it stands there.",
        "Delete",
        fields=(Field("sure", "Source", "", source),),
    )


async def _delete_source(desk: Desk, subject: Subject, key: str, given: Values) -> str:
    del subject
    name, source = unpack(key)[1]
    _be_sure(given, source)
    await wiring.delete_event_source(await desk.functions(), name)
    return f"The mapping of {source} is deleted."


def _be_sure(given: Values, name: str) -> None:
    if given.get("sure", "").strip() != name:
        raise ValueError(f"Type {name} to delete it.")


# URLs


async def _ask_delete_url(desk: Desk, subject: Subject, key: str) -> Form:
    del desk
    qualifier, url = unpack(key)[1]
    name = qualifier or subject.function
    return Form(
        "Delete the URL?",
        "Whoever calls it gets nothing from then on, and it never comes back: a new one has another name. To be sure, "
        f"type {name}.",
        "Delete",
        (("URL", url),),
        (Field("sure", "Name", "", name),),
    )


async def _delete_url(desk: Desk, subject: Subject, key: str, given: Values) -> str:
    qualifier, url = unpack(key)[1]
    _be_sure(given, qualifier or subject.function)
    await wiring.delete_url(await desk.functions(), subject.function, qualifier)
    return f"{url} is deleted."


# Asynchronous invocations


async def _ask_async(desk: Desk, subject: Subject, key: str) -> Form:
    (qualifier,) = unpack(key)[1]
    found = await wiring.asynchronous_of(await desk.functions(), subject.function, qualifier)
    retries = found.retries if found and found.retries is not None else _RETRIES
    age = (found.age if found else None) or _AGE
    return Form(
        f"Asynchronous invocations of {qualifier or subject.function}",
        "An event that fails is tried again so often, and dropped when it is older than that. Destinations stay.",
        "Set",
        fields=(
            Field("retries", "Retries", f"{retries}", "0 to 2"),
            Field("age", "Within", write_duration(age), "1m to 6h"),
        ),
    )


async def _set_async(desk: Desk, subject: Subject, key: str, given: Values) -> str:
    kind, (qualifier,) = unpack(key)
    retries = int(number(given, "retries", least=0, most=2))
    age = parse_duration(given.get("age", ""))
    if not _LEAST_AGE <= age <= _MOST_AGE:
        raise ValueError(f"An event may be 1m to 6h old, not {duration(age)}.")
    change = wiring.change_asynchronous if kind == "async-set" else wiring.put_asynchronous
    await change(await desk.functions(), subject.function, qualifier, retries, age)
    return f"{qualifier or subject.function}: {retries} retries within {duration(age)}."


async def _ask_forget(desk: Desk, subject: Subject, key: str) -> Form:
    del desk
    (qualifier,) = unpack(key)[1]
    return Form(
        f"Delete the settings of {qualifier or subject.function}?",
        "Lambda's own hold again: two retries within six hours. Destinations are forgotten too.",
        "Delete",
    )


async def _forget(desk: Desk, subject: Subject, key: str, given: Values) -> str:
    del given
    (qualifier,) = unpack(key)[1]
    await wiring.forget_asynchronous(await desk.functions(), subject.function, qualifier)
    return f"{qualifier or subject.function} has Lambda's own settings again."


TAB = Tab(
    "wiring",
    "Wiring",
    "event sources, URLs, and what is tried again",
    load,
    look,
    (
        Deed("disable-source", "s", "Stop reading", _ask_disable, _disable, of="source-on:"),
        Deed("enable-source", "a", "Read again", _ask_enable, _enable, of="source-off:"),
        Deed("delete-source", "x", "Delete", _ask_delete_source, _delete_source, of="source-"),
        Deed("delete-url", "x", "Delete", _ask_delete_url, _delete_url, of="url:"),
        Deed("set-async", "e", "Set retries", _ask_async, _set_async, of="async:"),
        Deed("change-async", "e", "Set retries", _ask_async, _set_async, of="async-set:"),
        Deed("forget-async", "x", "Delete settings", _ask_forget, _forget, of="async-set:"),
    ),
)
