"""One account in one region: everything the services work on."""

from __future__ import annotations

import asyncio
import uuid
from typing import TYPE_CHECKING, Any, TypeVar

from multitool_tui.sandbox.alarms.book import AlarmBook
from multitool_tui.sandbox.apis.state import Apis
from multitool_tui.sandbox.draw import source
from multitool_tui.sandbox.functions.names import Place
from multitool_tui.sandbox.functions.settings import EventSourceMapping
from multitool_tui.sandbox.functions.state import Function
from multitool_tui.sandbox.handlers.pool import Pool
from multitool_tui.sandbox.identities.state import Identities
from multitool_tui.sandbox.metrics.store import MetricStore
from multitool_tui.sandbox.observability.state import Observability

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable

    from multitool_tui.sandbox.metrics.series import Source
    from multitool_tui.sandbox.traffic.line import Line
    from multitool_tui.sandbox.traffic.stage_traffic import StageTraffic

T = TypeVar("T")

_KEYS_ARE_OLD = 200 * 86400  # seconds: how long callers have had the access keys they bring along


class Region:
    """State, and the time it has been brought to (epoch seconds)."""

    def __init__(
        self,
        place: Place,
        seed: int,
        now: float,
        *,
        traffic: list[Line],
        stage_traffic: list[StageTraffic],
        sources: Iterable[Source] = (),
        alias_lag: float = 0.0,
        observability: Observability | None = None,
        identities: Identities | None = None,
    ) -> None:
        self.place = place
        self.seed = seed
        self.now = now
        self.alias_lag = alias_lag
        self.url = ""
        """Where the sandbox answers, once it does."""
        self.functions: dict[str, Function] = {}
        self.event_sources: dict[str, EventSourceMapping] = {}
        self.apis = Apis(source(seed, "apis", place.region))
        self.traffic = traffic
        self.stage_traffic = stage_traffic
        self.handlers = Pool()
        self._tasks: set[asyncio.Task[Any]] = set()
        self.metrics = MetricStore(sources)
        self.alarms = AlarmBook(place, self.metrics, now)
        self.observability = observability or Observability()
        self.identities = identities or Identities(source(seed, "identities"), now - _KEYS_ARE_OLD)
        self.chance = source(seed, "chance", place.region)
        self._revisions = source(seed, "revisions", place.region)

    def advance(self, now: float) -> None:
        """Bring everything to `now`: updates finish, alarms are evaluated. Time never goes back."""
        # Whatever was changed since was changed by the last call, at the time of which the region still is.
        for stage in self.stage_traffic:
            stage.follow(self, self.now)
        self.now = max(self.now, now)
        for function in self.functions.values():
            function.settle(self.now, self.new_revision)
        self.alarms.advance(self.now)

    def new_revision(self) -> str:
        """A RevisionId: a UUID, new at every change."""
        return str(uuid.UUID(int=self._revisions.getrandbits(128), version=4))

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Begin work that goes on though nobody waits for it, until the region is closed."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def close(self) -> None:
        """End every process that runs a handler, and wait for what they were doing."""
        await asyncio.to_thread(self.handlers.close)
        await asyncio.gather(*self._tasks, return_exceptions=True)
