"""The targets: those of the live rollouts, each in its turn, and the one in focus, whoever drives it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from multitool_tui.aws import lease as leases
from multitool_tui.aws.lease import Lease
from multitool_tui.aws.resources import Reading
from multitool_tui.aws.session import AwsSession
from multitool_tui.clock import Clock
from multitool_tui.controller.account import Account
from multitool_tui.controller.driver import Driver
from multitool_tui.controller.observer import Observer
from multitool_tui.controller.pace import LOOKS_A_SECOND, until_next_look
from multitool_tui.controller.watching.focus import Focus
from multitool_tui.rollout.events import Obstacle
from multitool_tui.rollout.model import rollout_id
from multitool_tui.words import is_target

_AT_ONCE = 8  # targets that are looked at without waiting for one another

Observe = Callable[[Reading, Lease], Awaitable[Observer]]


class TargetWatch:
    """Lets each of `drivers` look at its target; follows in `focus` what another process drives there.

    `observe` begins to follow; `load` is told of a function whose versions are not known yet; `moved` that a target
    in focus has other versions now, or another rollout.
    """

    def __init__(
        self,
        session: AwsSession,
        clock: Clock,
        drivers: Mapping[str, Driver],
        account: Account,
        focus: Focus,
        *,
        observe: Observe,
        load: Callable[[str], None],
        moved: Callable[[], None],
    ) -> None:
        self._session, self._clock = session, clock
        self._drivers, self._account, self._focus = drivers, account, focus
        self._observe, self._load, self._moved = observe, load, moved

    def until_next(self) -> float:
        """Seconds until the targets are looked at again."""
        return until_next_look(sum(not driver.rollout.ended for driver in self._drivers.values()))

    async def poll(self) -> bool:
        """Look at every target whose rollout is live, and at the one in focus.

        Raises:
            AwsError: one could not be read.
        """
        live = [driver for driver in self._drivers.values() if not driver.rollout.ended]
        ours = {driver.rollout.target for driver in live if driver.rollout.obstacle is not Obstacle.LEASE}
        for found in await asyncio.gather(*(self._look(driver, number) for number, driver in enumerate(live))):
            if found is not None:
                self._account.put(found)
        target = self._focus.target
        if target is None or not is_target(target) or target in ours:
            return bool(live)
        await self._look_at(target)
        return True

    async def _look(self, driver: Driver, number: int) -> Reading | None:
        """Look at a driver's target when it is its turn: the first few at once, then so many a second."""
        await self._clock.sleep(max(0.0, number - _AT_ONCE) / LOOKS_A_SECOND)
        return None if driver.rollout.ended else await driver.look()

    async def _look_at(self, target: str) -> None:
        read, known = await self._session.read(target), self._account.found(target)
        self._account.put(read)
        if known and known.version != read.version:
            self._moved()
        if self._account.lacks_versions(read.function):
            self._load(read.function)
        await self._follow(read)

    async def _follow(self, found: Reading) -> None:
        """Follow what another process drives on this target."""
        focus = self._focus
        lease, _ = leases.read(found.description)
        if lease is None or lease.strategy == leases.BEHIND:
            focus.observer = None
        elif focus.observer and focus.observer.rollout.id == rollout_id(found.target, lease.since):
            focus.observer.see(found, lease, self._clock.now())
        else:
            focus.observer = await self._observe(found, lease)
            self._moved()
