"""What a rollout wants done. The controller performs effects; the state machine only names them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from multitool_tui.rollout.receipts import Receipt


@dataclass(frozen=True, slots=True)
class SetWeight:
    """Send `weight` (0-1) of the target's traffic to the canary."""

    weight: float


@dataclass(frozen=True, slots=True)
class Promote:
    """Make the canary the target's only version."""


@dataclass(frozen=True, slots=True)
class RollBack:
    """Make the baseline the target's only version, whatever else is under way."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do before `until`, unless something happens."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Notify:
    """Tell the operator, and keep the receipt."""

    receipt: Receipt


Change = SetWeight | Promote | RollBack
Effect = Change | Wait | Notify
