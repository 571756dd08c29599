"""Minutes in order of time, in a few bytes each; one that comes again replaces the earlier one."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence

UNKNOWN = -1
"""Stands for a count that nobody measured."""
MOST_IN_A_MINUTE = 2**31 - 1
"""The largest count that fits."""


class Series:
    """Rows of whole numbers under a time (seconds since the epoch), of which the latest `keep` are kept.

    Takes 8 bytes for a row's time and 4 for each of its `width` numbers.
    """

    def __init__(self, width: int, keep: int) -> None:
        self._keep = keep
        self.times = array("d")
        self._columns = [array("i") for _ in range(width)]

    def __len__(self) -> int:
        return len(self.times)

    def __getitem__(self, index: int) -> tuple[int, ...]:
        return tuple(column[index] for column in self._columns)

    def rows(self, end: int | None = None) -> list[tuple[int, ...]]:
        """The rows before index `end`, oldest first."""
        return list(zip(*(column[:end] for column in self._columns), strict=True))

    def put(self, time: float, row: Sequence[int]) -> int | None:
        """Add a row, or replace the one of the same time. Counts above 2^31 - 1 stay there.

        Returns:
            Its index; None when nothing has changed, or when the row is older than all that is kept.
        """
        row = [min(number, MOST_IN_A_MINUTE) for number in row]
        index = bisect_left(self.times, time)
        if index < len(self) and self.times[index] == time:
            if self[index] == tuple(row):
                return None
            for column, number in zip(self._columns, row, strict=True):
                column[index] = number
            return index
        if len(self) == self._keep:
            if index == 0:
                return None
            self._delete(0)
            index -= 1
        self.times.insert(index, time)
        for column, number in zip(self._columns, row, strict=True):
            column.insert(index, number)
        return index

    def remove(self, time: float) -> int | None:
        """Take the row of this time out; its index was the one returned, None where there was none."""
        index = bisect_left(self.times, time)
        if index == len(self) or self.times[index] != time:
            return None
        self._delete(index)
        return index

    def _delete(self, index: int) -> None:
        del self.times[index]
        for column in self._columns:
            del column[index]
