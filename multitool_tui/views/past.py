"""Past rollouts as a table, and the slider over the moments of one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from multitool_tui.controller.film import Film
from multitool_tui.journal.summaries import Summary
from multitool_tui.views.actions import BY_NAME, key_of
from multitool_tui.views.finding import parse_needle
from multitool_tui.views.glyphs import STATES, Mark
from multitool_tui.views.numbers import clock_time
from multitool_tui.views.scene import Scene
from multitool_tui.views.table import Column, Table
from multitool_tui.views.text import EMPTY, Line, Role, Span, clean, crop, join, line, spread, wrap
from multitool_tui.words import duration, percent

KEYS = frozenset({"target", "state", "version", "strategy", "actor", "place", "when", "reason"})
"""What a filter may name before a colon."""

_MARKS = {state.value: mark for state, mark in STATES.items()}
_BETWEEN = Span(" · ", Role.DIM)


@dataclass(frozen=True, slots=True)
class PastRow:
    """A rollout in words, as each column shows it. `key` and `place` are those of the journal."""

    key: int
    place: str
    target: str
    name: str
    mark: Mark
    when: str
    versions: str
    strategy: str
    took: str
    reason: str
    actor: str

    @property
    def values(self) -> dict[str, str]:
        """What a filter looks at, by key."""
        return {
            "target": self.name,
            "state": self.mark.word,
            "version": self.versions,
            "strategy": self.strategy,
            "actor": self.actor,
            "place": self.place,
            "when": self.when,
            "reason": self.reason,
        }


def past_row(one: Summary, now: datetime) -> PastRow:
    """The row of a rollout."""
    return PastRow(
        one.key,
        one.place,
        one.target,
        clean(one.target),
        _MARKS.get(one.state) or Mark("?", clean(one.state), Role.WARN),
        _when(one.began_at.astimezone(UTC), now),
        f"v{clean(one.baseline)} → {f'v{clean(one.canary)}' if one.canary else 'new'}",
        clean(one.strategy),
        _took(one, now),
        clean(one.reason),
        clean(one.actor),
    )


def _when(at: datetime, now: datetime) -> str:
    return at.strftime("%d %b %H:%M" if at.year == now.year else "%d %b %Y")


def _took(one: Summary, now: datetime) -> str:
    return duration(max(timedelta(0), (one.ended_at or now) - one.began_at))


def kept(rows: Sequence[PastRow], needle: str) -> tuple[PastRow, ...]:
    """The rows that a filter leaves."""
    wanted = parse_needle(needle, KEYS)
    return tuple(row for row in rows if wanted.keeps(row.values))


TABLE: Table[PastRow] = Table(
    Column("began, UTC", 12, 0, lambda row: Span(row.when, Role.DIM)),
    Column("state", 13, 0, lambda row: row.mark.span),
    Column("target", 0, 0, lambda row: Span(row.name, Role.STRONG)),
    Column("versions", 13, 2, lambda row: Span(row.versions)),
    Column("took", 7, 1, lambda row: Span(row.took, Role.DIM), right=True),
    Column("strategy", 14, 3, lambda row: Span(row.strategy)),
    Column("by", 16, 5, lambda row: Span(row.actor, Role.DIM)),
    Column("why", 48, 4, lambda row: Span(row.reason, Role.DIM)),
    Column("where", 24, 6, lambda row: Span(clean(row.place), Role.DIM)),
)
"""The columns."""


def title(shown: int, known: int, needle: str, *, complete: bool) -> Line:
    """How many rollouts there are, so far or at all."""
    parts = [line(Span("History", Role.STRONG))]
    if needle:
        parts.append(line(Span(f"{shown:,} of {known:,} match", Role.ACCENT)))
    elif known:
        parts.append(line(f"{known:,} rollout{'' if known == 1 else 's'}"))
    if not complete:
        parts.append(line(Span("reading…", Role.DIM)))
    return join(parts, _BETWEEN)


def empty(needle: str, refused: str, width: int, *, complete: bool) -> tuple[Line, ...]:
    """What stands where there are no rows."""
    if refused:
        return wrap(clean(refused), width, role=Role.WARN)
    if needle:
        return (line(Span("Nothing matches. Words, key:value, and !word to leave out.", Role.DIM)),)
    return (line(Span("No rollout is on record on this machine yet." if complete else "reading…", Role.DIM)),)


def because(row: PastRow | None, width: int) -> Line:
    """Why the rollout under the cursor ended as it did, or is where it is."""
    return crop(line(Span("because  ", Role.DIM), row.reason), width) if row and row.reason else EMPTY


def frame_at(cell: int, film: Film, width: int) -> int:
    """The frame under a cell of the slider."""
    return round(max(0, min(1, (cell - 1) / max(1, width - 3))) * (len(film.frames) - 1))


def slider(film: Film, number: int, width: int) -> tuple[Line, ...]:
    """The track, with the decisions and where one is; and what happened in that moment."""
    cells, last = max(1, width - 2), len(film.frames) - 1

    def place(index: int) -> int:
        return round(index / last * (cells - 1)) if last else 0

    track = [Span("─", Role.DIM)] * cells
    for index, frame in enumerate(film.frames):
        if frame.action:
            track[place(index)] = Span("◆", Role.ACCENT)
    track[place(number)] = Span("●", Role.STRONG)
    frame = film.frames[number]
    what = frame.action or _minutes(film, number)
    here = join(
        [
            line(Span(f"{clock_time(frame.at, seconds=True)} UTC", Role.STRONG)),
            line(Span(clean(what), Role.ACCENT if frame.action else Role.PLAIN)),
        ],
        _BETWEEN,
    )
    counted = line(Span(f"{number + 1:,} of {last + 1:,} ", Role.DIM))
    return line(" ", *track), spread(line(" ", *here), counted, width)


def _minutes(film: Film, number: int) -> str:
    """What a moment brought where nothing was decided."""
    frame, before = film.frames[number], film.frames[number - 1] if number else None
    new = film.minutes[before.minutes if before else 0 : frame.minutes]
    if not new:
        changed = frame.weight_read is not None and (before is None or before.weight_read != frame.weight_read)
        return f"{percent(frame.weight_read or 0)} read back" if changed else "nothing decided"
    latest = max(minute.start for minute in new)
    return f"the minute {clock_time(latest)}" if len(new) == 1 else f"{len(new)} minutes up to {clock_time(latest)}"


def keys(pairs: Sequence[tuple[str, str]], scene: Scene, width: int) -> Line:
    """Keys and what they do, as many as have room. A key may be an action's name: then it is that one's."""
    said: Line = EMPTY
    for name, word in pairs:
        key = key_of(BY_NAME[name], scene) if name in BY_NAME else name
        more = (*said, *line(" ", Span(key, Role.KEY), f" {word} "))
        if sum(len(span.text) for span in more) > width:
            break
        said = more
    return said
