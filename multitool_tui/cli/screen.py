"""Opens the screen: on the caller's AWS session, or on whatever session a command has prepared."""

from __future__ import annotations

import asyncio
import getpass
import importlib
import os
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from multitool_tui.cli.exits import Exit, Failure, exit_of_error
from multitool_tui.cli.log import open_log
from multitool_tui.cli.manifests import manifest_of
from multitool_tui.cli.options import Globals
from multitool_tui.cli.saying import say
from multitool_tui.clock import Clock, SystemClock

if TYPE_CHECKING:
    from multitool_tui.controller.port import Controller
    from multitool_tui.controller.supervisor import Supervisor

_DEMO_HINT = "To look around without an AWS account, run `multitool demo`."


def watch(options: Globals, also: Sequence[str] = ()) -> None:
    """Open the screen on the caller's AWS session, and on others beside it: "profile", "profile@region" or "@region".

    Raises:
        Failure: two of the sessions are the same one, or there is no screen to be had.
    """
    clock = SystemClock()
    sessions = _sessions(options, also)

    async def connect_one(one: Globals) -> Controller:
        supervisor = await open_supervisor(one, clock)
        supervisor.open(for_a_screen=True)
        return supervisor

    async def connect() -> Controller:
        if not also:
            return await connect_one(options)
        from multitool_tui.controller.places import Places

        places = Places({name: partial(connect_one, one) for name, one in sessions.items()}, clock)
        await places.connect()
        return places

    open_screen(connect, clock, options)


def _sessions(options: Globals, also: Sequence[str]) -> dict[str, Globals]:
    """What each session is opened with, by its name: the first is the one of the global options."""
    sessions = {_session_name(options): options}
    for text in also:
        profile, _, region = text.partition("@")
        one = replace(options, profile=profile or options.profile, region=region or None)
        if not (profile or region) or _session_name(one) in sessions:
            raise Failure(
                f"--also {text}: that is no session beside the others; give PROFILE, @REGION, or both.", Exit.USAGE
            )
        sessions[_session_name(one)] = one
    return sessions


def _session_name(options: Globals) -> str:
    """The session as it was asked for: profile@region, as far as they were."""
    region = f"@{options.region}" if options.region else ""
    return f"{options.profile or ''}{region}" or "default"


def open_screen(
    connect: Callable[[], Awaitable[Controller]], clock: Clock, options: Globals, *, tour: bool = False
) -> None:
    """Run the screen until its user quits, and end the process as that went. `tour`: show it once to who is new.

    Raises:
        Failure: there is no terminal, or the session is of no use, or there are no such preferences.
    """
    # The screen is drawn on standard error; a page in a browser is drawn through pipes.
    in_a_browser = "web_driver" in os.environ.get("TEXTUAL_DRIVER", "")
    if not in_a_browser and not (sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()):
        raise Failure("The screen needs a terminal: standard input, output or error is none.", Exit.USAGE)
    open_log(options.log_file)
    if options.preferences and not options.preferences.exists():
        raise Failure(f"There are no preferences in {options.preferences}.", Exit.USAGE)
    from multitool_tui.tui.app import MultiToolApp
    from multitool_tui.tui.habits import Habits

    hint = f"profile {options.profile}" if options.profile else ""
    habits = Habits(preferences_path(options), screen_memory(options))
    farewell = MultiToolApp(connect, clock=clock, title_hint=hint, habits=habits, tour=tour).run()
    if farewell is None:
        raise Failure("The screen ended unexpectedly; the log file has the details.", Exit.BUG)
    if farewell.exit_code:
        raise Failure(farewell.message or "The screen ended.", Exit(farewell.exit_code))
    if farewell.message:
        say(farewell.message)


async def open_supervisor(options: Globals, clock: Clock, *, sandbox: str | None = None) -> Supervisor:
    """Open the AWS session and put a supervisor on it; the heavy imports happen in a thread, behind the first paint.

    Raises:
        ConnectFailed: there is no usable session, or the manifest is at fault.
    """
    from importlib.metadata import version

    from multitool_tui.aws.errors import AwsError
    from multitool_tui.controller.port import ConnectFailed

    module: Any = await asyncio.to_thread(importlib.import_module, "multitool_tui.controller.supervisor")
    aws: Any = await asyncio.to_thread(importlib.import_module, "multitool_tui.aws.session")
    logbooks: Any = await asyncio.to_thread(importlib.import_module, "multitool_tui.controller.logbook")
    plans, groups, companions = await asyncio.to_thread(_read_manifest, options, version("multitool-tui"))
    session = aws.AwsSession(options.aws(), clock)
    try:
        await session.__aenter__()
    except AwsError as error:
        raise ConnectFailed(f"{error} {_DEMO_HINT}", exit_of_error(error)) from None
    supervisor: Supervisor = module.Supervisor(
        session,
        clock,
        actor=actor(),
        logbook=logbooks.Logbook(state_dir(options), version("multitool-tui")),
        sandbox=sandbox,
        read_only=options.read_only,
        plans=plans,
        groups=groups,
        hint=_DEMO_HINT,
        companions=companions,
    )
    return supervisor


def state_dir(options: Globals) -> Path:
    """Where the journal is, and what the screen remembers."""
    import platformdirs

    return options.state_dir or Path(platformdirs.user_state_dir("multitool", appauthor=False))


def screen_memory(options: Globals) -> Path:
    """Where the screen keeps what it remembers."""
    return state_dir(options) / "screen.json"


def preferences_path(options: Globals) -> Path:
    """Where an operator's preferences are, or would be."""
    import platformdirs

    folder = Path(platformdirs.user_config_dir("multitool", appauthor=False))
    return options.preferences or folder / "preferences.toml"


def _read_manifest(options: Globals, version: str) -> tuple[Any, Any, Any]:
    """The manifest's plans and groups, and whom it wants told; none without a manifest."""
    from multitool_tui.cli.companions import companions_of
    from multitool_tui.controller.port import ConnectFailed

    try:
        manifest = manifest_of(options)
        groups = {name: group.rollouts for name, group in manifest.groups.items()} if manifest else {}
        return (manifest.plans() if manifest else {}), groups, companions_of(manifest, version)
    except Failure as failure:
        raise ConnectFailed(failure.message, failure.exit_code) from None


def actor() -> str:
    """Who is at the keyboard, for the log: user@host."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = "unknown"
    return f"{user}@{socket.gethostname()}"
