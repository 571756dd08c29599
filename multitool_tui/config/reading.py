"""Reads a manifest from its file, or says what is wrong with it, each in one sentence."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from multitool_tui.config import lines
from multitool_tui.config.environments import Origins, one_layer
from multitool_tui.config.errors import ManifestError, Problem, no_environment, not_toml, problems_of
from multitool_tui.config.manifest import Manifest
from multitool_tui.config.schema import known_keys
from multitool_tui.config.values import PART


def load_manifest(path: Path, environment: str | None = None) -> Manifest:
    """Read a manifest, as it is in an environment.

    Raises:
        ManifestError: in one sentence that names the file and, where there is one, line and key.
    """
    return read_manifest(_text(path), str(path), environment)


def read_manifest(document: str, file: str = "multitool.toml", environment: str | None = None) -> Manifest:
    """Read a manifest's text; `file` is what errors call it.

    Raises:
        ManifestError: in one sentence, for the first of what is wrong.
    """
    found, problems = _read(document, file, environment)
    if found is None:
        raise ManifestError(problems[0])
    return found


def check_manifest(path: Path) -> Sequence[Problem]:
    """Everything that is wrong with a manifest, in any environment, in the order of its lines.

    Raises:
        ManifestError: the file cannot be read at all.
    """
    document, file = _text(path), str(path)
    found, problems = _read(document, file, None)
    unlayered = list(problems)
    if found is not None or not any(problem.of_the_text for problem in problems):
        for environment in _environments(document):
            unlayered += _read(document, file, environment)[1]
    return sorted(dict.fromkeys(unlayered), key=lambda problem: (problem.line, problem.column))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ManifestError(Problem(str(path), f"{path} cannot be read: {error.strerror}.")) from None
    except UnicodeDecodeError:
        raise ManifestError(Problem(str(path), f"{path} is not UTF-8 text.")) from None


def _environments(document: str) -> Sequence[str]:
    tables: Any = tomllib.loads(document).get("environments", {})
    return list(tables) if isinstance(tables, dict) else []


def _read(document: str, file: str, environment: str | None) -> tuple[Manifest | None, Sequence[Problem]]:
    """The manifest, or what is wrong: first of all with the text, then with its tables, then with what they make."""
    try:
        data = tomllib.loads(document)
    except ValueError as error:
        return None, [not_toml(file, document, error)]
    except RecursionError:
        return None, [Problem(file, f"{file} is nested too deeply.", of_the_text=True)]
    origins: Origins = {}
    try:
        written = Manifest.model_validate(data, context=PART)
        if environment is not None and environment not in written.environments:
            return None, [no_environment(file, environment, list(written.environments))]
        whole, origins = one_layer(data, environment)
        return Manifest.model_validate(whole).model_copy(update={"environments": written.environments}), ()
    except ValidationError as error:
        places: Mapping[Any, lines.Place] = lines.key_places(document)
        return None, problems_of(file, error.errors(include_url=False), places, known_keys, origins)
