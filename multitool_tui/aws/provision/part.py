"""What every part of a service can do, and what it works with."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

from multitool_tui.aws.errors import AwsError, Throttled
from multitool_tui.aws.resources import Caller
from multitool_tui.aws.session import AwsSession
from multitool_tui.aws.translate import answered, aws_errors
from multitool_tui.clock import Clock
from multitool_tui.rollout.package import Package

T = TypeVar("T")

Facts = dict[str, str]
"""What AWS has named by itself, and later parts and the removal have to know: {"api": "a1b2c3d4e5"}."""

_THROTTLED_FOR = (1, 2, 5, 10, 20, 35)
"""Seconds between tries. DeleteRestApi is allowed once in 30 seconds (API Gateway developer guide, "Quotas")."""


class InTheWay(AwsError):
    """Something of that name is there that setup has not made and cannot use; the text says what to do."""


class Part(ABC):
    """One thing that setup makes.

    A part is a frozen description. `kind` and `name` are known before anything is made, and tell it from all others
    of the service; `says` is a line for the user.
    """

    __slots__ = ()
    kind: ClassVar[str]
    within: ClassVar[str] = ""
    """The kind of the part whose removal removes this one as well; empty: none."""
    needs: ClassVar[tuple[str, ...]] = ()
    """The facts without which there is nothing to look at yet."""

    @property
    @abstractmethod
    def name(self) -> str: ...

    @property
    @abstractmethod
    def says(self) -> str: ...

    @abstractmethod
    async def look(self, site: Site) -> Facts | None:
        """What is there; None when nothing is.

        Raises:
            InTheWay: what is there is no use.
        """

    @abstractmethod
    async def make(self, site: Site) -> Facts:
        """Make it, by one call that goes out once. What the parts before it left in `site.facts` is there.

        Raises:
            Conflict: it is there after all.
        """

    async def may_go(self, site: Site) -> None:
        """Make sure that nobody needs it any more, before anything of the service is removed.

        Raises:
            InTheWay: somebody does.
        """
        del site

    async def undo(self, site: Site) -> None:
        """Remove it. What AWS has named of it is in `site.facts`.

        Raises:
            NotFound: it is gone already.
        """
        raise NotImplementedError

    def removed_by(self, site: Site, /) -> tuple[str, ...]:
        """The commands that remove it, for what the product's policy does not allow to be removed; else none."""
        del site
        return ()


@dataclass
class Site:
    """Where a service is made: the account, what was made so far, and the code it is made of."""

    session: AwsSession
    clock: Clock
    caller: Caller
    package: Package | None = None
    facts: Facts = field(default_factory=dict)
    sent: Callable[[float], None] = lambda _share: None
    """Hears of the share (0-1) of the code that has been sent."""

    @property
    def partition(self) -> str:
        return self.caller.arn.split(":")[1]

    def arn(self, service: str, resource: str) -> str:
        """The ARN of something in this account and region."""
        return f"arn:{self.partition}:{service}:{self.caller.region}:{self.caller.account}:{resource}"

    async def call(self, service: str, operation: str, *fields: str, **parameters: Any) -> dict[str, Any]:
        """A call that changes something. It goes out once, unless AWS is throttling; its answer has the `fields`.

        Raises:
            AwsError
        """
        return await self._ask(await self.session.maker(service), operation, fields, parameters)

    async def read(self, service: str, operation: str, *fields: str, **parameters: Any) -> dict[str, Any]:
        """A call that reads.

        Raises:
            AwsError
        """
        return await self._ask(await self.session.client(service), operation, fields, parameters)

    async def every(
        self, service: str, operation: str, key: str, token: tuple[str, str], **parameters: Any
    ) -> AsyncIterator[dict[str, Any]]:
        """Every item under `key` of a list in pages; `token`: the parameter, and the answer's member it is from."""
        given: dict[str, Any] = parameters
        while True:
            page = await self.read(service, operation, **given)
            for item in page.get(key) or ():
                yield item
            if not page.get(token[1]):
                return
            given = parameters | {token[0]: page[token[1]]}

    async def _ask(
        self, client: Any, operation: str, fields: tuple[str, ...], parameters: dict[str, Any]
    ) -> dict[str, Any]:
        async def ask() -> dict[str, Any]:
            with aws_errors():
                answer: dict[str, Any] = await getattr(client, operation)(**parameters)
                answered(answer, *fields)
            return answer

        return await self.patiently(ask)

    async def patiently(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask again while AWS is throttling, for somewhat over a minute."""
        for seconds in _THROTTLED_FOR:
            try:
                return await ask()
            except Throttled:
                await self.clock.sleep(seconds)
        return await ask()

    async def until(self, done: Callable[[], Awaitable[T | None]], seconds: float) -> T | None:
        """Ask every second or so until there is an answer; None when there was none for so long."""
        end = self.clock.now().timestamp() + seconds
        while (answer := await done()) is None:
            if self.clock.now().timestamp() >= end:
                return None
            await self.clock.sleep(1.0)
            await asyncio.sleep(0)
        return answer
