"""One account in one region: everything the services work on."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from multitool_tui.sandbox.alarms.book import AlarmBook
from multitool_tui.sandbox.draw import source
from multitool_tui.sandbox.functions.names import Place
from multitool_tui.sandbox.functions.state import Function
from multitool_tui.sandbox.metrics.store import MetricStore
from multitool_tui.sandbox.observability.state import Observability

if TYPE_CHECKING:
    from collections.abc import Iterable

    from multitool_tui.sandbox.metrics.series import Source


class Region:
    """State, and the time it has been brought to (epoch seconds)."""

    def __init__(
        self,
        place: Place,
        seed: int,
        now: float,
        *,
        sources: Iterable[Source] = (),
        alias_lag: float = 0.0,
        observability: Observability | None = None,
    ) -> None:
        self.place = place
        self.seed = seed
        self.now = now
        self.alias_lag = alias_lag
        self.functions: dict[str, Function] = {}
        self.metrics = MetricStore(sources)
        self.alarms = AlarmBook(place, self.metrics, now)
        self.observability = observability or Observability()
        self._revisions = source(seed, "revisions", place.region)

    def advance(self, now: float) -> None:
        """Bring everything to `now`: updates finish, alarms are evaluated. Time never goes back."""
        self.now = max(self.now, now)
        for function in self.functions.values():
            function.settle(self.now, self.new_revision)
        self.alarms.advance(self.now)

    def new_revision(self) -> str:
        """A RevisionId: a UUID, new at every change."""
        return str(uuid.UUID(int=self._revisions.getrandbits(128), version=4))
