"""Minutes in order of time, in a few bytes each; one that comes again replaces the earlier one."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence

UNKNOWN = -1
"""Stands for a count that nobody measured."""
MOST_IN_A_MINUTE = 2**31 - 1
"""The largest count that fits."""
Row = Sequence[int]


class Series:
    """Rows of whole numbers under a time (seconds since the epoch), of which the latest `keep` are kept, or all.

    Takes 8 bytes for a row's time and 4 for each of its `width` numbers.
    """

    def __init__(self, width: int, keep: int | None = None) -> None:
        self._width, self._keep = width, keep
        self.times = array("d")
        self._numbers = array("i")

    def __len__(self) -> int:
        return len(self.times)

    def __getitem__(self, index: int) -> Row:
        return self._numbers[index * self._width : (index + 1) * self._width]

    def rows(self, begin: int = 0, end: int | None = None) -> list[Row]:
        """The rows from index `begin` to before `end`, oldest first."""
        return [self[index] for index in range(begin, len(self) if end is None else end)]

    def find(self, time: float) -> int | None:
        """The index of the row of this time."""
        index = bisect_left(self.times, time)
        return index if index < len(self) and self.times[index] == time else None

    def put(self, time: float, row: Row) -> int | None:
        """Add a row, or replace the one of the same time. Counts above 2^31 - 1 stay there.

        Returns:
            Its index; None when nothing has changed, or when the row is older than all that is kept.
        """
        numbers = array("i", [min(number, MOST_IN_A_MINUTE) for number in row])
        index = self.find(time)
        if index is not None:
            if self[index] == numbers:
                return None
            self._numbers[index * self._width : (index + 1) * self._width] = numbers
            return index
        index = bisect_left(self.times, time)
        if len(self) == self._keep:
            if index == 0:
                return None
            self.drop(1)
            index -= 1
        self.times.insert(index, time)
        self._numbers[index * self._width : index * self._width] = numbers
        return index

    def remove(self, time: float) -> int | None:
        """Take the row of this time out; its index was the one returned, None where there was none."""
        index = self.find(time)
        if index is not None:
            del self.times[index]
            del self._numbers[index * self._width : (index + 1) * self._width]
        return index

    def drop(self, number: int) -> None:
        """Forget the oldest rows."""
        del self.times[:number]
        del self._numbers[: number * self._width]
