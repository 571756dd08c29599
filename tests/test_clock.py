from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from multitool_tui.clock import ManualClock, SystemClock, give_way

START = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)


async def _settle() -> None:
    """Let every task run until it waits for the clock."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_manual_clock_moves_only_when_told_to() -> None:
    time = ManualClock(START)
    assert time.now() == START
    time.advance(90)
    assert time.now() == START + timedelta(seconds=90)


async def test_sleepers_wake_when_due_and_in_order() -> None:
    time, woken = ManualClock(START), list[str]()

    async def sleeper(name: str, seconds: float) -> None:
        await time.sleep(seconds)
        woken.append(name)

    names = {"late": 30, "early": 10, "also early": 10, "later": 60}
    async with asyncio.TaskGroup() as group:
        for name, seconds in names.items():
            group.create_task(sleeper(name, seconds))
        await _settle()
        time.advance(9)
        await _settle()
        assert woken == []
        time.advance(21)
        await _settle()
        assert woken == ["early", "also early", "late"]
        time.advance(30)
    assert woken == ["early", "also early", "late", "later"]


async def test_a_sleeper_that_gave_up_is_passed_over() -> None:
    time = ManualClock(START)
    gone, patient = asyncio.create_task(time.sleep(1)), asyncio.create_task(time.sleep(2))
    await _settle()
    gone.cancel()
    await _settle()
    time.advance(2)
    await patient
    assert gone.cancelled()


@pytest.mark.parametrize("seconds", [0, -1])
async def test_no_time_passes_at_once(seconds: float) -> None:
    time = ManualClock(START)
    await time.sleep(seconds)
    assert time.now() == START


async def test_the_system_clock_runs_as_fast_as_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    wall, slept = [START.timestamp()], list[float]()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("multitool_tui.clock.time.time", lambda: wall[0])
    monkeypatch.setattr("multitool_tui.clock.asyncio.sleep", sleep)
    time = SystemClock(speed=60)
    assert time.now() == START
    wall[0] += 2
    assert time.now() == START + timedelta(minutes=2)
    await time.sleep(30)
    await time.sleep(-30)
    assert slept == [0.5, 0]


@pytest.mark.parametrize("speed", [0, -1, float("nan")])
def test_a_clock_that_does_not_run_forward_is_refused(speed: float) -> None:
    with pytest.raises(ValueError, match="a clock's speed must be above 0"):
        SystemClock(speed)


async def test_work_for_which_nobody_waits_gives_way_to_what_takes_several_turns() -> None:
    done = list[str]()

    async def key() -> None:
        for _ in range(4):  # from the terminal to a widget, and on to what it changes
            await asyncio.sleep(0)
        done.append("key")

    pressed = asyncio.create_task(key())
    await give_way()
    done.append("work")
    await pressed
    assert done == ["key", "work"]
