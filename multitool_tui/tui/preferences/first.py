"""A first `preferences.toml`: every key as it is without one, as a remark."""

from __future__ import annotations

import json
from typing import Any

import tomlkit

from multitool_tui.config.values import Table
from multitool_tui.tui.preferences.model import PreferencesTable
from multitool_tui.tui.themes import DARK


def first_preferences() -> str:
    """The text of a file that changes nothing until a remark becomes a line."""
    document = tomlkit.document()
    document.add(tomlkit.comment("How you like MultiTool's screen. A line is a remark until its # is taken away."))
    document.add(tomlkit.comment("`multitool config check --preferences` finds mistakes."))
    document.add(tomlkit.nl())
    _describe(document, PreferencesTable())
    return tomlkit.dumps(document).rstrip() + "\n"


def _describe(into: Any, keys: Table) -> None:
    tables = {}
    for name, field in type(keys).model_fields.items():
        value = getattr(keys, name)
        if isinstance(value, Table):
            tables[name] = value
            continue
        written = json.dumps(DARK.name if value is None else value, ensure_ascii=False)
        into.add(tomlkit.comment(f"{name} = {written}    # {field.description}"))
    for name, table in tables.items():
        into.add(tomlkit.nl())
        inner = tomlkit.table()
        _describe(inner, table)
        into.add(name, inner)
