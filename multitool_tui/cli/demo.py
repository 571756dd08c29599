"""`multitool demo`: the screen on a sandbox of its own, with a canary under way."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from multitool_tui.cli.exits import exit_of_error
from multitool_tui.cli.judging import plan_of
from multitool_tui.cli.options import Globals, of_the_sandbox
from multitool_tui.cli.uploads import upload_in

if TYPE_CHECKING:
    from multitool_tui.controller.port import Controller
    from multitool_tui.permissions.policy import Policy
    from multitool_tui.rollout.plan import Plan

_DEADLINE = "40m"
_BAKE_AFTER_PROMOTE = "3m"


@click.command()
@of_the_sandbox(speed=20.0)
@click.option(
    "--strategy",
    default="adaptive",
    show_default=True,
    metavar="NAME",
    help="A strategy's name, or steps like '5%/5m 50%/10m'.",
)
@click.option(
    "--zip",
    "package",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Release a Python function of your own: it is really run, on this machine and with your rights.",
)
@click.option(
    "--handler",
    default="lambda_function.lambda_handler",
    show_default=True,
    metavar="NAME",
    help="What is called in FILE, as module.function.",
)
@click.pass_obj
def demo(
    options: Globals,
    scenario: str,
    speed: float,
    seed: int,
    policy: Policy | None,
    strategy: str,
    package: Path | None,
    handler: str,
) -> None:
    """Open the screen on a sandbox of its own and release a canary there.

    Nothing leaves this machine, and no AWS account is needed. Scenarios: healthy, errors, slow, slow-burn, burst,
    quiet, zero-baseline, alarm, api, api-errors, stage, stage-errors; or a TOML file of your own.
    """
    from contextlib import ExitStack
    from dataclasses import replace
    from tempfile import TemporaryDirectory

    from multitool_tui.cli.screen import open_screen, open_supervisor
    from multitool_tui.clock import SystemClock

    plan = _plan(strategy)
    _check_scenario(scenario)
    upload = upload_in(package, handler) if package else None
    clock = SystemClock(speed)

    stack = ExitStack()  # the sandbox ends with the process: so does the journal of what happens there
    folder = options.state_dir or Path(stack.enter_context(TemporaryDirectory(prefix="multitool-")))

    async def connect() -> Controller:
        from multitool_tui.cli.backstage import open_backstage
        from multitool_tui.controller.commands import Start
        from multitool_tui.controller.port import CommandRefused, ConnectFailed

        stage = await open_backstage(scenario, clock, seed, policy, upload)
        on_sandbox = replace(options, profile=None, region=stage.region, endpoint_url=stage.url, state_dir=folder)
        supervisor = await open_supervisor(on_sandbox, clock, sandbox=stage.scenario.name)
        supervisor.open(for_a_screen=True)
        if not options.read_only:
            target = stage.scenario.target.name
            watched = replace(plan, alarms=stage.scenario.plan.alarms)
            try:
                await supervisor.obey(Start(target=target, canary=stage.canary, plan=watched))
            except CommandRefused as refused:
                hint = "With --read-only the demo opens without a canary."
                raise ConnectFailed(f"{refused} {hint}", exit_of_error(refused)) from None
        return supervisor

    with stack:
        open_screen(connect, clock, options, tour=True)


def _check_scenario(name: str) -> None:
    """Say at once that a scenario is unknown; what is in its file is read behind the first paint."""
    from importlib.resources import files

    known = sorted(
        file.name.removesuffix(".toml")
        for file in (files("multitool_tui") / "sandbox" / "scenarios").iterdir()
        if file.name.endswith(".toml")
    )
    if name not in known and not Path(name).is_file():
        raise click.BadParameter(
            f"there is no scenario {name!r}: there are {', '.join(known)}", param_hint="--scenario"
        )


def _plan(strategy: str) -> Plan:
    from dataclasses import replace

    from multitool_tui.words import parse_duration

    return replace(
        plan_of(strategy), deadline=parse_duration(_DEADLINE), bake_after_promote=parse_duration(_BAKE_AFTER_PROMOTE)
    )
