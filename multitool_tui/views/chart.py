"""Drawing lines of numbers over time in character cells: two series, one zero-based scale, gaps where nothing is known.

In braille a cell holds 2 by 4 dots. The first series is drawn solid, the second dotted, so that they can be told apart
without colour; in ASCII they are `*` and `.`. Behind them lies a band of shaded cells, which neither is made of.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from multitool_tui.views.numbers import clock_time
from multitool_tui.views.text import Line, Role, Span, fit, line
from multitool_tui.words import percent

MARGIN = 6
"""The cells to the left of every chart: as many for every scale, so that charts below one another agree in time."""
_NARROWEST = 8
_BRAILLE = 0x2800
SHADE = "░"
"""What a band is made of."""
# A cell shows one character: where that is a line's, only a colour can say that the band goes on behind it.
_ON_SHADE = {Role.CANARY: Role.CANARY_ON_BAND, Role.BASELINE: Role.BASELINE_ON_BAND}
# The bit of each dot, by column and row within its cell (Unicode standard, "Braille Patterns").
_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))

_AXIS_STEPS = [
    timedelta(seconds=s) for s in (5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400)
]


@dataclass(frozen=True, slots=True)
class Series:
    """A line to draw: moments and shares (0-1), None where nothing is known."""

    points: tuple[tuple[datetime, float | None], ...]
    role: Role
    dotted: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """An area to shade behind the series: moments, each with its lower and upper share (0-1), None where unknown."""

    points: tuple[tuple[datetime, tuple[float, float] | None], ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """What stretch of time and of shares (0 to `top`) is drawn, the moments to mark, and the one to look at.

    `marks`: each with a word for its top, which is left out where there is no room. `labels`: what stands at the top
    and the foot of the scale, where that is not in percent.
    """

    start: datetime
    end: datetime
    top: float
    marks: tuple[tuple[datetime, str], ...] = ()
    cursor: datetime | None = None
    labels: tuple[str, str] | None = None


def nice_ceiling(value: float, least: float = 0.002, most: float = 1.0) -> float:
    """The next of 1, 2, 3, 5, 10, 20 ... that is not below `value`: a scale that does not twitch with each minute."""
    value = max(value, least)
    power = 10.0 ** math.floor(math.log10(value) + 1e-9)
    return min(most, next(power * factor for factor in (1, 2, 3, 5, 10) if power * factor >= value * (1 - 1e-9)))


def plot(
    series: tuple[Series, ...],
    frame: Frame,
    width: int,
    height: int,
    *,
    band: Band | None = None,
    axis: bool = True,
    ascii_only: bool = False,
) -> tuple[Line, ...]:
    """Draw the series into `height` lines with a scale at the left, and, with an `axis`, the time below.

    The first series is on top.
    """
    rows = height - axis
    if rows < 1:
        return ()
    labels = _scale_labels(frame, rows)
    columns = width - MARGIN - 1
    if columns < _NARROWEST:
        return ()
    grid = _Grid(columns, rows, ascii_only=ascii_only)
    for one in reversed(series):
        grid.draw(one, frame)
    if band:
        grid.shade(band, frame)
    for at, word in frame.marks:
        if frame.start < at < frame.end:
            grid.mark(int(_along(at, frame) * (columns - 1)), word)
    if frame.cursor and frame.start <= frame.cursor <= frame.end:
        grid.cursor(grid.column(frame.cursor, frame))
    lines = [
        line(Span(f"{fit(label, MARGIN - 1, right=True)} ", Role.DIM), Span("┤" if label else "│", Role.DIM), *cells)
        for label, cells in zip(labels, map(grid.row, range(rows)), strict=True)
    ]
    return (*lines, time_axis(frame, width)) if axis else tuple(lines)


def time_axis(frame: Frame, width: int) -> Line:
    """The rule below the charts, with the times of day."""
    return line(" " * MARGIN, Span("└" + _time_axis(frame, width - MARGIN - 1), Role.DIM))


def moment_at(cell: int, frame: Frame, width: int) -> datetime | None:
    """The moment that a cell of a chart stands for; None beside it."""
    column, columns = cell - MARGIN - 1, width - MARGIN - 1
    if not 0 <= column < columns:
        return None
    return frame.start + (frame.end - frame.start) * ((column + 0.5) / columns)


def _along(at: datetime, frame: Frame) -> float:
    """Where in the frame a moment lies, 0-1."""
    return (at - frame.start) / (frame.end - frame.start)


def _scale_labels(frame: Frame, rows: int) -> list[str]:
    """A label for the top, the bottom, and the middle where a row lies in the middle."""
    labels = [""] * rows
    labels[0] = frame.labels[0] if frame.labels else percent(frame.top, 3)
    if rows > 1:
        labels[-1] = frame.labels[1] if frame.labels else "0%"
    if rows >= 5 and rows % 2 and not frame.labels:
        labels[rows // 2] = percent(frame.top / 2, 3)
    return labels


def _time_axis(frame: Frame, columns: int) -> str:
    """A rule with the times of day in it, at even moments."""
    span = frame.end - frame.start
    step = next((step for step in _AXIS_STEPS if span / step * 14 <= columns), _AXIS_STEPS[-1])
    with_seconds = step < timedelta(minutes=1)
    axis = ["─"] * columns
    # Even moments: whole multiples of the step since midnight.
    midnight = frame.start.replace(hour=0, minute=0, second=0, microsecond=0)
    at = midnight + math.ceil((frame.start - midnight) / step) * step
    while at < frame.end:
        label = f" {clock_time(at, seconds=with_seconds)} "
        begin = round(_along(at, frame) * (columns - 1)) - len(label) // 2
        if begin >= 1 and begin + len(label) <= columns - 5:
            axis[begin : begin + len(label)] = label
        at += step
    axis[-4:] = " UTC"
    return "".join(axis)


class _Grid:
    """Cells to draw into. Each remembers its dots and the role of the latest series that touched it."""

    def __init__(self, columns: int, rows: int, *, ascii_only: bool) -> None:
        self._columns, self._rows, self._ascii = columns, rows, ascii_only
        self._dots = [[0] * columns for _ in range(rows)]
        self._chars = [[" "] * columns for _ in range(rows)]
        self._roles = [[Role.DIM] * columns for _ in range(rows)]
        # An ASCII cell is one dot; a braille cell is 2 by 4.
        self._across, self._down = (1, 1) if ascii_only else (2, 4)

    def draw(self, series: Series, frame: Frame) -> None:
        points = [
            (self._dot(at, value, frame) if value is not None and frame.start <= at <= frame.end else None)
            for at, value in series.points
        ]
        for number, (here, following) in enumerate(pairwise([*points, None])):
            if here is None:
                continue
            if following is not None:
                self._stroke(here, following, series)
            elif number == 0 or points[number - 1] is None:
                self._set(*here, series)

    def mark(self, column: int, label: str) -> None:
        """A thin line downwards behind the series, with a word at its top."""
        for row in range(self._rows):
            if self._is_free(row, column):
                self._write(row, column, "┊")
        words = f" {label} "
        free = range(column + 1, column + 1 + len(words))
        if free.stop <= self._columns and all(self._is_free(0, cell) for cell in free):
            for cell, char in zip(free, words, strict=True):
                self._write(0, cell, char)

    def cursor(self, column: int) -> None:
        """A line downwards that stands out, wherever nothing else is drawn."""
        for row in range(self._rows):
            if self._is_free(row, column) or self._chars[row][column] == "┊":
                self._write(row, column, "│", Role.ACCENT)

    def _is_free(self, row: int, column: int) -> bool:
        return self._chars[row][column] in (" ", SHADE) and not self._dots[row][column]

    def _write(self, row: int, column: int, char: str, role: Role = Role.DIM) -> None:
        self._chars[row][column], self._roles[row][column] = char, role

    def shade(self, band: Band, frame: Frame) -> None:
        """Lay the band behind everything. An edge is as exact as a cell: at least half of it is within."""
        known = [(at, edges) for at, edges in band.points if frame.start <= at <= frame.end]
        for (at, edges), (later, following) in pairwise([*known, (frame.end, None)]):
            if edges is None:
                continue
            first = self.column(at, frame)
            last = self.column(later, frame) if following else first
            for column in range(first, last + 1):
                along = (column - first) / max(1, last - first)
                low, high = (
                    here + (there - here) * along for here, there in zip(edges, following or edges, strict=True)
                )
                for row in self._rows_between(low, high, frame.top):
                    if self._is_free(row, column):
                        self._write(row, column, SHADE, Role.BAND)
                    else:
                        role = self._roles[row][column]
                        self._roles[row][column] = _ON_SHADE.get(role, role)

    def column(self, at: datetime, frame: Frame) -> int:
        """The column of cells in which a moment lies."""
        return round(_along(at, frame) * (self._columns * self._across - 1)) // self._across

    def _rows_between(self, low: float, high: float, top: float) -> range:
        """The rows from share `low` to `high`: one at least, and none when both are above the scale."""
        if low > top:
            return range(0)
        above, below = ((1 - min(1.0, share / top)) * self._rows for share in (high, low))
        found = range(math.ceil(above - 0.5), math.floor(below + 0.5))
        middle = min(self._rows - 1, int((above + below) / 2))
        return found or range(middle, middle + 1)

    def row(self, row: int) -> Iterator[Span]:
        """The row as runs of one role each."""
        text, role = "", Role.DIM
        for dots, char, cell_role in zip(self._dots[row], self._chars[row], self._roles[row], strict=True):
            if cell_role is not role and text:
                yield Span(text, role)
                text = ""
            role = cell_role
            text += chr(_BRAILLE | dots) if dots else char
        yield Span(text, role)

    def _dot(self, at: datetime, value: float, frame: Frame) -> tuple[int, int]:
        x = round(_along(at, frame) * (self._columns * self._across - 1))
        y = round((1 - min(1.0, value / frame.top)) * (self._rows * self._down - 1))
        return x, y

    def _stroke(self, start: tuple[int, int], end: tuple[int, int], series: Series) -> None:
        """A straight line; a dotted one leaves out every second dot along its way."""
        (x0, y0), (x1, y1) = start, end
        length = max(abs(x1 - x0), abs(y1 - y0), 1)
        for step in range(length + 1):
            x = round(x0 + (x1 - x0) * step / length)
            y = round(y0 + (y1 - y0) * step / length)
            if not series.dotted or self._ascii or (x + (y if x0 == x1 or abs(y1 - y0) > abs(x1 - x0) else 0)) % 2 == 0:
                self._set(x, y, series)

    def _set(self, x: int, y: int, series: Series) -> None:
        column, row = x // self._across, y // self._down
        if self._ascii:
            self._chars[row][column] = "." if series.dotted else "*"
        else:
            self._dots[row][column] |= _DOTS[x % 2][y % 4]
        self._roles[row][column] = series.role
