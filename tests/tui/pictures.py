"""What the tests that take pictures share: the sizes, and waiting until there is something to take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Input

from multitool_tui.tui.app import MultiToolApp
from multitool_tui.tui.following import Farewell
from tests.support.screen import still

SIZES = {"80x24": (80, 24), "120x40": (120, 40), "200x60": (200, 60)}
SMALL, MIDDLE, LARGE = SIZES.values()
Compare = Callable[..., bool]


async def settle(pilot: Pilot[Farewell]) -> None:
    """Wait until the first snapshot is drawn, and stop what blinks."""
    app = pilot.app
    assert isinstance(app, MultiToolApp)
    while app.scene is None or app.scene.snapshot is None:
        assert not list(app._notifications), [note.message for note in app._notifications]
        await pilot.pause()
    await still(pilot)
    for field in app.screen.query(Input):
        field.cursor_blink = False


async def quiet(pilot: Pilot[Farewell]) -> None:
    """Wait until what was asked for is there, however it looks: cheaper than `settle`."""
    app = pilot.app
    assert isinstance(app, MultiToolApp)
    await pilot.pause()
    while app._tasks or app.scene is None or app.scene.snapshot is None:
        await pilot.pause()
    await app.workers.wait_for_complete()
    await pilot.pause()


def pressing(*keys: str) -> Callable[[Pilot[Farewell]], Any]:
    """What to do before the picture is taken."""

    async def before(pilot: Pilot[Farewell]) -> None:
        await settle(pilot)
        await pilot.press(*keys)
        await settle(pilot)

    return before
