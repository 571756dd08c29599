"""Lines of text with roles: what every pane is made of, and the few operations that lay them out.

Widths are in terminal cells. Every string that AWS or a user supplied goes through `clean` first: afterwards it has no
control characters, nothing that turns the writing direction, and no joiners that terminals measure differently.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple


class Role(StrEnum):
    """What a piece of text means. The theme gives it a colour; the text says it without one."""

    PLAIN = "plain"
    STRONG = "strong"
    DIM = "dim"
    KEY = "key"
    GOOD = "good"
    BAD = "bad"
    WARN = "warn"
    ACCENT = "accent"
    BASELINE = "baseline"
    CANARY = "canary"
    BAND = "band"
    BASELINE_ON_BAND = "baseline-on-band"
    CANARY_ON_BAND = "canary-on-band"
    BASELINE_BAR = "baseline-bar"
    CANARY_BAR = "canary-bar"
    LOUD_GOOD = "loud-good"
    LOUD_BAD = "loud-bad"
    LOUD_WARN = "loud-warn"
    LOUD_ACCENT = "loud-accent"
    LOUD_PRODUCTION = "loud-production"


class Span(NamedTuple):
    """A run of text with one role."""

    text: str
    role: Role = Role.PLAIN


Line = tuple[Span, ...]
EMPTY: Line = ()


@dataclass(frozen=True, slots=True)
class PaneView:
    """A pane as it is drawn. `note` goes into the lower border; a faded pane shows data that is old.

    `link`: a web address that the title leads to, in terminals that have such links (OSC 8).
    """

    title: Line
    lines: tuple[Line, ...]
    note: Line = EMPTY
    faded: bool = False
    link: str = ""


def line(*parts: str | Span) -> Line:
    """Make a line of strings and spans; empty ones are left out."""
    spans = (part if isinstance(part, Span) else Span(part) for part in parts)
    return tuple(span for span in spans if span.text)


# Cc and Cf hold control characters, joiners and the marks that turn the direction of writing; Mn and Me are drawn over
# their neighbour, and terminals disagree on how wide the result is. Cs and Co have no agreed look at all.
_DROPPED = frozenset({"Cf", "Mn", "Me"})
_SHOWN_AS_BOX = frozenset({"Cc", "Cs", "Co", "Zl", "Zp"})


@lru_cache(maxsize=8192)
def clean(text: str) -> str:
    """Make a string from outside fit for one line: what is not to be shown becomes a box, or nothing."""
    if text.isascii() and text.isprintable():
        return text
    kept = []
    for char in unicodedata.normalize("NFC", text):
        kind = unicodedata.category(char)
        if kind in _SHOWN_AS_BOX:
            kept.append(" " if char in "\n\t\r" else "▯")
        elif kind not in _DROPPED:
            kept.append(char)
    return "".join(kept)


def boxed(text: str) -> str:
    """The same for what is edited: as many characters as before, a box for each that is not to be shown."""
    if text.isascii() and text.isprintable():
        return text
    return "".join("▯" if unicodedata.category(char) in _SHOWN_AS_BOX | _DROPPED else char for char in text)


def cells(text: str) -> int:
    """How many terminal cells a cleaned string takes."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def width_of(spans: Line) -> int:
    """How many cells a line takes."""
    return sum(cells(span.text) for span in spans)


def shorten(text: str, width: int) -> str:
    """Cut a string to `width` cells, at a word's end where one is near, and say so with an ellipsis."""
    if cells(text) <= width:
        return text
    if width <= 1:
        return "…"[:width]
    kept, used = "", 0
    for char in text:
        used += cells(char)
        if used > width - 1:
            break
        kept += char
    words, space, _ = kept.rpartition(" ")
    if space and cells(words) >= width // 2:
        kept = words
    return kept.rstrip() + "…"


def pane(title: Line, lines: Iterable[Line], width: int, note: Line = EMPTY, *, faded: bool = False) -> PaneView:
    """A pane whose lines are no wider than it is, however narrow a terminal gets."""
    return PaneView(title, tuple(crop(one, width) for one in lines), note, faded)


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Bring a string to exactly `width` cells: shortened, or padded at its end (with `right`: at its start)."""
    short = shorten(text, width)
    padding = " " * (width - cells(short))
    return padding + short if right else short + padding


def crop(spans: Line, width: int) -> Line:
    """Cut a line to at most `width` cells."""
    if width_of(spans) <= width:
        return spans
    kept: list[Span] = []
    for span in spans:
        left = width - width_of(tuple(kept))
        if left <= 0:
            break
        kept.append(Span(shorten(span.text, left), span.role))
    return tuple(kept)


def spread(left: Line, right: Line, width: int) -> Line:
    """One line with `left` at its start and `right` at its end; `left` gives way where both do not fit."""
    right = crop(right, width)
    room = width - width_of(right)
    left = crop(left, max(0, room - 1) if right else room)
    return line(*left, Span(" " * (room - width_of(left))), *right)


def wrap(text: str, width: int, most: int = 99, role: Role = Role.PLAIN) -> tuple[Line, ...]:
    """Break a sentence into lines of at most `width` cells; what `most` lines do not hold ends in an ellipsis."""
    lines: list[str] = []
    rest = text.split()
    while rest and len(lines) < most - 1:
        current = shorten(rest.pop(0), width)
        while rest and cells(current) + 1 + cells(rest[0]) <= width:
            current += " " + rest.pop(0)
        lines.append(current)
    if rest:
        lines.append(shorten(" ".join(rest), width))
    return tuple((Span(text, role),) for text in lines)


def join(parts: Iterable[Line], separator: Span) -> Line:
    """Lines one after the other, with a separator between them."""
    joined: list[Span] = []
    for part in parts:
        if joined and part:
            joined.append(separator)
        joined.extend(part)
    return tuple(joined)


def gauge(share: float, width: int) -> tuple[str, str]:
    """A bar of `width` cells in its full and its empty part. Anything above zero shows, and only all of it fills it."""
    share = min(1.0, max(0.0, share))
    full = int(share * width)
    if share and not full:
        full = 1
    return "▰" * full, "▱" * (width - full)
