"""What a dashboard's body must be.

Rules from "Dashboard Body Structure and Syntax" of the CloudWatch API reference; messages in the manner of the JSON
Schema validator whose words PutDashboard answers with.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_MOST_WIDGETS = 500
_COLUMNS = 24
_TALLEST = 1000
_TOP = {"widgets", "start", "end", "periodOverride", "variables"}
_WIDGET = {"type", "x", "y", "width", "height", "properties"}
_VIEWS = ("timeSeries", "singleValue", "gauge", "bar", "pie", "table")
_COLOUR = re.compile(r"#[0-9a-fA-F]{3}(?:[0-9a-fA-F]{3})?")


@dataclass(frozen=True)
class Finding:
    """Something about a body: a `fatal` one keeps it from being saved. `path` is a JSON pointer."""

    path: str
    message: str
    fatal: bool = True


def findings(text: str) -> list[Finding]:
    """Everything to be said about a body; nothing of one that is right."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        return [Finding("", "The field DashboardBody must be a valid JSON object")]
    return list(_body(body))


def _body(body: Mapping[str, Any]) -> Iterator[Finding]:
    yield from _unknown(body, _TOP, "")
    if "end" in body and "start" not in body:
        yield Finding("/end", "Should have required property 'start'")
    for name in ("start", "end"):
        yield from _typed(body, name, str, "")
    yield from _one_of(body, "periodOverride", ("auto", "inherit"), "")
    widgets = body.get("widgets")
    if widgets is None:
        yield Finding("", "Should have required property 'widgets'")
    elif not isinstance(widgets, list):
        yield Finding("/widgets", "Should be array")
    elif len(widgets) > _MOST_WIDGETS:
        yield Finding("/widgets", f"Should NOT have more than {_MOST_WIDGETS} items")
    else:
        for index, widget in enumerate(widgets):
            yield from _widget(widget, f"/widgets/{index}")


def _widget(widget: Any, at: str) -> Iterator[Finding]:
    if not isinstance(widget, dict):
        yield Finding(at, "Should be object")
        return
    yield from _unknown(widget, _WIDGET, at)
    yield from _within(widget, "x", 0, _COLUMNS - 1, at)
    yield from _within(widget, "y", 0, None, at)
    yield from _within(widget, "width", 1, _COLUMNS, at)
    yield from _within(widget, "height", 1, _TALLEST, at)
    for one, other in (("x", "y"), ("y", "x")):
        if one in widget and other not in widget:
            yield Finding(at, f"Should have required property '{other}'")
    kind = widget.get("type")
    if not isinstance(kind, str) or kind not in _PROPERTIES:
        yield Finding(f"{at}/type", f"Should be equal to one of the allowed values: {', '.join(_PROPERTIES)}")
        return
    properties = widget.get("properties")
    if not isinstance(properties, dict):
        yield Finding(at, "Should have required property 'properties'")
        return
    yield from _PROPERTIES[kind](properties, f"{at}/properties")


def _metric(properties: Mapping[str, Any], at: str) -> Iterator[Finding]:
    yield from _required(properties, "region", str, at)
    for name in ("title", "stat"):
        yield from _typed(properties, name, str, at)
    yield from _typed(properties, "stacked", bool, at)
    yield from _one_of(properties, "view", _VIEWS, at)
    yield from _within(properties, "period", 1, None, at)
    rows, annotations = properties.get("metrics"), properties.get("annotations")
    if rows is None and not (isinstance(annotations, dict) and "alarms" in annotations):
        yield Finding(at, "Should have required property 'metrics'")
    elif rows is not None and not isinstance(rows, list):
        yield Finding(f"{at}/metrics", "Should be array")
    else:
        for index, row in enumerate(rows or ()):
            yield from _row(row, f"{at}/metrics/{index}")


def _row(row: Any, at: str) -> Iterator[Finding]:
    """One line of a graph: names and values, then perhaps an object of options."""
    if not isinstance(row, list):
        yield Finding(at, "Should be array")
        return
    names, options = (row[:-1], row[-1]) if row and isinstance(row[-1], dict) else (row, {})
    if not all(isinstance(name, str) for name in names) or not (names or "expression" in options):
        yield Finding(at, "Should match exactly one schema in oneOf")
    colour = options.get("color")
    if colour is not None and not (isinstance(colour, str) and _COLOUR.fullmatch(colour)):
        yield Finding(f"{at}/{len(names)}/color", "Should match the pattern of a colour, such as #1f77b4")


def _text(properties: Mapping[str, Any], at: str) -> Iterator[Finding]:
    yield from _required(properties, "markdown", str, at)


def _alarm(properties: Mapping[str, Any], at: str) -> Iterator[Finding]:
    yield from _required(properties, "alarms", list, at)


def _log(properties: Mapping[str, Any], at: str) -> Iterator[Finding]:
    yield from _required(properties, "query", str, at)
    yield from _required(properties, "region", str, at)


def _explorer(properties: Mapping[str, Any], at: str) -> Iterator[Finding]:
    yield from _required(properties, "metrics", list, at)


def _custom(properties: Mapping[str, Any], at: str) -> Iterator[Finding]:
    yield from _required(properties, "endpoint", str, at)


_PROPERTIES: dict[str, Callable[[Mapping[str, Any], str], Iterator[Finding]]] = {
    "metric": _metric,
    "text": _text,
    "alarm": _alarm,
    "log": _log,
    "explorer": _explorer,
    "custom": _custom,
}
_KINDS = {str: "string", list: "array", bool: "boolean"}


def _required(value: Mapping[str, Any], name: str, kind: type, at: str) -> Iterator[Finding]:
    if name not in value:
        yield Finding(at, f"Should have required property '{name}'")
    yield from _typed(value, name, kind, at)


def _typed(value: Mapping[str, Any], name: str, kind: type, at: str) -> Iterator[Finding]:
    if name in value and not isinstance(value[name], kind):
        yield Finding(f"{at}/{name}", f"Should be {_KINDS[kind]}")


def _one_of(value: Mapping[str, Any], name: str, allowed: tuple[str, ...], at: str) -> Iterator[Finding]:
    if name in value and value[name] not in allowed:
        yield Finding(f"{at}/{name}", f"Should be equal to one of the allowed values: {', '.join(allowed)}")


def _within(value: Mapping[str, Any], name: str, low: int, high: int | None, at: str) -> Iterator[Finding]:
    if name not in value:
        return
    number = value[name]
    if not isinstance(number, int) or isinstance(number, bool):
        yield Finding(f"{at}/{name}", "Should be integer")
    elif number < low:
        yield Finding(f"{at}/{name}", f"Should be >= {low}")
    elif high is not None and number > high:
        yield Finding(f"{at}/{name}", f"Should be <= {high}")


def _unknown(value: Mapping[str, Any], known: set[str], at: str) -> Iterator[Finding]:
    for name in sorted(value.keys() - known):
        yield Finding(f"{at}/{name}", "Should NOT have additional properties", fatal=False)
