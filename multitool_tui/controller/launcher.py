"""How a rollout gets its driver: from the start, from the journal after a crash, or from another driver."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from multitool_tui.aws import lease as leases
from multitool_tui.aws.errors import AwsError, LeaseLost, NotFound
from multitool_tui.aws.lease import Lease
from multitool_tui.aws.resources import Caller, Reading
from multitool_tui.aws.session import AwsSession
from multitool_tui.clock import Clock
from multitool_tui.controller.commands import Start
from multitool_tui.controller.driver import Driver
from multitool_tui.controller.logbook import Logbook
from multitool_tui.controller.observer import Observer
from multitool_tui.controller.port import CommandRefused, Taken
from multitool_tui.controller.preflight import Preflight, slow_limit
from multitool_tui.controller.publishing import Publisher
from multitool_tui.controller.smoke import Tester
from multitool_tui.controller.timeline import Timeline
from multitool_tui.journal.codec import decode
from multitool_tui.journal.past import Past, recall
from multitool_tui.journal.store import Entry, JournalError, Kind, Record
from multitool_tui.judgement.engine import EvidenceJudge
from multitool_tui.judgement.model import AlarmState
from multitool_tui.rollout.effects import Leave, Promote, RollBack
from multitool_tui.rollout.events import Blocked, Obstacle, Recovered
from multitool_tui.rollout.freeze import frozen
from multitool_tui.rollout.model import Rollout, rollout_id
from multitool_tui.rollout.plan import Plan
from multitool_tui.rollout.receipts import Receipt
from multitool_tui.rollout.states import State

_PATIENCE = 5.0  # seconds of real time that a refused start takes to tidy up after itself


@dataclass(frozen=True, slots=True)
class Launcher:
    """Makes drivers. `log` is told of each receipt, `changed` that something has changed.

    `actor`: who is at the keyboard, user@host.
    """

    session: AwsSession
    clock: Clock
    logbook: Logbook
    actor: str
    log: Callable[[Rollout, Receipt], None]
    changed: Callable[[], None]
    read_alarms: Callable[[], Awaitable[Mapping[str, AlarmState]]]
    """As they are at this moment; `CommandRefused` where they cannot be read."""

    async def start(self, look: Preflight, caller: Caller) -> Driver:
        """Check, by the preflight of the start, mark the target, and begin.

        Raises:
            CommandRefused: why it cannot be; nothing has been changed.
        """
        if obstacle := (await look.run()).refusal:
            raise obstacle
        start, found = look.start, look.found
        assert found is not None  # noqa: S101 - or it would have been refused; this tells the type checker
        now = self.clock.now()
        if start.plan.despite_freeze and not frozen(start.plan.freeze, now):  # there was nothing to start despite of
            start = replace(start, plan=replace(start.plan, despite_freeze=""))
        since = await self._own_second(found.target, now, place_of(caller))
        rollout = Rollout(
            rollout_id(found.target, since),
            found.target,
            found.version,
            start.canary,
            start.plan,
            look.package,
            look.code,
        )
        lease = self._lease(rollout, since)
        driver = await self._new(rollout, found, lease, look.slow_limit, caller, now)
        try:
            await driver.acquire()
        except AwsError as error:
            why = f"It could not begin: {error}"
            driver.tell(Recovered(at=self.clock.now(), actor=self.actor, weight=0.0, why=why))
            # Where the mark cannot be taken off now, the next process on this machine does it.
            with suppress(TimeoutError):
                await asyncio.wait_for(driver.ended.wait(), _PATIENCE)
            await driver.stop()
            refusal = Taken if isinstance(error, LeaseLost) else CommandRefused
            raise refusal(str(error)) from error
        driver.start(self.actor, {name: look.alarms[name] for name in start.plan.alarms}, look.history)
        return driver

    def preflight(self, start: Start, caller: Caller) -> Preflight:
        """The checks of a start, to be run."""

        async def latest_end(function: str, canary: str, code: str) -> Rollout | None:
            try:
                return await self.logbook.latest_end(place_of(caller), function, canary, code)
            except JournalError as error:
                raise CommandRefused(str(error)) from error

        return Preflight(self.session, start, self.clock.now(), self.read_alarms, latest_end)

    async def recover(self, record: Record, entries: list[Entry]) -> Driver:
        """Take up a rollout whose driver on this machine has ended before it.

        Raises:
            AwsError: the target cannot be read, or marked.
            JournalError: what is on record cannot be read, or added to.
        """
        rollout = record.rollout
        try:
            found = await self.session.read(rollout.target, rollout.plan.behind)
        except NotFound:
            found = self.session.blank(rollout.target, rollout.baseline)
        driver = await self._revive(record, entries, found)
        lease, _ = leases.read(found.description)
        # A process that was killed as it took the rollout up is on record, but its mark may not be on the target yet.
        drivers = {decode(entry.body, str) for entry in entries if entry.kind is Kind.DRIVER}
        if lease and lease.driver not in drivers:
            await driver.look()  # somebody else has taken it up
        elif lease is None and not _may_be_unmarked(rollout):
            why = f"While nobody drove it, the mark of the rollout was taken off {rollout.target}."
            driver.tell(Blocked(at=self.clock.now(), obstacle=Obstacle.DRIFT, why=why))
        else:
            found = await driver.take_over(lease.driver if lease else None)
            driver.recover(found, self.actor, "Its driver had ended before it.")
        return driver

    async def take_over(self, observer: Observer, caller: Caller, driven_here: Driver | None) -> Driver:
        """Become the driver of a rollout that another process drives, or has left.

        Raises:
            CommandRefused: why it cannot be.
        """
        try:
            driver = driven_here or await self._adopt(observer, caller)
            found = await driver.take_over(observer.lease.driver)
        except (AwsError, JournalError) as error:
            raise CommandRefused(str(error)) from error
        driver.recover(found, self.actor, f"Taken over from {observer.lease.who}.")
        return driver

    # How

    async def _own_second(self, target: str, now: datetime, place: str) -> datetime:
        """A rollout's name is the second in which it began: where one before it ended within that, the next is taken.

        Raises:
            CommandRefused: the journal cannot be read.
        """
        try:
            while await self.logbook.has(place, rollout_id(target, now)):
                now += timedelta(seconds=1)
        except JournalError as error:
            raise CommandRefused(str(error)) from error
        return now

    async def _adopt(self, observer: Observer, caller: Caller) -> Driver:
        """A driver for what was observed: from the journal, where that knows the rollout; from AWS alone otherwise."""
        rollout, now = observer.rollout, self.clock.now()
        known = await self.logbook.known(place_of(caller), rollout.id)
        if known:
            return await self._revive(*known, observer.found)
        lease = self._lease(rollout, observer.lease.since)
        return await self._new(rollout, observer.found, lease, observer.slow_limit, caller, now, observer.timeline)

    async def _new(
        self,
        rollout: Rollout,
        found: Reading,
        lease: Lease,
        slow_limit: float | None,
        caller: Caller,
        now: datetime,
        timeline: Timeline | None = None,
    ) -> Driver:
        trouble = _Trouble()
        try:
            recorder = await self.logbook.begin(
                rollout,
                place=place_of(caller),
                actor=self.actor,
                caller=caller.arn,
                at=now,
                driver=lease.driver,
                slow_limit=slow_limit,
                failed=trouble,
            )
        except JournalError as error:
            raise CommandRefused(str(error)) from error
        driver = Driver(
            rollout,
            self.session.target(found, lease),
            timeline or Timeline(rollout.plan.analysis, EvidenceJudge(rollout.plan.settings)),
            self.clock,
            source=found.source,
            slow_limit=slow_limit,
            log=self.log,
            changed=self.changed,
            recorder=recorder,
            publisher=await self._publisher(rollout),
            tester=await self._tester(rollout.plan, found),
        )
        trouble.driver = driver
        return driver

    async def _revive(self, record: Record, entries: list[Entry], found: Reading) -> Driver:
        rollout, trouble = record.rollout, _Trouble()
        lease = self._lease(rollout, record.began_at)
        judge = EvidenceJudge(rollout.plan.settings)
        past: Past = recall(entries, judge)
        recorder = await self.logbook.take_up(record, lease.driver, self.clock.now(), trouble)
        driver = Driver(
            rollout,
            self.session.target(found, lease),
            Timeline(rollout.plan.analysis, judge),
            self.clock,
            source=found.source,
            slow_limit=record.slow_limit,
            log=self.log,
            changed=self.changed,
            recorder=recorder,
            publisher=await self._publisher(rollout),
            tester=await self._tester(rollout.plan, found),
        )
        driver.recall(past)
        trouble.driver = driver
        return driver

    async def _publisher(self, rollout: Rollout) -> Publisher | None:
        if rollout.package is None or rollout.canary:
            return None
        return Publisher(await self.session.code(rollout.package.function), self.clock, self.changed)

    async def _tester(self, plan: Plan, found: Reading) -> Tester | None:
        return Tester(await self.session.invoker(), self.clock, found.function) if plan.smoke else None

    def _lease(self, rollout: Rollout, since: datetime) -> Lease:
        return Lease(
            rollout.baseline,
            rollout.canary,
            since.replace(microsecond=0),
            since,
            secrets.token_hex(4),
            rollout.plan.strategy,
            self.actor,
        )

    async def observe(self, found: Reading, lease: Lease, plan: Plan) -> Observer:
        """Begin to follow a rollout that another process drives."""
        return Observer(found, lease, plan, await slow_limit(self.session, found, lease.since), self.clock.now())


class _Trouble:
    """Tells a driver that its journal has failed; the journal's recorder is made before the driver is."""

    driver: Driver | None = None

    def __call__(self, why: str) -> None:
        if self.driver:
            self.driver.journal_failed(why)


def place_of(caller: Caller) -> str:
    """Where a rollout is: account/region, and the endpoint where it is not AWS's own."""
    place = f"{caller.account}/{caller.region}"
    return f"{place} {caller.endpoint}" if caller.endpoint else place


def _may_be_unmarked(rollout: Rollout) -> bool:
    """Whether the mark may be missing because of what the rollout itself was about to do."""
    match rollout.pending:
        case RollBack() | Leave() | Promote(final=True):
            return True
        case _:
            return rollout.state is State.PLANNED
