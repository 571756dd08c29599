"""The canary of a stage: what its settings must be."""

from __future__ import annotations

import math

from multitool_tui.sandbox.apis.state import Body
from multitool_tui.sandbox.services.apigateway.common import refused


def percent(value: str) -> float:
    """A share of traffic, 0.0-100.0.

    Raises:
        ValueError: when it is none.
    """
    number = float(value)
    if not (math.isfinite(number) and 0 <= number <= 100):
        raise ValueError(value)
    return number


def check_canary(settings: Body) -> None:
    """Hold canary settings against AWS's limits.

    Raises:
        AwsError: BadRequestException.
    """
    try:
        percent(str(settings.get("percentTraffic", 0.0)))
    except ValueError as error:
        raise refused("Canary percentTraffic must be between 0.0 and 100.0") from error


def completed(stage: Body) -> None:
    """A stage whose canary was made by a patch of one of its settings: the rest gets what it is by default, the
    deployment being the stage's own."""
    if "canarySettings" in stage:
        defaults = {"percentTraffic": 0.0, "deploymentId": stage["deploymentId"], "useStageCache": False}
        stage["canarySettings"] = defaults | stage["canarySettings"]
