"""The port to a kind of target: how a rollout's traffic is read and moved.

A third kind is one new file beside this, which says of `marked_target.MarkedTarget` what differs.
"""

from __future__ import annotations

from typing import Protocol

from multitool_tui.aws.resources import Reading


class Target(Protocol):
    """Every write is compare-and-swap and comes back only when the target was seen to be so.

    All raise `aws.errors.AwsError`; `Drift` when somebody else changed the target, `LeaseLost` when another driver has
    taken it over.
    """

    def aim(self, canary: str) -> None:
        """The canary of a rollout that began without one has been published."""
        ...

    async def acquire(self) -> Reading:
        """Mark the target as this driver's, if it is as it was when it was looked at."""
        ...

    async def take_over(self, of: str | None) -> Reading:
        """Mark the target as this driver's, if it is that of the driver `of`, or nobody's where that is None."""
        ...

    async def renew(self) -> Reading:
        """Keep the mark from running out."""
        ...

    async def read(self) -> Reading:
        """The target as it is now."""
        ...

    async def set_weight(self, weight: float) -> Reading:
        """Send `weight` (0-1, exclusive) of the traffic to the canary."""
        ...

    async def promote(self, *, final: bool) -> Reading:
        """Send everything to the canary; where that is `final`, leave the target clean."""
        ...

    async def roll_back(self) -> Reading:
        """Send everything to the baseline, and leave the target clean."""
        ...

    async def adopt(self) -> Reading:
        """Take what another hand made of the target as the rollout's own."""
        ...

    async def restore(self, weight: float) -> Reading:
        """Send `weight` (0-1) to the canary again, whatever another hand made of the target."""
        ...

    async def leave(self) -> None:
        """Take the mark off, and leave everything else as it is."""
        ...
