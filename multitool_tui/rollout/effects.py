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
    """Make the canary the target's only version. `final`: nothing follows, so the rollout's mark goes as well."""

    final: bool


@dataclass(frozen=True, slots=True)
class RollBack:
    """Make the baseline the target's only version, whatever else is under way. The rollout's mark goes as well."""


@dataclass(frozen=True, slots=True)
class Adopt:
    """Take what another hand made of the target as the rollout's own."""


@dataclass(frozen=True, slots=True)
class Restore:
    """Send `weight` (0-1) to the canary again, over what another hand made of the target."""

    weight: float


@dataclass(frozen=True, slots=True)
class Leave:
    """Take the rollout's mark off the target, and leave it as it is otherwise."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do before `until`, unless something happens."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Notify:
    """Tell the operator, and keep the receipt."""

    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Upload:
    """Make the rollout's package the code of $LATEST; `sha256`: its CodeSha256."""

    sha256: str


@dataclass(frozen=True, slots=True)
class Publish:
    """Publish $LATEST, which has the code `sha256`, as a new version."""

    sha256: str


@dataclass(frozen=True, slots=True)
class Smoke:
    """Try the canary with the plan's smoke tests."""


Publication = Upload | Publish
"""Changes of the function, that come before any of the target."""
Preparation = Publication | Smoke
"""What comes before the first change of the target's traffic."""

Change = Preparation | SetWeight | Promote | RollBack | Adopt | Restore | Leave
Effect = Change | Wait | Notify
