"""A sandbox in a thread of its own, for commands that need the main thread: those that hear signals."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager

from multitool_tui.clock import Clock, SystemClock
from multitool_tui.sandbox.scenario import load_scenario
from multitool_tui.sandbox.server import Sandbox
from tests.support.world import REGION

Serving = tuple[Sandbox, asyncio.AbstractEventLoop, asyncio.Event]


@contextmanager
def serving(scenario: str = "healthy", *, clock: Clock | None = None, seed: int = 1) -> Iterator[Sandbox]:
    """Its URL answers, and its records may be read; nothing else of it is safe to use from here."""
    answering: Future[Serving] = Future()

    async def serve() -> None:
        over = asyncio.Event()
        loaded = load_scenario(scenario)
        async with Sandbox(scenario=loaded, clock=clock or SystemClock(), seed=seed, region=REGION) as sandbox:
            answering.set_result((sandbox, asyncio.get_running_loop(), over))
            await over.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), name="sandbox")
    thread.start()
    try:
        sandbox, loop, over = answering.result(timeout=60)
        yield sandbox
    finally:
        if answering.done():
            loop.call_soon_threadsafe(over.set)
        thread.join()
