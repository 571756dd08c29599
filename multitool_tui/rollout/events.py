"""What can happen to a rollout. Everything carries the moment `at` which it happened; nothing else knows the time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from multitool_tui.judgement.model import Judgement


class Obstacle(StrEnum):
    """Why a rollout is held, or why a change could not be made."""

    DRIFT = "drift"
    CREDENTIALS = "credentials"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    INCONCLUSIVE = "inconclusive"
    LEASE = "lost lease"
    HOOK = "hook"

    @property
    def passes(self) -> bool:
        """Whether it may be over by itself, without an operator."""
        return self in (Obstacle.CREDENTIALS, Obstacle.UNREACHABLE)


@dataclass(frozen=True, slots=True)
class Seen:
    """What an operator saw when giving a command: a command about something that has moved on is refused."""

    rollout: str
    weight: float
    canary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Started(Event):
    """The preflight is passed: begin, with what the judge makes of the history."""

    actor: str
    judgement: Judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded(Event):
    """$LATEST has the package's code, and can be published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published(Event):
    """The package is a version now: the canary."""

    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged(Event):
    """There is nothing to publish: the baseline has this code and this configuration already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpublished(Event):
    """The package could not be made a version. Credentials are waited for; anything else is the rollout's end."""

    obstacle: Obstacle
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SmokeTested(Event):
    """The canary has passed its smoke tests, or has not; `why` says which."""

    passed: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked(Event):
    """Time has passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged(Event):
    """The judge has something new to say."""

    judgement: Judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied(Event):
    """The pending change was made, and read back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted(Event):
    """What another hand made of the target is taken as the rollout's own: the canary's share there (0-1)."""

    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered(Event):
    """A driver has taken the rollout up where another one left it.

    The target is as the rollout left it, or as its pending change was to make it: `weight` (0-1) says which.
    """

    actor: str
    weight: float
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared(Event):
    """The credentials are back, and the target is as this rollout made it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MustEnd(Event):
    """The driver cannot go on: whatever is under way is to come to a safe end now."""

    actor: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked(Event):
    """The pending change could not be made, or the target is no longer what this rollout made it."""

    obstacle: Obstacle
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(Event):
    """Something an operator asks for."""

    actor: str
    seen: Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class PromoteAsked(Command):
    """Promote now. Without fresh evidence this is refused unless the operator said so in as many words."""

    without_evidence: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RollBackAsked(Command):
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseAsked(Command):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeAsked(Command):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightAsked(Command):
    """Set the weight by hand (0-1, exclusive). Up only on fresh evidence; down always."""

    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GatePassed(Command):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptAsked(Command):
    """Take what another hand made of the target as this rollout's own, and go on from there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreAsked(Command):
    """Make the target again what this rollout had made it, and go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AbandonAsked(Command):
    """End the rollout and leave the target as it is."""
