"""Past rollouts and their decisions as lines of text, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from multitool_tui.journal.again import Again
from multitool_tui.journal.store import Record
from multitool_tui.rollout.receipts import Receipt
from multitool_tui.views.text import clean
from multitool_tui.words import percent


def row_line(record: Record) -> str:
    """A rollout in one line."""
    rollout = record.rollout
    began = f"{record.began_at:%Y-%m-%d %H:%M}"
    versions = f"v{rollout.baseline} to {rollout.canary_name}"
    return clean(f"{began} {rollout.state:<12} {rollout.id}  {versions}  {record.actor}  {rollout.reason}")


def row_document(record: Record) -> dict[str, Any]:
    """A rollout as JSON has it; times are ISO 8601 in UTC."""
    rollout = record.rollout
    return {
        "rollout": rollout.id,
        "place": record.place,
        "target": rollout.target,
        "baseline": rollout.baseline,
        "canary": rollout.canary or None,
        "strategy": rollout.plan.strategy,
        "state": rollout.state.value,
        "weight": rollout.weight,
        "began": record.began_at.isoformat(),
        "ended": rollout.ended_at and rollout.ended_at.isoformat(),
        "actor": record.actor,
        "caller": record.caller,
        "reason": rollout.reason,
    }


def receipt_line(number: int, receipt: Receipt) -> str:
    """A decision in one line."""
    return clean(f"{number:>3} {receipt.at:%H:%M:%S} {receipt.action:<22} {receipt.actor}: {receipt.reason}")


def receipt_document(number: int, receipt: Receipt) -> dict[str, Any]:
    """A decision as JSON has it."""
    judgement = receipt.judgement
    return {
        "number": number,
        "at": receipt.at.isoformat(),
        "action": receipt.action,
        "actor": receipt.actor,
        "reason": receipt.reason,
        "weight": receipt.weight,
        "verdict": judgement.verdict.value,
        "evidence": {
            "harm": judgement.evidence.harm,
            "harm_limit": judgement.evidence.harm_limit,
            "safety": judgement.evidence.safety,
            "safety_limit": judgement.evidence.safety_limit,
        },
        "baseline": {"invocations": judgement.baseline.invocations, "errors": judgement.baseline.errors},
        "canary": {"invocations": judgement.canary.invocations, "errors": judgement.canary.errors},
        "alarms": list(judgement.alarms),
    }


def again_document(number: int, again: Again) -> dict[str, Any]:
    """A decision that was taken once more, as JSON has it."""
    return {
        **receipt_document(number, again.recorded),
        "same": not again.difference,
        "difference": again.difference or None,
    }


def again_lines(number: int, again: Again, record: Record) -> Iterator[str]:
    """A decision with all its numbers, and whether it is the same now."""
    receipt, judgement = again.recorded, again.recorded.judgement
    evidence, before = judgement.evidence, again.before
    yield clean(f"Decision {number} of {before.id}, {receipt.at:%Y-%m-%d %H:%M:%S} UTC")
    for name, value in (
        ("target", f"{before.target}, v{before.baseline} to {before.canary_name}, {before.plan.strategy}"),
        ("state", f"{before.state}, {percent(before.weight)} on the canary"),
        ("event", type(again.event).__name__),
        ("action", receipt.action),
        ("actor", receipt.actor),
        ("caller", record.caller),
        ("reason", receipt.reason),
        ("verdict", judgement.verdict.value),
        ("harm", f"{evidence.harm:.6g} to 1, harmful at {evidence.harm_limit:.6g}"),
        ("safety", f"{evidence.safety:.6g}, safe at {evidence.safety_limit:.6g}"),
        ("baseline", f"{judgement.baseline.errors:,} of {judgement.baseline.invocations:,} requests failed"),
        ("canary", f"{judgement.canary.errors:,} of {judgement.canary.invocations:,} requests failed"),
    ):
        yield clean(f"  {name:<9} {value}")
    yield again.difference or "Decided again from the same numbers, it comes out the same."
