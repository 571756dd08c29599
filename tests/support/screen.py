"""Waiting until a Textual screen stands still."""

from __future__ import annotations

from typing import Any

from textual.pilot import Pilot
from textual.strip import Strip


async def still(pilot: Pilot[Any]) -> None:
    """Wait until nothing is repainted any more; Textual repaints sixty times a second of real time."""
    alike, last = 0, list[Strip]()
    while alike < 4:
        await pilot.pause(1 / 60)
        shown = pilot.app.screen._compositor.render_strips()
        alike, last = (alike + 1 if shown == last else 0), shown
