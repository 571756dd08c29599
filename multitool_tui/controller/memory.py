"""Memory that is free in this process, given back to the system, so that one that runs for days stays as it began."""

from __future__ import annotations

import ctypes
import sys

from multitool_tui.clock import Clock

_EVERY = 3600.0  # seconds


async def give_back_now_and_then(clock: Clock) -> None:
    """Once an hour, for as long as the process runs."""
    while True:
        await clock.sleep(_EVERY)
        give_back()


def give_back() -> None:
    """Have the C library let go of whole pages that nothing is on. It takes less than a millisecond, mostly.

    Of itself glibc gives back only what lies above all that is in use: between things that stay, pages that were
    needed once remain. Other C libraries do without (malloc_trim(3)).
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
