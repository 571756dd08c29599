"""Decides once more what is on record: from the same numbers, by the engine as it is now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from multitool_tui.journal.codec import decode, decode_event
from multitool_tui.journal.past import Past
from multitool_tui.journal.store import Entry, Kind
from multitool_tui.judgement.engine import EvidenceJudge
from multitool_tui.rollout.effects import Notify
from multitool_tui.rollout.events import Event, Judged, Started
from multitool_tui.rollout.machine import IllegalTransition, Refusal, advance
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.receipts import Receipt


@dataclass(frozen=True, slots=True)
class Again:
    """A decision as it is on record, and as it is taken now.

    `event` led to it, on the rollout as it was `before`. `now` is None where the engine decides nothing there now;
    `difference` says in one sentence what is otherwise, and is empty when nothing is.
    """

    recorded: Receipt
    event: Event
    before: Rollout
    now: Receipt | None
    difference: str


def receipts(entries: Sequence[Entry]) -> list[Receipt]:
    """The decisions on record, in order.

    Raises:
        Unreadable: an entry is damaged.
    """
    return [decode(entry.body, Receipt) for entry in entries if entry.kind is Kind.RECEIPT]


def decide_again(entries: Sequence[Entry], number: int) -> Again:
    """Take the decision with this number (from 1) once more.

    Everything before it is taken from the record, so that a difference is this decision's own.

    Raises:
        IndexError: there is no such decision.
        Unreadable: an entry is damaged.
    """
    rollout: Rollout | None = None
    past, judge = Past(), EvidenceJudge()
    answers: list[Receipt] = []
    event: Event | None = None
    before: Rollout | None = None
    count = 0
    for entry in entries:
        match entry.kind:
            case Kind.BEGAN:
                rollout = decode(entry.body, Rollout)
                judge = EvidenceJudge(rollout.plan.settings)
            case Kind.EVENT if rollout is not None:
                event, before = decode_event(entry.body), rollout
                answers = _answers(rollout, event, past)
                rollout, _ = advance(rollout, event)
            case Kind.RECEIPT if event is not None and before is not None:
                count += 1
                if count == number:
                    recorded = decode(entry.body, Receipt)
                    now = answers[0] if answers else None
                    return Again(recorded, event, before, now, _difference(recorded, now))
                answers = answers[1:]
            case _:
                pass
        past.take(entry, judge)
    raise IndexError(number)


def _answers(rollout: Rollout, event: Event, past: Past) -> list[Receipt]:
    """What the engine decides now when this happens: with its own judgement in the place of the recorded one."""
    if isinstance(event, Judged | Started) and past.judgement is not None:
        event = replace(event, judgement=past.judgement)
    try:
        _, effects = advance(rollout, event)
    except (Refusal, IllegalTransition):
        return []
    return [effect.receipt for effect in effects if isinstance(effect, Notify)]


def _difference(recorded: Receipt, now: Receipt | None) -> str:
    if now is None:
        return "Now nothing is decided there."
    for what, was, is_now in (
        ("action", recorded.action, now.action),
        ("verdict", recorded.judgement.verdict.value, now.judgement.verdict.value),
        ("reason", recorded.reason, now.reason),
        ("harm", f"{recorded.judgement.evidence.harm:.6g}", f"{now.judgement.evidence.harm:.6g}"),
    ):
        if was != is_now:
            return f"The {what} was {was!r} and is now {is_now!r}."
    return ""
