"""The metric widget that GetMetricWidgetImage is given.

Members and defaults from "GetMetricWidgetImage: Metric Widget Structure and Syntax" of the CloudWatch API reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from multitool_tui.sandbox.observability.chart import GREATEST

_MOST_METRICS = 100
_RELATIVE = re.compile(r"-P(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,5})M)?)?")
_UNITS = [timedelta(days=30), timedelta(weeks=1), timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)]
Number = Annotated[float, Field(ge=-GREATEST, le=GREATEST)]
Side = Annotated[int, Field(ge=1, le=2000)]
Colour = Annotated[str, Field(pattern=r"^#(?:[0-9a-fA-F]{3}){1,2}$")]
_PALETTE = (
    *("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd"),
    *("#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf"),
)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)


class Options(_Part):
    """How one line of the graph is to be."""

    id: str | None = None
    expression: str | None = None
    label: str | None = None
    color: Colour | None = None
    stat: str | None = None
    period: Annotated[int, Field(ge=1)] | None = None
    visible: bool = True


class Bounds(_Part):
    min: Number | None = None
    max: Number | None = None


class Axes(_Part):
    left: Bounds = Bounds()


class Horizontal(_Part):
    value: Number
    label: str = ""


class Annotations(_Part):
    horizontal: list[Horizontal] = []


class Widget(_Part):
    """A whole widget. Members that do not change a time series are let pass."""

    metrics: Annotated[list[list[str | Options]], Field(min_length=1, max_length=_MOST_METRICS)]
    title: str = ""
    width: Side = 600
    height: Side = 400
    start: str = "-PT3H"
    end: str = "-PT0H"
    stat: str = "Average"
    period: Annotated[int, Field(ge=1)] = 300
    view: Literal["timeSeries"] = "timeSeries"
    theme: Literal["light", "dark"] = "light"
    stacked: Literal[False] = False
    y_axis: Annotated[Axes, Field(alias="yAxis")] = Axes()
    annotations: Annotations = Annotations()

    def times(self, now: datetime) -> tuple[datetime, datetime]:
        """Start and end of the graph.

        Raises:
            ValueError: when one of them is no time, or the start is not before the end.
            OverflowError: when one is out of the calendar.
        """
        start, end = _moment(self.start, now), _moment(self.end, now)
        if start >= end:
            raise ValueError("start must be before end")
        return start, end

    def rows(self) -> list[Row]:
        """The lines of the graph, every shorthand written out.

        Raises:
            ValueError: when a row names no metric.
        """
        return list(_rows(self))


@dataclass(frozen=True)
class Row:
    """One line: a query as GetMetricData takes it, and its colour. A hidden one is there for expressions to use."""

    query: dict[str, Any]
    colour: str
    visible: bool


def _rows(widget: Widget) -> Iterator[Row]:
    before: list[str] = []
    for index, given in enumerate(widget.metrics):
        names = [each for each in given if isinstance(each, str)]
        options = next((each for each in given if isinstance(each, Options)), Options())
        query: dict[str, Any] = {"Id": options.id or f"m{index + 1}"}
        if options.label is not None:
            query["Label"] = options.label
        if options.expression is not None:
            query["Expression"] = options.expression
        else:
            before = _written_out(names, before)
            query["MetricStat"] = {
                "Metric": _metric(before),
                "Period": options.period or widget.period,
                "Stat": options.stat or widget.stat,
            }
        yield Row(query, options.color or _PALETTE[index % len(_PALETTE)], options.visible)


def _written_out(names: Sequence[str], before: Sequence[str]) -> list[str]:
    """A row without its shorthand: "." repeats the name above it, "..." as many of the leading ones as are missing."""
    if "..." in names:
        at = names.index("...")
        missing = len(before) - len(names) + 1
        names = [*names[:at], *before[at : at + max(0, missing)], *names[at + 1 :]]
    if any(name == "." and index >= len(before) for index, name in enumerate(names)):
        raise ValueError("a row repeats what no row before it has")
    return [before[index] if name == "." else name for index, name in enumerate(names)]


def _metric(names: Sequence[str]) -> dict[str, Any]:
    if len(names) < 2 or len(names) % 2:
        raise ValueError("a row must have a namespace, a metric name, and the names and values of dimensions")
    dimensions = [{"Name": name, "Value": value} for name, value in zip(names[2::2], names[3::2], strict=True)]
    return {"Namespace": names[0], "MetricName": names[1], "Dimensions": dimensions}


def _moment(text: str, now: datetime) -> datetime:
    match = _RELATIVE.fullmatch(text)
    if match:
        return now - sum((int(number or 0) * unit for number, unit in zip(match.groups(), _UNITS, strict=True)), _NONE)
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=moment.tzinfo or UTC)


_NONE = timedelta(0)
