"""When a rollout is over for a process that nobody watches."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from multitool_tui.controller.snapshot import Snapshot
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.states import State

if TYPE_CHECKING:
    from multitool_tui.controller.supervisor import Supervisor


def is_over(rollout: Rollout) -> bool:
    """Whether it has ended, or is held for what only an operator can clear."""
    if rollout.state is State.HELD and rollout.pending is None:
        return not (rollout.obstacle and rollout.obstacle.passes)
    return rollout.ended


async def until_over(supervisor: Supervisor, identity: str) -> Rollout:
    """Wait for a rollout of this process; how it is then."""
    driver, changed = supervisor.driver(identity), asyncio.Event()

    def look(_: Snapshot) -> None:
        changed.set()

    supervisor.subscribe(look)
    try:
        while not is_over(driver.rollout):
            changed.clear()
            await changed.wait()
    finally:
        supervisor.unsubscribe(look)
    return driver.rollout
