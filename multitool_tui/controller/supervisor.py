"""The supervisor: owns the session, the pollers and one driver a rollout; turns commands into events.

It belongs to the application, not to a screen: no widget's death stops a rollout. Importing this brings in the SDK.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from multitool_tui.aws import functions as aws_functions
from multitool_tui.aws.errors import AwsError, CredentialsError
from multitool_tui.aws.lease import Lease
from multitool_tui.aws.resources import Caller, Reading
from multitool_tui.aws.session import AwsSession
from multitool_tui.clock import Clock
from multitool_tui.controller.account import Account
from multitool_tui.controller.annotations import annotate
from multitool_tui.controller.archive import Archive
from multitool_tui.controller.asked import asked
from multitool_tui.controller.bands import Bands
from multitool_tui.controller.coalescing import Coalesced
from multitool_tui.controller.commands import Command, Start, TakeOver
from multitool_tui.controller.companion import Companion
from multitool_tui.controller.diary import Diary
from multitool_tui.controller.driver import Driver
from multitool_tui.controller.findings import Finding
from multitool_tui.controller.groups import Groups, Waves
from multitool_tui.controller.launcher import Launcher, place_of
from multitool_tui.controller.logbook import Logbook
from multitool_tui.controller.memory import give_back_now_and_then
from multitool_tui.controller.neighbours.door import Door, hello
from multitool_tui.controller.neighbours.messages import News, Order
from multitool_tui.controller.neighbours.watch import Neighbours
from multitool_tui.controller.observe.observatory import Observatory
from multitool_tui.controller.observer import Observer, plan_for
from multitool_tui.controller.outlook import Outlooks
from multitool_tui.controller.pace import SWEEP, between_snapshots
from multitool_tui.controller.poller import Poller
from multitool_tui.controller.port import CommandRefused, Controller, Misused, Taken
from multitool_tui.controller.preflight import Preflight
from multitool_tui.controller.provision.session import Workshop
from multitool_tui.controller.snapshot import Entry, FeedName, LiveRollout, Snapshot
from multitool_tui.controller.survey import regardless_of_alarms, survey
from multitool_tui.controller.watching.alarms import AlarmWatch
from multitool_tui.controller.watching.focus import Focus
from multitool_tui.controller.watching.metrics import MetricsWatch
from multitool_tui.controller.watching.targets import TargetWatch
from multitool_tui.journal.codec import Unreadable
from multitool_tui.journal.store import Entry as Line
from multitool_tui.journal.store import JournalError, Record
from multitool_tui.rollout.events import Obstacle, Seen
from multitool_tui.rollout.machine import Refusal
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.plan import Plan
from multitool_tui.rollout.receipts import Receipt
from multitool_tui.words import function_in

_log = logging.getLogger(__name__)

_ALARMS = 15.0  # seconds between two looks at alarms
_ENTRIES_TOLD = 200
_RECOVERY_PAUSE = 5.0  # seconds between two tries to take up what was interrupted


class Supervisor:
    """Implements `controller.port.Controller` on an open AWS session."""

    def __init__(
        self,
        session: AwsSession,
        clock: Clock,
        *,
        actor: str,
        logbook: Logbook,
        sandbox: str | None = None,
        read_only: bool = False,
        plans: Mapping[str, tuple[str, Plan]] | None = None,
        groups: Mapping[str, Waves] | None = None,
        hint: str = "",
        companions: Sequence[Companion] = (),
    ) -> None:
        """`plans`: the manifest's, name -> (target, plan); `groups`: its groups of them.

        `hint` is said when the session is of no use at all.
        """
        self.clock = clock
        self._session = session
        self._actor = actor
        self._sandbox = sandbox
        self._read_only = read_only
        self._plans = plans or {}
        self._hint = hint
        self._companions = companions
        self._logbook = logbook
        self._caller: Caller | None = None
        self._identified = asyncio.Event()
        self._fatal: str | None = None
        self._drivers: dict[str, Driver] = {}
        self._telling = Coalesced(self._publish, lambda: between_snapshots(len(self._drivers)))
        self._changed = self._telling.soon
        self._diary = Diary(clock, companions, self._place, self._changed)
        self.outlooks = Outlooks(session, clock)
        self.observatory = Observatory(session, clock, read_only=read_only)
        self.archive = Archive(session, clock, logbook.folder, self._plans)
        self.groups = Groups(self, groups or {}, self._plans, self._changed, self._diary.note, self._spawn)
        self.workshop = Workshop(session, clock, logbook.folder, actor)
        self._account = Account(session, clock, self._changed)
        self._focus = Focus()
        self._bands = Bands(session, clock, self._diary.note)
        self._alarms = AlarmWatch(session.cloudwatch, clock, self._drivers, self._bands)
        self._metrics = MetricsWatch(session, clock, self._drivers, self._account, self._focus)
        self._targets = TargetWatch(
            session,
            clock,
            self._drivers,
            self._account,
            self._focus,
            observe=self._observe,
            load=self._load,
            moved=lambda: self.pollers[FeedName.METRICS].wake(),
        )
        self._launcher = Launcher(session, clock, logbook, actor, self._diary.decided, self._changed, self._alarms.now)
        self._surveyed: tuple[Start, tuple[Finding, ...]] | None = None
        """What was found of the start that was asked about last."""
        self._starting: set[str] = set()
        self._door = Door(logbook.folder, hello(logbook.version, actor), self._news, self._ordered)
        self._neighbours = Neighbours(logbook.folder, self._door.is_at, self._changed)
        self._listeners: list[Callable[[Snapshot], None]] = []
        self._tasks: set[asyncio.Task[Any]] = set()
        self.recovered = asyncio.Event()
        """Set when it was tried once to take up everything that was interrupted."""
        self.pollers = {
            name: Poller(poll, every, clock, self._changed)
            for name, poll, every in (
                (FeedName.IDENTITY, self._poll_identity, lambda: SWEEP),
                (FeedName.RESOURCES, self._poll_resources, lambda: SWEEP),
                (FeedName.TARGET, self._targets.poll, self._targets.until_next),
                (FeedName.METRICS, self._metrics.poll, self._metrics.until_sealed),
                (FeedName.ALARMS, self._alarms.poll, lambda: _ALARMS),
            )
        }

    # The port

    @property
    def snapshot(self) -> Snapshot:
        traffic = self._focus.traffic
        return Snapshot(
            at=self.clock.now(),
            caller=self._caller,
            sandbox=self._sandbox,
            read_only=self._read_only,
            plans=self._plans,
            groups=self.groups.states,
            functions=self._account.functions,
            functions_complete=self._account.complete,
            apis=self._account.rest.apis,
            apis_error=self._account.rest.error,
            alarms=self._alarms.alarms,
            rollouts=self._live(),
            focus=traffic if traffic and traffic.target == self._focus.target else None,
            entries=self._entries(),
            feeds={name: poller.feed for name, poller in self.pollers.items()},
            calls_last_minute=self._session.ledger.calls_last_minute(),
            fatal=self._fatal,
        )

    def subscribe(self, listener: Callable[[Snapshot], None]) -> None:
        self._listeners.append(listener)

    def unsubscribe(self, listener: Callable[[Snapshot], None]) -> None:
        """Call it no longer."""
        self._listeners.remove(listener)

    def on_decision(self, listener: Callable[[Rollout, Receipt], None]) -> None:
        """Call `listener` with each decision about a rollout of this process, as it is made."""
        self._diary.on_decision(listener)

    def open(self, *, for_a_screen: bool = False, sweeps: bool = True) -> None:
        """Begin to poll. Call it once, in the event loop that the supervisor is to live in.

        A screen shows what other processes on this machine drive as well. `sweeps`: whether all that the account has is
        read now and then, for somebody to look at.
        """
        for companion in self._companions:
            companion.begin(self._diary.note)
        for name, poller in self.pollers.items():
            if sweeps or name is not FeedName.RESOURCES:
                self._spawn(poller.run(), f"poll {name}")
        self._spawn(give_back_now_and_then(self.clock), "give back memory")
        if not self._read_only:
            self._spawn(self._open_door(), "open the door")
            self._spawn(self._recover(), "recover")
        if for_a_screen:
            self._spawn(self._account.trickle(), "list aliases")
            self._spawn(self._neighbours.watch(), "watch the neighbours")

    async def obey(self, command: Command, actor: str | None = None) -> str:
        """Carry a command out, which `actor` gives: by default whoever is at this process's keyboard."""
        if self._read_only:
            raise Misused("This session is read-only: nothing can be changed from here.")
        match command:
            case Start():
                return await self._start(command)
            case TakeOver():
                return await self._take_over(command)
        rollout, driver = command.seen.rollout, self._drivers.get(command.seen.rollout)
        if any(live.rollout.id == rollout for live in self._near()):
            return await self._neighbours.tell(Order(command, actor or self._actor))
        if driver is None:
            observer = self._focus.observer
            if observer and observer.rollout.id == rollout:
                raise CommandRefused(f"{observer.lease.who} drives it: take it over first (d).")
            raise CommandRefused("That rollout is not driven from here.")
        try:
            driver.tell(asked(command, self.clock.now(), actor or self._actor))
        except Refusal as refusal:
            raise CommandRefused(str(refusal)) from None
        self._telling.next()  # whoever has pressed a key looks for what it does
        return rollout

    async def identify(self) -> Caller:
        """Whose session this is.

        Raises:
            CommandRefused: AWS does not say.
        """
        try:
            return self._caller or self._know(await self._session.caller())
        except AwsError as error:
            raise CommandRefused(str(error)) from error

    async def take_up(self, target: str, *, at_once: bool) -> str:
        """Go on with a rollout that a process on another machine has left; `at_once`: or drives still.

        Raises:
            CommandRefused: why it cannot be; `Taken` where its driver has not let it run out.
        """
        self._focus.target = target
        try:
            await self._targets.poll()
            if (observer := self._focus.observer) is None:
                raise CommandRefused(f"No rollout is under way on {target}.")
            if not (at_once or observer.lease.is_over(self.clock.now())):
                raise Taken(
                    f"{observer.lease.who} drives {target}, and will at least until {observer.lease.until:%H:%M:%S} "
                    "UTC: it can be taken over after that, or with --take-over at once."
                )
            await self._metrics.poll()  # what the canary did so far
        except AwsError as error:
            raise CommandRefused(str(error)) from error
        rollout = observer.rollout
        seen = Seen(rollout.id, rollout.weight, rollout.canary)
        return await self.obey(TakeOver(seen=seen, driver=observer.lease.driver))

    async def read(self, target: str) -> Reading:
        """A target as AWS has it now.

        Raises:
            AwsError
        """
        return await self._session.read(target)

    async def newest(self, function: str) -> str:
        """The latest published version of a function; "" where there is none.

        Raises:
            AwsError
        """
        found = await aws_functions.versions(self._session.functions, function)
        return found[-1] if found else ""

    @property
    def driven(self) -> tuple[Rollout, ...]:
        """The rollouts of this process."""
        return tuple(driver.rollout for driver in self._drivers.values())

    def driver(self, rollout: str) -> Driver:
        """The driver of a rollout of this process."""
        return self._drivers[rollout]

    async def preflight(self, start: Start) -> tuple[Finding, ...]:
        look = self._launcher.preflight(start, await self.identify())
        found = await survey(self._session, look, await self.identify(), start, self.outlooks, self._alarms.now)
        self._surveyed = (start, found)
        return found

    def at(self, place: str) -> Controller:
        del place  # there is but this one
        return self

    @property
    def place(self) -> str:
        return ""

    def turn_to(self, place: str) -> None:
        """There is no other one."""

    def look_at(self, target: str | None) -> None:
        if target == self._focus.target:
            return
        self._focus.target = target
        if target is None:
            return
        function = function_in(target) or target
        known = next((f for f in self._account.functions if f.name == function), None)
        if known is not None and (known.versions is None or known.aliases is None):
            self._load(function)
        self.pollers[FeedName.TARGET].wake()
        self.pollers[FeedName.METRICS].wake()

    async def refresh(self) -> None:
        if self._focus.target:
            await self._account.load(function_in(self._focus.target) or self._focus.target, versions=True)
        self._metrics.ask_for_all()
        await asyncio.gather(*(poller.turn() for poller in self.pollers.values()))

    async def close(self) -> None:
        self.groups.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(driver.stop() for driver in self._drivers.values()))
        await asyncio.gather(*(companion.close() for companion in self._companions), return_exceptions=True)
        self._telling.cancel()
        await self._door.close()  # whoever loses sight of a rollout here finds its end in the journal
        await self._logbook.close()
        await self._session.__aexit__()

    async def interrupt(self, why: str, actor: str | None = None) -> None:
        """The process is told to end: bring every rollout to the end that its plan wants, and wait for it.

        `actor`: by whose word; by default of whoever is at this process's keyboard.
        """
        self.groups.stop()
        ending = [driver for driver in self._drivers.values() if driver.interrupt(actor or self._actor, why)]
        await asyncio.gather(*(driver.ended.wait() for driver in ending))

    # Commands

    async def _start(self, start: Start) -> str:
        on_it = self._starting | {d.rollout.target for d in self._drivers.values() if not d.rollout.ended}
        if start.target in on_it:
            raise Taken(f"A rollout is under way on {start.target} already.")
        self._starting.add(start.target)
        try:
            caller = await self.identify()
            look = self._launcher.preflight(start, caller)
            driver = await self._launcher.start(look, caller)
            self._diary.found(driver.rollout, self._all_findings(look))
            if unknown := await self._metrics.unseen.at_start(driver):
                self._diary.note("metrics", unknown)
            return self._drive(driver)
        finally:
            self._starting.discard(start.target)

    async def _take_over(self, command: TakeOver) -> str:
        observer = self._focus.observer
        if observer is None or observer.rollout.id != command.seen.rollout:
            raise CommandRefused("That rollout is not under way elsewhere.")
        if observer.lease.driver != command.driver:
            raise CommandRefused(f"{observer.lease.who} drives it by now; look again and repeat the command.")
        here = self._drivers.get(observer.rollout.id)
        driver = await self._launcher.take_over(observer, await self.identify(), here)
        self._focus.observer = None
        return self._drive(driver)

    async def _recover(self) -> None:
        """Take up the rollouts that an earlier process on this machine left without an end."""
        await self._identified.wait()
        waiting: dict[int, tuple[Record, list[Line]]] = {}
        try:
            waiting = {record.key: (record, entries) for record, entries in await self._orphans(await self.identify())}
        except JournalError as error:
            self._diary.note("journal", str(error))
        if not waiting:
            self.recovered.set()
        while waiting:
            for key, (record, entries) in list(waiting.items()):
                try:
                    self._drive(await self._launcher.recover(record, entries))
                except AwsError as error:
                    self._diary.note("not taken up yet", f"{record.rollout.target}: {error}")
                    continue
                except (JournalError, Unreadable) as error:
                    self._diary.note("not taken up", f"{record.rollout.target}: {error}")
                del waiting[key]
            self.recovered.set()
            await self.clock.sleep(_RECOVERY_PAUSE)

    async def _orphans(self, caller: Caller) -> list[tuple[Record, list[Line]]]:
        return await self._logbook.orphans(place_of(caller))

    def _drive(self, driver: Driver) -> str:
        rollout = driver.rollout
        is_new = rollout.id not in self._drivers
        self._drivers[rollout.id] = driver
        if is_new:
            self._metrics.begin(driver)
            self._spawn(driver.run(), f"drive {rollout.id}")
            self._spawn_beside(driver)
        self.pollers[FeedName.METRICS].wake()
        self._changed()
        return rollout.id

    # Pollers

    async def _poll_identity(self) -> bool:
        try:
            self._know(await self._session.caller())
        except CredentialsError as error:
            if self._caller is None:  # it never worked: there is nothing to show
                self._fatal = f"{error} {self._hint}".rstrip()
            raise
        return True

    def _know(self, caller: Caller) -> Caller:
        self._caller = caller
        self._identified.set()
        return caller

    async def _poll_resources(self) -> bool:
        await self._account.sweep(function_in(self._focus.target or ""))
        return True

    async def _observe(self, found: Reading, lease: Lease) -> Observer:
        return await self._launcher.observe(found, lease, plan_for(lease, found.target, self._plans))

    def _load(self, function: str) -> None:
        self._spawn(self._account.load(function, versions=True), f"load {function}")

    # The way up

    def _live(self) -> tuple[LiveRollout, ...]:
        """All rollouts that are known; one that another process drives now in the place of what it was here."""
        live = {key: driver.live for key, driver in self._drivers.items()}
        if self._focus.observer:
            observed = self._focus.observer.live
            live.pop(observed.rollout.id, None)
            live[observed.rollout.id] = observed
        for near in self._near():
            live.pop(near.rollout.id, None)
            live[near.rollout.id] = near
        return tuple(live.values())

    def _near(self) -> Iterator[LiveRollout]:
        """What other processes on this machine drive of what this one does not."""
        for near in self._neighbours.live(self._place()) if self._caller else ():
            here = self._drivers.get(near.rollout.id)
            if here is None or here.rollout.obstacle is Obstacle.LEASE:
                yield near

    def _entries(self) -> tuple[Entry, ...]:
        mine = self._diary.entries
        near = self._neighbours.entries(self._place()) if self._caller else ()
        return tuple(sorted((*mine, *near), key=lambda entry: entry.at)) if near else mine

    def _place(self) -> str:
        return place_of(self._caller) if self._caller else ""

    # The neighbours

    async def _open_door(self) -> None:
        try:
            await self._door.open()
        except OSError as error:
            why = f"Other shells cannot see or steer what is driven here: no socket ({error.strerror or error})."
            self._diary.note("no door", why)

    def _news(self) -> News:
        entries = tuple(entry for entry in self._diary.entries[-_ENTRIES_TOLD:] if entry.rollout in self._drivers)
        rollouts = tuple(driver.live for driver in self._drivers.values())
        return News(self.clock.now(), self._place(), rollouts, entries)

    async def _ordered(self, order: Order) -> str:
        if order.command.seen.rollout not in self._drivers:
            raise CommandRefused("That rollout is not driven there any more.")
        return await self.obey(order.command, order.actor)

    def _spawn_beside(self, driver: Driver) -> None:
        """What a plan wants beside the rollout itself, on clients of its own."""
        name, plan = driver.rollout.id, driver.rollout.plan
        if plan.anomaly_gate:
            self._spawn(self._bands.watch(lambda: driver.rollout), f"watch the bands of {name}")
        if plan.annotate:
            failed = partial(self._diary.note, "annotations")
            self._spawn(annotate(self._session, self.clock, lambda: driver.rollout, failed), f"annotate {name}")

    def _all_findings(self, look: Preflight) -> list[Finding]:
        """What was found before a start: now, and when the operator asked about it."""
        found = list(look.findings)
        if self._surveyed and regardless_of_alarms(self._surveyed[0]) == regardless_of_alarms(look.start):
            known = {finding.about for finding in found}
            found += [finding for finding in self._surveyed[1] if finding.about not in known]
        return found

    def _publish(self) -> None:
        """Tell all that listen what is known now."""
        self._door.changed()
        snapshot = self.snapshot
        for listener in tuple(self._listeners):
            listener(snapshot)

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _log.error("%s ended: %r", task.get_name(), error)
            self._diary.note("a bug of ours", f"{task.get_name()} ended; see the log file.")
