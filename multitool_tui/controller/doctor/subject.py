"""What is examined, and what the checks share: one session, asked once who it is and what it may do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar

from multitool_tui.aws.errors import CredentialsError
from multitool_tui.aws.keys import AccessKey, keys, user_of
from multitool_tui.aws.probes import probe
from multitool_tui.aws.resources import Caller, Probed
from multitool_tui.aws.session import AwsSession, Options
from multitool_tui.clock import Clock
from multitool_tui.controller.doctor.terminal import Terminal
from multitool_tui.permissions.ledger import FEATURES, needed
from multitool_tui.permissions.row import Feature

T = TypeVar("T")


@dataclass
class Subject:
    """What is examined. `wanted`: the features that have to work; none stands for watching alone."""

    options: Options
    clock: Clock
    state_dir: Path
    manifest: Path | None
    terminal: Terminal
    versions: Mapping[str, str]
    wanted: tuple[Feature, ...] = ()
    target: tuple[str, str] | None = None
    """The function and alias that permissions are asked about."""
    patience: float = 10.0
    """Seconds that the chain of credentials has."""
    _shared: dict[str, asyncio.Task[Any]] = field(default_factory=dict)

    async def session(self) -> AwsSession:
        """The open session.

        Raises:
            AwsError: there is none to be had.
        """
        return await self._once("session", self._open)

    async def caller(self) -> Caller:
        """Who the session belongs to."""

        async def ask() -> Caller:
            return await (await self.session()).caller()

        return await self._once("caller", ask)

    async def probed(self) -> tuple[Probed, ...]:
        """What the caller may do, as far as reads tell."""

        async def ask() -> tuple[Probed, ...]:
            rows = needed(self.wanted or FEATURES.values())
            return await probe(await self.session(), rows, self.target, self.clock.now())

        return await self._once("probed", ask)

    async def keys(self) -> tuple[AccessKey, ...] | None:
        """The caller's access keys; None where the caller is no IAM user."""

        async def ask() -> tuple[AccessKey, ...] | None:
            user = user_of((await self.caller()).arn)
            return None if user is None else await keys(await (await self.session()).client("iam"), user)

        return await self._once("keys", ask)

    async def _open(self) -> AwsSession:
        session = AwsSession(self.options, self.clock)
        try:
            async with asyncio.timeout(self.patience):
                await session.__aenter__()
        except TimeoutError:
            raise CredentialsError(
                f"No credentials came within {self.patience:g} seconds: see by hand what the credential process, the "
                "login service or this machine's role says."
            ) from None
        return session

    async def _once(self, name: str, ask: Callable[[], Awaitable[T]]) -> T:
        """What `ask` gives, asked once for all checks: one that has no more time takes it from none of the others."""
        if name not in self._shared:
            self._shared[name] = asyncio.ensure_future(ask())
        answer: T = await asyncio.shield(self._shared[name])
        return answer

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._shared.values():
            task.cancel()
        await asyncio.gather(*self._shared.values(), return_exceptions=True)
        opened = self._shared.get("session")
        if opened is not None and not opened.cancelled() and opened.exception() is None:
            with suppress(Exception):  # what is left of it ends with the process
                await opened.result().__aexit__()
