"""Looks at the zip file that a service is to be made of."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from multitool_tui.rollout.package import Package


def inspect(path: Path, function: str, handler: str, runtime: str) -> Package:
    """A zip file that may become the code of a function with this handler and runtime.

    Raises:
        ValueError: it may not, in one sentence.
    """
    del handler, runtime
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}.") from None
    return Package(function, str(path.resolve()), path.stat().st_size, base64.b64encode(digest).decode())
