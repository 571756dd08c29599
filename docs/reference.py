"""The reference pages that are made of the code: the command line, the exit codes, the events; and README's table."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import click

from docs.man import CODES
from multitool_tui.cli import main
from multitool_tui.cli.exits import Exit
from multitool_tui.views import event_lines

PAGE_OF = {
    "abandon": "headless.md#from-another-shell",
    "adopt": "headless.md#from-another-shell",
    "completion": "cli.md#completion",
    "config": "manifest.md",
    "demo": "tutorial.md",
    "doctor": "doctor.md",
    "gate": "headless.md#from-another-shell",
    "history": "history.md",
    "judge": "judge.md",
    "observe": "observability.md",
    "pause": "headless.md#from-another-shell",
    "permissions": "permissions.md",
    "promote": "headless.md#from-another-shell",
    "receipt": "reliability.md",
    "replay": "judge.md",
    "restore": "headless.md#from-another-shell",
    "resume": "headless.md#from-another-shell",
    "rollback": "headless.md#from-another-shell",
    "run": "run.md",
    "sandbox": "sandbox.md",
    "serve": "serve.md",
    "setup": "setup.md",
    "simulate": "simulate.md",
    "status": "headless.md#from-another-shell",
    "teardown": "setup.md#teardown",
    "weight": "headless.md#from-another-shell",
}
"""Where a command is told of."""


def commands() -> str:
    """README's table: each command in a line."""
    rows = ["| command | |", "|---|---|"]
    for name, command, _ in _commands(main, click.Context(main)):
        page = PAGE_OF.get(name, "cli.md#" + name)
        rows.append(f"| [`{name}`](docs/{page}) | {_first_sentence(command)} |")
    return "\n".join(rows)


def command_line() -> str:
    """cli.md."""
    root = click.Context(main, info_name="multitool")
    return "\n".join(
        [
            "# The command line",
            "",
            "Made of the commands' own `--help`. What ends how is told in [exit-codes.md](exit-codes.md).",
            "",
            "## Options of every command",
            "",
            "They stand before the command.",
            "",
            *_options(main, root),
            *_sections(main, root, ""),
        ]
    )


def _sections(group: click.Group, context: click.Context, before: str) -> Iterator[str]:
    for name, command, inner in _commands(group, context):
        yield f"\n##{'#' if before else ''} {before}{name}\n"
        yield f"    multitool {before}{name} {' '.join(command.collect_usage_pieces(inner))}".rstrip() + "\n"
        for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
            if paragraph.startswith("\b"):
                yield f"```\n{paragraph.removeprefix(chr(8)).strip(chr(10))}\n```\n"
            else:
                yield _escaped(" ".join(paragraph.split())) + "\n"
        yield from _options(command, inner)
        if isinstance(command, click.Group):
            yield from _sections(command, inner, f"{before}{name} ")


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    options = (each for each in command.get_params(context) if isinstance(each, click.Option) and each.name != "help")
    records = [option.get_help_record(context) for option in options]
    if found := [record for record in records if record]:
        yield "| option | |\n|---|---|"
        yield from (f"| `{name.replace('|', chr(92) + '|')}` | {_escaped(text)} |" for name, text in found)


def exit_codes() -> str:
    """exit-codes.md."""
    rows = [f"| {int(code)} | {CODES[code]} |" for code in Exit]
    return "\n".join(["# Exit codes", "", "The same for every command.", "", "| code | |", "|---|---|", *rows, ""])


def events() -> str:
    """events.md."""
    schema = event_lines.schema()
    lines = [
        "# Events",
        "",
        "The lines of `run --headless --json`, one object each. [events.schema.json](events.schema.json): the schema;",
        "`multitool config schema events` prints it. Keys that you do not know are to be ignored: new ones may come.",
    ]
    for name, table in schema["$defs"].items():
        kind = table["properties"]["event"]["const"] if "event" in table.get("properties", {}) else name
        lines += ["", f"## `{kind}`", "", *([_escaped(table["description"])] if "description" in table else [])]
        if "enum" in table:
            lines += ["", "One of " + ", ".join(f"`{value}`" for value in table["enum"]) + "."]
            continue
        lines += ["", "| key | is | |", "|---|---|---|"]
        for key, described in table["properties"].items():
            lines.append(f"| `{key}` | {_kind(described)} | {_escaped(described.get('description', ''))} |")
    return "\n".join(lines) + "\n"


def _kind(described: dict[str, Any]) -> str:
    if "const" in described:
        return f"`{described['const']}`"
    if "$ref" in described:
        return f"[{described['$ref'].rpartition('/')[2]}](#{described['$ref'].rpartition('/')[2].lower()})"
    if "anyOf" in described:
        return " or ".join(map(_kind, described["anyOf"]))
    if described.get("type") == "array":
        return f"array of {_kind(described['items'])}"
    if isinstance(described.get("additionalProperties"), dict):
        return f"object, each {_kind(described['additionalProperties'])}"
    return str(described.get("format") or described.get("type"))


def _commands(group: click.Group, context: click.Context) -> Iterator[tuple[str, click.Command, click.Context]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is not None and not command.hidden:
            yield name, command, click.Context(command, info_name=name, parent=context)


def _first_sentence(command: click.Command) -> str:
    paragraph = " ".join(inspect.cleandoc(command.help or "").split("\n\n")[0].split())
    return _escaped(re.split(r"(?<=\.)\s", paragraph)[0])


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")
