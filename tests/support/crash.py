"""A process that ends without a word, as far as one test process can play it."""

from __future__ import annotations

from tests.support.world import World


async def crash(world: World) -> None:
    """The process is gone: nothing is written any more, and the system drops its locks."""
    for task in world.supervisor._tasks:
        task.cancel()
    for driver in world.supervisor._drivers.values():
        driver.look = None  # type: ignore[method-assign, assignment]
        for under_way in (driver._changes._task, driver._preparation):
            if under_way:
                under_way.cancel()
    for lock in world.supervisor._logbook._locks.values():
        lock.release()
    world.supervisor._logbook._locks.clear()
