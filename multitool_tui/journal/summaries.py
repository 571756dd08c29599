"""Rollouts on record in few words, page by page: a list that opens as soon whether it has ten rows or thousands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from multitool_tui.journal.store import Journal

PAGE = 200
_REASON = "CASE WHEN json_valid(rollout) THEN json_extract(rollout, '$.reason') ELSE '' END"
_SELECT = (
    "SELECT key, id, place, target, baseline, canary, strategy, state, actor, began_at, ended_at, "  # noqa: S608 - ours
    f"{_REASON} FROM rollouts WHERE key < ? ORDER BY key DESC LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class Summary:
    """A rollout as a row of a list. `state` is the word of a `State`; `canary` is empty until it was published."""

    key: int
    id: str
    place: str
    target: str
    baseline: str
    canary: str
    strategy: str
    state: str
    actor: str
    began_at: datetime
    ended_at: datetime | None
    reason: str


def summaries(journal: Journal, before: int | None = None) -> tuple[Summary, ...]:
    """The latest `PAGE` rollouts, newest first; those before the one with the key `before`, where that is given.

    The rollouts themselves stay unread: one whose record is damaged has its row all the same.

    Raises:
        JournalError
    """
    with journal.reading() as connection:
        rows = connection.execute(_SELECT, (before or 2**62, PAGE)).fetchall()
        return tuple(_summary(*row) for row in rows)


def _summary(
    key: int,
    identity: str,
    place: str,
    target: str,
    baseline: str,
    canary: str,
    strategy: str,
    state: str,
    actor: str,
    began_at: str,
    ended_at: str | None,
    reason: str | None,
) -> Summary:
    return Summary(
        key,
        identity,
        place,
        target,
        baseline,
        canary,
        strategy,
        state,
        actor,
        datetime.fromisoformat(began_at),
        datetime.fromisoformat(ended_at) if ended_at else None,
        reason or "",
    )
