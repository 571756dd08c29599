"""Any metric: the target's own, those of a namespace, their values by time, and CloudWatch's pictures of them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from multitool_tui.aws.observability.dashboard_body import NAMESPACE
from multitool_tui.aws.observability.metrics import Metric, metrics, picture, values
from multitool_tui.controller.observe.keys import pack, unpack
from multitool_tui.controller.observe.page import Chart, Curve, Field, Form, Page, Part, Picture, Row, Table
from multitool_tui.controller.observe.reading import required
from multitool_tui.controller.observe.tab import Deed, Desk, Subject, Tab, Values
from multitool_tui.words import duration

_ELSEWHERE = (NAMESPACE, "AWS/Lambda", "AWS/ApiGateway", "AWS/SQS", "AWS/DynamoDB", "LambdaInsights", "")
_EVERY = "every namespace"
_SPANS = (timedelta(hours=3), timedelta(days=1), timedelta(days=7))
_POINTS = 180
"""About so many points are drawn: more than a terminal is wide is for nothing."""
_PERIODS = tuple(timedelta(minutes=n) for n in (1, 5, 15, 60))
_STATISTICS = ("Sum", "Average", "Maximum", "p99", "SampleCount")
_COUNTS = ("Invocations", "Errors", "Throttles", "Count", "4XXError", "5XXError", "NumberOf")
_ON_SCREEN = (480, 320)
_SAVED = (1200, 800)


async def load(desk: Desk, subject: Subject) -> Page:
    """The metrics of the function, whoever keeps them, and the namespaces to look into."""
    title = f"Metrics of {subject.function}"
    elsewhere = Table(
        "Look into",
        ("namespace",),
        tuple(Row((name or _EVERY,), pack("namespace", name)) for name in _ELSEWHERE),
        "",
    )
    page = await desk.page((title, _of_function(desk, subject, title)))
    return Page((*page.parts, elsewhere), page.at)


async def _of_function(desk: Desk, subject: Subject, title: str) -> Part:
    found = await metrics(await desk.cloudwatch(), dimensions={"FunctionName": subject.function})
    # The target's own come first, then what is of the function as a whole.
    found = tuple(sorted(found, key=lambda one: dict(one.dimensions) != subject.dimensions))
    empty = f"CloudWatch lists no metric of {subject.function}: a new one takes some minutes to be listed."
    return _table(title, found, empty, without="FunctionName")


def _table(title: str, found: tuple[Metric, ...], empty: str, without: str = "") -> Table:
    rows = tuple(
        Row(
            (one.name, _dimensions({name: v for name, v in one.dimensions.items() if name != without}), one.namespace),
            metric_key(one),
        )
        for one in found
    )
    return Table(title, ("metric", "dimensions", "namespace"), rows, empty)


def metric_key(metric: Metric, statistic: str = "", span: timedelta = _SPANS[0]) -> str:
    """The key of a row that opens a metric."""
    named = (metric.namespace, metric.name, dict(metric.dimensions))
    return pack("metric", *named, statistic or usual_statistic(metric.name), int(span.total_seconds()))


def usual_statistic(name: str) -> str:
    """What one wants to know of a metric of this name at first."""
    if name.startswith(_COUNTS):
        return "Sum"
    if "Duration" in name or "Latency" in name:
        return "p99"
    return "Maximum" if "Concurrent" in name else "Average"


async def look(desk: Desk, subject: Subject, key: str) -> Page:
    """A metric by time, a picture of it, or what is in a namespace."""
    kind, named = unpack(key)
    if kind == "namespace":
        name = named[0] or _EVERY
        return await desk.page((name, _of_namespace(desk, named[0])), title=name)
    metric, statistic, span = _metric(named)
    if kind == "picture":
        widget = _widget(subject, metric, statistic, span, _ON_SCREEN)
        title = f"{statistic} of {metric.name}"
        page = await desk.page((title, drawn(desk, widget, title)), title=f"{metric.name}, as CloudWatch draws it")
        saving = Table("", ("",), (Row(("s saves it, larger, as PNG",), key),), "")
        return Page((*page.parts, saving), page.at, page.title)
    title = f"{statistic} of {metric.name}"
    page = await desk.page((title, _by_time(desk, title, metric, statistic, span)), title=metric.name)
    return Page((*page.parts, _other_views(metric, statistic, span, key)), page.at, page.title)


async def _of_namespace(desk: Desk, namespace: str) -> Part:
    found = await metrics(await desk.cloudwatch(), namespace)
    return _table("", found, "CloudWatch lists no metric there: a new one takes some minutes to be listed.")


async def _by_time(desk: Desk, title: str, metric: Metric, statistic: str, span: timedelta) -> Part:
    period = next((each for each in _PERIODS if span / each <= _POINTS), _PERIODS[-1])
    end = desk.now.replace(second=0, microsecond=0)
    start = end - span
    found = await values(await desk.cloudwatch(), metric, statistic, start, end, period)
    curve = Curve(f"{statistic} {metric.name}", tuple(found.items()))
    return Chart(f"{title} · {_dimensions(metric.dimensions)}", (curve,), period, start, end)


def _other_views(metric: Metric, statistic: str, span: timedelta, key: str) -> Table:
    """The same metric by another statistic or over another time, and as a picture."""
    statistics = dict.fromkeys((statistic, *_STATISTICS))
    rows = [
        Row((f"{each}, {duration(_SPANS[0])}",), metric_key(metric, each)) for each in statistics if each != statistic
    ]
    rows += [Row((f"{statistic}, {duration(each)}",), metric_key(metric, statistic, each)) for each in _SPANS]
    _, named = unpack(key)
    picture_row = Row(("as CloudWatch draws it",), pack("picture", *named))
    others = (row for row in rows if row.key != metric_key(metric, statistic, span))
    return Table("Look at", ("",), (picture_row, *others), "")


def _metric(named: list[Any]) -> tuple[Metric, str, timedelta]:
    namespace, name, dimensions, statistic, seconds = named
    return Metric(namespace, name, dimensions), statistic, timedelta(seconds=seconds)


def _dimensions(dimensions: Mapping[str, str]) -> str:
    return " ".join(f"{name}={value}" for name, value in dimensions.items()) or "as a whole"


def _widget(subject: Subject, metric: Metric, statistic: str, span: timedelta, size: tuple[int, int]) -> dict[str, Any]:
    period = next((each for each in _PERIODS if span / each <= _POINTS * 2), _PERIODS[-1])
    row = [metric.namespace, metric.name, *(part for pair in metric.dimensions.items() for part in pair)]
    return {
        "metrics": [[*row, {"stat": statistic, "period": int(period.total_seconds())}]],
        "region": subject.region,
        "title": f"{statistic} of {metric.name}",
        "start": f"-PT{int(span.total_seconds()) // 3600}H",
        "yAxis": {"left": {"min": 0}},
        "width": size[0],
        "height": size[1],
    }


async def drawn(desk: Desk, widget: Mapping[str, Any], title: str) -> Part:
    """CloudWatch's picture of a widget."""
    return Picture(title, await picture(await desk.cloudwatch(), widget))


async def _ask_where(desk: Desk, subject: Subject, key: str) -> Form:
    del subject
    metric, statistic, _ = _metric(unpack(key)[1])
    file = f"{metric.name}-{statistic}-{desk.now:%Y%m%d-%H%M}.png".replace("/", "-")
    return Form(
        f"Save a picture of {metric.name}",
        "CloudWatch draws it, and it is saved as PNG. A file that is there already is not touched.",
        "Save",
        fields=(Field("file", "File", file, "in the working directory"),),
    )


async def _save(desk: Desk, subject: Subject, key: str, given: Values) -> str:
    metric, statistic, span = _metric(unpack(key)[1])
    name = required(given, "file", "a file's name")
    png = await picture(await desk.cloudwatch(), _widget(subject, metric, statistic, span, _SAVED))
    return f"Saved {await asyncio.to_thread(_write, name, png)}"


def _write(name: str, png: bytes) -> Path:
    file = Path(name).expanduser()
    try:
        with file.open("xb") as opened:
            opened.write(png)
    except FileExistsError:
        raise ValueError(f"{file} is there already: choose another name.") from None
    except OSError as error:
        raise ValueError(f"{file} cannot be written: {error.strerror}.") from None
    return file.resolve()


TAB = Tab(
    "metrics",
    "Metrics",
    "any metric by time, and pictures of them",
    load,
    look,
    (
        Deed("save-metric", "s", "Save a picture", _ask_where, _save, of="metric:", changes=False),
        Deed("save-picture", "s", "Save the picture", _ask_where, _save, of="picture:", changes=False),
    ),
)
