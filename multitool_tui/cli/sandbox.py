"""`multitool sandbox`: the local AWS for any client, until interrupted."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import click

from multitool_tui.cli.exits import Exit, Failure
from multitool_tui.cli.options import SANDBOX_REGION, Globals, of_the_sandbox

if TYPE_CHECKING:
    from multitool_tui.permissions.policy import Policy


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), required=True, metavar="N", help="Where to listen; 0 picks one.")
@of_the_sandbox(speed=1.0)
@click.pass_obj
def sandbox(options: Globals, port: int, scenario: str, speed: float, seed: int, policy: Policy | None) -> None:
    """Serve a local AWS with live canary traffic to any client, on 127.0.0.1, until interrupted."""
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(port, scenario, speed, seed, policy, options.region or SANDBOX_REGION))


async def _serve(port: int, scenario: str, speed: float, seed: int, policy: Policy | None, region: str) -> None:
    from multitool_tui.clock import SystemClock
    from multitool_tui.sandbox.scenario import load_scenario
    from multitool_tui.sandbox.server import Sandbox

    try:
        loaded = load_scenario(scenario)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--scenario") from None
    try:
        stage = Sandbox(scenario=loaded, clock=SystemClock(speed), seed=seed, region=region, policy=policy)
    except ValueError as error:
        raise Failure(str(error), Exit.USAGE) from None
    try:
        url = await stage.start(port)
    except OSError as error:
        raise Failure(f"Port {port} cannot be used: {error.strerror}.", Exit.USAGE) from None
    try:
        click.echo(f"Scenario {loaded.name}: {loaded.description}")
        click.echo(f"The sandbox answers at {url}. In another terminal:")
        click.echo(f"  export AWS_ENDPOINT_URL={url} AWS_REGION={region}")
        click.echo("  export AWS_ACCESS_KEY_ID=sandbox AWS_SECRET_ACCESS_KEY=sandbox")
        click.echo("  multitool        # or: aws lambda list-functions")
        click.echo("Interrupt with ctrl+c.")
        await asyncio.Event().wait()
    finally:
        await stage.stop()
