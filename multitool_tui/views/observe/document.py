"""A page as JSON lines."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from multitool_tui.controller.observe.page import Cell, Chart, Facts, Page, Part, Picture, Prose, Row, Table, Trouble


def rows(page: Page) -> Iterator[str]:
    """One object for each row, value or fact; `key` opens a row, `error` says what could not be read."""
    for part in page.parts:
        for row in _of(part):
            yield json.dumps({"part": part.title, **row})


def _of(part: Part) -> Iterator[dict[str, Any]]:
    match part:
        case Table():
            yield from (_row(part.columns, row) for row in part.rows)
        case Facts():
            yield {name: _value(value) for name, value in part.pairs}
        case Prose():
            yield {"text": part.text}
        case Trouble():
            yield {"error": part.sentence}
        case Chart():
            usual = {at: (low, high) for at, low, high in part.band}
            for curve in part.curves:
                for at, value in curve.points:
                    band = {"usual": usual[at]} if at in usual else {}
                    yield {"series": curve.name, "at": _value(at), "value": value, **band}
        case Picture():
            yield {"png": base64.b64encode(part.png).decode()}


def _row(columns: tuple[str, ...], row: Row) -> dict[str, Any]:
    named = {name or "value": _value(cell) for name, cell in zip(columns, row.cells, strict=True)}
    return named | ({"key": row.key} if row.key else {})


def _value(cell: Cell) -> Any:
    match cell:
        case datetime():
            return cell.isoformat().replace("+00:00", "Z")
        case timedelta():
            return cell.total_seconds()
        case str():
            return str(cell)
        case _:
            return cell
