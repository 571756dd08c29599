"""CloudWatch dashboards: which there are, what is on them, and MultiTool's own of the target."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from multitool_tui.aws.errors import NotFound
from multitool_tui.aws.observability.dashboard_body import dashboard_body_of, dashboard_name
from multitool_tui.aws.observability.dashboards import dashboard_body, dashboards, put_dashboard
from multitool_tui.controller.observe.keys import pack, unpack
from multitool_tui.controller.observe.metrics import drawn
from multitool_tui.controller.observe.page import Facts, Form, Page, Part, Prose, Row, Table
from multitool_tui.controller.observe.tab import Deed, Desk, Subject, Tab, Values

_TITLE = "Dashboards of the account"
_WIDTH, _HEIGHT = 480, 320


async def load(desk: Desk, subject: Subject) -> Page:
    """All dashboards, the target's own first."""
    return await desk.page((_TITLE, _all(desk, subject)))


async def _all(desk: Desk, subject: Subject) -> Part:
    own = dashboard_name(subject.function, subject.alias)
    found = sorted(await dashboards(await desk.cloudwatch()), key=lambda one: (one.name != own, one.name))
    rows = tuple(Row((one.name, one.modified, one.size), pack("dashboard", one.name)) for one in found)
    return Table(_TITLE, ("dashboard", "changed", "bytes"), rows, "There is no dashboard in this account.")


async def look(desk: Desk, subject: Subject, key: str) -> Page:
    """What is on a dashboard, or one widget of it."""
    kind, (name, *which) = unpack(key)
    if kind == "dashboard":
        return await desk.page((name, _widgets(desk, name)), title=name)
    title = f"{name}, widget {which[0] + 1}"
    return await desk.page((title, _widget(desk, subject, name, which[0])), title=title)


async def _widgets(desk: Desk, name: str) -> Part:
    widgets = await _read(desk, name)
    rows = tuple(
        Row((widget.get("type"), _headline(widget), _contents(widget)), pack("widget", name, number))
        for number, widget in enumerate(widgets)
    )
    return Table("", ("widget", "title", "what it shows"), rows, "There is nothing on this dashboard.")


async def _read(desk: Desk, name: str) -> list[dict[str, Any]]:
    text = await dashboard_body(await desk.cloudwatch(), name)
    try:
        widgets = json.loads(text).get("widgets")
    except (ValueError, AttributeError):
        raise ValueError(f"The body of {name} is not one that can be read.") from None
    return [widget for widget in widgets or () if isinstance(widget, dict)]


def _properties(widget: Mapping[str, Any]) -> Mapping[str, Any]:
    properties = widget.get("properties")
    return properties if isinstance(properties, dict) else {}


def _headline(widget: Mapping[str, Any]) -> str:
    properties = _properties(widget)
    text = properties.get("title") or str(properties.get("markdown", "")).strip().partition("\n")[0].lstrip("# ")
    return str(text)


def _contents(widget: Mapping[str, Any]) -> str:
    """What a widget shows, in words: its metrics, its alarms, its query."""
    properties = _properties(widget)
    if properties.get("alarms"):
        return ", ".join(str(arn).rpartition(":")[2] for arn in properties["alarms"])
    metrics = [row for row in properties.get("metrics") or () if isinstance(row, list)]
    return ", ".join(_metric(row) for row in metrics) or str(properties.get("query", ""))


def _metric(row: list[Any]) -> str:
    options = row[-1] if row and isinstance(row[-1], dict) else {}
    named = [part for part in row if isinstance(part, str)]
    label = options.get("label") or options.get("expression") or " ".join(named[:2])
    return str(label)


async def _widget(desk: Desk, subject: Subject, name: str, number: int) -> Part:
    widgets = await _read(desk, name)
    if number >= len(widgets):
        raise ValueError(f"{name} has no such widget any more: read it again.")
    widget = widgets[number]
    properties = _properties(widget)
    if widget.get("type") == "metric" and properties.get("metrics"):
        sized = {"region": subject.region, **properties, "width": _WIDTH, "height": _HEIGHT}
        return await drawn(desk, sized, _headline(widget))
    if "markdown" in properties:
        return Prose("", str(properties["markdown"]))
    return Facts(_headline(widget), tuple((str(key), json.dumps(value)) for key, value in properties.items()))


async def _ask(desk: Desk, subject: Subject, key: str) -> Form:
    del key
    name = dashboard_name(subject.function, subject.alias)
    try:
        await dashboard_body(await desk.cloudwatch(), name)
        there = True
    except NotFound:
        there = False
    versions = " and ".join(f"v{version}" for version in subject.versions) or "the alias as a whole"
    return Form(
        f"{'Update' if there else 'Create'} the dashboard of {subject.name}",
        "The dashboard of this name is replaced, whoever wrote it." if there else "There is none of this name yet.",
        "Update" if there else "Create",
        (("Dashboard", name), ("Shows", f"{versions} side by side, and the rollout's own metrics")),
    )


async def _write(desk: Desk, subject: Subject, key: str, given: Values) -> str:
    del key, given
    name = dashboard_name(subject.function, subject.alias)
    body = dashboard_body_of(subject.function, subject.alias, subject.versions, subject.region)
    warned = await put_dashboard(await desk.cloudwatch(), name, body)
    return " ".join([f"Dashboard {name} is written.", *(f"CloudWatch says: {one.message}." for one in warned[:1])])


TAB = Tab(
    "dashboards",
    "Dashboards",
    "dashboards as text and pictures; the target's own",
    load,
    look,
    (Deed("write-dashboard", "w", "Write the target's dashboard", _ask, _write),),
)
