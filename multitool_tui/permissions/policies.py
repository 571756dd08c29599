"""The policies that the product prints, as JSON documents, made from the ledger."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from multitool_tui.permissions.ledger import LEDGER
from multitool_tui.permissions.reading import VERSION
from multitool_tui.permissions.row import Row, Scope, Shape, When

Document = dict[str, Any]


def whole_policy() -> Document:
    """The product's policy: every action that it may ever need, on everything."""
    return _document(
        [
            {
                "Sid": "multitoolminimumpermissions",
                "Effect": "Allow",
                "Action": [row.action for row in LEDGER],
                "Resource": "*",
            }
        ]
    )


def minimal_policy(rows: Iterable[Row], scope: Scope) -> Document:
    """The least that the actions of `rows` need in this scope: ARNs wherever the service takes them, and conditions.

    Actions that agree in both share a statement.
    """
    groups: dict[tuple[tuple[Shape, ...], When | None], list[str]] = {}
    for row in rows:
        groups.setdefault((row.shapes, row.when), []).extend(row.names)
    return _document(
        [
            _statement(shapes, when, actions, scope)
            for (shapes, when), actions in sorted(groups.items(), key=lambda group: group[1])
        ]
    )


def _document(statements: list[Document]) -> Document:
    return {"Version": VERSION, "Statement": statements}


def _statement(shapes: tuple[Shape, ...], when: When | None, actions: list[str], scope: Scope) -> Document:
    arns = [scope.fill(shape.template) for shape in shapes]
    statement: Document = {
        "Sid": "".join(("MultiTool", *([shape.name for shape in shapes] or ["Everything"]), _last_word(when))),
        "Effect": "Allow",
        "Action": actions,
        "Resource": arns[0] if len(arns) == 1 else arns or "*",
    }
    if when is not None:
        values = [scope.fill(value) for value in when.words()]
        statement["Condition"] = {when.operator: {when.key: values[0] if len(values) == 1 else values}}
    return statement


def _last_word(when: When | None) -> str:
    """What tells the Sids of statements apart that differ in their condition only."""
    return when.key.rpartition(":")[2] if when else ""
