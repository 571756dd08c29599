"""Opens the screen that sets a service up."""

from __future__ import annotations

import asyncio
import importlib
import sys
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import click

from multitool_tui.cli.exits import Exit, Failure
from multitool_tui.cli.log import open_log
from multitool_tui.cli.options import Globals

if TYPE_CHECKING:
    from multitool_tui.controller.provision.desk import Desk


def open_wizard(options: Globals) -> None:
    """Run the screen until its user has what they want, and leave the commands that go on from there.

    Raises:
        Failure: there is no terminal.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()):
        raise Failure("The screen needs a terminal: give NAME and --zip FILE instead.", Exit.USAGE)
    if options.read_only:
        raise Failure("This session is read-only: `multitool setup NAME --zip FILE --dry-run` looks.", Exit.USAGE)
    open_log(options.log_file)
    from multitool_tui.cli.screen import screen_memory
    from multitool_tui.controller.provision.package import inspecting
    from multitool_tui.tui.habits import Habits
    from multitool_tui.tui.setup import SetupApp

    theme = Habits(state=screen_memory(options)).last_theme

    async def run() -> tuple[str, ...]:
        async with AsyncExitStack() as stack:

            async def connect() -> Desk:
                return await _open(options, stack)

            return await SetupApp(connect, inspecting(), theme=theme).run_async() or ()

    for line in asyncio.run(run()):
        click.echo(line)


async def _open(options: Globals, stack: AsyncExitStack) -> Desk:
    """A workshop on the caller's session, which ends with the stack; the heavy imports happen in a thread.

    Raises:
        AwsError: the session is of no use.
    """
    from multitool_tui.cli.screen import actor, state_dir
    from multitool_tui.clock import SystemClock

    aws: Any = await asyncio.to_thread(importlib.import_module, "multitool_tui.aws.session")
    shops: Any = await asyncio.to_thread(importlib.import_module, "multitool_tui.controller.provision.session")
    clock = SystemClock()
    named = aws.Options(options.profile, options.region, options.endpoint_url)
    session = await stack.enter_async_context(aws.AwsSession(named, clock))
    desk: Desk = shops.Workshop(session, clock, state_dir(options), actor())
    return desk
