"""`multitool run` and `multitool resume`: a rollout from its start, or from where a crash has left it, to its end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from multitool_tui.cli.completion import names
from multitool_tui.cli.manner import without_a_screen
from multitool_tui.cli.options import Globals
from multitool_tui.cli.planning import find_rollout, of_a_rollout

if TYPE_CHECKING:
    from multitool_tui.cli.headless import Manner
    from multitool_tui.clock import Clock
    from multitool_tui.controller.commands import Start
    from multitool_tui.controller.port import Controller


def _number(_: click.Context, __: click.Parameter, version: str | None) -> str | None:
    """The version as a number; anything else is refused before AWS is asked."""
    if version is None:
        return None
    number = version.removeprefix("v")
    if not (number.isascii() and number.isdigit()):
        raise click.BadParameter(
            f"{version!r} is not a published version: give a number. $LATEST cannot share traffic."
        )
    return number


@click.command()
@click.argument("name", metavar="[TARGET]", required=False, shell_complete=names)
@click.option("--version", callback=_number, metavar="N", help="The published version to release.")
@click.option(
    "--zip",
    "package",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="The deployment package to upload, publish and release; 50 MB at most.",
)
@click.option("--again", is_flag=True, help="Although it was rolled back before.")
@click.option(
    "--group",
    metavar="NAME",
    shell_complete=names,
    help="Instead of TARGET: a group of the manifest, in waves; --headless.",
)
@click.option(
    "--release", "releases", multiple=True, metavar="NAME=N", help="With --group: a rollout's version; else the newest."
)
@click.option("--any", "shares", is_flag=True, help="With --group: take the next that is free, beside other runners.")
@without_a_screen
@click.option("--dry-run", is_flag=True, help="Say what would be in its way, and what it could tell; change nothing.")
@of_a_rollout
@click.pass_obj
def run(
    options: Globals,
    /,
    name: str | None,
    version: str | None,
    package: Path | None,
    *,
    again: bool,
    group: str | None,
    releases: tuple[str, ...],
    shares: bool,
    dry_run: bool,
    manner: Manner | None,
    **given: Any,
) -> None:
    """Release a version, or a zip file, on TARGET: FUNCTION:ALIAS, API/STAGE, or a rollout's name in the manifest.

    With --group all of a group are released, wave by wave; one that is not promoted takes all others back with it. With
    --any as well, any number of processes on any machines share the group, each target for itself.

    Ends with 0 when it is promoted, or serves already, 10 when it is rolled back on evidence, 11 by an operator, 12
    inconclusive, 13 held because somebody else changed the target, 14 when another driver holds it. Where nothing was
    begun: 2 for what was asked, 3 where AWS refused, 4 where it did not answer.
    """
    if group is not None:
        if name or version or package or dry_run or not manner:
            raise click.UsageError("--group needs --headless, and goes without TARGET, --version, --zip and --dry-run.")
        from multitool_tui.cli.grouping import run_group

        run_group(options, group, releases, given, manner, again=again, shares=shares)
        return
    if name is None or releases or shares:
        raise click.UsageError(
            "Name the TARGET, or a --group." if name is None else "--release and --any need --group."
        )
    if (version is None) == (package is None):
        raise click.UsageError("Name what to release: --version N or --zip FILE, one of the two.")
    if options.read_only and not dry_run:
        raise click.UsageError("--read-only changes nothing: no rollout can be started with it.")
    target, plan = find_rollout(name, options, given)
    from multitool_tui.clock import SystemClock
    from multitool_tui.controller.commands import Start

    clock = SystemClock()
    start = Start(target=target, canary=version or "", zip=package, plan=plan, again=again)
    if dry_run:
        from multitool_tui.cli.preflighting import dry_run as say

        say(options, clock, start, as_json=bool(manner and manner.as_json))
    elif manner:
        from multitool_tui.cli.headless import drive, one, started

        drive(options, clock, one(lambda supervisor: started(supervisor, start)), manner)
    else:
        _on_the_screen(options, clock, start)


def _on_the_screen(options: Globals, clock: Clock, start: Start) -> None:
    from multitool_tui.cli.exits import Exit, exit_of_error
    from multitool_tui.cli.screen import open_screen, open_supervisor
    from multitool_tui.controller.port import CommandRefused, ConnectFailed, NothingToDo

    async def connect() -> Controller:
        supervisor = await open_supervisor(options, clock)
        supervisor.open(for_a_screen=True)
        try:
            await supervisor.obey(start)
        except CommandRefused as refused:
            await supervisor.close()
            code = Exit.DONE if isinstance(refused, NothingToDo) else exit_of_error(refused)
            raise ConnectFailed(str(refused), code) from None
        return supervisor

    open_screen(connect, clock, options)


@click.command()
@click.argument("name", metavar="[ROLLOUT|TARGET|GROUP]", required=False, shell_complete=names)
@without_a_screen
@click.option("--take-over", is_flag=True, help="With --headless: although another driver holds TARGET.")
@click.pass_obj
def resume(options: Globals, name: str | None, *, manner: Manner | None, take_over: bool) -> None:
    """Go on with what is paused or held, or was interrupted.

    Named, and driven by a process on this machine: it is told to go on. What was interrupted is driven from here: all
    of it on this machine, or one ROLLOUT; or on TARGET, from another machine.

    A rollout of another machine is known by the mark in the alias's description. It is taken over when its driver has
    let that run out, and judged by what CloudWatch has. The screen takes up this machine's rollouts by itself.
    """
    from multitool_tui.words import is_target

    if take_over and not (manner and name and is_target(name)):
        raise click.UsageError(
            "--take-over needs --headless and a TARGET: FUNCTION:ALIAS or API/STAGE. On the screen it is the key d."
        )
    if name:
        from multitool_tui.cli.steering import resume_live

        if resume_live(options, name):
            return
    from multitool_tui.clock import SystemClock

    if manner:
        from multitool_tui.cli.headless import drive, interrupted, one

        again = one(lambda supervisor: interrupted(supervisor, name, take_over=take_over))
        drive(options, SystemClock(), again, manner)
        return
    from multitool_tui.cli.screen import watch

    watch(options)
