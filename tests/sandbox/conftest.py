from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import pytest

from multitool_tui.clock import ManualClock
from multitool_tui.sandbox.scenario import load_scenario
from multitool_tui.sandbox.server import Sandbox
from tests.sandbox.support import Aws, running

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
Make = Callable[..., Awaitable[Aws]]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
async def make(clock: ManualClock) -> AsyncIterator[Make]:
    """Starts sandboxes and gives clients of them; everything ends with the test."""
    async with AsyncExitStack() as stack:

        async def make(scenario: str = "healthy", **settings: object) -> Aws:
            sandbox = Sandbox(scenario=load_scenario(scenario), clock=clock, **settings)  # type: ignore[arg-type]
            return await stack.enter_async_context(running(sandbox, clock))

        yield make


@pytest.fixture
async def aws(make: Make) -> Aws:
    return await make()
