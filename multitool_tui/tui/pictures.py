"""What is on the screen, as a picture and as plain text."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from textual.app import App


def as_text(app: App[Any]) -> str:
    """The screen's text, a line each, without colours or spaces at the ends."""
    width, height = app.size
    console = Console(width=width, height=height, file=io.StringIO(), record=True, color_system=None, safe_box=False)
    # As `App.export_screenshot` of Textual 8.2.8 does it, which exports SVG only.
    console.print(app.screen._compositor.render_update(full=True, screen_stack=app._background_screens))  # noqa: SLF001
    return "\n".join(line.rstrip() for line in console.export_text().splitlines()) + "\n"


def save(app: App[Any], at: datetime) -> tuple[Path, Path]:
    """Save both in the working directory, and return where.

    Raises:
        OSError: it cannot be written there.
    """
    name = f"multitool-{at:%Y%m%d-%H%M%S}"
    picture, text = Path(f"{name}.svg"), Path(f"{name}.txt")
    picture.write_text(app.export_screenshot(title="MultiTool"), encoding="utf-8")
    text.write_text(as_text(app), encoding="utf-8")
    return picture.resolve(), text.resolve()
