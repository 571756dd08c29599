"""The manual page, made of what the commands say of themselves with `--help`."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import click

from multitool_tui.cli import main
from multitool_tui.cli.exits import Exit

CODES = {
    Exit.DONE: "Promoted, or done.",
    Exit.BUG: "A bug of MultiTool's.",
    Exit.USAGE: "Bad usage, manifest or input.",
    Exit.REFUSED: "Refused: by AWS (credentials, permission, not found), or because it must not be done.",
    Exit.UNREACHABLE: "AWS, or the driver, does not answer.",
    Exit.ROLLED_BACK: "Rolled back on evidence or an alarm.",
    Exit.ROLLED_BACK_BY_OPERATOR: "Rolled back by an operator.",
    Exit.INCONCLUSIVE: "Inconclusive.",
    Exit.DRIFT: "Held: somebody else changed the target.",
    Exit.TAKEN: "Another driver holds the target.",
}


def manual() -> str:
    """multitool(1), in man's own language."""
    return "\n".join(_page()) + "\n"


def _page() -> Iterator[str]:
    root = click.Context(main, info_name="multitool")
    yield '.TH MULTITOOL 1 "" "MultiTool" "User Commands"'
    yield ".SH NAME"
    yield f"multitool \\- {_text(main.get_short_help_str(200))}"
    yield ".SH SYNOPSIS"
    yield f".B multitool\n{_text(' '.join(main.collect_usage_pieces(root)))}"
    yield ".SH DESCRIPTION"
    yield from _help(main)
    yield ".SH OPTIONS"
    yield from _options(main, root)
    yield ".SH COMMANDS"
    yield from _commands(main, root, "")
    yield ".SH EXIT STATUS"
    for code in Exit:
        yield f".TP\n.B {int(code)}\n{_text(CODES[code])}"
    yield ".SH ENVIRONMENT"
    yield ".TP\n.B AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL, ...\nThe standard AWS chain, as every AWS tool reads it."
    yield ".TP\n.B MULTITOOL_ENV\nThe manifest's environment."
    yield ".TP\n.B NO_COLOR\nNo colours."


def _commands(group: click.Group, context: click.Context, before: str) -> Iterator[str]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        inner = click.Context(command, info_name=name, parent=context)
        yield f".SS {before}{name} {_text(' '.join(command.collect_usage_pieces(inner)))}".rstrip()
        yield from _help(command)
        yield from _options(command, inner)
        if isinstance(command, click.Group):
            yield from _commands(command, inner, f"{before}{name} ")


def _help(command: click.Command) -> Iterator[str]:
    for number, paragraph in enumerate(inspect.cleandoc(command.help or "").split("\n\n")):
        if number:
            yield ".PP"
        verbatim = paragraph.startswith("\b")
        text = paragraph.removeprefix("\b\n")
        yield f".nf\n{_text(text)}\n.fi" if verbatim else _text(re.sub(r"\s+", " ", text))


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    for option in command.get_params(context):
        record = option.get_help_record(context)
        if record and isinstance(option, click.Option):
            yield f".TP\n.B {_text(record[0])}\n{_text(record[1])}"


def _text(text: str) -> str:
    """Text as it is, whatever man would make of it."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-")
    return "\n".join(rf"\&{line}" if line.startswith((".", "'")) else line for line in escaped.split("\n"))
