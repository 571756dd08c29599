"""Lambda functions, aliases and versions, read through every page of their lists."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from typing import Any

from multitool_tui.aws.resources import Alias, Version
from multitool_tui.aws.translate import answered, aws_errors

LATEST = "$LATEST"
"""The version that an upload changes, and that is published."""

Client = Any
"""An aiobotocore client; the SDK makes them at run time and gives them no type."""


def alias_from(function: str, answer: dict[str, Any]) -> Alias:
    """Read an AliasConfiguration.

    Raises:
        Unanswered: when the answer was cut short.
    """
    answered(answer, "Name", "FunctionVersion")
    weights = (answer.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    return Alias(
        function=function,
        name=answer["Name"],
        version=answer["FunctionVersion"],
        revision=answer.get("RevisionId", ""),
        # A weight of 0 routes nothing: to every reader it is an alias without weights.
        weights={version: float(weight) for version, weight in weights.items() if weight},
        description=answer.get("Description", ""),
    )


async def function_names(client: Client) -> AsyncIterator[tuple[str, ...]]:
    """All function names of the account and region, a page at a time."""
    async for page in _pages(client, "list_functions", "Functions"):
        yield tuple(function["FunctionName"] for function in page if "FunctionName" in function)


async def aliases(client: Client, function: str) -> tuple[Alias, ...]:
    """All aliases of a function, by name."""
    pages = [page async for page in _pages(client, "list_aliases", "Aliases", FunctionName=function)]
    with aws_errors():
        return tuple(sorted((alias_from(function, item) for page in pages for item in page), key=lambda a: a.name))


async def versions(client: Client, function: str) -> tuple[str, ...]:
    """All published versions of a function, oldest first; never $LATEST."""
    return tuple(await version_codes(client, function))


async def version_codes(client: Client, function: str) -> dict[str, str]:
    """The CodeSha256 of each published version, oldest first; never $LATEST."""
    pages = _pages(client, "list_versions_by_function", "Versions", FunctionName=function)
    found = [item async for page in pages for item in page if item.get("Version", "").isdigit()]
    found.sort(key=lambda item: int(item["Version"]))
    return {item["Version"]: item.get("CodeSha256", "") for item in found}


async def get_alias(client: Client, function: str, name: str) -> Alias:
    """One alias as it is now.

    Raises:
        NotFound: when there is no such function or alias.
    """
    with aws_errors():
        return alias_from(function, await client.get_alias(FunctionName=function, Name=name))


async def get_version(client: Client, function: str, version: str) -> Version:
    """A published version, or $LATEST.

    Raises:
        NotFound: when there is no such function or version.
    """
    with aws_errors():
        answer = await client.get_function_configuration(FunctionName=function, Qualifier=version)
        answered(answer, "Version", "Role")
        return version_from(function, answer)


def version_from(function: str, answer: dict[str, Any]) -> Version:
    """Read a FunctionConfiguration."""
    return Version(
        function=function,
        version=answer.get("Version", ""),
        role=answer.get("Role", ""),
        dead_letter=(answer.get("DeadLetterConfig") or {}).get("TargetArn") or None,
        modified=answer.get("LastModified", ""),
        description=answer.get("Description", ""),
        arn=":".join(answer.get("FunctionArn", "").split(":")[:7]),
        code=answer.get("CodeSha256", ""),
        settings=_digest(answer),
        revision=answer.get("RevisionId", ""),
        handler=answer.get("Handler", ""),
        runtime=answer.get("Runtime", ""),
        package_type=answer.get("PackageType") or "Zip",
        layers=len(answer.get("Layers") or ()),
        # Where they are left out, there is nothing to wait for.
        state=answer.get("State") or "Active",
        update=answer.get("LastUpdateStatus") or "Successful",
        why=answer.get("LastUpdateStatusReason") or answer.get("StateReason") or "",
    )


_NOT_SET = frozenset(
    (
        *("FunctionName", "FunctionArn", "MasterArn", "Version", "Description", "RevisionId", "LastModified"),
        *(
            "CodeSha256",
            "ConfigSha256",
            "CodeSize",
            "RuntimeVersionConfig",
            "SigningJobArn",
            "SigningProfileVersionArn",
        ),
        *("State", "StateReason", "StateReasonCode", "ResponseMetadata"),
        *("LastUpdateStatus", "LastUpdateStatusReason", "LastUpdateStatusReasonCode"),
    )
)
"""Members of a FunctionConfiguration that tell the version, its code or its state, and are no setting."""


def _digest(answer: dict[str, Any]) -> str:
    settings = {key: value for key, value in answer.items() if key not in _NOT_SET and value not in (None, "", {}, [])}
    if "SnapStart" in settings:
        settings["SnapStart"] = settings["SnapStart"].get("ApplyOn")
    return hashlib.sha256(json.dumps(settings, sort_keys=True, default=str).encode()).hexdigest()[:16]


async def _pages(client: Client, operation: str, key: str, **parameters: str) -> AsyncIterator[list[dict[str, Any]]]:
    """Every page of a list operation; lists without the `key` were cut short, and are an error rather than an end."""
    pages = client.get_paginator(operation).paginate(**parameters)
    iterator = pages.__aiter__()
    while True:
        with aws_errors():
            try:
                page = await anext(iterator)
            except StopAsyncIteration:
                return
            answered(page, key)
        yield page[key]
