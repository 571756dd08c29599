"""A page: what a tab shows, as plain values. Views lay it out, the command line prints it, and nobody else needs to
know which tab it is of."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from multitool_tui.aws.errors import AwsError

Cell = str | int | float | bool | datetime | timedelta | None
"""One value. Strings come from AWS as they are, and are cleaned by who shows them."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table. `key` names what it is of, for what is done with it; empty where there is nothing to do."""

    cells: tuple[Cell, ...]
    key: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under `columns`; `empty` is the sentence that stands in place of none."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    empty: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values."""

    title: str
    pairs: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True, slots=True)
class Prose:
    """A text: AWS's, or a sentence of ours."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Curve:
    """Values of one metric by time, oldest first."""

    name: str
    points: tuple[tuple[datetime, float], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Up to two curves over one stretch of time, from zero, and what is usual there as a band."""

    title: str
    curves: tuple[Curve, ...]
    period: timedelta
    start: datetime
    end: datetime
    unit: str = ""
    band: tuple[tuple[datetime, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as AWS drew it."""

    title: str
    png: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A part that could not be read, and why in one sentence; the others are there all the same."""

    title: str
    sentence: str


Part = Table | Facts | Prose | Chart | Picture | Trouble


@dataclass(frozen=True, slots=True)
class Page:
    """What was read, top to bottom, and when. `title` says what a page is of that was opened from another."""

    parts: tuple[Part, ...]
    at: datetime
    title: str = ""
    key: str | None = None
    """What it was opened with; None of a tab's own page."""

    def row(self, key: str) -> Row | None:
        """The row with a key."""
        rows = (row for part in self.parts if isinstance(part, Table) for row in part.rows)
        return next((row for row in rows if row.key == key), None)


async def or_trouble(title: str, part: Awaitable[Part]) -> Part:
    """A part, or why AWS did not give it."""
    try:
        return await part
    except AwsError as error:
        return Trouble(title, str(error))


@dataclass(frozen=True, slots=True)
class Field:
    """Something to fill in. `choices` are offered; `follows` gives the value that goes with each value of another
    field, until it is written over."""

    name: str
    label: str
    value: str = ""
    hint: str = ""
    choices: tuple[str, ...] = ()
    follows: tuple[str, Mapping[str, str]] | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """What is asked before something is done: the facts, the fields, and one sentence about what will happen."""

    title: str
    sentence: str
    confirm: str
    facts: tuple[tuple[str, str], ...] = ()
    fields: tuple[Field, ...] = ()

    def values(self) -> dict[str, str]:
        """What the fields begin with."""
        return {one.name: one.value for one in self.fields}
