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

    Takes 4 bytes for a row's time and for each of its `width` numbers. Times are whole seconds, and within 68 years of
    the first: those beyond count as the end of that.
    """

    __slots__ = ("_keep", "_numbers", "_origin", "_times", "_width")

    def __init__(self, width: int, keep: int | None = None) -> None:
        self._width, self._keep = width, keep
        self._origin = 0.0
        self._times = array("i")
        self._numbers = array("i")

    def __len__(self) -> int:
        return len(self._times)

    def __getitem__(self, index: int) -> Row:
        return self._numbers[index * self._width : (index + 1) * self._width]

    def time(self, index: int) -> float:
        """When the row of this index began."""
        return self._origin + self._times[index]

    def before(self, time: float) -> int:
        """How many rows began before this time."""
        return bisect_left(self._times, time - self._origin)

    def rows(self, begin: int = 0, end: int | None = None) -> list[Row]:
        """The rows from index `begin` to before `end`, oldest first."""
        return [self[index] for index in range(begin, len(self) if end is None else end)]

    def column(self, number: int, begin: int = 0, end: int | None = None) -> Row:
        """One number of each of these rows, oldest first."""
        end = len(self) if end is None else end
        return self._numbers[begin * self._width + number : end * self._width : self._width]

    def put(self, time: float, row: Row) -> int | None:
        """Add a row, or replace the one of the same time. Counts above 2^31 - 1 stay there.

        Returns:
            Its index; None when nothing has changed, or when the row is older than all that is kept.
        """
        if not self:
            self._origin = time
        numbers = _numbers(row)
        offset = self._offset(time)
        index = bisect_left(self._times, offset)
        if index < len(self) and self._times[index] == offset:
            if self[index] == numbers:
                return None
            self._numbers[index * self._width : (index + 1) * self._width] = numbers
            return index
        if len(self) == self._keep:
            if index == 0:
                return None
            self.drop(1)
            index -= 1
        self._times.insert(index, offset)
        self._numbers[index * self._width : index * self._width] = numbers
        return index

    def remove(self, time: float) -> int | None:
        """Take the row of this time out; its index was the one returned, None where there was none."""
        index = bisect_left(self._times, self._offset(time))
        if index == len(self) or self._times[index] != self._offset(time):
            return None
        del self._times[index]
        del self._numbers[index * self._width : (index + 1) * self._width]
        return index

    def drop(self, number: int) -> None:
        """Forget the oldest rows."""
        del self._times[:number]
        del self._numbers[: number * self._width]

    def _offset(self, time: float) -> int:
        return max(-MOST_IN_A_MINUTE, min(MOST_IN_A_MINUTE, round(time - self._origin)))


def _numbers(row: Row) -> array[int]:
    try:
        return array("i", row)
    except OverflowError:
        return array("i", [min(number, MOST_IN_A_MINUTE) for number in row])
