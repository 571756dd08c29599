"""The options of a command that may do without the screen."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from multitool_tui.cli.options import together


def without_a_screen(command: Callable[..., None]) -> Callable[..., None]:
    """Add `--headless` and what goes with it; the command is given a `manner`, None where the screen is wanted."""

    @wraps(command)
    def call(*args: Any, headless: bool, as_json: bool, timeout: str | None, **rest: Any) -> None:
        without = headless or rest.get("dry_run")
        if not without and (as_json or timeout):
            raise click.UsageError(f"{'--json' if as_json else '--timeout'} needs --headless.")
        command(*args, manner=_manner(as_json=as_json, timeout=timeout) if without else None, **rest)

    return together(
        click.option("--headless", is_flag=True, help="Without the screen: a line for each decision and each minute."),
        click.option("--json", "as_json", is_flag=True, help="With --headless: one JSON object a line."),
        click.option("--timeout", metavar="TIME", help="With --headless: end it then, as at a signal, with 12."),
    )(call)


def _manner(*, as_json: bool, timeout: str | None) -> Any:
    from multitool_tui.cli.headless import Manner
    from multitool_tui.words import parse_duration

    try:
        limit = parse_duration(timeout) if timeout else None
    except ValueError as error:
        raise click.BadParameter(f"{error}", param_hint="--timeout") from None
    return Manner(as_json, limit)
