"""What a screen or a command asks of the tabs: bounded in time, and each failure one sentence."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from multitool_tui.aws.errors import AwsError
from multitool_tui.aws.session import AwsSession
from multitool_tui.clock import Clock
from multitool_tui.controller.observe.describing import Resource, describe
from multitool_tui.controller.observe.page import Form, Page
from multitool_tui.controller.observe.tab import Deed, Desk, Subject, Tab, Values
from multitool_tui.controller.port import CommandRefused

T = TypeVar("T")
_log = logging.getLogger(__name__)
_LONGEST = 60.0
"""So many seconds anything here may take: the SDK tries three times, and a list may have many pages."""


class Observatory:
    """Implements `controller.port.Observations`, on clients of its own."""

    def __init__(self, session: AwsSession, clock: Clock, *, read_only: bool) -> None:
        self._desk = Desk(session, clock)
        self._read_only = read_only
        self._doing: set[asyncio.Task[str]] = set()

    async def load(self, tab: Tab, subject: Subject, key: str | None = None) -> Page:
        if key is None:
            return await self._bounded(tab.load(self._desk, subject))
        if tab.look is None:
            raise CommandRefused("There is nothing more to see of that.")
        return replace(await self._bounded(tab.look(self._desk, subject, key)), key=key)

    async def ask(self, deed: Deed, subject: Subject, key: str) -> Form:
        self._check(deed)
        return await self._bounded(deed.ask(self._desk, subject, key))

    async def do(self, deed: Deed, subject: Subject, key: str, values: Values) -> str:
        self._check(deed)
        task = asyncio.ensure_future(self._bounded(deed.do(self._desk, subject, key, values)))
        self._doing.add(task)
        task.add_done_callback(self._doing.discard)
        return await asyncio.shield(task)

    async def describe(self, resource: Resource) -> Mapping[str, Any]:
        return await self._bounded(describe(self._desk, resource))

    def _check(self, deed: Deed) -> None:
        if deed.changes and self._read_only:
            raise CommandRefused("This session is read-only: nothing can be changed from here.")

    @staticmethod
    async def _bounded(work: Awaitable[T]) -> T:
        try:
            return await asyncio.wait_for(work, _LONGEST)
        except TimeoutError:
            raise CommandRefused(f"AWS did not answer within {_LONGEST:.0f}s.") from None
        except (AwsError, ValueError) as error:
            raise CommandRefused(str(error)) from None
        except CommandRefused:
            raise
        except Exception as error:  # noqa: BLE001 - the edge: a bug in a tab is told in its pane
            _log.exception("a tab failed")
            raise CommandRefused(f"A bug of ours ({type(error).__name__}); the log file has the details.") from None
