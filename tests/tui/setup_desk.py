"""The screen that sets a service up, with a desk that is only played."""

from __future__ import annotations

from pathlib import Path

from multitool_tui.controller.port import Misused
from multitool_tui.rollout.package import Package
from multitool_tui.tui.setup import SetupApp
from multitool_tui.views.setup import Draft

from .played import PlayedDesk

FILLED = Draft("orders", "build.zip", "app.handler")


def inspect(path: Path, function: str, handler: str, runtime: str) -> Package:
    """Every file is a package but one that is named for being none."""
    del handler, runtime
    if path.name == "none.zip":
        raise Misused(f"{path} is no zip file, or is cut off.")
    return Package(function, str(path), 1_200_000, "sha")


def setup_app(desk: PlayedDesk, draft: Draft = FILLED, *, ascii_only: bool = False) -> SetupApp:
    async def connect() -> PlayedDesk:
        return desk

    return SetupApp(connect, inspect, draft, ascii_only=ascii_only)
