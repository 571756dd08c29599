"""What is described: a resource under the cursor, and what belongs to it, each as AWS has it or with why not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from multitool_tui.aws import describing
from multitool_tui.aws.errors import AwsError
from multitool_tui.aws.settings import LATEST
from multitool_tui.controller.observe.tab import Desk


class Kind(StrEnum):
    """What a resource is."""

    FUNCTION = "function"
    ALIAS = "alias"
    VERSIONS = "versions"
    API = "api"
    STAGE = "stage"


@dataclass(frozen=True, slots=True)
class Resource:
    """`name` is for people. `of`: the function's name, or the API's id; `part`: the alias's or the stage's name.

    `serving`: the version numbers that an alias or a stage sends requests to, as far as they are known.
    """

    kind: Kind
    name: str
    of: str
    part: str = ""
    function: str = ""
    serving: tuple[str, ...] = ()


async def describe(desk: Desk, resource: Resource) -> Mapping[str, Any]:
    """The resource, and what serves behind it, by what each part is. A part that cannot be read says why."""
    parts: dict[str, Awaitable[Any]] = {}
    match resource.kind:
        case Kind.FUNCTION:
            parts["function"] = describing.version(await desk.functions(), resource.of, LATEST)
        case Kind.ALIAS:
            parts["alias"] = describing.alias(await desk.functions(), resource.of, resource.part)
        case Kind.VERSIONS:
            parts["versions"] = describing.versions(await desk.functions(), resource.of)
        case Kind.API:
            parts["api"] = describing.api(await desk.gateway(), resource.of)
        case Kind.STAGE:
            parts["stage"] = describing.stage(await desk.gateway(), resource.of, resource.part)
    for number in resource.serving:
        parts[f"v{number}"] = describing.version(await desk.functions(), resource.function, number)
    read = await asyncio.gather(*map(_or_why_not, parts.values()))
    return dict(zip(parts, read, strict=True))


async def _or_why_not(part: Awaitable[Any]) -> Any:
    try:
        return await part
    except AwsError as error:
        return {"cannot be read": str(error)}
