"""What a tab is, what it is about, and what it reads with."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from multitool_tui.clock import Clock
from multitool_tui.controller.observe.page import Form, Page, Part, or_trouble

if TYPE_CHECKING:
    from multitool_tui.aws.session import AwsSession


@dataclass(frozen=True, slots=True)
class Subject:
    """What is in hand: a function's alias, or the function alone where `alias` is empty, with the versions that serve.

    `baseline` and `canary` are version numbers, empty where there is none.
    """

    function: str
    alias: str
    baseline: str
    canary: str
    region: str
    account: str
    partition: str = "aws"

    @property
    def name(self) -> str:
        """As it reads: "checkout:live", or "checkout"."""
        return f"{self.function}:{self.alias}" if self.alias else self.function

    @property
    def arn(self) -> str:
        """The function's."""
        return f"arn:{self.partition}:lambda:{self.region}:{self.account}:function:{self.function}"

    @property
    def versions(self) -> tuple[str, ...]:
        """The versions that serve, the baseline first."""
        return tuple(version for version in (self.baseline, self.canary) if version)

    @property
    def dimensions(self) -> dict[str, str]:
        """What names the target's metrics in AWS/Lambda."""
        of_alias = {"Resource": self.name} if self.alias else {}
        return {"FunctionName": self.function} | of_alias

    def arn_of(self, resource: str) -> str:
        """The ARN of something of CloudWatch's: "alarm:NAME", or "dashboard/NAME", which has no region."""
        region = "" if resource.startswith("dashboard/") else self.region
        return f"arn:{self.partition}:cloudwatch:{region}:{self.account}:{resource}"


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a tab gets its clients and the time from."""

    session: AwsSession
    clock: Clock

    @property
    def now(self) -> datetime:
        return self.clock.now()

    async def functions(self) -> Any:
        """Lambda."""
        return await self.session.observing("lambda")

    async def cloudwatch(self) -> Any:
        return await self.session.observing("cloudwatch")

    async def signals(self) -> Any:
        """Application Signals."""
        return await self.session.observing("application-signals")

    async def gateway(self) -> Any:
        """API Gateway."""
        return await self.session.observing("apigateway")

    async def page(self, *parts: tuple[str, Awaitable[Part]], title: str = "") -> Page:
        """A page of parts that are read at the same time, each with the title that it has when it cannot be."""
        read = await asyncio.gather(*(or_trouble(name, part) for name, part in parts))
        return Page(tuple(read), self.now, title)


Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that can be done from a tab. `key` is pressed for it; `of` says which rows it is for, by the beginning
    of their keys, None for none: it is for the target as a whole.

    `ask` makes the form that is confirmed first. `do` does it and returns a sentence; it raises `ValueError` for what
    is filled in wrongly, and `AwsError`.
    """

    name: str
    key: str
    label: str
    ask: Callable[[Desk, Subject, str], Awaitable[Form]]
    do: Callable[[Desk, Subject, str, Values], Awaitable[str]]
    of: str | None = None
    changes: bool = True
    """Whether it changes something in AWS."""

    def is_for(self, key: str | None) -> bool:
        """Whether it can be done with the row that has this key; None where there is no such row."""
        return self.of is None or (key is not None and key.startswith(self.of))


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab. `load` reads its page; `look` reads what a row with a key opens, or None where that is nothing."""

    name: str
    title: str
    about: str
    load: Callable[[Desk, Subject], Awaitable[Page]]
    look: Callable[[Desk, Subject, str], Awaitable[Page]] | None = None
    deeds: tuple[Deed, ...] = ()

    def deed(self, name: str) -> Deed:
        """The deed of a name."""
        return next(deed for deed in self.deeds if deed.name == name)
