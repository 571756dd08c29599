"""Letting an event loop come to rest, and moving a manual clock until something is so."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from multitool_tui.clock import ManualClock


async def settle(turns: int = 20) -> None:
    """Let everything that can run now run: no time passes."""
    for _ in range(turns):
        await asyncio.sleep(0)


async def until(so: Callable[[], bool], what: str = "", turns: int = 200_000) -> None:
    """Run the event loop until `so`; real I/O on loopback is waited for, the clock does not move.

    Raises:
        AssertionError: it did not come about.
    """
    for _ in range(turns):
        if so():
            return
        await asyncio.sleep(0)
    raise AssertionError(f"it never came about: {what or so}")


async def really(so: Callable[[], bool]) -> None:
    """Wait, by the real clock, for what other processes do."""
    async with asyncio.timeout(60):
        while not so():  # noqa: ASYNC110 - no event of ours comes from other processes
            await asyncio.sleep(0.01)


def comes_about(so: Callable[[], bool], *, within: float) -> None:
    """Wait, by the real clock, where there is no event loop.

    Raises:
        AssertionError: it did not come about in so many seconds.
    """
    limit = time.monotonic() + within
    while not so():
        assert time.monotonic() < limit, "it never came about"
        time.sleep(0.02)


async def at_rest(quiet: Callable[[], bool]) -> None:
    """Run the event loop until `quiet`, and until whoever has become quiet waits for the clock; that does not move.

    Raises:
        AssertionError: it never was.
    """
    await settle()
    while True:
        await until(quiet, "quiet")
        await settle()
        if quiet():
            return


async def run_until(
    clock: ManualClock, so: Callable[[], bool], *, within: float, quiet: Callable[[], bool], step: float = 5.0
) -> None:
    """Advance `clock` by `step` seconds at a time until `so`; between two steps, wait until all is `at_rest`.

    Raises:
        AssertionError: not within `within` seconds of the clock.
    """
    passed = 0.0
    while not so():
        assert passed < within, f"not within {within} s of the clock"
        clock.advance(step)
        passed += step
        await at_rest(quiet)
