"""Reads `preferences.toml`. What is wrong in it is said, and all the rest holds: it keeps nobody from a rollback."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from multitool_tui.config.errors import Problem, not_toml, problems_of
from multitool_tui.config.lines import key_places
from multitool_tui.config.schema import known_keys
from multitool_tui.tui.preferences import Preferences
from multitool_tui.tui.preferences.model import PreferencesTable
from multitool_tui.wrong import KeyPath, way


def read_preferences(path: Path) -> tuple[Preferences, Sequence[Problem]]:
    """What the file says, and each thing that is wrong with it, in the order of its lines."""
    file = str(path)
    try:
        document = path.read_text(encoding="utf-8")
    except OSError as error:
        return Preferences(), [Problem(file, f"{path} cannot be read: {error.strerror}.")]
    except UnicodeDecodeError:
        return Preferences(), [Problem(file, f"{path} is not UTF-8 text.")]
    try:
        data: dict[str, Any] = tomllib.loads(document)
    except ValueError as error:
        return Preferences(), [not_toml(file, document, error)]
    except RecursionError:
        return Preferences(), [Problem(file, f"{path} is nested too deeply.", of_the_text=True)]
    found: list[Problem] = []
    while True:
        try:
            preferences = PreferencesTable.model_validate(data).preferences()
        except ValidationError as error:
            errors = error.errors(include_url=False)
            found += problems_of(file, errors, key_places(document), partial(known_keys, of=PreferencesTable), {})
            for each in errors:
                _drop(data, way(each))
        else:
            return preferences, sorted(found, key=lambda problem: (problem.line, problem.column))


def _drop(data: Any, path: KeyPath) -> None:
    """Take a key that is wrong out of the data; of an array, the whole of it."""
    for part in path[:-1]:
        if not isinstance(data[part], dict):
            data.pop(part)
            return
        data = data[part]
    data.pop(path[-1], None)
