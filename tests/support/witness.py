"""What must hold of every change of an alias, whoever makes it: watched at the sandbox's door, call by call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from multitool_tui.aws import lease as leases
from multitool_tui.journal.again import receipts
from multitool_tui.journal.codec import decode
from multitool_tui.journal.store import FILE, Journal, Kind, Record
from multitool_tui.judgement.model import Verdict
from multitool_tui.rollout.effects import (
    Adopt,
    Change,
    Leave,
    Promote,
    Publish,
    Restore,
    RollBack,
    SetWeight,
    Smoke,
    Upload,
)
from multitool_tui.rollout.receipts import ENGINE, Receipt
from multitool_tui.sandbox.calls import Call
from multitool_tui.sandbox.server import Sandbox

_CHANGE = cast("type[Change]", Change)
_PUBLISHING: dict[str, type[Change]] = {"UpdateFunctionCode": Upload, "PublishVersion": Publish}
Traffic = tuple[str, Mapping[str, float]]


class Witness:
    """Looks at each UpdateAlias of checkout:live, and each publication, while the sandbox answers it, and at the
    journals as they are then.

    What is wrong is kept in sentences, since the client would take an error for AWS's.
    """

    def __init__(self, sandbox: Sandbox, *folders: Path) -> None:
        """`folders`: the state directories of all who may change the alias."""
        self.wrong: list[str] = []
        self.changes: list[Call] = []
        """All UpdateAlias so far."""
        self._sandbox = sandbox
        self._folders = folders
        self._owners = sandbox.alias("checkout", "live").description
        self._traffic: dict[str, Traffic] = {}
        """What the alias was at each of its revisions."""
        self._note()
        add = sandbox.calls.add

        def look(call: Call) -> None:
            add(call)
            if call.operation == "UpdateAlias":
                self._look(call)
            elif call.operation in _PUBLISHING and not any(
                isinstance(change, _PUBLISHING[call.operation]) for _, change in self._intents()
            ):
                self.wrong.append(f"{call.at}: {call.operation} was asked before the journal knew of it")

        sandbox.calls.add = look  # type: ignore[method-assign]

    def check(self) -> None:
        """Nothing was wrong so far, and no decision was taken that the evidence did not carry.

        Raises:
            AssertionError
        """
        assert not self.wrong, "; ".join(self.wrong)
        for folder in self._folders:
            for record, entries in _read(folder):
                for receipt in receipts(entries):
                    assert _is_earned(record, receipt), receipt

    def _look(self, call: Call) -> None:
        self.changes.append(call)
        asked = call.parameters
        if not asked.get("RevisionId"):
            self.wrong.append(f"{call.at}: no compare-and-swap")
        mark, owners = leases.read(str(asked.get("Description", "")))
        if owners != self._owners:
            self.wrong.append(f"{call.at}: the owner's words became {owners!r}")
        wanted = (asked["FunctionVersion"], asked["RoutingConfig"]["AdditionalVersionWeights"])
        is_renewal = mark is not None and wanted == self._traffic.get(str(asked.get("RevisionId")))
        if not is_renewal and not any(
            _means(change, record, wanted, marked=mark is not None) for record, change in self._intents()
        ):
            self.wrong.append(f"{call.at}: {wanted} was asked before the journal knew of it")
        self._note()

    def _intents(self) -> Iterator[tuple[Record, Change]]:
        for folder in self._folders:
            for record, entries in _read(folder):
                for entry in entries:
                    if entry.kind is Kind.INTENT:
                        yield record, decode(entry.body, _CHANGE)

    def _note(self) -> None:
        alias = self._sandbox.alias("checkout", "live")
        self._traffic[alias.revision_id] = alias.version, dict(alias.weights)


def _read(folder: Path) -> list[tuple[Record, list[Any]]]:
    if not (folder / FILE).exists():
        return []
    journal = Journal.open(folder)
    try:
        return [(record, journal.entries(record.key)) for record in journal.all()]
    finally:
        journal.close()


def _means(change: Change, record: Record, asked: Traffic, *, marked: bool) -> bool:
    """Whether the journalled intent is to make the alias so."""
    baseline, canary = record.rollout.baseline, record.rollout.canary
    match change:
        case SetWeight(weight):
            return marked and asked == (baseline, {canary: weight})
        case Restore(weight):
            return marked and asked == ((baseline, {canary: weight} if weight else {}) if weight < 1 else (canary, {}))
        case Promote(final):
            return marked is not final and asked == (canary, {})
        case RollBack():
            return not marked and asked == (baseline, {})
        case Adopt():
            return marked
        case Leave():
            return not marked
        case Upload() | Publish() | Smoke():
            return False


def _is_earned(record: Record, receipt: Receipt) -> bool:
    """Whether the engine may have decided this on its own: up on fresh evidence only, everything on a verdict only."""
    seen_to, verdict = receipt.judgement.seen_to, receipt.judgement.verdict
    steps = record.rollout.plan.steps
    is_first = bool(steps) and receipt.weight <= steps[0].weight
    is_up = receipt.action.startswith(("raised to", "promoting")) and not is_first
    if receipt.actor != ENGINE or not is_up:
        return True
    is_fresh = seen_to is not None and receipt.at - seen_to <= record.rollout.plan.analysis.max_age
    if receipt.action.startswith("promoting"):
        return is_fresh and verdict is Verdict.SAFE
    return is_fresh and verdict is not Verdict.HARMFUL
