"""The options that every command takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

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


def of_the_sandbox(speed: float) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Add what every sandbox is started with: `--scenario`, `--speed` (by default `speed`) and `--seed`."""

    def add(command: Callable[..., None]) -> Callable[..., None]:
        for option in (
            click.option(
                "--seed", type=int, default=1, show_default=True, metavar="N", help="Same seed, same traffic."
            ),
            click.option(
                "--speed",
                type=click.FloatRange(0.1, 600),
                default=speed,
                show_default=True,
                metavar="N",
                help="How many times faster than real time.",
            ),
            click.option(
                "--scenario", default="healthy", show_default=True, metavar="NAME", help="What the new version does."
            ),
        ):
            command = option(command)
        return command

    return add
