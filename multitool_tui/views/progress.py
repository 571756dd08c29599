"""A rollout without a screen, as lines of text and as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from multitool_tui.controller.snapshot import Entry
from multitool_tui.judgement.model import Counts, Judgement
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.receipts import ENGINE, Receipt
from multitool_tui.views.numbers import clock_time, count
from multitool_tui.views.text import clean
from multitool_tui.words import percent


def decision_line(rollout: Rollout, receipt: Receipt) -> str:
    """A decision: when, on what, which, why, and who if it was a person."""
    who = "" if receipt.actor == ENGINE else f" ({receipt.actor})"
    return clean(f"{receipt.at:%H:%M:%S} {rollout.target} {receipt.action}: {receipt.reason}{who}")


def note_line(entry: Entry) -> str:
    """What is no decision."""
    return clean(f"{entry.at:%H:%M:%S} {entry.target or ''} {entry.action}: {entry.reason}".replace("  ", " "))


def progress_line(rollout: Rollout, at: datetime) -> str:
    """How a rollout stands after another minute."""
    judgement = rollout.judgement
    until = rollout.bake_ends_at
    waiting = f"; {rollout.waiting}" if rollout.waiting else ""
    if waiting.startswith("; bake") and until:
        waiting += f" until {clock_time(until)}"
    stands = f"{rollout.target} {rollout.canary_name} at {percent(rollout.weight)}"
    return clean(f"{at:%H:%M:%S} {stands}: {numbers(judgement)}{waiting}")


def ended_line(rollout: Rollout) -> str:
    """How a rollout has ended, or is held."""
    return clean(f"{rollout.target}: {rollout.state}. {rollout.reason}")


def numbers(judgement: Judgement) -> str:
    """What the evidence is, in one sentence's half."""
    evidence = judgement.evidence
    return (
        f"{judgement.verdict}, harm {count(evidence.harm)} of {count(evidence.harm_limit)}, "
        f"safety {count(evidence.safety)} of {count(evidence.safety_limit)}; "
        f"canary {_failed(judgement.canary)}, baseline {_failed(judgement.baseline)}"
    )


def _failed(counts: Counts) -> str:
    return f"{counts.errors:,} of {counts.invocations:,} failed"


def receipt_command(rollout: Rollout) -> str:
    """The command that shows a rollout's decisions."""
    return f"multitool receipt {rollout.id}"


def summary(
    rollouts: Sequence[Rollout], decisions: Sequence[tuple[Rollout, Receipt]], reason: str, code: int, at: datetime
) -> str:
    """The end of it all in Markdown, for a CI's summary page."""
    return "\n".join([*_summary(rollouts, decisions, reason), "", f"Exit code {code}, at {at:%H:%M:%S} UTC.", "", ""])


def _summary(rollouts: Sequence[Rollout], decisions: Sequence[tuple[Rollout, Receipt]], reason: str) -> Iterator[str]:
    yield f"### MultiTool: {_md(reason or 'done')}"
    yield ""
    if rollouts:
        yield "| target | versions | state | evidence | receipts |"
        yield "| --- | --- | --- | --- | --- |"
    for one in rollouts:
        yield (
            f"| {_md(one.target)} | v{_md(one.baseline)} to {_md(one.canary_name)} | {one.state} "
            f"| {_md(numbers(one.judgement))} | `{receipt_command(one)}` |"
        )
    if decisions:
        yield ""
        yield "| time (UTC) | target | decision | why | who |"
        yield "| --- | --- | --- | --- | --- |"
    for rollout, receipt in decisions:
        cells = (f"{receipt.at:%H:%M:%S}", rollout.target, receipt.action, receipt.reason, receipt.actor)
        yield f"| {' | '.join(_md(cell) for cell in cells)} |"


def _md(text: str) -> str:
    """A string from outside as Markdown's plain text."""
    return re.sub(r"([\\`*_{}\[\]<>#|!~$])", r"\\\1", clean(text))
