"""A line chart of some series, as GetMetricWidgetImage draws one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from multitool_tui.sandbox.observability.png import ADVANCE, LINE, Canvas, Colour

GREATEST = 1e300
"""Of values beyond, no difference can be taken."""
_LEFT, _RIGHT, _EDGE = 72, 14, 10
_GRID = 4
_SWATCH = 10
_THEMES: dict[str, tuple[Colour, Colour, Colour]] = {
    "light": ((255, 255, 255), (220, 224, 228), (60, 66, 74)),
    "dark": ((22, 25, 31), (65, 73, 82), (190, 198, 206)),
}
"""Background, grid and text."""


@dataclass(frozen=True)
class Line:
    """A series: values by time (epoch seconds), one every `period` seconds where there is data."""

    label: str
    colour: Colour
    period: int
    values: Mapping[int, float]


@dataclass(frozen=True)
class Mark:
    """A horizontal line at a value, with what it stands for."""

    label: str
    value: float


@dataclass(frozen=True)
class Chart:
    """What to draw. Times are those of the axis; `low` and `high` bound the values where given."""

    title: str
    width: int
    height: int
    start: datetime
    end: datetime
    lines: Sequence[Line]
    marks: Sequence[Mark] = ()
    low: float | None = None
    high: float | None = None
    theme: str = "light"


def draw(chart: Chart) -> bytes:
    """The chart as a PNG of its width and height."""
    background, grid, ink = _THEMES[chart.theme]
    canvas = Canvas(chart.width, chart.height, background)
    top = _EDGE + (LINE if chart.title else 0)
    legend = chart.height - _EDGE - LINE * len(chart.lines)
    plot = _Plot(chart, _LEFT, top, chart.width - _LEFT - _RIGHT, legend - 2 * LINE - top)
    canvas.text(_LEFT, _EDGE, chart.title, ink)
    for step in range(_GRID + 1):
        value = plot.low + (plot.high - plot.low) * step / _GRID
        y = plot.y(value)
        canvas.box(_LEFT, round(y), plot.width, 1, grid)
        written = f"{value:.4g}"
        canvas.text(_LEFT - 6 - ADVANCE * len(written), round(y) - LINE // 4, written, ink)
        moment = chart.start + (chart.end - chart.start) * step / _GRID
        hour = moment.strftime("%H:%M")
        x = min(plot.x(moment.timestamp()), chart.width - _RIGHT) - ADVANCE * len(hour) / 2
        canvas.text(min(round(x), chart.width - ADVANCE * len(hour)), plot.top + plot.height + LINE // 2, hour, ink)
    for mark in chart.marks:
        if plot.low <= mark.value <= plot.high:
            y = round(plot.y(mark.value))
            canvas.box(_LEFT, y, plot.width, 1, ink)
            canvas.text(_LEFT + 4, y - LINE + 4, mark.label, ink)
    for index, line in enumerate(chart.lines):
        plot.draw(canvas, line)
        y = legend + LINE * index + 4
        canvas.box(_LEFT, y, _SWATCH, _SWATCH, line.colour)
        canvas.text(_LEFT + _SWATCH + 6, y, line.label, ink)
    return canvas.png()


def _drawable(value: float) -> bool:
    return abs(value) <= GREATEST


class _Plot:
    """The rectangle of the lines, and where values and times are in it."""

    def __init__(self, chart: Chart, left: int, top: int, width: int, height: int) -> None:
        self.left, self.top = left, top
        self.width, self.height = max(1, width), max(1, height)
        self._start, self._span = chart.start.timestamp(), (chart.end - chart.start).total_seconds()
        shown = [value for line in chart.lines for value in line.values.values() if _drawable(value)]
        shown += [mark.value for mark in chart.marks]
        self.low = min([0.0, *shown]) if chart.low is None else chart.low
        self.high = max([self.low, *shown]) if chart.high is None else chart.high
        if self.high <= self.low:
            self.high = self.low + max(1.0, abs(self.low))

    def x(self, at: float) -> float:
        return self.left + self.width * (at - self._start) / self._span

    def y(self, value: float) -> float:
        return self.top + self.height * (1 - (value - self.low) / (self.high - self.low))

    def draw(self, canvas: Canvas, line: Line) -> None:
        """Neighbours are joined; a missing period is a gap, a point alone a dot."""
        previous: tuple[int, float, float] | None = None
        for at, value in sorted(line.values.items()):
            if not _drawable(value):
                continue
            # The first period may begin before the axis does.
            x, y = max(float(self.left), self.x(at)), self.y(min(max(value, self.low), self.high))
            joined = previous is not None and at - previous[0] <= line.period
            begin = previous[1:] if previous is not None and joined else (x, y)
            canvas.line(*begin, x, y, line.colour)
            previous = at, x, y
