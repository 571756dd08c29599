"""The manifest that a command goes by."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from multitool_tui.cli.exits import Exit, Failure
from multitool_tui.cli.options import Globals

if TYPE_CHECKING:
    from multitool_tui.config import Manifest


def manifest_of(options: Globals) -> Manifest | None:
    """The manifest: `--config`, or multitool.toml in this folder, if there is one; as it is in the environment.

    Raises:
        Failure: it is at fault.
    """
    path = manifest_path(options)
    if options.config is None and not path.exists():
        if options.environment:
            raise Failure(
                f"There is no {path} here that could have an environment {options.environment!r}.", Exit.USAGE
            )
        return None
    from multitool_tui.config import ManifestError, load_manifest

    try:
        return load_manifest(path, options.environment)
    except ManifestError as error:
        raise Failure(str(error), Exit.USAGE) from None


def manifest_path(options: Globals) -> Path:
    """Where the manifest is, or would be."""
    return options.config or Path("multitool.toml")
