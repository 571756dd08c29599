"""The screen's process of a measurement: `python -m benchmarks.on_screen PLACE ROLLOUTS REPORT TURN`, under a pty.

It starts so many rollouts, opens the screen on them, and writes to the file REPORT, once a second, as JSON: `ready`,
`cpu` and `wall` (seconds since the screen was ready), and the longest gap so far in which the event loop did nothing
else: `gap` in seconds by the clock, `busy` in seconds of this thread's own CPU. A file REPORT.reset lets it begin anew.
The clocks are looked at every TURN seconds.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path

from benchmarks.account import from_json, supervisor
from multitool_tui.controller.supervisor import Supervisor
from multitool_tui.tui.app import MultiToolApp


async def watch(report: Path, turn: float) -> None:
    """Look at the clocks again and again, and report."""
    reset, started, parent = report.with_suffix(".reset"), False, os.getppid()
    begun = cpu = gap = busy = told = 0.0
    while True:
        if not started or reset.exists():
            reset.unlink(missing_ok=True)
            started, begun, cpu, gap, busy = True, time.monotonic(), time.process_time(), 0.0, 0.0
        before, worked = time.monotonic(), time.thread_time()
        await asyncio.sleep(turn)
        gap = max(gap, time.monotonic() - before - turn)
        busy = max(busy, time.thread_time() - worked)
        if os.getppid() != parent:  # a measurement that was broken off; nobody is to wait for its rollbacks
            os._exit(1)
        if time.monotonic() - told > 1:
            told = time.monotonic()
            said = {"cpu": time.process_time() - cpu, "wall": told - begun, "gap": gap, "busy": busy}
            report.with_suffix(".new").write_text(json.dumps(said))
            report.with_suffix(".new").replace(report)


def main(place_text: str, rollouts: int, report: Path, turn: float) -> None:
    """Run until the terminal goes away."""
    place = from_json(place_text)
    stack = AsyncExitStack()
    kept: list[object] = []

    async def connect() -> Supervisor:
        opened = await stack.enter_async_context(supervisor(place, rollouts, for_a_screen=True))
        kept.append(asyncio.create_task(watch(report, turn)))
        return opened

    MultiToolApp(connect, clock=place.clock).run()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), float(sys.argv[4]))
