"""`multitool run` and `multitool resume`: a rollout from its start, or from where a crash has left it, to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from multitool_tui.cli.manner import without_a_screen
from multitool_tui.cli.options import Globals
from multitool_tui.cli.planning import find_rollout, of_a_rollout

if TYPE_CHECKING:
    from multitool_tui.cli.headless import Manner
    from multitool_tui.controller.port import Controller


def _number(_: click.Context, __: click.Parameter, version: str) -> str:
    """The version as a number; anything else is refused before AWS is asked."""
    number = version.removeprefix("v")
    if not (number.isascii() and number.isdigit()):
        raise click.BadParameter(
            f"{version!r} is not a published version: give a number. $LATEST cannot share traffic."
        )
    return number


@click.command()
@click.argument("name", metavar="TARGET")
@click.option("--version", required=True, callback=_number, metavar="N", help="The published version to release.")
@without_a_screen
@of_a_rollout
@click.pass_obj
def run(options: Globals, /, name: str, version: str, *, manner: Manner | None, **given: Any) -> None:
    """Release a version on TARGET: FUNCTION:ALIAS, or a rollout's name in the manifest.

    Ends with 0 when it is promoted, 10 when it is rolled back on evidence, 11 by an operator, 12 inconclusive, 13 held
    because somebody else changed the target, 14 when another driver holds it. Where nothing was begun: 2 for
    what was asked, 3 where AWS refused, 4 where it did not answer.
    """
    if options.read_only:
        raise click.UsageError("--read-only changes nothing: no rollout can be started with it.")
    target, plan = find_rollout(name, options.config, given)
    from multitool_tui.clock import SystemClock

    clock = SystemClock()
    if manner:
        from multitool_tui.cli.headless import drive, one

        drive(options, clock, one(lambda controller: _start(controller, target, version, plan)), manner)
        return
    from multitool_tui.cli.exits import exit_of_error
    from multitool_tui.cli.screen import open_screen, open_supervisor
    from multitool_tui.controller.port import CommandRefused, ConnectFailed

    async def connect() -> Controller:
        supervisor = await open_supervisor(options, clock)
        supervisor.open(for_a_screen=True)
        try:
            await _start(supervisor, target, version, plan)
        except CommandRefused as refused:
            await supervisor.close()
            raise ConnectFailed(str(refused), exit_of_error(refused)) from None
        return supervisor

    open_screen(connect, clock, options)


async def _start(controller: Controller, target: str, version: str, plan: Any) -> str:
    from multitool_tui.controller.commands import Start

    return await controller.obey(Start(target=target, canary=version, plan=plan))


@click.command()
@click.argument("name", metavar="[ROLLOUT|TARGET|GROUP]", required=False)
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
    if take_over and not (manner and name and ":" in name):
        raise click.UsageError(
            "--take-over needs --headless and a TARGET: FUNCTION:ALIAS. On the screen it is the key d."
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
