"""Permissions as lines of text: the ledger, a comparison, a check."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import wrap
from typing import Any

from multitool_tui.aws.resources import Known, Probed
from multitool_tui.permissions.compare import Finding, Kind
from multitool_tui.permissions.ledger import FEATURES
from multitool_tui.permissions.row import Row

WIDTH = 80
_ACTION = 44  # columns
_FEATURE = 13


def ledger_lines(rows: Iterable[Row]) -> Iterator[str]:
    """The features, then each action with what it is for."""
    table = list(rows)
    for feature in FEATURES.values():
        if any(feature in row.now for row in table):
            text = f"{feature.title} ({'; '.join(feature.where)})"
            yield from _hanging(feature.name, text, _FEATURE)
    yield ""
    for row in table:
        yield from _hanging(row.action, purpose(row), _ACTION)


def _hanging(name: str, text: str, indent: int) -> Iterator[str]:
    first, *rest = wrap(text, WIDTH - indent)
    yield f"{name:<{indent}}{first}"
    yield from (" " * indent + line for line in rest)


def ledger_document(row: Row) -> dict[str, Any]:
    """A row as JSON has it."""
    return {
        "action": row.action,
        "access": row.access,
        "operations": [f"{each.service} {each.name}" for each in row.operations],
        "resources": [shape.template for shape in row.shapes] or ["*"],
        "features": [feature.name for feature in row.now],
        "note": row.note,
    }


def purpose(row: Row) -> str:
    """What an action is for: "watch, run", or why it is for nothing."""
    if row.now:
        return ", ".join(feature.name for feature in row.now)
    return row.note


def comparison_lines(findings: Iterable[Finding]) -> Iterator[str]:
    """Each difference as a sentence."""
    found = [_difference(finding) for finding in findings]
    yield from found or ["The policy allows what is needed, and nothing else."]


def _difference(finding: Finding) -> str:
    what, where = ", ".join(finding.actions), " and ".join(finding.statements)
    on = f" on {finding.resource}" if finding.resource else ""
    match finding.kind:
        case Kind.MISSING:
            return f"missing     {what}{on} is allowed by no statement."
        case Kind.DENIED:
            return f"denied      {what}{on} is denied by {where}."
        case Kind.DEPENDS:
            return f"depends     {what}{on} depends on {where}: on its conditions, or it is about a part of this only."
        case Kind.UNNEEDED:
            return f"not needed  {what} in {where}."
        case Kind.WIDER:
            return f"wider       {what}{on} in {where}: {', '.join(finding.enough) or 'nothing'} would do."


def check_lines(found: Iterable[Probed]) -> Iterator[str]:
    """Each action with what a read has shown."""
    for one in found:
        on = f" on {one.asked}" if one.asked else ""
        why = f": {one.why}" if one.known is Known.UNKNOWN else ""
        yield f"{one.known:<9}{one.action}{on}{why}"
