"""This product's way to decide, and those of others at their documented defaults.

All see a minute at the same time, two minutes after it ended. A timetable's step counts minutes that were seen, so that
each is judged on all of its own minutes before it moves on: a little kinder to timetables than their own clocks are.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from multitool_tui.simulation.policies.adaptive import Adaptive
from multitool_tui.simulation.policies.argo_rollouts import ArgoRollouts
from multitool_tui.simulation.policies.base import Policy
from multitool_tui.simulation.policies.chi_square import ChiSquare
from multitool_tui.simulation.policies.codedeploy import (
    CodeDeploy,
    any_error,
    any_error_twice,
    one_percent,
)
from multitool_tui.simulation.policies.flagger import Flagger
from multitool_tui.simulation.policies.kayenta import Kayenta

POLICIES: dict[str, Callable[[], Policy]] = {
    "multitool": Adaptive,
    "codedeploy-errors": partial(CodeDeploy, "Canary10Percent5Minutes", any_error),
    "codedeploy-sam": partial(CodeDeploy, "Canary10Percent5Minutes", any_error_twice),
    "codedeploy-rate": partial(CodeDeploy, "Canary10Percent5Minutes", one_percent),
    "codedeploy-linear": partial(CodeDeploy, "Linear10PercentEvery1Minute", one_percent),
    "argo-rollouts": ArgoRollouts,
    "flagger": Flagger,
    "kayenta": Kayenta,
    "chi-square": ChiSquare,
}
"""What makes a new policy for one rollout, by name."""

OURS = "multitool"
"""The one that is this product's."""
