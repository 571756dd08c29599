"""What must be so of a stage, and of the alias behind it, before a rollout may begin there."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from multitool_tui.aws.errors import NotFound, Refused
from multitool_tui.aws.resources import Alias, Stage
from multitool_tui.aws.routes import NoRoute, route_to
from multitool_tui.aws.session import AwsSession
from multitool_tui.controller.alias_checks import check_undriven
from multitool_tui.controller.commands import Start
from multitool_tui.controller.port import CommandRefused
from multitool_tui.words import StageName, percent


async def find_stage(session: AwsSession, start: Start, name: StageName, now: datetime) -> Stage:
    """The stage as it is now, with what it calls, if nothing is in the way of a rollout there.

    Raises:
        CommandRefused: why it cannot be begun; `Taken` where another driver holds the stage, or the alias behind it.
        AwsError: it cannot be read.
    """
    stages = await session.stages()
    try:
        stage = await stages.read(name, start.plan.behind, fresh=True)
    except (NotFound, Refused) as error:
        raise CommandRefused(str(error)) from error
    check_undriven(stage, now)
    if stage.canary is not None:
        raise CommandRefused(
            f"{stage.target} has a canary already, with {percent(stage.canary.weight)} of its requests: another "
            "release is under way, or was left there. Promote it or delete it first."
        )
    stage = await _with_route(session, stage, start)
    called = stage.version
    if called == "$LATEST":
        raise CommandRefused(
            f"{stage.target} calls {stage.function} without a version ($LATEST), which changes with every upload: let "
            "its methods call a version or an alias first."
        )
    if stage.behind is not None:
        check_undriven(stage.behind, now)
        _check_behind(stage, stage.behind, start)
    return stage


async def _with_route(session: AwsSession, stage: Stage, start: Start) -> Stage:
    """The stage, if one way leads from it to the function."""
    if stage.before is not None:
        return replace(stage, weights={})
    if not stage.functions:
        raise CommandRefused(f"No method of {stage.target} calls a Lambda function by its version.")
    behind = start.plan.behind
    if behind is None and len(stage.functions) > 1:
        raise CommandRefused(
            f"{stage.target} calls several functions ({', '.join(stage.functions)}): say which (--function NAME)."
        )
    function = behind.function if behind else stage.functions[0]
    try:
        route_to(function, await (await session.stages()).resources(stage), stage.variables)
    except NoRoute as error:
        raise CommandRefused(f"{stage.target} cannot be given a canary of {function}: {error}.") from None
    raise CommandRefused(f"What {stage.target} calls cannot be read.")


def _check_behind(stage: Stage, alias: Alias, start: Start) -> None:
    """The alias must be still: the stage alone splits."""
    wanted = start.plan.behind.alias if start.plan.behind else None
    if wanted and alias.name != wanted:
        raise CommandRefused(
            f"{stage.target} calls {alias.function} through its alias {alias.name}, not {wanted}: leave the alias "
            "out, and the one behind the stage is taken along."
        )
    if alias.weights:
        weighted = ", ".join(f"{percent(weight)} to v{version}" for version, weight in alias.weights.items())
        raise CommandRefused(
            f"{alias.target}, behind {stage.target}, carries weights ({weighted}): requests would be split twice. "
            "Finish or clear that first."
        )
    if alias.version == "$LATEST":
        raise CommandRefused(f"{alias.target}, behind {stage.target}, points to $LATEST: publish a version for it.")
    if alias.version != stage.version:
        raise CommandRefused(
            f"{stage.target} is on v{stage.version}, but {alias.target} on v{alias.version}: bring both to one "
            "version, or leave the alias out."
        )
