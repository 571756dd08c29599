"""Whatever goes along with the supervisor and is told of decisions: notifications, telemetry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.receipts import Receipt


class Companion(Protocol):
    """Never in the way of a rollout: everything but `close` returns at once, and `close` in a few seconds."""

    def begin(self, failed: Callable[[str, str], None]) -> None:
        """Begin, in the event loop of the supervisor. `failed` puts a line into the events: what, and a sentence."""
        ...

    def decided(self, rollout: Rollout, receipt: Receipt, place: str) -> None:
        """A decision was made; the rollout is as it is after it."""
        ...

    async def close(self) -> None:
        """The supervisor ends."""
        ...
