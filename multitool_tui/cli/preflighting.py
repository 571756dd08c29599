"""What is said of a start before it is made: as text, as JSON lines, and as an exit code."""

from __future__ import annotations

import asyncio
import json
import shutil
import textwrap
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from multitool_tui.cli.exits import Exit, Failure, exit_of_error
from multitool_tui.cli.log import open_log
from multitool_tui.cli.options import Globals
from multitool_tui.cli.screen import open_supervisor
from multitool_tui.clock import Clock
from multitool_tui.controller.findings import Finding
from multitool_tui.controller.port import CommandRefused, ConnectFailed, NothingToDo
from multitool_tui.views.text import clean

if TYPE_CHECKING:
    from multitool_tui.controller.commands import Start

_WORDS = 22
"""Columns of the level and of what a finding is about."""


def dry_run(options: Globals, clock: Clock, start: Start, *, as_json: bool) -> None:
    """Say all that can be said of a start, and change nothing.

    Raises:
        Failure: it could not start, with the code of what is in the way.
    """
    open_log(options.log_file)
    try:
        findings = asyncio.run(_ask(options, clock, start))
    except ConnectFailed as failed:
        raise Failure(str(failed), Exit(failed.exit_code)) from None
    except CommandRefused as refused:
        raise Failure(str(refused), exit_of_error(refused)) from None
    for line in map(_document, findings) if as_json else _lines(findings):
        click.echo(line)
    refusal = next((finding.refusal for finding in findings if finding.refusal), None)
    if refusal is None:
        if not as_json:
            click.echo("It could start. Nothing was changed.")
    elif not isinstance(refusal, NothingToDo):
        raise Failure(clean(str(refusal)), exit_of_error(refusal))


async def _ask(options: Globals, clock: Clock, start: Start) -> tuple[Finding, ...]:
    supervisor = await open_supervisor(options, clock)
    try:
        return await supervisor.preflight(start)
    finally:
        await supervisor.close()


def _lines(findings: Iterable[Finding]) -> Iterable[str]:
    width = max(60, shutil.get_terminal_size().columns)
    for finding in findings:
        head = f"{finding.level:<9}{finding.about:<{_WORDS - 9}}"
        yield textwrap.fill(
            clean(finding.says),
            width,
            initial_indent=head,
            subsequent_indent=" " * _WORDS,
            break_long_words=False,
            break_on_hyphens=False,
        )


def _document(finding: Finding) -> str:
    return json.dumps({"about": finding.about, "level": finding.level.value, "says": finding.says})
