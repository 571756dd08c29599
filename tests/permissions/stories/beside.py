"""A release whose plan wants something beside it: metrics of its own, and a gate of anomaly detectors."""

from __future__ import annotations

from dataclasses import replace

from multitool_tui.controller.commands import Start
from multitool_tui.permissions import features
from multitool_tui.permissions.row import Feature
from multitool_tui.rollout.plan import Plan
from tests.permissions.stories.run import PLAN, over, releasing
from tests.permissions.story import Story, Told
from tests.support.world import World


def _over_or_gated(stage: World) -> bool:
    """A gate that cannot be read stays shut."""
    return over(stage) or stage.live.rollout.waiting == "doubts to clear"


def _releasing_with(feature: Feature, plan: Plan) -> Story:
    async def releasing_with(stage: World) -> Told:
        return await releasing(stage, Start(target="checkout:live", canary="42", plan=plan), _over_or_gated)

    return Story(feature, releasing_with, function="checkout")


STORIES = (
    _releasing_with(features.ANNOTATIONS, replace(PLAN, annotate=True)),
    _releasing_with(features.ANOMALY_GATE, replace(PLAN, anomaly_gate=True)),
)
