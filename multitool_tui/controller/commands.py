"""What an operator can ask of the controller. Keys become these; nothing else goes from a screen to a rollout."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from multitool_tui.rollout.events import Seen
from multitool_tui.rollout.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Start a rollout on `target` ("function:alias" or "api/stage"): of the version `canary`, or of the file `zip`.

    `again`: although it was rolled back before.
    """

    target: str
    plan: Plan
    canary: str = ""
    zip: Path | None = None
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Promote:
    seen: Seen
    without_evidence: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RollBack:
    seen: Seen
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    seen: Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    seen: Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class SetWeight:
    """`weight` is the canary's share, 0-1."""

    seen: Seen
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PassGate:
    seen: Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopt:
    """Take what another hand made of the target as the rollout's own."""

    seen: Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore:
    """Make the target again what the rollout had made of it."""

    seen: Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Abandon:
    """End the rollout and leave the target as it is."""

    seen: Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOver:
    """Become the driver of a rollout that `driver` drives, or has left."""

    seen: Seen
    driver: str


Command = Adopt | Restore | Abandon | TakeOver | Start | Promote | RollBack | Pause | Resume | SetWeight | PassGate
