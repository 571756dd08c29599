"""Resources as AWS has them, whole, for somebody to read; but what a function keeps in its environment is not kept.

Sources: Lambda API reference, GetAlias, GetFunctionConfiguration, ListVersionsByFunction; API Gateway API reference,
GetStage, GetRestApi. Stage variables are shown: the developer guide says that nothing sensitive belongs there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from multitool_tui.aws.translate import aws_errors

Document = dict[str, Any]
"""Of text, numbers, lists and further documents."""
HIDDEN = "(not shown)"
"""What stands in the place of the value of an environment variable."""


async def alias(client: Any, function: str, name: str) -> Document:
    """An alias. Raises `NotFound` where there is none, as all of these do."""
    with aws_errors():
        return _document(await client.get_alias(FunctionName=function, Name=name))


async def version(client: Any, function: str, number: str) -> Document:
    """The configuration of a published version, or of $LATEST."""
    with aws_errors():
        return _document(await client.get_function_configuration(FunctionName=function, Qualifier=number))


async def versions(client: Any, function: str) -> list[Document]:
    """The published versions, newest first."""
    found: list[Document] = []
    with aws_errors():
        async for page in client.get_paginator("list_versions_by_function").paginate(FunctionName=function):
            found += [_document(each) for each in page.get("Versions", ()) if each.get("Version") != "$LATEST"]
    return found[::-1]


async def stage(client: Any, api: str, name: str) -> Document:
    """A stage of the REST API with an id."""
    with aws_errors():
        return _document(await client.get_stage(restApiId=api, stageName=name))


async def api(client: Any, number: str) -> Document:
    """The REST API with an id."""
    with aws_errors():
        return _document(await client.get_rest_api(restApiId=number))


def _document(answer: Mapping[str, Any]) -> Document:
    kept: Document = {key: _plain(value) for key, value in answer.items() if key != "ResponseMetadata"}
    environment = kept.get("Environment")
    if isinstance(environment, dict) and isinstance(environment.get("Variables"), dict):
        kept["Environment"] = {**environment, "Variables": dict.fromkeys(sorted(environment["Variables"]), HIDDEN)}
    return kept


def _plain(value: Any) -> Any:
    match value:
        case Mapping():
            return {str(key): _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case datetime():
            return value.isoformat()
        case str() | bool() | int() | float() | None:
            return value
        case _:
            return str(value)
