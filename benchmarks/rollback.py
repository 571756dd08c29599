"""How soon a rollback is on the wire, while all polling is in trouble: `python -m benchmarks.rollback [SAMPLES]`.

From the keys `r` `enter`, both at once, and from the engine's own decision, to the moment at which UpdateAlias is sent:
with pollers that are answered, that are throttled, and that hang. Each sample takes a rollout of its own to its end, so
three times twice SAMPLES are started first. What lies between is the dialog, the journal's write (synced to the disk),
and the reading of the alias as it is now, on the lane for changes.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from textual.events import Key

from benchmarks.account import Place, account, supervisor, target
from multitool_tui.controller.supervisor import Supervisor
from multitool_tui.judgement.model import Verdict
from multitool_tui.rollout.events import Judged
from multitool_tui.tui.app import MultiToolApp
from multitool_tui.tui.messages import Looked

_TROUBLED = 20.0  # seconds until every poller has met the trouble
_TURNS = 4
"""How often the troubles take turns: what the process has seen by then makes it slower, whatever the trouble."""
_AGREED = 30.0  # seconds within which a rollback is on the wire, or never


@dataclass
class Wire:
    """When UpdateAlias was sent for which function; where the pollers' requests go instead of to the account."""

    opened: Supervisor
    instead: str = ""

    def __post_init__(self) -> None:
        self._sent: dict[str, asyncio.Future[float]] = {}
        session = self.opened._session
        session._changes.meta.events.register("before-send.lambda.UpdateAlias", self._see)
        for polling in (session.functions, session.cloudwatch, session._sts):
            polling.meta.events.register("before-sign", self._turn_away)

    async def after(self, number: int, act: Callable[[], None]) -> float:
        """Milliseconds from an act to the first UpdateAlias for its target."""
        sent = self._sent[target(number).split(":")[0]] = asyncio.get_running_loop().create_future()
        begun = time.perf_counter()
        act()
        done: float = await asyncio.wait_for(sent, _AGREED)
        return (done - begun) * 1000

    def _see(self, request: Any, **_: Any) -> None:
        for function, sent in self._sent.items():
            if f"/{function}/" in request.url and not sent.done():
                sent.set_result(time.perf_counter())

    def _turn_away(self, request: Any, **_: Any) -> None:
        if self.instead:
            path = request.url.split("/", 3)[3:]
            request.url = "/".join((self.instead.rstrip("/"), *path))


async def measure(samples: int) -> None:
    """Print the median, the 99th percentile and the most of each, and what the troubles add."""
    with account(6 * samples) as place:
        async with supervisor(place, 6 * samples, for_a_screen=True) as opened:

            async def connect() -> Supervisor:
                return opened

            app = MultiToolApp(connect, clock=place.clock)
            async with app.run_test(size=(120, 40)):
                await _in_turn(place, opened, app, samples)


async def _in_turn(place: Place, opened: Supervisor, app: MultiToolApp, samples: int) -> None:
    wire, numbers = Wire(opened), count(1)
    taken: dict[tuple[str, str], list[float]] = defaultdict(list)
    troubles = (("answered", ""), ("throttled", place.throttling), ("hanging", place.hanging))
    for turn in range(_TURNS):
        for trouble, url in troubles:
            wire.instead = url
            await asyncio.sleep(_TROUBLED)
            for _ in range(turn, samples, _TURNS):
                taken[trouble, "r enter"].append(await _by_hand(wire, app, next(numbers)))
                number = next(numbers)
                by_itself = await wire.after(number, lambda n=number: _decide(opened, n))  # type: ignore[misc]
                taken[trouble, "decision"].append(by_itself)
    idle: dict[str, float] = {}
    for (trouble, what), times in taken.items():
        p99 = statistics.quantiles(times, n=100, method="inclusive")[-1]
        more = f"{p99 - idle.setdefault(what, p99):+6.1f}"
        sys.stdout.write(
            f"{trouble:10} {what:9} median {statistics.median(times):6.1f} ms  p99 {p99:6.1f} ms ({more})  "
            f"most {max(times):6.1f} ms\n"
        )


async def _by_hand(wire: Wire, app: MultiToolApp, number: int) -> float:
    while not (app.scene and app.scene.target):
        await asyncio.sleep(0.02)
    app.post_message(Looked(target(number), target(number)))
    while not (app.scene.target == target(number) and len(app.screen_stack) == _SCREENS):
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.2)  # what looking at it has caused is over

    def press() -> None:
        app.post_message(Key("r", "r"))
        app.post_message(Key("enter", "\r"))

    return await wire.after(number, press)


_SCREENS = 2
"""The frame, and the main screen over it; a dialog would be one more."""


def _decide(opened: Supervisor, number: int) -> None:
    """The judge says that this canary is harmful."""
    driver = next(d for d in opened._drivers.values() if d.rollout.target == target(number))
    judgement = replace(driver.rollout.judgement, verdict=Verdict.HARMFUL, reason="The benchmark says so.")
    driver.tell(Judged(at=opened.clock.now(), judgement=judgement))


if __name__ == "__main__":
    asyncio.run(measure(int(sys.argv[1]) if sys.argv[1:] else 40))
