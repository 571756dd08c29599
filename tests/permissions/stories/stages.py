"""An operator mistypes the stage, then the version, then releases through the stage."""

from __future__ import annotations

from datetime import timedelta

from multitool_tui.controller.commands import Start
from multitool_tui.controller.port import CommandRefused
from multitool_tui.permissions.features import STAGES
from multitool_tui.rollout.plan import Behind, Plan, parse_steps
from tests.permissions.story import Story, Told
from tests.support.world import World

PLAN = Plan(
    "steps",
    parse_steps("10%/3m 50%/3m"),
    alarms=("checkout-error-rate",),
    bake_after_promote=timedelta(minutes=2),
    behind=Behind("checkout", "live"),
)


async def releasing(stage: World) -> Told:
    said = []
    for target, canary in (("shop/prd", "42"), ("shop/prod", "99"), ("shop/prod", "42")):
        try:
            await stage.supervisor.obey(Start(target=target, canary=canary, plan=PLAN))
        except CommandRefused as refused:
            said.append(str(refused))
    if started := bool(stage.supervisor.snapshot.rollouts):
        await stage.run_until(lambda: stage.live.rollout.ended or stage.state == "held")
    helped = "has no stage prd: it has prod" in said[0] and "has no published version 99: it has " in said[1]
    worked = helped and started and stage.state == "promoted" and stage.on_alias() == ("42", {})
    return Told(worked, (*said, *(entry.reason for entry in stage.supervisor.snapshot.entries)))


STORY = Story(STAGES, releasing, function="checkout", scenario="stage")
