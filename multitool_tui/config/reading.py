"""Reads a manifest from its file, or says in one sentence what is wrong with it."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import ValidationError

from multitool_tui.config import lines
from multitool_tui.config.errors import ManifestError, not_a_manifest, not_toml
from multitool_tui.config.manifest import Manifest
from multitool_tui.config.schema import known_keys


def load_manifest(path: Path) -> Manifest:
    """Read a manifest.

    Raises:
        ManifestError: in one sentence that names the file and, where there is one, line and key.
    """
    try:
        document = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ManifestError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise ManifestError(f"{path} is not UTF-8 text.") from None
    return read_manifest(document, str(path))


def read_manifest(document: str, file: str = "multitool.toml") -> Manifest:
    """Read a manifest's text; `file` is what errors call it.

    Raises:
        ManifestError: in one sentence.
    """
    try:
        data = tomllib.loads(document)
    except ValueError as error:
        raise not_toml(file, document, error) from None
    except RecursionError:
        raise ManifestError(f"{file} is nested too deeply.") from None
    try:
        return Manifest.model_validate(data)
    except ValidationError as error:
        raise not_a_manifest(file, error.errors(include_url=False), lines.key_lines(document), known_keys) from None
