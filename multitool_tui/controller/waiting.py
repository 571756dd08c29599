"""A sleep that an event can cut short."""

from __future__ import annotations

import asyncio

from multitool_tui.clock import Clock


async def nap(clock: Clock, seconds: float, woken: asyncio.Event) -> None:
    """Return after `seconds` of `clock`, or as soon as `woken` is set; either way `woken` is clear afterwards."""
    sleeping = asyncio.ensure_future(clock.sleep(seconds))
    waking = asyncio.ensure_future(woken.wait())
    try:
        await asyncio.wait({sleeping, waking}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        sleeping.cancel()
        waking.cancel()
        woken.clear()
