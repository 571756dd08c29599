"""API Gateway and Lambda of the sandbox as clients, without the wire between: what goes wrong there is in a script."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from botocore.exceptions import ClientError, ReadTimeoutError

from multitool_tui.clock import Clock
from multitool_tui.sandbox.account import build
from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.functions.names import Place
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.scenario import load_scenario
from multitool_tui.sandbox.services.registry import HANDLERS

NOW = datetime(2026, 1, 5, tzinfo=UTC)
REFUSALS = {
    "throttled": ("TooManyRequestsException", 429),
    "limited": ("LimitExceededException", 429),
    "conflict": ("ConflictException", 409),
    "denied": ("AccessDeniedException", 403),
    "down": ("ServiceUnavailableException", 503),
}


class NoTime(Clock):
    """A clock on which nothing takes time; `meanwhile` goes on while somebody sleeps."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        self._meanwhile = meanwhile

    def now(self) -> datetime:
        return NOW

    async def sleep(self, seconds: float) -> None:  # noqa: ARG002 - the clock's
        self._meanwhile()


@dataclass
class Script:
    """What happens to the next calls of an operation: a key of `REFUSALS`, "lost before", "lost after", "cut off", or
    "late": cut off as well, and applied by `Gateway.catch_up`; so is what is "late without an answer"."""

    troubles: dict[str, list[str]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    between: dict[str, Callable[[], object]] = field(default_factory=dict)
    """What another hand does just before the next call of an operation."""
    late: list[Callable[[], object]] = field(default_factory=list)
    old: dict[str, list[Any]] = field(default_factory=dict)
    """What the next calls of an operation answer, whatever is so by now."""

    def add(self, operation: str, *troubles: str) -> None:
        self.troubles.setdefault(operation, []).extend(troubles)


class Direct:
    """A client of one service of a region."""

    def __init__(self, region: Region, service: str, script: Script) -> None:
        self._region, self._service, self._script = region, service, script

    def __getattr__(self, method: str) -> Callable[..., Any]:
        operation = "".join(part.capitalize() for part in method.split("_"))

        async def call(**params: Any) -> Any:
            self._script.calls.append(operation)
            if another := self._script.between.pop(operation, None):
                another()
            waiting = self._script.troubles.get(operation)
            trouble = waiting.pop(0) if waiting else ""
            if trouble in REFUSALS:
                raise refusal(*REFUSALS[trouble], operation)
            if trouble == "lost before":
                raise ReadTimeoutError(endpoint_url="x")
            if trouble.startswith("late"):
                self._script.late.append(lambda: HANDLERS[self._service][operation](self._region, params))
                raise asyncio.CancelledError if trouble == "late" else ReadTimeoutError(endpoint_url="x")
            if old := self._script.old.get(operation):
                return deepcopy(old.pop(0))
            try:
                answer = deepcopy(HANDLERS[self._service][operation](self._region, params))
            except AwsError as error:
                raise refusal(error.name, 400, operation, error.message) from None
            if trouble == "lost after":
                raise ReadTimeoutError(endpoint_url="x")
            if trouble == "cut off":
                raise asyncio.CancelledError
            return answer

        return call


def refusal(code: str, status: int, operation: str, message: str = "said") -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}, operation
    )


@dataclass
class Gateway:
    """The region of a scenario, and clients of it."""

    region: Region
    script: Script

    @classmethod
    def of(cls, scenario: str) -> Gateway:
        place = Place("123456789012", "eu-west-1")
        return cls(build(load_scenario(scenario), place, 1, NOW.timestamp(), 0.0), Script())

    def client(self, service: str) -> Any:
        return cast("Any", Direct(self.region, service, self.script))

    def by_hand(self, operation: str, **params: Any) -> Any:
        """What somebody else does, whatever is in the script."""
        return HANDLERS["apigateway"][operation](self.region, params)

    def catch_up(self) -> None:
        """Let what is late come about."""
        while self.script.late:
            self.script.late.pop(0)()

    @property
    def api(self) -> Any:
        """The one API."""
        [api] = self.region.apis.all.values()
        return api

    @property
    def stage(self) -> dict[str, Any]:
        """Its stage as it is."""
        return cast("dict[str, Any]", self.api.stages["prod"])

    @property
    def uris(self) -> set[str]:
        """What the methods call, by the end of their URIs."""
        methods = [
            method for each in self.api.resources.values() for method in each.get("resourceMethods", {}).values()
        ]
        return {method["methodIntegration"]["uri"].split(":function:")[1].partition("/")[0] for method in methods}

    def patch(self, *operations: tuple[str, str, str]) -> None:
        """Another hand's UpdateStage."""
        patches = [{"op": op, "path": path} | ({"value": value} if value else {}) for op, path, value in operations]
        self.by_hand("UpdateStage", restApiId=self.api.body["id"], stageName="prod", patchOperations=patches)
