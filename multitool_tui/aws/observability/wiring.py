"""What stands around a function: event sources, URLs, asynchronous invocations, and which runtime its versions get."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from multitool_tui.aws.errors import NotFound
from multitool_tui.aws.observability.paging import every_marker
from multitool_tui.aws.translate import answered, aws_errors

Updates = Literal["Auto", "FunctionUpdate", "Manual"]


@dataclass(frozen=True, slots=True)
class EventSource:
    """A queue or a stream that a function reads. `qualifier` is the alias or version that gets it; empty: $LATEST."""

    name: str
    source: str
    qualifier: str
    state: str
    batch: int | None
    last: str


@dataclass(frozen=True, slots=True)
class Url:
    """A function URL. `qualifier` is the alias that it calls, empty for $LATEST."""

    url: str
    qualifier: str
    auth: str
    mode: str


@dataclass(frozen=True, slots=True)
class Asynchronous:
    """What becomes of asynchronous invocations. None: Lambda's own, two retries within six hours."""

    qualifier: str
    retries: int | None
    age: timedelta | None
    on_success: str
    on_failure: str


@dataclass(frozen=True, slots=True)
class Runtime:
    """Which runtime a version runs on, and when it gets a newer one. `arn` is what it runs on now, where AWS says so;
    `pinned` the one that it is held to."""

    version: str
    name: str
    updates: str
    arn: str
    pinned: str


async def event_sources(client: Any, function: str) -> tuple[EventSource, ...]:
    """The event source mappings of a function and of all its aliases and versions, by source."""
    # Asked for a function's own, AWS leaves those of its aliases out: so all are asked for.
    found = await every_marker(client.list_event_source_mappings, "EventSourceMappings")
    own = [_source(item) for item in found if _function(item) == function]
    return tuple(sorted(own, key=lambda one: one.source))


async def event_source(client: Any, name: str) -> EventSource:
    """One mapping by its UUID.

    Raises:
        NotFound: when there is no such mapping.
    """
    with aws_errors():
        return _source(await client.get_event_source_mapping(UUID=name))


async def enable(client: Any, name: str, *, enabled: bool) -> str:
    """Let a mapping read, or not. Returns its state, which may still be on its way.

    Raises:
        Refused: when it is being changed already.
    """
    with aws_errors():
        return str((await client.update_event_source_mapping(UUID=name, Enabled=enabled)).get("State", ""))


async def delete_event_source(client: Any, name: str) -> None:
    """Delete a mapping."""
    with aws_errors():
        await client.delete_event_source_mapping(UUID=name)


async def urls(client: Any, function: str) -> tuple[Url, ...]:
    """The URLs of a function and of its aliases."""
    return tuple(
        map(_url, await every_marker(client.list_function_url_configs, "FunctionUrlConfigs", FunctionName=function))
    )


async def url(client: Any, function: str, alias: str) -> Url | None:
    """The URL of an alias, or of the function itself; None where there is none."""
    try:
        with aws_errors():
            return _url(await client.get_function_url_config(FunctionName=function, **_of(alias)))
    except NotFound:
        return None


async def delete_url(client: Any, function: str, alias: str) -> None:
    """Delete the URL of an alias, or of the function itself."""
    with aws_errors():
        await client.delete_function_url_config(FunctionName=function, **_of(alias))


async def asynchronous(client: Any, function: str) -> tuple[Asynchronous, ...]:
    """The settings of asynchronous invocations of a function, its aliases and its versions, where there are any."""
    found = await every_marker(
        client.list_function_event_invoke_configs, "FunctionEventInvokeConfigs", FunctionName=function
    )
    return tuple(map(_asynchronous, found))


async def asynchronous_of(client: Any, function: str, qualifier: str) -> Asynchronous | None:
    """Those of one alias or version, or of the function itself; None where Lambda's own hold."""
    try:
        with aws_errors():
            return _asynchronous(await client.get_function_event_invoke_config(FunctionName=function, **_of(qualifier)))
    except NotFound:
        return None


async def put_asynchronous(client: Any, function: str, qualifier: str, retries: int, age: timedelta) -> None:
    """Set how often and for how long an invocation is tried again, where nothing is set yet: destinations are lost."""
    with aws_errors():
        await client.put_function_event_invoke_config(FunctionName=function, **_of(qualifier), **_retried(retries, age))


async def change_asynchronous(client: Any, function: str, qualifier: str, retries: int, age: timedelta) -> None:
    """The same where something is set already: destinations stay.

    Raises:
        NotFound: when nothing is set.
    """
    with aws_errors():
        await client.update_function_event_invoke_config(
            FunctionName=function, **_of(qualifier), **_retried(retries, age)
        )


def _retried(retries: int, age: timedelta) -> dict[str, int]:
    return {"MaximumRetryAttempts": retries, "MaximumEventAgeInSeconds": int(age.total_seconds())}


async def forget_asynchronous(client: Any, function: str, qualifier: str) -> None:
    """Delete the settings, destinations included: Lambda's own hold again."""
    with aws_errors():
        await client.delete_function_event_invoke_config(FunctionName=function, **_of(qualifier))


async def runtime(client: Any, function: str, version: str) -> Runtime:
    """How a version's runtime is managed, and which it runs on.

    Raises:
        NotFound: when there is no such version.
    """
    with aws_errors():
        managed = await client.get_runtime_management_config(FunctionName=function, **_of(version))
        answered(managed, "UpdateRuntimeOn")
        answer = await client.get_function_configuration(FunctionName=function, **_of(version))
    now = (answer.get("RuntimeVersionConfig") or {}).get("RuntimeVersionArn", "")
    pinned = managed.get("RuntimeVersionArn") or ""
    return Runtime(version, answer.get("Runtime", ""), managed["UpdateRuntimeOn"], now or pinned, pinned)


async def manage_runtime(client: Any, function: str, version: str, updates: Updates, arn: str = "") -> None:
    """Say when a version gets a newer runtime; with "Manual" it stays on the one that `arn` names.

    Raises:
        Refused: when the runtime cannot be had, as one of another language.
    """
    given = {"RuntimeVersionArn": arn} if updates == "Manual" else {}
    with aws_errors():
        await client.put_runtime_management_config(
            FunctionName=function, UpdateRuntimeOn=updates, **_of(version), **given
        )


def _of(qualifier: str) -> dict[str, str]:
    return {"Qualifier": qualifier} if qualifier else {}


def _qualifier(arn: str) -> str:
    """The end of "arn:...:function:NAME:QUALIFIER"; empty for none, and for $LATEST."""
    parts = arn.split(":")
    return parts[7] if len(parts) > 7 and parts[7] != "$LATEST" else ""


def _function(item: dict[str, Any]) -> str:
    parts = str(item.get("FunctionArn", "")).split(":")
    return parts[6] if len(parts) > 6 else ""


def _source(item: dict[str, Any]) -> EventSource:
    answered(item, "UUID")
    return EventSource(
        item["UUID"],
        item.get("EventSourceArn") or "self-managed",
        _qualifier(item.get("FunctionArn", "")),
        item.get("State", ""),
        item.get("BatchSize"),
        item.get("LastProcessingResult", ""),
    )


def _url(item: dict[str, Any]) -> Url:
    answered(item, "FunctionUrl")
    return Url(
        item["FunctionUrl"],
        _qualifier(item.get("FunctionArn", "")),
        item.get("AuthType", ""),
        item.get("InvokeMode", ""),
    )


def _asynchronous(item: dict[str, Any]) -> Asynchronous:
    age = item.get("MaximumEventAgeInSeconds")
    to = item.get("DestinationConfig") or {}
    return Asynchronous(
        _qualifier(item.get("FunctionArn", "")),
        item.get("MaximumRetryAttempts"),
        timedelta(seconds=age) if age is not None else None,
        (to.get("OnSuccess") or {}).get("Destination", ""),
        (to.get("OnFailure") or {}).get("Destination", ""),
    )
