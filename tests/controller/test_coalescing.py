"""Whatever changes is told once a turn of the event loop, and of many rollouts once in a while."""

import asyncio
from collections.abc import Callable

from multitool_tui.controller.coalescing import Coalesced
from multitool_tui.controller.pace import between_snapshots

LONG = 3600.0


async def _turn() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


def _counted(pause: float) -> tuple[Coalesced, Callable[[], int]]:
    runs: list[None] = []
    return Coalesced(lambda: runs.append(None), lambda: pause), lambda: len(runs)


async def test_all_that_change_in_one_turn_are_told_once() -> None:
    told, times = _counted(0.0)
    told.soon()
    told.soon()
    assert times() == 0
    await _turn()
    assert times() == 1
    told.soon()
    await _turn()
    assert times() == 2


async def test_the_first_change_is_told_at_once_and_the_next_one_after_a_pause() -> None:
    told, times = _counted(LONG)
    told.soon()
    await _turn()
    assert times() == 1
    told.soon()
    await _turn()
    assert times() == 1


async def test_what_an_operator_does_waits_for_no_pause_and_stands_for_what_waited() -> None:
    told, times = _counted(LONG)
    told.soon()
    await _turn()
    told.soon()
    told.next()
    told.next()
    await _turn()
    assert times() == 2
    told.cancel()
    await _turn()
    assert times() == 2


async def test_nothing_is_told_after_the_end() -> None:
    told, times = _counted(0.0)
    told.soon()
    told.cancel()
    await _turn()
    assert times() == 0


def test_a_few_rollouts_are_told_at_once() -> None:
    assert between_snapshots(20) == 0.0
    assert between_snapshots(21) > 0.0
