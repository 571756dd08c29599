"""Rows of columns that give way on a narrow screen, with titles of which one may be marked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from multitool_tui.views.text import Line, Role, Span, crop, fit, join, line

RowT = TypeVar("RowT")

_GAP = "  "
_LEAST_ROOM = 20


@dataclass(frozen=True, slots=True)
class Column(Generic[RowT]):
    """A column: its title, its width in cells (0 takes what is left), and what a row has in it.

    `rank` says how soon it gives way on a narrow screen: the highest goes first. `by`: what sorts the rows by it.
    """

    title: str
    width: int
    rank: int
    cell: Callable[[RowT], Span]
    right: bool = False
    by: str = ""


class Table(Generic[RowT]):
    """The columns of a table; one of them takes what the others leave."""

    def __init__(self, *columns: Column[RowT]) -> None:
        self.columns = columns

    def fitting(self, width: int) -> tuple[Column[RowT], ...]:
        """The columns for so many cells: the one that takes what is left keeps some room."""
        kept = list(self.columns)
        while kept and sum(one.width + len(_GAP) for one in kept) + _LEAST_ROOM > width:
            last = max(kept, key=lambda one: one.rank)
            if not last.rank:
                break
            kept.remove(last)
        return tuple(kept)

    def heading(self, width: int, by: str = "") -> Line:
        """The columns' titles; the one that the rows are sorted by is marked."""

        def title(column: Column[RowT]) -> Span:
            marked = bool(by) and column.by == by
            return Span(f"{column.title}▾" if marked else column.title, Role.ACCENT if marked else Role.DIM)

        return self._lay_out(width, [(column, title(column)) for column in self.fitting(width)])

    def draw(self, row: RowT, width: int) -> Line:
        """A row as a line of at most `width` cells."""
        return self._lay_out(width, [(column, column.cell(row)) for column in self.fitting(width)])

    def _lay_out(self, width: int, spans: list[tuple[Column[RowT], Span]]) -> Line:
        taken = sum(column.width for column, _ in spans) + len(_GAP) * (len(spans) - 1)
        room = max(1, width - taken)
        parts = [
            line(Span(fit(span.text, column.width or room, right=column.right), span.role)) for column, span in spans
        ]
        return crop(join(parts, Span(_GAP)), width)
