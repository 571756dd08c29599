"""The manifest that a command goes by."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from multitool_tui.cli.exits import Exit, Failure

if TYPE_CHECKING:
    from multitool_tui.config import Manifest

_USUAL = Path("multitool.toml")


def manifest_of(config: Path | None) -> Manifest | None:
    """The manifest: `--config`, or multitool.toml in this folder, if there is one.

    Raises:
        Failure: it is at fault.
    """
    path = config or _USUAL
    if config is None and not path.exists():
        return None
    from multitool_tui.config import ManifestError, load_manifest

    try:
        return load_manifest(path)
    except ManifestError as error:
        raise Failure(str(error), Exit.USAGE) from None
