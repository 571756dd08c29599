"""The options that every command takes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SANDBOX_REGION = "eu-west-1"
"""Where the sandbox is, unless `--region` says otherwise."""


@dataclass(frozen=True, slots=True)
class Globals:
    """What was said before the command's name."""

    profile: str | None
    region: str | None
    endpoint_url: str | None
    read_only: bool
    config: Path | None
    log_file: Path | None
