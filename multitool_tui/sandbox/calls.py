"""The log of calls: what was asked, and how it was answered."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, overload

_KEPT = 10_000
_LONGEST_BLOB = 1024


@dataclass(frozen=True)
class Call:
    """One call. `status` is 0 when no answer was sent: a call that hangs, or whose connection was reset."""

    at: datetime
    service: str
    operation: str
    parameters: Mapping[str, Any]
    status: int
    error_code: str | None
    access_key_id: str | None


class CallLog(Sequence[Call]):
    """The latest calls, oldest first."""

    def __init__(self) -> None:
        self._calls: deque[Call] = deque(maxlen=_KEPT)

    def add(self, call: Call) -> None:
        self._calls.append(call)

    @overload
    def __getitem__(self, index: int) -> Call: ...
    @overload
    def __getitem__(self, index: slice) -> list[Call]: ...
    def __getitem__(self, index: int | slice) -> Call | list[Call]:
        return list(self._calls)[index]

    def __iter__(self) -> Iterator[Call]:
        return iter(list(self._calls))

    def __len__(self) -> int:
        return len(self._calls)


def loggable(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters without the bulk of uploads, which would fill the memory."""
    return {
        name: f"<{len(value)} bytes>"
        if isinstance(value, bytes) and len(value) > _LONGEST_BLOB
        else loggable(value)
        if isinstance(value, dict)
        else value
        for name, value in parameters.items()
    }
