"""The list of checks, and how they are run: all at once, each with so much time and no more."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

from multitool_tui.controller.doctor import account, machine
from multitool_tui.controller.doctor.finding import Cause, Finding, Health
from multitool_tui.controller.doctor.subject import Subject

_log = logging.getLogger(__name__)

Check = Callable[[Subject], Awaitable[list[Finding]]]

CHECKS: tuple[tuple[str, Check], ...] = (
    ("session", account.session),
    ("caller", account.identity),
    ("region", account.region),
    ("clock", account.clock),
    ("endpoint", account.endpoints),
    ("lambda limits", account.lambda_limits),
    ("permissions", account.permissions),
    ("access keys", account.keys),
    ("journal", machine.journal),
    ("manifest", machine.manifest),
    ("terminal", machine.surroundings),
    ("versions", machine.versions),
)
LIMIT = 15.0
"""Seconds. The SDK gives a connection 5, three times."""


async def examine(subject: Subject, limit: float = LIMIT) -> AsyncIterator[Finding]:
    """Every finding, in the order of `CHECKS`, each as soon as those before it are there."""
    running = [asyncio.create_task(_bounded(name, check, subject, limit)) for name, check in CHECKS]
    try:
        for task in running:
            for finding in await task:
                yield finding
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _bounded(name: str, check: Check, subject: Subject, limit: float) -> list[Finding]:
    try:
        async with asyncio.timeout(limit):
            return await check(subject)
    except TimeoutError:
        sentence = f"No answer within {limit:g} seconds."
        return [Finding(name, Health.FAILED, sentence, cause=Cause.UNREACHABLE)]
    except Exception as error:  # noqa: BLE001 - one check that is broken leaves the others
        _log.exception("the check of %s failed", name)
        return [
            Finding(name, Health.UNKNOWN, f"The check itself failed ({type(error).__name__}), which is a bug of ours.")
        ]
