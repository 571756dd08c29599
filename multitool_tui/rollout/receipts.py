"""The record of one decision: numbers, actor, reason; enough to see later why it was made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from multitool_tui.judgement.model import Judgement

ENGINE = "engine"
"""The actor of a decision that no operator asked for."""


class Severity(StrEnum):
    """How loudly a receipt is told."""

    INFO = "info"
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was done to which rollout, by whom, why, and what the evidence was then."""

    at: datetime
    rollout: str
    action: str
    reason: str
    actor: str
    severity: Severity
    weight: float
    """The canary's share (0-1) that is wanted from then on."""
    judgement: Judgement
