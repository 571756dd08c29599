"""A page, laid out in lines: whatever tab it is of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from multitool_tui.controller.observe.page import Cell, Chart, Facts, Page, Part, Picture, Prose, Row, Table, Trouble
from multitool_tui.judgement.model import AlarmState
from multitool_tui.views.chart import Band, Frame, Series, nice_ceiling, plot
from multitool_tui.views.glyphs import ALARMS
from multitool_tui.views.numbers import count
from multitool_tui.views.text import EMPTY, Line, Role, Span, cells, clean, crop, fit, line, width_of, wrap
from multitool_tui.words import duration

_CHART = 9
"""Lines of a chart, its time included."""
_TALL_CHART = 13
_LEAST = 12
"""Cells that a column keeps when a table has to give way, where its words are that long."""


class Pixels(NamedTuple):
    """Where a picture goes: the line that it begins at, and which it is."""

    at: int
    picture: Picture


@dataclass(frozen=True, slots=True)
class Laid:
    """A page in lines. `rows`: the line of each row, in order. `pictures` are drawn from a line on, by who can."""

    lines: tuple[Line, ...]
    rows: tuple[tuple[int, Row], ...] = ()
    pictures: tuple[Pixels, ...] = ()


@dataclass(slots=True)
class _Sheet:
    width: int
    height: int
    now: datetime
    ascii: bool
    lines: list[Line] = field(default_factory=list)
    rows: list[tuple[int, Row]] = field(default_factory=list)
    pictures: list[Pixels] = field(default_factory=list)


def lay_out(page: Page, width: int, height: int, *, ascii_only: bool = False, bordered: bool = False) -> Laid:
    """The page for so many cells; `height` is how much of it is seen at a time. `bordered`: with `desk.title` above."""
    sheet = _Sheet(width, height, page.at, ascii_only)
    for part in page.parts:
        if sheet.lines:
            sheet.lines.append(EMPTY)
        if part.title and not (bordered and len(page.parts) == 1):
            sheet.lines.append(crop(line(Span(clean(part.title), Role.STRONG)), width))
        _draw(part, sheet)
    return Laid(tuple(sheet.lines), tuple(sheet.rows), tuple(sheet.pictures))


def _draw(part: Part, sheet: _Sheet) -> None:
    match part:
        case Table():
            _table(part, sheet)
        case Facts():
            _facts(part, sheet)
        case Prose():
            for paragraph in part.text.splitlines():
                sheet.lines += wrap(clean(paragraph), sheet.width) or (EMPTY,)
        case Trouble():
            sheet.lines += wrap(f"! {clean(part.sentence)}", sheet.width, role=Role.WARN)
        case Chart():
            _chart(part, sheet)
        case Picture():
            sheet.pictures.append(Pixels(len(sheet.lines), part))
            sheet.lines += [EMPTY] * picture_size(sheet.width, sheet.height)[1]


def picture_size(width: int, height: int) -> tuple[int, int]:
    """Columns and lines that a picture of three to two takes; a line is two pixels high."""
    columns = min(width, (height - 2) * 3)
    return columns, max(1, columns // 3)


def _facts(part: Facts, sheet: _Sheet) -> None:
    name_width = min(24, max((cells(clean(name)) for name, _ in part.pairs), default=0))
    for name, value in part.pairs:
        span = shown(value, sheet.now)
        first, *rest = wrap(span.text, max(10, sheet.width - name_width - 2), role=span.role) or (EMPTY,)
        sheet.lines.append(line(Span(fit(clean(name), name_width) + "  ", Role.DIM), *first))
        sheet.lines += [line(" " * (name_width + 2), *more) for more in rest]


def _table(part: Table, sheet: _Sheet) -> None:
    if not part.rows:
        sheet.lines += wrap(clean(part.empty), sheet.width, role=Role.DIM)
        return
    columns = tuple(clean(name) for name in part.columns)
    spans = [[shown(cell, sheet.now) for cell in row.cells] for row in part.rows]
    right = [all(_is_number(row.cells[n]) for row in part.rows) for n in range(len(columns))]
    widths = _widths(columns, spans, sheet.width)
    heads = zip(columns, widths, right, strict=True)
    if any(columns):
        sheet.lines.append(_row([Span(fit(name, width, right=to), Role.DIM) for name, width, to in heads]))
    for row, written in zip(part.rows, spans, strict=True):
        fitted = [
            Span(fit(span.text, width, right=to), span.role)
            for span, width, to in zip(written, widths, right, strict=True)
        ]
        sheet.rows.append((len(sheet.lines), row))
        sheet.lines.append(_row(fitted))


def _row(spans: list[Span]) -> Line:
    parts: list[Span] = []
    for span in spans:
        parts += [span, Span("  ")]
    return line(" ", *parts[:-1])


def _widths(columns: tuple[str, ...], spans: list[list[Span]], width: int) -> list[int]:
    """As wide as what is in them; where that is too much, the widest give way first."""
    wanted = [max(cells(name), *(cells(written[n].text) for written in spans), 1) for n, name in enumerate(columns)]
    room = width - 1 - 2 * (len(columns) - 1)
    while sum(wanted) > room:
        widest = max(range(len(wanted)), key=lambda n: (wanted[n], n))
        if wanted[widest] <= 4:
            break
        others = [size for n, size in enumerate(wanted) if n != widest]
        next_widest = max(others, default=0)
        over = sum(wanted) - room
        wanted[widest] -= max(1, min(over, wanted[widest] - next_widest, wanted[widest] - 4))
    return wanted


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, int | float | timedelta) and not isinstance(cell, bool)


def shown(cell: Cell, now: datetime) -> Span:
    """One value as it reads."""
    match cell:
        case None:
            return Span("–", Role.DIM)
        case AlarmState():
            return ALARMS[cell].span
        case bool():
            return Span("yes" if cell else "no")
        case int() | float():
            return Span(count(cell))
        case datetime():
            return Span(_when(cell, now))
        case timedelta():
            return Span(duration(cell))
        case _:
            return Span(clean(cell))


def _when(at: datetime, now: datetime) -> str:
    at, now = at.astimezone(UTC), now.astimezone(UTC)
    if at.date() == now.date():
        return at.strftime("%H:%M:%S")
    return at.strftime("%d %b %H:%M") if at.year == now.year else at.strftime("%d %b %Y")


def _chart(part: Chart, sheet: _Sheet) -> None:
    known = [value for curve in part.curves for _, value in curve.points]
    if not known:
        empty = f"No data from {_when(part.start, sheet.now)} to {_when(part.end, sheet.now)}."
        sheet.lines += wrap(empty, sheet.width, role=Role.DIM)
        return
    roles = (Role.CANARY, Role.BASELINE)
    series = tuple(
        Series(_with_gaps(curve.points, part.period), role, dotted=role is Role.BASELINE)
        for curve, role in zip(part.curves, roles, strict=False)
    )
    highest = max(*known, *(high for _, _, high in part.band), 0)
    top = nice_ceiling(highest, 1e-9, float("inf"))
    frame = Frame(part.start, part.end, top, labels=(_scale(top), "0"))
    band = Band(tuple((at, (max(0.0, low), high)) for at, low, high in part.band)) if part.band else None
    height = _TALL_CHART if sheet.height >= 30 else _CHART
    sheet.lines.append(crop(_legend(part, roles), sheet.width))
    sheet.lines += plot(series, frame, sheet.width, height, band=band, ascii_only=sheet.ascii)


def _legend(part: Chart, roles: tuple[Role, Role]) -> Line:
    marks = {Role.CANARY: "⠒⠒⠒", Role.BASELINE: "⠂⠂⠂"}
    parts: list[Span] = []
    for curve, role in zip(part.curves, roles, strict=False):
        latest = f" {count(curve.points[-1][1])}" if curve.points else " no data"
        parts += [Span(f"{marks[role]} {clean(curve.name)}{latest}", role), Span("   ")]
    if part.band:
        parts += [Span("░░░", Role.BAND), Span(" usual   ", Role.DIM)]
    return line(*parts, Span(f"{clean(part.unit)} · per {duration(part.period)}".removeprefix(" · "), Role.DIM))


def _with_gaps(
    points: tuple[tuple[datetime, float], ...], period: timedelta
) -> tuple[tuple[datetime, float | None], ...]:
    """Nothing is drawn across periods that have no value."""
    whole: list[tuple[datetime, float | None]] = []
    for at, value in points:
        if whole and at - whole[-1][0] > 1.5 * period:
            whole.append((whole[-1][0] + period, None))
        whole.append((at, value))
    return tuple(whole)


def _scale(value: float) -> str:
    """A number in five cells: 1200 is "1.2k"."""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g}{unit}"
    return f"{value:.3g}"


def plain(page: Page, width: int = 120) -> str:
    """The page as text for the command line."""
    laid = lay_out(page, width, 24)
    return "\n".join("".join(span.text for span in one).rstrip() for one in laid.lines if width_of(one) or one == EMPTY)
