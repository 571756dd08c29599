"""The options that every command takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from multitool_tui.cli.policies import policy_in

if TYPE_CHECKING:
    from multitool_tui.aws.session import Options

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
    state_dir: Path | None
    environment: str | None = None
    preferences: Path | None = None

    def aws(self) -> Options:
        """What of it is about the AWS session."""
        from multitool_tui.aws.session import Options

        return Options(self.profile, self.region, self.endpoint_url, self.read_only)


Command = Callable[..., None]


def together(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Several options as one decorator; `--help` shows them in this order."""

    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def of_the_sandbox(speed: float) -> Callable[[Command], Command]:
    """Add what a sandbox is started with: `--scenario`, `--speed` (by default `speed`), `--seed` and `--enforce`."""
    return together(
        click.option(
            "--scenario", default="healthy", show_default=True, metavar="NAME", help="What the new version does."
        ),
        click.option(
            "--speed",
            type=click.FloatRange(0.1, 600),
            default=speed,
            show_default=True,
            metavar="N",
            help="How many times faster than real time.",
        ),
        click.option("--seed", type=int, default=1, show_default=True, metavar="N", help="Same seed, same traffic."),
        click.option(
            "--enforce",
            "policy",
            type=click.Path(path_type=Path),
            callback=policy_in,
            metavar="FILE",
            help="Allow only what the IAM policy in FILE allows.",
        ),
    )
