"""The lines of `run --headless --json`: a public, versioned schema. Importing this needs pydantic.

`SCHEMA` is raised when a key goes or changes its meaning; new keys and new events may come without that.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from multitool_tui.controller.snapshot import Entry
from multitool_tui.judgement.model import Counts, Judgement, Verdict
from multitool_tui.rollout.events import Obstacle
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.receipts import Receipt, Severity
from multitool_tui.rollout.states import State
from multitool_tui.views.text import clean

SCHEMA = 1

_Share = Annotated[float, Field(ge=0, le=1)]


class _Part(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True, frozen=True)


class EvidenceLine(_Part):
    """How far harm and safety are from the limits at which they become verdicts."""

    harm: float
    """Odds to one that the canary is worse."""
    harm_limit: float
    safety: float
    """It harms at most one of so many of its requests."""
    safety_limit: float


class TallyLine(_Part):
    """What one of the plan's own metrics counted: so many were bad, of so many."""

    bad: int
    total: int


class CountsLine(_Part):
    """What a version did in all judged minutes of the rollout."""

    invocations: int
    errors: int
    slow: int | None
    """Requests above the frozen latency limit; null where nobody measured them."""
    metrics: dict[str, TallyLine]
    """What the plan's own metrics counted, by their names."""


class _Line(_Part):
    schema_version: Literal[1] = Field(default=1, alias="schema")
    at: datetime
    """Of the driver's clock, UTC."""


class _OfRollout(_Line):
    rollout: str
    """Its id, the same on every machine; `multitool receipt ID` lists its decisions."""
    target: str
    baseline: str
    canary: str
    state: State
    obstacle: Obstacle | None
    """Why it is held, where it is."""
    weight: _Share
    """The canary's share as read back from the target."""
    wanted: _Share
    """The share that the rollout wants there."""
    waiting: str
    """What it waits for now, in a few words."""
    verdict: Verdict
    evidence: EvidenceLine
    baseline_counts: CountsLine
    canary_counts: CountsLine
    alarms: list[str]
    """The alarms that went off after the start and so condemn the canary."""


class Decision(_OfRollout):
    """A decision of the engine or of an operator. The evidence is that on which it was made."""

    event: Literal["decision"] = "decision"
    action: str
    """Such as "raised to 10%", "rolling back", "promoted"."""
    reason: str
    actor: str
    """"engine", or user@host."""
    severity: Severity


class Progress(_OfRollout):
    """Another minute has been judged."""

    event: Literal["progress"] = "progress"
    bake_ends: datetime | None
    deadline: datetime | None


class Note(_Line):
    """Something that is no decision: trouble with the journal, a notification that failed."""

    event: Literal["note"] = "note"
    target: str | None
    action: str
    reason: str
    severity: Severity


class End(_Line):
    """The last line: how it all ended."""

    event: Literal["end"] = "end"
    exit_code: int
    reason: str
    rollouts: dict[str, State]
    """How each is left, by id."""


EventLine = Annotated[Decision | Progress | Note | End, Field(discriminator="event")]


def decision(rollout: Rollout, receipt: Receipt) -> Decision:
    """The line of a decision."""
    return Decision(
        at=receipt.at,
        **_of(rollout, receipt.judgement),
        action=clean(receipt.action),
        reason=clean(receipt.reason),
        actor=clean(receipt.actor),
        severity=receipt.severity,
    )


def progress(rollout: Rollout, at: datetime) -> Progress:
    """The line of a judged minute."""
    return Progress(
        at=at, **_of(rollout, rollout.judgement), bake_ends=rollout.bake_ends_at, deadline=rollout.deadline_at
    )


def note(entry: Entry) -> Note:
    """The line of what is no decision."""
    return Note(
        at=entry.at,
        target=entry.target,
        action=clean(entry.action),
        reason=clean(entry.reason),
        severity=entry.severity,
    )


def schema() -> dict[str, Any]:
    """The JSON Schema of a line."""
    made = TypeAdapter[Any](EventLine).json_schema(by_alias=True, mode="serialization")
    return {
        "$schema": GenerateJsonSchema.schema_dialect,
        "title": "A line of run --headless --json",
    } | made


def _of(rollout: Rollout, judgement: Judgement) -> dict[str, Any]:
    evidence = judgement.evidence
    return {
        "rollout": rollout.id,
        "target": rollout.target,
        "baseline": rollout.baseline,
        "canary": rollout.canary,
        "state": rollout.state,
        "obstacle": rollout.obstacle,
        "weight": rollout.weight,
        "wanted": rollout.wanted,
        "waiting": rollout.waiting,
        "verdict": judgement.verdict,
        "evidence": EvidenceLine(
            harm=evidence.harm,
            harm_limit=evidence.harm_limit,
            safety=evidence.safety,
            safety_limit=evidence.safety_limit,
        ),
        "baseline_counts": _counts(judgement.baseline),
        "canary_counts": _counts(judgement.canary),
        "alarms": list(judgement.alarms),
    }


def _counts(counts: Counts) -> CountsLine:
    own = {tally.metric: TallyLine(bad=tally.bad, total=tally.total) for tally in counts.tallies}
    return CountsLine(invocations=counts.invocations, errors=counts.errors, slow=counts.slow, metrics=own)
