"""How changes of a target are made: one at a time, on record first, a rollback until it is read back as done."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from multitool_tui.aws.errors import AwsError, Conflict, CredentialsError, Drift, LeaseLost, Throttled, Unanswered
from multitool_tui.aws.resources import Reading
from multitool_tui.aws.target import Target
from multitool_tui.clock import Clock
from multitool_tui.controller.recorder import Recorder
from multitool_tui.journal.store import JournalError
from multitool_tui.rollout.effects import (
    Adopt,
    Change,
    Leave,
    Promote,
    Publish,
    Restore,
    RollBack,
    SetWeight,
    Smoke,
    Upload,
)
from multitool_tui.rollout.events import Adopted, Applied, Blocked, Event, Obstacle

_log = logging.getLogger(__name__)
_PATIENCE = 5  # tries of a change that is not a rollback
_LONGEST_PAUSE = 20.0  # seconds between the tries of a rollback
_JOURNAL_PATIENCE = 2.0  # seconds of real time that a rollback waits for the journal, and no longer
_PASSING = (Throttled, Unanswered, Conflict)
"""Troubles that pass. A conflict is one: that nobody else has changed the target was read before it was raised."""

_PERSISTENT = (RollBack, Leave)
"""Changes towards the safe end: they are tried until they are done, journal or not."""


class Changes:
    """The changes of one target. A new one cancels the one that is under way, and waits until it is out of the way.

    `before` is asked what stands in a change's way, once it is on record; `made` is told of what was read back, and
    gives the canary's share (0-1) in it; `tell` gets how a change has ended; `changed` that its trouble is another.
    """

    def __init__(
        self,
        target: Target,
        clock: Clock,
        recorder: Recorder,
        *,
        before: Callable[[Change], Awaitable[Blocked | None]],
        made: Callable[[Reading], float],
        tell: Callable[[Event], None],
        changed: Callable[[], None],
    ) -> None:
        self._target, self._clock, self._recorder = target, clock, recorder
        self._before, self._made, self._tell, self._changed = before, made, tell, changed
        self._task: asyncio.Task[None] | None = None
        self.trouble: str | None = None
        """Why the change that is under way is not made yet, or was not."""
        self.unrenewed: str | None = None
        """Why the lease could not be renewed when it was time to."""

    @property
    def under_way(self) -> bool:
        """Whether the target is being written."""
        return self._task is not None

    def begin(self, change: Change) -> None:
        """Make a change, instead of whatever is under way."""
        earlier, self.trouble = self._task, None
        if earlier is not None:
            earlier.cancel()
        self._task = asyncio.create_task(self._make(change, earlier), name=type(change).__name__)

    def renew(self) -> None:
        """Keep the lease from running out. A real change cancels this; what fails is tried with the next look."""
        self._task = asyncio.create_task(self._renew(), name="renew")

    async def stop(self) -> None:
        """End what is under way where it is."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _make(self, change: Change, earlier: asyncio.Task[None] | None) -> None:
        """Make a change, however often it takes, and tell how it ended."""
        if earlier is not None:
            await asyncio.gather(earlier, return_exceptions=True)
        outcome: Event
        try:
            if await self._is_on_record(change):
                outcome = await self._before(change) or await self._try(change)
            else:
                outcome = self._blocked(Obstacle.REFUSED, self.trouble or "")
        except Exception as error:  # noqa: BLE001 - a bug must not end a rollout unseen
            _log.exception("a change failed")
            why = f"A bug of ours ({type(error).__name__}); the log file has the details."
            outcome = self._blocked(Obstacle.REFUSED, why)
        self._task, self.trouble = None, None
        self._tell(outcome)

    async def _is_on_record(self, change: Change) -> bool:
        """Whether the change may be made: its intent is in the journal, or it leads to the safe end anyway."""
        try:
            if isinstance(change, _PERSISTENT):
                await asyncio.wait_for(self._recorder.saved(), _JOURNAL_PATIENCE)
            else:
                await self._recorder.saved()
        except (JournalError, TimeoutError):
            return isinstance(change, _PERSISTENT)
        return True

    async def _try(self, change: Change) -> Event:
        pause, attempt = 0.5, 0
        while True:
            attempt += 1
            try:
                made = await self._apply(change)
            except (Drift, LeaseLost) as error:
                return self._blocked(obstacle(error), str(error))
            except AwsError as error:
                if not isinstance(change, _PERSISTENT):
                    if isinstance(error, CredentialsError):
                        return self._blocked(Obstacle.CREDENTIALS, str(error))
                    if not isinstance(error, _PASSING) or attempt >= _PATIENCE:
                        unheard = isinstance(error, (Throttled, Unanswered))
                        return self._blocked(Obstacle.UNREACHABLE if unheard else Obstacle.REFUSED, str(error))
                self.trouble = f"Try {attempt}: {error}"
                self._changed()
            else:
                if made is None:
                    return Applied(at=self._clock.now())
                share = self._made(made)
                if isinstance(change, Adopt):
                    return Adopted(at=self._clock.now(), weight=share)
                return Applied(at=self._clock.now())
            await self._clock.sleep(pause)
            pause = min(_LONGEST_PAUSE, pause * 2)

    async def _apply(self, change: Change) -> Reading | None:
        match change:
            case SetWeight(weight):
                return await self._target.set_weight(weight)
            case Promote(final):
                return await self._target.promote(final=final)
            case RollBack():
                return await self._target.roll_back()
            case Adopt():
                return await self._target.adopt()
            case Restore(weight):
                return await self._target.restore(weight)
            case Leave():
                await self._target.leave()
                return None
            case Upload() | Publish() | Smoke():
                raise TypeError("that is no change of a target")

    async def _renew(self) -> None:
        outcome: Blocked | None = None
        unrenewed = None
        try:
            await self._target.renew()
        except (Drift, LeaseLost) as error:
            outcome = self._blocked(obstacle(error), str(error))
        except AwsError as error:
            _log.warning("the lease was not renewed: %s", error)
            unrenewed = f"The mark on the target is not renewed: {error}"
        self._task = None
        if unrenewed != self.unrenewed:
            self.unrenewed = unrenewed
            self._changed()
        if outcome is not None:
            self._tell(outcome)

    def _blocked(self, by: Obstacle, why: str) -> Blocked:
        return Blocked(at=self._clock.now(), obstacle=by, why=why)


def obstacle(error: Drift | LeaseLost) -> Obstacle:
    """What holds a rollout whose target is not as this driver has left it."""
    return Obstacle.LEASE if isinstance(error, LeaseLost) else Obstacle.DRIFT
