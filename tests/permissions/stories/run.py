"""An operator mistypes the alias, then the version, then releases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from multitool_tui.controller.commands import Start
from multitool_tui.controller.port import CommandRefused
from multitool_tui.permissions.features import RUN
from multitool_tui.rollout.plan import Plan, parse_steps
from tests.permissions.story import Story, Told
from tests.support.world import World

PLAN = Plan(
    "steps", parse_steps("10%/3m 50%/3m"), alarms=("checkout-error-rate",), bake_after_promote=timedelta(minutes=2)
)


START = Start(target="checkout:live", canary="42", plan=PLAN)


async def mistyping(stage: World) -> list[str]:
    """What is said to a wrong alias and a wrong version."""
    said = []
    for target, canary in (("checkout:liv", "42"), ("checkout:live", "99")):
        try:
            await stage.supervisor.obey(Start(target=target, canary=canary, plan=PLAN))
        except CommandRefused as refused:
            said.append(str(refused))
    return said


async def surveyed(stage: World, start: Start) -> list[str]:
    """What is found before the start, but for what the policy does not let be asked."""
    found = await stage.supervisor.preflight(start)
    return [finding.says for finding in found if finding.about != "provisioned"]


def over(stage: World) -> bool:
    """Whether the release goes on no more by itself."""
    return stage.live.rollout.ended or stage.state == "held"


async def releasing(stage: World, start: Start = START, until: Callable[[World], bool] = over) -> Told:
    said = await mistyping(stage)
    helped = "has no alias liv: it has " in said[0] and "has no published version 99: it has " in said[1]
    said += await surveyed(stage, start)
    try:
        await stage.supervisor.obey(start)
    except CommandRefused as refused:
        said.append(str(refused))
    if started := bool(stage.supervisor.snapshot.rollouts):
        await stage.run_until(lambda: until(stage))
    worked = helped and started and stage.state == "promoted" and stage.on_alias() == ("42", {})
    return Told(worked, (*said, *_log(stage)))


def _log(stage: World) -> list[str]:
    return [entry.reason for entry in stage.supervisor.snapshot.entries if entry.action != "provisioned"]


STORY = Story(RUN, releasing, function="checkout")
