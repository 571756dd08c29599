"""`multitool serve`: the screen in a browser of this machine."""

from __future__ import annotations

import asyncio
import contextlib
import shlex
import signal
import sys
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

import click

from multitool_tui.cli.exits import Exit, Failure
from multitool_tui.cli.options import Globals

if TYPE_CHECKING:
    from multitool_tui.cli.site import Site


@click.command(context_settings={"ignore_unknown_options": True})
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, metavar="N", help="0 picks a free one."
)
@click.option("--writable", is_flag=True, help="Let the browser change things; otherwise it can only look.")
@click.argument("command", nargs=-1, type=click.UNPROCESSED, metavar="[demo [OPTIONS]]")
@click.pass_obj
def serve(options: Globals, port: int, command: tuple[str, ...], *, writable: bool) -> None:
    """Serve the screen to browsers of this machine, until interrupted: one for each page that is open.

    It listens on 127.0.0.1 alone, and only whoever has the address that is printed gets anything. With `demo` after
    the options, the demo is served.
    """
    if command and command[0] != "demo":
        raise click.UsageError(f"What can be served is the screen or demo, not {command[0]!r}.")
    try:
        from multitool_tui.cli.site import serve as begin
    except ImportError:
        raise Failure("Serving needs an extra: pip install 'multitool-tui[serve]'.", Exit.USAGE) from None
    reads_only = options.read_only or not writable
    said = "can act on your account" if not reads_only else "can only look; --writable lets it act"

    def began(site: Site) -> None:
        click.echo(f"{site.address}\nWhoever has this address has the screen, which {said}. Interrupt with ctrl+c.")

    try:
        asyncio.run(_until_interrupted(begin(_child(options, command, reads_only=reads_only), port, began)))
    except OSError as error:
        raise Failure(f"Port {port} cannot be used: {error.strerror}.", Exit.USAGE) from None


async def _until_interrupted(work: Coroutine[Any, Any, None]) -> None:
    """Run it; a signal ends it in good order, so that every screen brings its rollouts to their end."""
    task = asyncio.create_task(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task


def _child(options: Globals, command: tuple[str, ...], *, reads_only: bool) -> str:
    """The command line of the screen that each page gets: with what was said before `serve`."""
    said = {
        "--profile": options.profile,
        "--region": options.region,
        "--endpoint-url": options.endpoint_url,
        "--config": options.config,
        "--env": options.environment,
        "--log-file": options.log_file,
        "--state-dir": options.state_dir,
        "--preferences": options.preferences,
    }
    given = [part for name, value in said.items() if value is not None for part in (name, str(value))]
    program = [sys.executable, "-c", "from multitool_tui.cli import main; main()"]
    return shlex.join([*program, *given, *(["--read-only"] if reads_only else []), *command])
