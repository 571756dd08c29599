"""The port to a kind of target: how a rollout's traffic is read and moved. A third kind is one new file in `aws/`."""

from __future__ import annotations

from typing import Protocol

from multitool_tui.aws.resources import Alias


class Target(Protocol):
    """Every write is compare-and-swap and comes back only when the target was seen to be so.

    All raise `aws.errors.AwsError`; `Drift` when somebody else changed the target.
    """

    async def read(self) -> Alias:
        """The target as it is now."""
        ...

    async def set_weight(self, weight: float) -> Alias:
        """Send `weight` (0-1, exclusive) of the traffic to the canary."""
        ...

    async def promote(self) -> Alias:
        """Send everything to the canary, and leave the target clean."""
        ...

    async def roll_back(self) -> Alias:
        """Send everything to the baseline, and leave the target clean."""
        ...
