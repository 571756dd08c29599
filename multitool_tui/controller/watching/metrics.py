"""The minutes of all live rollouts, and of the target in focus, all in one batch as the next period is sealed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from multitool_tui.aws.metrics import Period, Request, periods_of_all
from multitool_tui.aws.resources import Reading
from multitool_tui.aws.session import AwsSession
from multitool_tui.clock import Clock, give_way
from multitool_tui.controller.account import Account
from multitool_tui.controller.driver import Driver
from multitool_tui.controller.observer import LATE
from multitool_tui.controller.pace import is_sealed_between, until_sealed
from multitool_tui.controller.snapshot import Traffic
from multitool_tui.controller.unseen import Unseen
from multitool_tui.controller.watching.focus import Focus
from multitool_tui.judgement.model import Minute
from multitool_tui.rollout.events import Obstacle
from multitool_tui.rollout.plan import Analysis

_AT_A_TIME = 2  # rollouts that are put together and judged before keys and changes have their turns: some milliseconds
_LOOKED_AT = timedelta(hours=1)  # of minutes for a target that is only looked at


class MetricsWatch:
    """Shows each of `drivers`, by their rollouts' ids, its minutes; fills in those of `focus`."""

    def __init__(
        self, session: AwsSession, clock: Clock, drivers: Mapping[str, Driver], account: Account, focus: Focus
    ) -> None:
        self._session, self._clock = session, clock
        self._drivers, self._account, self._focus = drivers, account, focus
        self._read_to: dict[str, datetime] = {}
        """Up to when the minutes of each rollout have been read."""
        self._asked: dict[str, datetime] = {}
        """When they were asked for last."""
        self.unseen = Unseen(session.cloudwatch)

    def begin(self, driver: Driver) -> None:
        """Read on where the minutes that a new driver knows end."""
        self._read_to[driver.rollout.id] = driver.seen_to or self._clock.now()

    def ask_for_all(self) -> None:
        """Have all of them read again the next time, whether or not there can be news."""
        self._asked.clear()

    def _is_due(self, driver: Driver, now: datetime) -> bool:
        asked = self._asked.get(driver.rollout.id)
        return asked is None or is_sealed_between(asked, now, driver.rollout.plan.analysis)

    def until_sealed(self) -> float:
        """Seconds until there is something new to judge."""
        judged = {driver.rollout.plan.analysis for driver in self._drivers.values() if self._is_judged(driver)}
        return until_sealed(self._clock.now(), judged)

    async def poll(self) -> bool:
        """Read and show what there is that was not there before: each metric that is asked for has its price.

        Raises:
            AwsError: it could not be read.
        """
        now = self._clock.now()
        judged = [driver for driver in self._drivers.values() if self._is_judged(driver)]
        due = [driver for driver in judged if self._is_due(driver, now)]
        read: list[tuple[Request, Driver | None]] = [(self._request(driver, now), driver) for driver in due]
        target = self._account.found(self._focus.target or "")
        if target is not None and not any(driver.rollout.target == target.target for driver in judged):
            read.append((self._request_for_focus(target, now), None))
        async for number, minutes in periods_of_all(self._session.cloudwatch, [request for request, _ in read]):
            request, driver = read[number]
            if driver is not None:
                self._read_to[driver.rollout.id] = self._asked[driver.rollout.id] = now
                driver.see_periods(minutes)
                await self.unseen.look_for(driver, now)
            elif target is not None:
                self._see_focus(target, request, minutes, now)
            if number % _AT_A_TIME == _AT_A_TIME - 1:
                await give_way()
        return bool(read)

    def _see_focus(self, target: Reading, request: Request, minutes: Sequence[Period], now: datetime) -> None:
        observer = self._focus.observer
        if observer and observer.rollout.target == target.target:
            observer.see_periods(minutes, now)
            return
        sealed = now - Analysis().seal_after - request.period
        before = self._known_of(target.target, request)
        self._focus.traffic = Traffic(
            target.target,
            request.baseline,
            request.canary,
            (
                *(minute for minute in before if now - _LOOKED_AT <= minute.start < minutes[0].start),
                *(Minute(p.start, 0.0, p.baseline, p.canary) for p in minutes if p.start <= sealed),
            ),
        )

    def _known_of(self, target: str, request: Request) -> Sequence[Minute]:
        """The minutes of these versions of a target that is looked at, as far as they have been read."""
        traffic = self._focus.traffic
        known = traffic and (traffic.target, traffic.baseline, traffic.canary)
        return traffic.minutes if traffic and known == (target, request.baseline, request.canary) else ()

    def _is_judged(self, driver: Driver) -> bool:
        """Whether this rollout's minutes are still read: until it has ended, and on as long as it is looked at."""
        rollout = driver.rollout
        return rollout.obstacle is not Obstacle.LEASE and (not rollout.ended or rollout.target == self._focus.target)

    def _request(self, driver: Driver, now: datetime) -> Request:
        rollout = driver.rollout
        return Request(
            driver.source,
            rollout.baseline,
            rollout.canary or None,
            self._read_to[rollout.id] - LATE,
            now,
            rollout.plan.analysis.period,
            driver.slow_limit,
            rollout.plan.analysis.client_errors,
            driver.weights,
            rollout.plan.analysis.metrics,
        )

    def _request_for_focus(self, target: Reading, now: datetime) -> Request:
        if observer := self._focus.observed:
            return observer.request(now)
        canary = next(iter(target.weights), None)
        whole = Request(target.source, target.version, canary, now - _LOOKED_AT, now)
        known = self._known_of(target.target, whole)
        # All metrics of a call are read from one moment on, those of hundreds of rollouts too: the hour once.
        return replace(whole, start=max(whole.start, known[-1].start - LATE)) if known else whole
