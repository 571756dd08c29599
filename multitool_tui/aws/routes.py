"""How the methods of a REST API call a function: by a version, an alias or a stage variable; and how another version.

    arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/FUNCTION/invocations

FUNCTION is the function's ARN with what it is called by at its end, in which stage variables may stand. Nothing here
asks AWS for anything.

Sources: API Gateway developer guide, "Use stage variables for a REST API" and "Set up an API Gateway canary release
deployment"; API reference, Integration.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_URI = re.compile(
    r"(?P<head>arn:[^:]+:apigateway:[^:]+:lambda:path/[0-9-]+/functions/)(?P<function>.+)(?P<tail>/invocations)"
)
_FUNCTION = re.compile(
    r"(?:arn:(?P<partition>[^:]+):lambda:(?P<region>[^:]+):(?P<account>\d{12}):function:)"
    r"(?P<name>[A-Za-z0-9_-]+)(?::(?P<qualifier>[A-Za-z0-9_$-]+))?"
)
_VARIABLE = re.compile(r"\$\{stageVariables\.(\w+)\}")


@dataclass(frozen=True, slots=True)
class Method:
    """A method that calls a function. `called` is FUNCTION as it is written; `as_role`: it needs no permission of the
    function's, for it has a role to call it with."""

    resource: str
    verb: str
    path: str
    uri: str
    called: str
    as_role: bool = False

    def uri_for(self, called: str) -> str:
        """The URI that calls this instead."""
        return self.uri.replace(f"/functions/{self.called}/", f"/functions/{called}/")


@dataclass(frozen=True, slots=True)
class Route:
    """How a stage calls one function.

    `qualifier`: the version or alias that is called, empty for $LATEST. `variables`: the stage variables that lead to
    this function alone and say it; where there are none, `written` is what stands for it at the end of the URIs, which
    have to be written anew to call another version.
    """

    function: str
    qualifier: str
    methods: tuple[Method, ...]
    variables: Mapping[str, str] = field(default_factory=dict)
    written: str = ""

    @property
    def alias(self) -> str | None:
        """The alias that is called, if it is one."""
        return None if self.qualifier.isdigit() or self.qualifier in ("", "$LATEST") else self.qualifier


@dataclass(frozen=True, slots=True)
class Place:
    """Where a function is."""

    partition: str
    region: str
    account: str


class NoRoute(ValueError):
    """The methods of an API cannot be made to call another version of a function; the text says why."""


def methods_of(resources: Iterable[Mapping[str, Any]]) -> list[Method]:
    """The methods that call a function, of GetResources's items with their methods embedded."""
    return [
        Method(resource["id"], verb, resource.get("path", "/"), uri, match["function"], "credentials" in integration)
        for resource in resources
        for verb, method in (resource.get("resourceMethods") or {}).items()
        if (integration := method.get("methodIntegration") or {}) and (uri := integration.get("uri", ""))
        if (match := _URI.fullmatch(uri))
    ]


def filled(text: str, variables: Mapping[str, str]) -> str:
    """The text with the stage's variables in it."""
    return _VARIABLE.sub(lambda match: variables.get(match[1], ""), text)


def called_by(method: Method, variables: Mapping[str, str]) -> tuple[str, str] | None:
    """The function that a method calls in a stage with these variables, and the version or alias; None: it is none."""
    match = _FUNCTION.fullmatch(filled(method.called, variables))
    return (match["name"], match["qualifier"] or "") if match else None


def functions_of(resources: Sequence[Mapping[str, Any]], variables: Mapping[str, str]) -> tuple[str, ...]:
    """The functions that a stage calls, by name."""
    found = (called_by(method, variables) for method in methods_of(resources))
    return tuple(sorted({one[0] for one in found if one}))


def route_to(function: str, resources: Sequence[Mapping[str, Any]], variables: Mapping[str, str]) -> Route:
    """How a stage with these variables calls a function.

    Raises:
        NoRoute: it does not, or not in one way.
    """
    methods = [m for m in methods_of(resources) if (called_by(m, variables) or ("",))[0] == function]
    if not methods:
        raise NoRoute(f"none of its methods calls {function}")
    qualifiers = sorted({(called_by(m, variables) or ("", ""))[1] for m in methods})
    if len(qualifiers) > 1:
        named = ", ".join(qualifier or "$LATEST" for qualifier in qualifiers)
        raise NoRoute(f"its methods call {function} by different versions or aliases ({named})")
    [qualifier] = qualifiers
    if not qualifier:
        return Route(function, qualifier, tuple(methods))
    ends = {_end(method.called) for method in methods}
    own = _own_variables(ends, methods, resources)
    if own:
        return Route(function, qualifier, tuple(methods), {name: variables.get(name, "") for name in own})
    if len(ends) > 1:
        written_ways = ", ".join(sorted(ends))
        raise NoRoute(f"its methods write the version of {function} in different ways ({written_ways})")
    return Route(function, qualifier, tuple(methods), written=ends.pop())


def place_of(method: Method, variables: Mapping[str, str]) -> Place | None:
    """Where the function is that a method calls; None: it calls none."""
    match = _FUNCTION.fullmatch(filled(method.called, variables))
    return Place(match["partition"], match["region"], match["account"]) if match else None


def for_version(value: str, version: str) -> str:
    """What a stage variable holds to call a version instead: "live" or "checkout:live" as its value says it now."""
    return f"{value[: value.rfind(':') + 1]}{version}"


def _end(called: str) -> str:
    """What stands at the end of FUNCTION: a literal qualifier, or a variable."""
    # A colon is in neither.
    return called.rpartition(":")[2]


def _own_variables(
    ends: Iterable[str], methods: Sequence[Method], resources: Sequence[Mapping[str, Any]]
) -> list[str] | None:
    """The variables that are the ends; None where one is not, or is used for anything else as well."""
    names = [match[1] if (match := _VARIABLE.fullmatch(end)) else None for end in ends]
    text = json.dumps(resources, default=str)
    for name in names:
        if name is None:
            return None
        used = len(re.findall(rf"stageVariables(?:\.|\[['\"\\]+){name}\b", text))
        if used != sum(len(re.findall(rf"stageVariables\.{name}\b", method.called)) for method in methods):
            return None
    return [name for name in names if name]


def redirected(method: Method, variables: Mapping[str, str], function: str, written: str, version: str) -> str | None:
    """What a method would call instead, that calls the function by what is `written`; None for any other method."""
    called = called_by(method, variables)
    if called is None or called[0] != function or _end(method.called) != written:
        return None
    return f"{method.called.removesuffix(written)}{for_version(filled(written, variables), version)}"


def put_back(method: Method, variables: Mapping[str, str], function: str, written: str, version: str) -> str | None:
    """What a method called before it was redirected to `version`; None for any other method."""
    instead = for_version(filled(written, variables), version)
    if called_by(method, variables) != (function, version) or not method.called.endswith(f":{instead}"):
        return None
    return f"{method.called.removesuffix(instead)}{written}"
