"""The driver of one rollout: feeds the state machine with time, minutes, alarms and commands; performs its effects."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from multitool_tui.aws.errors import CredentialsError, Drift, LeaseLost
from multitool_tui.aws.metrics import Period
from multitool_tui.aws.resources import Reading
from multitool_tui.aws.sources import Source
from multitool_tui.aws.target import Target
from multitool_tui.clock import Clock
from multitool_tui.controller.changes import Changes, obstacle
from multitool_tui.controller.hooks import Hooks
from multitool_tui.controller.publishing import Publisher
from multitool_tui.controller.recorder import Recorder
from multitool_tui.controller.smoke import Tester
from multitool_tui.controller.snapshot import LiveRollout, Traffic
from multitool_tui.controller.timeline import Timeline, recent
from multitool_tui.controller.waiting import nap
from multitool_tui.journal.codec import encode, encode_change, encode_event
from multitool_tui.journal.past import Past, changes
from multitool_tui.journal.store import Entry, JournalError, Kind
from multitool_tui.judgement.alarms import BAND
from multitool_tui.judgement.model import AlarmState, Judgement
from multitool_tui.rollout.effects import (
    Change,
    Effect,
    Notify,
    Preparation,
    Promote,
    Publish,
    RollBack,
    SetWeight,
    Smoke,
    Upload,
    Wait,
)
from multitool_tui.rollout.events import (
    Applied,
    Blocked,
    Cleared,
    Event,
    Judged,
    MustEnd,
    Obstacle,
    Published,
    Recovered,
    Started,
    Ticked,
)
from multitool_tui.rollout.hooks import When
from multitool_tui.rollout.machine import advance
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.plan import OnInterrupt
from multitool_tui.rollout.receipts import ENGINE, Receipt
from multitool_tui.rollout.states import State

_log = logging.getLogger(__name__)
_TICK = timedelta(seconds=30)  # the longest time without a look at the clock

_UNSTOPPED = frozenset({State.PLANNED, State.BAKING, State.ROLLING_BACK})
"""States in which a rollout goes on without a journal: it is at its safe end, or on the way there."""

Log = Callable[[Rollout, Receipt], None]


class Driver:
    """Owns one rollout. Everything happens in one event loop, so that events take effect in the order they come.

    A rollback cancels whatever change is under way and is tried until it is read back as done.
    """

    def __init__(
        self,
        rollout: Rollout,
        target: Target,
        timeline: Timeline,
        clock: Clock,
        *,
        source: Source,
        slow_limit: float | None,
        log: Log,
        changed: Callable[[], None],
        recorder: Recorder,
        publisher: Publisher | None = None,
        tester: Tester | None = None,
    ) -> None:
        """`publisher`: for a rollout that begins with a package. `tester`: for a plan with smoke tests."""
        self.rollout = rollout
        self._target = target
        self._timeline = timeline
        self._clock = clock
        self._log_receipt = log
        self._changed = changed
        self.source = source
        self._slow_limit = slow_limit
        self._recorder = recorder
        self._hooks = Hooks(rollout.plan.hooks, clock, self._told_of_hook)
        self._publisher = publisher
        self._tester = tester
        self._weight_read: float | None = None
        self._alarms: dict[str, AlarmState] = {}
        """The watched alarms as the judge was last shown them."""
        self._alarm_changes: tuple[tuple[datetime, str, AlarmState], ...] = ()
        self._firing_at_start: tuple[str, ...] = ()
        self._receipt: Receipt | None = None
        """Of the latest decision."""
        self.unseen: str | None = None
        """Why CloudWatch shows nothing of the canary."""
        self._live: LiveRollout | None = None
        self._known: tuple[object, ...] = ()
        """What that was made of."""
        self._wake_at: datetime | None = None
        self._woken = asyncio.Event()
        self._changes = Changes(
            target, clock, recorder, before=self._pass_hooks, made=self._made, tell=self._hear, changed=changed
        )
        self._preparation: asyncio.Task[None] | None = None
        """What is under way on the function. The target is looked at meanwhile, and its mark renewed."""
        self.ended = asyncio.Event()
        """Set when the rollout has ended."""

    # What is known

    @property
    def live(self) -> LiveRollout:
        """The rollout with what is known of its target now: the very same object until something else is known."""
        rollout, minutes, course = self.rollout, self._timeline.minutes, self._timeline.course
        trouble = self._changes.trouble or self._changes.unrenewed or self.unseen
        sent = self._publisher.progress if self._publisher else None
        known = (rollout, minutes, course, self._alarm_changes, self._weight_read, self._firing_at_start, trouble, sent)
        if self._live is None or known != self._known:
            traffic = Traffic(
                rollout.target,
                rollout.baseline,
                rollout.canary or None,
                minutes,
                self._slow_limit,
                course,
                self._alarm_changes,
            )
            self._live = LiveRollout(rollout, traffic, self._weight_read, self._firing_at_start, trouble, sent)
            self._known = known
        return self._live

    @property
    def slow_limit(self) -> float | None:
        """The duration in milliseconds above which a request is slow."""
        return self._slow_limit

    @property
    def weights(self) -> tuple[tuple[datetime, float], ...]:
        """The canary's share (0-1) from each moment on."""
        return self._timeline.weights

    @property
    def seen_to(self) -> datetime | None:
        """The start of the latest minute that is known."""
        minutes = self._timeline.minutes
        return minutes[-1].start if minutes else None

    # What happens

    def start(self, actor: str, alarms: Mapping[str, AlarmState], history: Sequence[Period]) -> None:
        """Begin, knowing what the baseline did so far, and the alarms: what fires already is not the canary's fault."""
        now = self._clock.now()
        self._timeline.put_weight(now, 0.0)
        self._see(history)
        judgement = self._show_alarms(alarms)
        self._firing_at_start = tuple(name for name, state in alarms.items() if state is AlarmState.ALARM)
        self.tell(Started(at=now, actor=actor, judgement=judgement))

    async def acquire(self) -> Reading:
        """Mark the target as this driver's.

        Raises:
            AwsError: it could not be.
        """
        return await self._target.acquire()

    async def take_over(self, of: str | None) -> Reading:
        """Mark the target as this driver's, if it is that of the driver `of`, or nobody's where that is None.

        `recover` comes next.

        Raises:
            AwsError: it could not be.
        """
        return await self._target.take_over(of)

    def recall(self, past: Past) -> None:
        """Know again what an earlier driver knew, and has put on record."""
        self._timeline.recall(past)
        self._alarm_changes = recent(past.alarm_changes, self._timeline.since)
        self._alarms = dict(past.alarms)
        self._firing_at_start = past.firing_at_start

    def recover(self, found: Reading, actor: str, why: str) -> None:
        """Take the rollout up where an earlier driver left it, on the target as it was found."""
        rollout, weight = self.rollout, self._share(found)
        self._weight_read = weight
        is_ours = {found.version, *found.weights} <= {rollout.baseline, rollout.canary}
        # Another driver may have moved the weight meanwhile; nobody else may.
        is_as_left = rollout.obstacle is Obstacle.LEASE or any(
            abs(weight - known) < 1e-6 for known in (rollout.weight, rollout.wanted)
        )
        if not (is_ours and is_as_left):
            why = f"While nobody drove it, {rollout.target} was changed from outside."
            self.tell(Blocked(at=self._clock.now(), obstacle=Obstacle.DRIFT, why=why))
            return
        self._put_weight(weight)
        self.tell(Recovered(at=self._clock.now(), actor=actor, weight=weight, why=why))

    def tell(self, event: Event) -> None:
        """Let an event happen, and begin what follows from it.

        Raises:
            Refusal: an operator's command that must not be obeyed.
        """
        before = self.rollout
        self.rollout, effects = advance(before, event)
        if isinstance(event, Published):
            self._target.aim(event.version)
        if self._preparation and not isinstance(self.rollout.pending, Preparation):
            self._preparation.cancel()
        is_news = self.rollout != before or any(not isinstance(effect, Wait) for effect in effects)
        if is_news:
            self._record(event, effects)
        for effect in effects:
            match effect:
                case Notify(receipt):
                    self._receipt = receipt
                    self._log_receipt(self.rollout, receipt)
                case Wait(until):
                    self._wake_at = until
                    self._woken.set()
                case Upload() | Publish() | Smoke():
                    self._preparation = asyncio.create_task(self._prepare(effect), name=type(effect).__name__)
                case _:
                    self._changes.begin(effect)
        if isinstance(event, Applied) and isinstance(before.pending, Promote):
            self._begin_hooks(When.AFTER_PROMOTE)
        if RollBack() in effects:
            self._begin_hooks(When.ON_ROLLBACK)
        if self.rollout.ended:
            self.ended.set()
            self._woken.set()
        if is_news:
            self._changed()

    def _hear(self, outcome: Event) -> None:
        """A change has ended; of a rollout that has ended meanwhile nothing more is to be told."""
        if not self.rollout.ended:
            self.tell(outcome)

    def see_periods(self, periods: Sequence[Period]) -> None:
        """Judge the periods that are sealed by now; one that is known already counts only if it has changed."""
        judgement = self._see(periods)
        if judgement is not None and self.rollout.on_target:
            self.tell(Judged(at=self._clock.now(), judgement=judgement))

    def see_alarms(self, states: Mapping[str, AlarmState]) -> None:
        """Judge the watched alarms as they are now."""
        plan = self.rollout.plan
        if self.rollout.on_target and (plan.alarms or plan.anomaly_gate):
            watched = {name: state for name, state in states.items() if name in plan.alarms or name.startswith(BAND)}
            before, judgement = self._alarms, self._show_alarms(watched)
            gate = any(before.get(name) is not state for name, state in watched.items() if name.startswith(BAND))
            if gate or judgement.alarms != self.rollout.judgement.alarms:
                self.tell(Judged(at=self._clock.now(), judgement=judgement))

    def journal_failed(self, why: str) -> None:
        """The journal cannot be written: nothing goes on without a record of it. A promoted canary stays."""
        self._changes.trouble = why
        if not self.rollout.ended and self.rollout.state not in _UNSTOPPED:
            self.tell(MustEnd(at=self._clock.now(), actor=ENGINE, why=why))
        self._changed()

    async def look(self) -> Reading | None:
        """Read the target; what somebody else did to it holds the rollout. None while a change is under way.

        Raises:
            AwsError: it could not be read. Where the credentials are at fault the rollout is held until they are back.
        """
        if self._changes.under_way:
            return None
        try:
            found = await self._target.read()
        except (Drift, LeaseLost) as error:
            if error.found is not None:
                self._weight_read = self._share(error.found)
            if not self._changes.under_way and not self.rollout.ended:
                self.tell(Blocked(at=self._clock.now(), obstacle=obstacle(error), why=str(error)))
            return None
        except CredentialsError as error:
            if not self._changes.under_way and not self.rollout.ended:
                self.tell(Blocked(at=self._clock.now(), obstacle=Obstacle.CREDENTIALS, why=str(error)))
            raise
        self._weight_read = self._share(found)
        if not self._changes.under_way and not self.rollout.ended:
            if self.rollout.obstacle and self.rollout.obstacle.passes:
                self.tell(Cleared(at=self._clock.now()))
            if not self._changes.under_way and self.rollout.obstacle is not Obstacle.DRIFT:
                self._changes.renew()
        return found

    async def run(self) -> None:
        """Tell the rollout the time until it has ended."""
        while not self.rollout.ended:
            now = self._clock.now()
            until = min(self._wake_at or now + _TICK, now + _TICK)
            await nap(self._clock, (until - now).total_seconds(), self._woken)
            if self._clock.now() >= until and self.rollout.on_target:
                self._wake_at = None
                self.tell(Ticked(at=self._clock.now()))

    def interrupt(self, actor: str, why: str) -> bool:
        """The process is told to end: end the rollout safely first, or leave it as it is, as its plan says.

        Returns:
            Whether the process should wait for `ended`.
        """
        rollout = self.rollout
        if rollout.ended or rollout.plan.on_interrupt is OnInterrupt.HOLD or rollout.state is State.PLANNED:
            return False
        self.tell(MustEnd(at=self._clock.now(), actor=actor, why=why))
        return self.rollout.pending is not None

    async def stop(self) -> None:
        """Give up driving. A change that is under way is ended where it is; what was put on record is written."""
        await self._changes.stop()
        if self._preparation is not None:
            self._preparation.cancel()
            await asyncio.gather(self._preparation, return_exceptions=True)
        await self._hooks.close()
        await asyncio.gather(self._recorder.saved(), return_exceptions=True)

    # What is on record

    def _record(self, event: Event, effects: Sequence[Effect]) -> None:
        entries = [Entry(event.at, Kind.EVENT, encode_event(event))]
        for effect in effects:
            match effect:
                case Notify(receipt):
                    entries.append(Entry(event.at, Kind.RECEIPT, encode(receipt)))
                case Wait():
                    pass
                case change:
                    entries.append(Entry(event.at, Kind.INTENT, encode_change(change)))
        self._recorder.put(self.rollout, *entries)

    def _put_weight(self, weight: float) -> None:
        now = self._clock.now()
        self._timeline.put_weight(now, weight)
        self._recorder.put(self.rollout, Entry(now, Kind.WEIGHT, encode(weight)))

    # What the judge is shown

    def _show_alarms(self, states: Mapping[str, AlarmState]) -> Judgement:
        if states != self._alarms:
            now = self._clock.now()
            known = (*self._alarm_changes, *changes(now, self._alarms, states))
            self._alarm_changes = recent(known, self._timeline.since)
            self._alarms = dict(states)
            self._recorder.put(self.rollout, Entry(now, Kind.ALARMS, encode(self._alarms)))
        return self._timeline.judge.see_alarms(states)

    def _see(self, periods: Sequence[Period]) -> Judgement | None:
        """Show the judge what is new in these periods; None if nothing is."""
        now = self._clock.now()
        new, judgement = self._timeline.see(periods, now)
        if new:
            self._recorder.put(self.rollout, Entry(now, Kind.MINUTES, encode(new)))
        return judgement

    def _share(self, found: Reading) -> float:
        return 1.0 if found.version == self.rollout.canary else found.weights.get(self.rollout.canary, 0.0)

    # What is done on the function and the target

    async def _prepare(self, change: Preparation) -> None:
        """Do what comes before the traffic, once its intent is on record, and tell the rollout how it ended."""
        try:
            await self._recorder.saved()
        except JournalError:
            return  # nothing goes on without it: that has been told already
        rollout = self.rollout
        if isinstance(change, Smoke):
            assert self._tester is not None  # noqa: S101 - a plan with tests has one; this tells the type checker
            outcome = await self._tester.run(rollout.canary, rollout.plan.smoke)
        else:
            assert rollout.package is not None  # noqa: S101
            assert self._publisher is not None  # noqa: S101
            outcome = await self._publisher.make(change, rollout.package, rollout.baseline)
        self._preparation = None
        self.tell(outcome)

    async def _pass_hooks(self, change: Change) -> Blocked | None:
        """Run the hooks before a change that gives the canary more traffic. None, or what stands in its way."""
        rollout = self.rollout
        gives_more = isinstance(change, Promote) or (isinstance(change, SetWeight) and change.weight > rollout.weight)
        if not (gives_more and rollout.plan.hooks and self._receipt):
            return None
        why = await self._hooks.pass_before_step(rollout, self._receipt)
        now = self._clock.now()
        if not why and rollout.weight and rollout.actor == ENGINE and not self.rollout.has_fresh_evidence(now):
            why = "The evidence has grown too old while the hooks before this step ran."
        return Blocked(at=now, obstacle=Obstacle.HOOK, why=why) if why else None

    def _made(self, found: Reading) -> float:
        """A change was read back."""
        self._weight_read = self._share(found)
        self._put_weight(self._weight_read)
        return self._weight_read

    def _begin_hooks(self, when: When) -> None:
        if self._receipt:
            self._hooks.begin(when, self.rollout, self._receipt)

    def _told_of_hook(self, receipt: Receipt) -> None:
        self._log_receipt(self.rollout, receipt)
        self._recorder.put(self.rollout, Entry(receipt.at, Kind.HOOK, encode(receipt)))
        self._changed()
