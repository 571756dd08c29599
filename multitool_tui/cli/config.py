"""`multitool config`: check the manifest or one's own preferences, print their schema, write a first one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from multitool_tui.cli.exits import Exit, Failure
from multitool_tui.cli.manifests import manifest_path
from multitool_tui.cli.options import Globals
from multitool_tui.cli.screen import preferences_path

if TYPE_CHECKING:
    from multitool_tui.aws.session import AwsSession


@click.group()
def config() -> None:
    """Check the manifest or your preferences, print their schema, or write a first one."""


@config.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--preferences", "own", is_flag=True, help="FILE is of preferences; otherwise your own.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each mistake.")
@click.pass_obj
def check(options: Globals, file: Path | None, *, own: bool, as_json: bool) -> None:
    """Say everything that is wrong with FILE (otherwise --config, or multitool.toml), in any of its environments.

    Ends with 0 when nothing is, and with 2 otherwise.
    """
    from multitool_tui.config import ManifestError, check_manifest, load_manifest

    path = file or (preferences_path(options) if own else manifest_path(options))
    if own:
        from multitool_tui.tui.preferences.reading import read_preferences

        _, problems = read_preferences(path)
    else:
        try:
            problems = check_manifest(path)
        except ManifestError as error:
            problems = [error.problem]
    for problem in problems:
        if as_json:
            place = {"line": problem.line or None, "column": problem.column or None, "key": problem.key or None}
            click.echo(json.dumps({"file": problem.file, **place, "message": problem.what}))
        else:
            where = f"{problem.file}:{problem.line}:{problem.column}: " if problem.line else ""
            click.echo(f"{where}{problem.what}")
    if problems:
        raise Failure(f"{path}: {len(problems)} {'mistake' if len(problems) == 1 else 'mistakes'}.", Exit.USAGE)
    if own and not as_json:
        click.echo(f"{path} is in order.")
    elif not as_json:
        manifest = load_manifest(path, options.environment)
        parts = (("rollout", manifest.rollouts), ("group", manifest.groups), ("environment", manifest.environments))
        said = ", ".join(f"{len(found)} {what}{'' if len(found) == 1 else 's'}" for what, found in parts if found)
        click.echo(f"{path} is in order: {said or 'no rollout yet'}.")


@config.command()
@click.argument("what", type=click.Choice(["manifest", "events", "preferences"]), default="manifest")
def schema(what: str) -> None:
    """Print the JSON Schema of the manifest, of your preferences, or of the events of `run --headless --json`."""
    if what == "manifest":
        from multitool_tui.config import manifest_schema as made
    elif what == "preferences":
        from multitool_tui.tui.preferences.model import preferences_schema as made
    else:
        from multitool_tui.views.event_lines import schema as made
    click.echo(json.dumps(made(), indent=2))


@config.command()
@click.option("--filter", "needle", default="", metavar="TEXT", help="Only functions with this in their name.")
@click.option("--force", is_flag=True, help="Over a file that is there already.")
@click.option("--print", "prints", is_flag=True, help="To standard output; nothing is written.")
@click.option("--preferences", "own", is_flag=True, help="Your preferences, with every key as a remark; asks nobody.")
@click.pass_obj
def init(options: Globals, needle: str, *, force: bool, prints: bool, own: bool) -> None:
    """Ask the account for its functions, aliases and alarms, and write a first manifest of them.

    Every alias becomes a rollout by evidence; an alarm with a function's name in its own watches over it. Nothing in
    AWS is changed.
    """
    path = preferences_path(options) if own else manifest_path(options)
    if path.exists() and not (force or prints):
        raise Failure(f"{path} is there already: --force writes over it, --print does not write.", Exit.USAGE)
    if own:
        from multitool_tui.tui.preferences.first import first_preferences

        _put(path, first_preferences(), "every key as a remark. Next: take a # away, and start again", prints=prints)
        return
    from multitool_tui.cli.calling import on_aws
    from multitool_tui.clock import SystemClock
    from multitool_tui.config.first import first_manifest
    from multitool_tui.controller.inventory import inventory

    async def ask(session: AwsSession) -> Any:
        return await inventory(session, needle)

    found = on_aws(options, SystemClock(), ask)
    if not found.aliases:
        named = f" with {needle!r} in its name" if needle else ""
        raise Failure(
            f"No function{named} has an alias in {found.place}: a rollout needs one "
            "(aws lambda create-alias, or `multitool setup`).",
            Exit.REFUSED,
        )
    text = first_manifest(found.aliases, found.alarms, found.place)
    has = f"{len(found.aliases)} rollouts of {found.place}. Next: `multitool config check`, and look"
    _put(path, text, has, prints=prints)


def _put(path: Path, text: str, has: str, *, prints: bool) -> None:
    """Write a first file and say what it has, or only print it."""
    if prints:
        click.echo(text, nl=False)
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Failure(f"{path} cannot be written: {error.strerror}.", Exit.USAGE) from None
    click.echo(f"{path} has {has}.")
