"""Makes the README's pictures from the sandbox: `python -m screenshots.make`; `--check` only says which are stale.

The clock is moved by hand and the seed is fixed, so that the same code makes the same pictures.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Input

from multitool_tui.controller.port import Controller
from multitool_tui.rollout.strategies import ADAPTIVE, STRATEGIES
from multitool_tui.tui.app import MultiToolApp
from tests.support.screen import still
from tests.support.world import World, sandbox_environment, world

HERE = Path(__file__).parent
Act = Callable[[World, Pilot[Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's name, the size of the terminal, the scenario that is played, and what happens until it is taken."""

    name: str
    size: tuple[int, int]
    scenario: str
    act: Act


async def _on_the_way(stage: World, pilot: Pilot[Any]) -> None:
    del pilot
    await stage.start("adaptive")
    await stage.run_until(lambda: stage.live.rollout.weight >= 0.1)
    taken = stage.clock.now()
    await stage.run_until(lambda: (stage.clock.now() - taken).total_seconds() >= 225)


async def _to_the_end(stage: World, pilot: Pilot[Any]) -> None:
    del pilot
    await stage.start("adaptive")
    await stage.run_until(lambda: stage.live.rollout.ended)


async def _new_rollout(stage: World, pilot: Pilot[Any]) -> None:
    await stage.supervisor.outlooks.of("checkout:beta", STRATEGIES[ADAPTIVE])
    await pilot.press("n")


async def _ask_to_roll_back(stage: World, pilot: Pilot[Any]) -> None:
    await _on_the_way(stage, pilot)
    await pilot.press("r")


async def _help(stage: World, pilot: Pilot[Any]) -> None:
    await _on_the_way(stage, pilot)
    await pilot.press("question_mark")


async def _light(stage: World, pilot: Pilot[Any]) -> None:
    await _on_the_way(stage, pilot)
    await pilot.press("t")


PICTURES = (
    Picture("dashboard", (120, 40), "healthy", _on_the_way),
    Picture("dashboard-light", (120, 40), "healthy", _light),
    Picture("dashboard-80x24", (80, 24), "healthy", _on_the_way),
    Picture("dashboard-200x60", (200, 60), "healthy", _on_the_way),
    Picture("promotion", (120, 40), "healthy", _to_the_end),
    Picture("rollback", (120, 40), "errors", _to_the_end),
    Picture("rollback-asked", (120, 40), "healthy", _ask_to_roll_back),
    Picture("new-rollout", (120, 40), "healthy", _new_rollout),
    Picture("help", (120, 40), "healthy", _help),
)


async def take(picture: Picture) -> str:
    """Play the scenario and return the picture as SVG."""
    async with world(picture.scenario, seed=7) as stage:

        async def connect() -> Controller:
            return stage.supervisor

        app = MultiToolApp(connect, clock=stage.clock, ascii_only=False)
        async with app.run_test(size=picture.size) as pilot:
            await stage.settle()
            await pilot.pause()
            await picture.act(stage, pilot)
            await stage.settle()
            app._age()  # noqa: SLF001 - it is told the time by the real clock otherwise, sooner or later
            for field in app.screen.query(Input):
                field.cursor_blink = False
            await still(pilot)
            svg = app.export_screenshot(title=f"multitool, {picture.size[0]}x{picture.size[1]}")
    # The sandbox takes any free port, and Rich names the picture after its content: neither may tell two takings apart.
    svg = re.sub(r"127\.0\.0\.1:\d{5}", "127.0.0.1:18080", svg)
    return re.sub(r"terminal-\d+", picture.name, svg)


def main(arguments: list[str]) -> int:
    """Write the pictures that are named, or all of them; with `--check`, only compare."""
    check = "--check" in arguments
    wanted = {name for name in arguments if name != "--check"}
    os.environ.update(sandbox_environment())
    stale = []
    for picture in PICTURES:
        if wanted and picture.name not in wanted:
            continue
        file = HERE / f"{picture.name}.svg"
        svg = asyncio.run(take(picture))
        if check and (not file.exists() or file.read_text() != svg):
            stale.append(picture.name)
        elif not check:
            file.write_text(svg)
    if stale:
        sys.stderr.write(f"Not current: {', '.join(stale)}. Run `python -m screenshots.make` and look at them.\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
