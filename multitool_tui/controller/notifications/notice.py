"""What is told: the moments of a rollout that somebody may want to hear of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from multitool_tui.judgement.model import Counts
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.receipts import ENGINE, Receipt
from multitool_tui.rollout.states import State
from multitool_tui.words import percent


class Moment(StrEnum):
    """When somebody may want to be told."""

    START = "start"
    GATE = "gate"
    ROLLBACK = "rollback"
    PROMOTE = "promote"
    HOLD = "hold"


_ENTERED = {
    State.ROLLING_BACK: Moment.ROLLBACK,
    State.ROLLED_BACK: Moment.ROLLBACK,
    State.PROMOTED: Moment.PROMOTE,
    State.HELD: Moment.HOLD,
}
_AT_GATE = "gate reached"


@dataclass(frozen=True, slots=True)
class Notice:
    """A moment, the decision that made it, and the rollout after it. `place`: account/region."""

    moment: Moment
    rollout: Rollout
    receipt: Receipt
    place: str

    @property
    def title(self) -> str:
        """What has happened, in a few words."""
        return f"{self.rollout.target} {self.receipt.action}"

    @property
    def command(self) -> str:
        """The command that shows why."""
        return f"multitool receipt {self.rollout.id}"

    @property
    def lines(self) -> tuple[str, ...]:
        """Why, the numbers it was decided on, and where."""
        rollout, judgement = self.rollout, self.receipt.judgement
        who = "" if self.receipt.actor == ENGINE else f" ({self.receipt.actor})"
        evidence = judgement.evidence
        return (
            f"{self.receipt.reason}{who}",
            f"v{rollout.baseline} to v{rollout.canary or '?'}, {percent(rollout.weight)} on the canary, "
            f"{judgement.verdict}: harm {evidence.harm:,.4g} of {evidence.harm_limit:,.4g}, "
            f"safety {evidence.safety:,.4g} of {evidence.safety_limit:,.4g}",
            f"canary {_failed(judgement.canary)}, baseline {_failed(judgement.baseline)}",
            self.place,
        )

    @property
    def document(self) -> dict[str, Any]:
        """It all as JSON has it; the keys are those of the events of `run --headless --json`."""
        rollout, judgement = self.rollout, self.receipt.judgement
        return {
            "schema": 1,
            "event": "notice",
            "moment": self.moment.value,
            "at": self.receipt.at.isoformat(),
            "place": self.place,
            "rollout": rollout.id,
            "target": rollout.target,
            "baseline": rollout.baseline,
            "canary": rollout.canary,
            "state": rollout.state.value,
            "weight": rollout.weight,
            "action": self.receipt.action,
            "reason": self.receipt.reason,
            "actor": self.receipt.actor,
            "severity": self.receipt.severity.value,
            "verdict": judgement.verdict.value,
            "evidence": {
                "harm": judgement.evidence.harm,
                "harm_limit": judgement.evidence.harm_limit,
                "safety": judgement.evidence.safety,
                "safety_limit": judgement.evidence.safety_limit,
            },
            "baseline_counts": _counts(judgement.baseline),
            "canary_counts": _counts(judgement.canary),
            "receipt": self.command,
        }


def _counts(counts: Counts) -> Mapping[str, int | None]:
    return {"invocations": counts.invocations, "errors": counts.errors, "slow": counts.slow}


def _failed(counts: Counts) -> str:
    return f"{counts.errors:,} of {counts.invocations:,} failed"


@dataclass(slots=True)
class Moments:
    """Finds the moments among the decisions, each once."""

    _states: dict[str, State] = field(default_factory=dict)

    def of(self, rollout: Rollout, receipt: Receipt) -> Moment | None:
        """The moment that a decision makes, if any."""
        before = self._states.get(rollout.id)
        self._states[rollout.id] = rollout.state
        if receipt.action == _AT_GATE:
            return Moment.GATE
        if before is None and rollout.started_at == receipt.at:
            return Moment.START
        return _ENTERED.get(rollout.state) if before is not rollout.state else None
