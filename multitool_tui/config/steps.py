"""`steps`: the weights of a plan of one's own."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from multitool_tui.config.values import Duration, Table, share_of
from multitool_tui.rollout.plan import Step


class StepKeys(Table):
    """One of `steps`: hold the canary at a weight for a while."""

    weight: Annotated[
        float, Field(strict=True, gt=0, lt=100, allow_inf_nan=False, description="The canary's share in percent.")
    ]
    bake: Annotated[Duration, Field(description="How long to hold it there.")]
    gate: Annotated[
        Literal["operator"] | None, Field(description="Then wait for an operator to let the rollout go on.")
    ] = None

    def step(self) -> Step:
        """The step as the engine takes it."""
        return Step(share_of(self.weight), self.bake, gate=self.gate is not None)
