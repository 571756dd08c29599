"""The driver of one rollout: feeds the state machine with time, minutes, alarms and commands; performs its effects."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from multitool_tui.aws.errors import AwsError, CredentialsError, Drift, Throttled, Unanswered
from multitool_tui.aws.metrics import Period
from multitool_tui.aws.resources import Alias
from multitool_tui.clock import Clock
from multitool_tui.controller.snapshot import LiveRollout, Traffic
from multitool_tui.controller.target import Target
from multitool_tui.controller.waiting import nap
from multitool_tui.judgement.model import AlarmState, Judge, Judgement, Minute
from multitool_tui.rollout.effects import Change, Notify, Promote, RollBack, SetWeight, Wait
from multitool_tui.rollout.events import Applied, Blocked, Event, Judged, Obstacle, Started, Ticked
from multitool_tui.rollout.machine import Rollout, advance
from multitool_tui.rollout.receipts import Receipt

_log = logging.getLogger(__name__)
_TICK = timedelta(seconds=30)  # the longest time without a look at the clock
_PATIENCE = 5  # tries of a change that is not a rollback
_LONGEST_PAUSE = 20.0  # seconds between the tries of a rollback

Log = Callable[[Rollout, Receipt], None]


class Driver:
    """Owns one rollout. Everything happens in one event loop, so that events take effect in the order they come.

    A rollback cancels whatever change is under way and is tried until it is read back as done.
    """

    def __init__(
        self,
        rollout: Rollout,
        target: Target,
        judge: Judge,
        clock: Clock,
        *,
        slow_limit: float | None,
        log: Log,
        changed: Callable[[], None],
    ) -> None:
        self.rollout = rollout
        self._target = target
        self._judge = judge
        self._clock = clock
        self._log_receipt = log
        self._changed = changed
        self._slow_limit = slow_limit
        self._minutes: dict[datetime, Minute] = {}
        self._weights: list[tuple[datetime, float]] = []
        """What the canary's weight was from when on."""
        self._weight_read: float | None = None
        self._firing_at_start: tuple[str, ...] = ()
        self._trouble: str | None = None
        self._wake_at: datetime | None = None
        self._woken = asyncio.Event()
        self._change: asyncio.Task[None] | None = None
        self.ended = asyncio.Event()
        """Set when the rollout has ended."""

    # What is known

    @property
    def live(self) -> LiveRollout:
        """The rollout with what is known of its target now."""
        rollout = self.rollout
        traffic = Traffic(
            rollout.target, rollout.baseline, rollout.canary, tuple(self._minutes.values()), self._slow_limit
        )
        return LiveRollout(rollout, traffic, self._weight_read, self._firing_at_start, self._trouble)

    @property
    def slow_limit(self) -> float | None:
        """The duration in milliseconds above which a request is slow."""
        return self._slow_limit

    # What happens

    def start(self, actor: str, alarms: Mapping[str, AlarmState], history: Sequence[Period]) -> None:
        """Begin, knowing what the baseline did so far, and the alarms: what fires already is not the canary's fault."""
        now = self._clock.now()
        self._weights = [(now, 0.0)]
        self._see(history)
        judgement = self._judge.see_alarms(alarms)
        self._firing_at_start = tuple(name for name, state in alarms.items() if state is AlarmState.ALARM)
        self.tell(Started(at=now, actor=actor, judgement=judgement))

    def tell(self, event: Event) -> None:
        """Let an event happen, and begin what follows from it.

        Raises:
            Refusal: an operator's command that must not be obeyed.
        """
        self.rollout, effects = advance(self.rollout, event)
        for effect in effects:
            match effect:
                case Notify(receipt):
                    self._log_receipt(self.rollout, receipt)
                case Wait(until):
                    self._wake_at = until
                    self._woken.set()
                case _:
                    self._begin(effect)
        if self.rollout.ended:
            self.ended.set()
            self._woken.set()
        self._changed()

    def see_periods(self, periods: Sequence[Period]) -> None:
        """Judge the periods that are sealed by now; one that is known already counts only if it has changed."""
        judgement = self._see(periods)
        if judgement is not None and not self.rollout.ended:
            self.tell(Judged(at=self._clock.now(), judgement=judgement))

    def see_alarms(self, states: Mapping[str, AlarmState]) -> None:
        """Judge the watched alarms as they are now."""
        if not self.rollout.ended and self.rollout.plan.alarms:
            watched = {name: states[name] for name in self.rollout.plan.alarms if name in states}
            judgement = self._judge.see_alarms(watched)
            known = self.rollout.judgement
            if known is None or judgement.alarms != known.alarms:
                self.tell(Judged(at=self._clock.now(), judgement=judgement))

    async def look(self) -> Alias | None:
        """Read the target; what somebody else did to it holds the rollout. None while a change is under way."""
        if self._change is not None:
            return None
        try:
            found = await self._target.read()
        except Drift as drift:
            if self._change is None and not self.rollout.ended:
                self.tell(Blocked(at=self._clock.now(), obstacle=Obstacle.DRIFT, why=str(drift)))
            return None
        self._weight_read = self._share(found)
        return found

    async def run(self) -> None:
        """Tell the rollout the time until it has ended."""
        while not self.rollout.ended:
            now = self._clock.now()
            until = min(self._wake_at or now + _TICK, now + _TICK)
            await nap(self._clock, (until - now).total_seconds(), self._woken)
            if self._clock.now() >= until and not self.rollout.ended:
                self._wake_at = None
                self.tell(Ticked(at=self._clock.now()))

    async def stop(self) -> None:
        """Give up driving. A change that is under way is ended where it is."""
        if self._change is not None:
            self._change.cancel()
            await asyncio.gather(self._change, return_exceptions=True)

    # How it is done

    def _see(self, periods: Sequence[Period]) -> Judgement | None:
        """Show the judge what is new in these periods; None if nothing is."""
        now = self._clock.now()
        analysis = self.rollout.plan.analysis
        judgement: Judgement | None = None
        for period in periods:
            if period.start + analysis.period + analysis.seal_after > now:
                break
            minute = self._minute(period, analysis.period)
            if minute is not None and self._minutes.get(minute.start) != minute:
                self._minutes[minute.start] = minute
                judgement = self._judge.see_minute(minute)
        self._minutes = dict(sorted(self._minutes.items()))
        return judgement

    def _minute(self, period: Period, length: timedelta) -> Minute | None:
        """The period as the judge takes it; None for the one in which everything went to one version."""
        end = period.start + length
        before = next((weight for at, weight in reversed(self._weights) if at <= period.start), 0.0)
        within = [weight for at, weight in self._weights if period.start < at < end]
        if before == 1.0 and not within:
            # An alias without weights may not tell its versions apart: all that it shows is the promoted canary's.
            return Minute(period.start, 1.0, None, period.canary or period.baseline)
        if 1.0 in (before, *within):
            return None
        weight = max((before, *within))
        return Minute(period.start, weight, period.baseline, period.canary if weight else None)

    def _share(self, alias: Alias) -> float:
        return 1.0 if alias.version == self.rollout.canary else alias.weights.get(self.rollout.canary, 0.0)

    def _begin(self, change: Change) -> None:
        earlier, self._trouble = self._change, None
        if earlier is not None:
            earlier.cancel()
        self._change = asyncio.create_task(self._make(change, earlier), name=f"{type(change).__name__}")

    async def _make(self, change: Change, earlier: asyncio.Task[None] | None) -> None:
        """Make a change on the target, however often it takes, and tell the rollout how it ended."""
        if earlier is not None:
            await asyncio.gather(earlier, return_exceptions=True)
        try:
            outcome = await self._try(change)
        except Exception as error:  # noqa: BLE001 - a bug must not end a rollout unseen
            _log.exception("a change failed")
            why = f"A bug of ours ({type(error).__name__}); the log file has the details."
            outcome = Blocked(at=self._clock.now(), obstacle=Obstacle.REFUSED, why=why)
        self._change, self._trouble = None, None
        self.tell(outcome)

    async def _try(self, change: Change) -> Applied | Blocked:
        pause, attempt = 0.5, 0
        while True:
            attempt += 1
            try:
                made = await self._apply(change)
            except Drift as drift:
                return Blocked(at=self._clock.now(), obstacle=Obstacle.DRIFT, why=str(drift))
            except AwsError as error:
                if not isinstance(change, RollBack):
                    if isinstance(error, CredentialsError):
                        return Blocked(at=self._clock.now(), obstacle=Obstacle.CREDENTIALS, why=str(error))
                    if not isinstance(error, (Throttled, Unanswered)) or attempt >= _PATIENCE:
                        return Blocked(at=self._clock.now(), obstacle=Obstacle.REFUSED, why=str(error))
                self._trouble = f"Try {attempt}: {error}"
                self._changed()
            else:
                now = self._clock.now()
                self._weight_read = self._share(made)
                self._weights.append((now, self._weight_read))
                return Applied(at=now)
            await self._clock.sleep(pause)
            pause = min(_LONGEST_PAUSE, pause * 2)

    async def _apply(self, change: Change) -> Alias:
        match change:
            case SetWeight(weight):
                return await self._target.set_weight(weight)
            case Promote():
                return await self._target.promote()
            case RollBack():
                return await self._target.roll_back()
