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
    def call(*args: Any, headless: bool, as_json: bool, timeout: str | None, metrics: str | None, **rest: Any) -> None:
        without = headless or rest.get("dry_run")
        for option, value in (("--json", as_json), ("--timeout", timeout), ("--metrics", metrics)):
            if value and not without:
                raise click.UsageError(f"{option} needs --headless.")
        command(*args, manner=_manner(as_json=as_json, timeout=timeout, metrics=metrics) if without else None, **rest)

    return together(
        click.option("--headless", is_flag=True, help="Without the screen: a line for each decision and each minute."),
        click.option("--json", "as_json", is_flag=True, help="With --headless: one JSON object a line."),
        click.option(
            "--metrics", metavar="[HOST:]PORT", help="With --headless: Prometheus's text at /metrics; on 127.0.0.1."
        ),
        click.option("--timeout", metavar="TIME", help="With --headless: end it then, as at a signal, with 12."),
    )(call)


def _manner(*, as_json: bool, timeout: str | None, metrics: str | None) -> Any:
    from multitool_tui.cli.headless import Manner
    from multitool_tui.words import parse_duration

    try:
        limit = parse_duration(timeout) if timeout else None
    except ValueError as error:
        raise click.BadParameter(f"{error}", param_hint="--timeout") from None
    return Manner(as_json, limit, _place(metrics) if metrics else None)


def _place(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not (port.isascii() and port.isdigit() and int(port) < 65536):
        raise click.BadParameter(f"{text!r} is no place to listen at: write it like 9464", param_hint="--metrics")
    return host.strip("[]") or "127.0.0.1", int(port)
