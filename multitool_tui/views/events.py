"""The journal as it grows. The newest entry is at the top: in two lines of room one reads what has just happened, and
nothing has to scroll by itself while somebody reads."""

from __future__ import annotations

from functools import lru_cache

from multitool_tui.controller.snapshot import Entry
from multitool_tui.views.glyphs import SEVERITIES
from multitool_tui.views.numbers import clock_time
from multitool_tui.views.scene import Scene, connecting
from multitool_tui.views.text import Line, PaneView, Role, Span, clean, crop, fit, line, pane, wrap

_TITLE = "Events"
SHOWN = 300
"""So many of the latest entries are kept on screen; the journal has them all."""


def events_pane(scene: Scene, width: int, height: int) -> PaneView:
    """The pane, for so many cells; it scrolls."""
    if scene.snapshot is None:
        return connecting(_TITLE)
    latest = scene.snapshot.entries[: -SHOWN - 1 : -1]
    several = len({entry.target for entry in latest if entry.target}) > 1
    tall = height >= 4
    lines = tuple(part for entry in latest for part in _lines(entry, width, tall=tall, several=several))
    title = line(Span(_TITLE, Role.STRONG))
    return PaneView(title, lines) if lines else pane(title, (line(Span("Nothing has happened yet.", Role.DIM)),), width)


@lru_cache(maxsize=4 * SHOWN)  # an entry stays as it is, and all of them are asked for with every new one
def _lines(entry: Entry, width: int, *, tall: bool, several: bool) -> tuple[Line, ...]:
    """An entry: its time, what was done, why, by whom. The reason takes a second line where there is height for it."""
    glyph, role = SEVERITIES[entry.severity]
    wide = width >= 100
    time = clock_time(entry.at, seconds=wide)
    what_width = 26 if wide else 18
    who_width = 20 if wide else 10 if width >= 70 else 0
    where_width = 22 if wide and several else 0
    why_width = max(
        10, width - len(time) - 4 - what_width - 2 - (who_width and who_width + 2) - (where_width and where_width + 2)
    )
    reason = wrap(clean(entry.reason), why_width, 2 if tall else 1) or (line(" "),)
    first = line(
        Span(f"{time}  ", Role.DIM),
        Span(f"{glyph} {fit(clean(entry.action), what_width)}  ", role),
        Span(f"{fit(clean(entry.target or ''), where_width)}  " if where_width else ""),
        fit("".join(span.text for span in reason[0]), why_width),
        Span(f"  {fit(clean(entry.actor), who_width)}" if who_width else "", Role.DIM),
    )
    indent = " " * (len(time) + 4 + what_width + 2 + (where_width and where_width + 2))
    return tuple(crop(one, width) for one in (first, *(line(indent, *more) for more in reason[1:])))
