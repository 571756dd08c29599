"""`multitool` itself: the global options, and the screen on the caller's AWS session when no command is named."""

from __future__ import annotations

import errno
import logging
from pathlib import Path
from typing import Any

import click

from multitool_tui.cli.exits import Exit, Failure
from multitool_tui.cli.lazy import LazyGroup
from multitool_tui.cli.options import Globals
from multitool_tui.cli.saying import GONE

_log = logging.getLogger(__name__)

_COMMANDS = {
    "abandon": "multitool_tui.cli.steering",
    "adopt": "multitool_tui.cli.steering",
    "completion": "multitool_tui.cli.completion",
    "config": "multitool_tui.cli.config",
    "demo": "multitool_tui.cli.demo",
    "doctor": "multitool_tui.cli.doctor",
    "gate": "multitool_tui.cli.steering",
    "history": "multitool_tui.cli.history",
    "judge": "multitool_tui.cli.judge",
    "observe": "multitool_tui.cli.observe",
    "pause": "multitool_tui.cli.steering",
    "permissions": "multitool_tui.cli.permissions",
    "promote": "multitool_tui.cli.steering",
    "receipt": "multitool_tui.cli.history",
    "replay": "multitool_tui.cli.replay",
    "restore": "multitool_tui.cli.steering",
    "resume": "multitool_tui.cli.run",
    "rollback": "multitool_tui.cli.steering",
    "run": "multitool_tui.cli.run",
    "sandbox": "multitool_tui.cli.sandbox",
    "serve": "multitool_tui.cli.serve",
    "setup": "multitool_tui.cli.setup",
    "simulate": "multitool_tui.cli.simulate",
    "status": "multitool_tui.cli.status",
    "teardown": "multitool_tui.cli.teardown",
    "weight": "multitool_tui.cli.steering",
}


class Root(LazyGroup):
    """Every command ends here, also by a bug of ours: its details are for the log file, not for the terminal."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if isinstance(error, OSError) and error.errno in GONE:  # whoever read the output has left
                raise BrokenPipeError(errno.EPIPE, error.strerror) from None
            _record(ctx.obj)
            why = f"A bug of ours ({type(error).__name__}); the log file has the details."
            raise Failure(why, Exit.BUG) from error


def _record(options: Globals | None) -> None:
    """Write the exception that is being handled to the log file, which not every command has opened."""
    from multitool_tui.cli.log import open_log

    if not logging.getLogger("multitool_tui").handlers:
        open_log(options.log_file if options else None)
    _log.exception("a command ended by a bug")


@click.group(
    cls=Root,
    places=_COMMANDS,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option("--profile", metavar="NAME", help="AWS profile; otherwise AWS_PROFILE or the standard chain.")
@click.option("--region", metavar="NAME", help="AWS region; otherwise AWS_REGION or the profile's.")
@click.option(
    "--also",
    multiple=True,
    metavar="[PROFILE][@REGION]",
    help="Another account or region, beside this one on the screen; may be given several times.",
)
@click.option("--endpoint-url", metavar="URL", help="Where to call AWS; otherwise AWS_ENDPOINT_URL or AWS itself.")
@click.option("--read-only", is_flag=True, help="Look, and change nothing.")
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The manifest; otherwise multitool.toml in this folder, if there is one.",
)
@click.option(
    "--env",
    "environment",
    envvar="MULTITOOL_ENV",
    metavar="NAME",
    help="The manifest's environment; otherwise MULTITOOL_ENV.",
)
@click.option(
    "--log-file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where errors are logged; otherwise the platform's log folder.",
)
@click.option(
    "--state-dir",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where the journal of rollouts is; otherwise the platform's state folder.",
)
@click.option(
    "--preferences",
    envvar="MULTITOOL_PREFERENCES",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Your keys, theme and notifications; otherwise preferences.toml in the platform's configuration folder.",
)
@click.option("--no-color", is_flag=True, help="No colours; NO_COLOR does the same.")
@click.version_option(package_name="multitool-tui", prog_name="multitool")
@click.pass_context
def main(
    context: click.Context,
    profile: str | None,
    region: str | None,
    also: tuple[str, ...],
    endpoint_url: str | None,
    read_only: bool,  # noqa: FBT001 - click passes options by name
    config: Path | None,
    environment: str | None,
    log_file: Path | None,
    state_dir: Path | None,
    preferences: Path | None,
    no_color: bool,  # noqa: FBT001
) -> None:
    """Release a new AWS Lambda version as a canary: watch it, promote it, roll it back.

    Without a command, opens the screen on your AWS session. `multitool demo` opens it on a sandbox of its own, with
    nothing but this machine.
    """
    if no_color:
        import os

        os.environ["NO_COLOR"] = "1"
    context.obj = Globals(
        profile, region, endpoint_url, read_only, config, log_file, state_dir, environment, preferences
    )
    if context.invoked_subcommand is None:
        from multitool_tui.cli.screen import watch

        watch(context.obj, also)
    elif also:
        raise click.UsageError("--also is for the screen: a command works in one account and region.")
