from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from aiobotocore.session import AioSession

from multitool_tui.clock import ManualClock
from multitool_tui.permissions.ledger import actions_of
from multitool_tui.permissions.reading import read_policy
from multitool_tui.permissions.row import Operation
from multitool_tui.sandbox.scenario import load_scenario
from multitool_tui.sandbox.server import Sandbox
from tests.data import DOCUMENT
from tests.support.world import REGION

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Account:
    """The clients of a sandbox that allows what the permissions document allows, and no more."""

    sandbox: Sandbox
    clock: ManualClock
    cloudwatch: Any
    signals: Any


@pytest.fixture
async def account() -> AsyncIterator[Account]:
    clock = ManualClock(NOON)
    policy = read_policy(DOCUMENT.read_text())
    async with (
        Sandbox(scenario=load_scenario("errors"), clock=clock, policy=policy) as sandbox,
        AsyncExitStack() as stack,
    ):
        session = AioSession()
        cloudwatch, signals = [
            await stack.enter_async_context(
                session.create_client(service, region_name=REGION, endpoint_url=sandbox.url)
            )
            for service in ("cloudwatch", "application-signals")
        ]
        yield Account(sandbox, clock, cloudwatch, signals)
        for call in sandbox.calls:
            assert actions_of(Operation(call.service, call.operation)), call
