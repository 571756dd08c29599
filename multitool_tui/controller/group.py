"""Rollouts that belong together: released in waves by one process, or shared out among any number of them.

What is shared is the targets themselves, and nothing else: the mark in a target's description says who drives it, and
what it serves says whether it is done. So runners on any machines may take part, come late, or be lost.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from multitool_tui.aws import lease as leases
from multitool_tui.aws.errors import AwsError, Drift, LeaseLost, Throttled, Unanswered
from multitool_tui.aws.resources import Alias, Reading
from multitool_tui.controller.commands import RollBack, Start
from multitool_tui.controller.over import until_over
from multitool_tui.controller.port import CommandRefused, NothingToDo, Taken
from multitool_tui.rollout.events import Obstacle, Seen
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.plan import Plan
from multitool_tui.rollout.receipts import ENGINE
from multitool_tui.rollout.states import State

if TYPE_CHECKING:
    from multitool_tui.controller.supervisor import Supervisor

Waves = Sequence[Sequence[Start]]
Begin = Callable[["Supervisor", Start], Awaitable[str]]
"""Starts a rollout and returns its id, or raises `CommandRefused`."""

_PAUSE = 15.0  # seconds between two looks at what other runners have
_READ_AT_ONCE = 4  # Lambda's control plane allows some 15 requests a second to the whole account
_BACK = Plan("AllAtOnce", bake_after_promote=timedelta(0))
"""How a version that is promoted already is taken back."""


@dataclass(slots=True)
class Release:
    """Releases wave by wave, each when the one before is promoted; what is not promoted takes all others with it."""

    supervisor: Supervisor
    begin: Begin
    wave: int = 0
    """The wave that is under way, from 0."""
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the first wave that had anything to do has begun."""
    ids: list[str] = field(default_factory=list)
    """The rollouts that were begun."""
    _stopped: asyncio.Event = field(default_factory=asyncio.Event)
    _why: str = ""

    def stop(self, why: str) -> None:
        """Begin no other wave, and take back what was begun: because of this."""
        self._why = why
        self._stopped.set()

    async def run(self, waves: Waves) -> Sequence[Rollout]:
        """Release them all.

        Returns:
            How all are that were begun.

        Raises:
            CommandRefused: one could not be started. The others have been taken back.
        """
        promoted: list[Rollout] = []
        for self.wave, wave in enumerate(waves):
            begun = await asyncio.gather(*(self._begin(start) for start in wave), return_exceptions=True)
            ids = [one for one in begun if isinstance(one, str)]
            self.ids += ids
            refused = next((one for one in begun if isinstance(one, BaseException)), None)
            bad: Rollout | None = None
            if refused is None:
                if ids:
                    self.begun.set()
                bad = await self._first_that_is_not_promoted(ids)
            ended = [self.supervisor.driver(one).rollout for one in ids]
            if refused is None and bad is None and not self._why:
                promoted += ended
                continue
            why = f"{bad.target} was not promoted: {bad.reason}" if bad else f"another could not be started: {refused}"
            await take_back(
                self.supervisor, [*promoted, *ended], self._why or f"Its group is taken back, because {why}"
            )
            if refused:
                raise refused
            return [*promoted, *(self.supervisor.driver(one).rollout for one in ids)]
        return promoted

    async def _begin(self, start: Start) -> str | None:
        try:
            return await self.begin(self.supervisor, start)
        except NothingToDo:
            return None

    async def _first_that_is_not_promoted(self, ids: Sequence[str]) -> Rollout | None:
        """Wait until all are promoted, or one is over that is not, or this is stopped."""
        rollouts = {asyncio.create_task(until_over(self.supervisor, one)) for one in ids}
        stopped = asyncio.create_task(self._stopped.wait())
        waiting = set(rollouts)
        try:
            while waiting and not stopped.done():
                done, _ = await asyncio.wait({*waiting, stopped}, return_when=asyncio.FIRST_COMPLETED)
                for each in waiting & done:
                    if each.result().state is not State.PROMOTED:
                        return each.result()
                waiting -= done
        finally:
            for task in (stopped, *rollouts):
                task.cancel()
        return None


async def take_back(supervisor: Supervisor, rollouts: Sequence[Rollout], why: str) -> None:
    """Roll back what is under way; release the baseline again where the canary is promoted. Nothing else is touched."""

    async def one(rollout: Rollout) -> None:
        if rollout.state is State.PROMOTED:
            try:
                found = await supervisor.read(rollout.target)
            except AwsError as error:
                raise CommandRefused(str(error)) from error
            if found.version != rollout.canary or found.weights:
                return  # another hand has been there since
            back = Start(target=rollout.target, canary=rollout.baseline, plan=_BACK, again=True)
            await until_over(supervisor, await supervisor.obey(back))
        elif not rollout.ended:
            seen = Seen(rollout.id, rollout.wanted, rollout.canary)
            await supervisor.obey(RollBack(seen=seen, reason=why), ENGINE)
            await until_over(supervisor, rollout.id)

    # What cannot be taken back (a lost mark, another hand) is held, and seen in what is returned.
    for outcome in await asyncio.gather(*(one(rollout) for rollout in rollouts), return_exceptions=True):
        if isinstance(outcome, BaseException) and not isinstance(outcome, CommandRefused):
            raise outcome


@dataclass(slots=True)
class Runner:
    """One of several that share a group: takes the next target that is free, drives it to its end, takes the next.

    A target is done when it serves the version that is wanted; it has failed when somebody has had it and it does not.
    A wave begins when all of the one before are done. What a lost runner has left is taken over.
    """

    supervisor: Supervisor
    begin: Begin
    chance: random.Random = field(default_factory=random.Random)
    driven: list[Rollout] = field(default_factory=list)
    failed: dict[str, CommandRefused] = field(default_factory=dict)
    """Targets that were not promoted, by this runner or another, and what is to be said of it."""
    _first: dict[str, str] = field(default_factory=dict)
    """What each target was when this runner began: to see later whether somebody has had it."""
    _doubted: dict[str, str] = field(default_factory=dict)
    """What each target was when it looked as if somebody had had it in vain."""

    async def run(self, waves: Waves) -> Sequence[Rollout]:
        """Take part until all is done, or a wave has failed.

        Returns:
            How those are that this runner has driven.

        Raises:
            CommandRefused: none that it has driven failed, but another could not be started, or another runner's did.
        """
        turn = asyncio.Semaphore(_READ_AT_ONCE)

        async def first(start: Start) -> None:
            async with turn:
                self._first[start.target] = _revision(await self.supervisor.read(start.target))

        try:
            await asyncio.gather(*(first(start) for wave in waves for start in wave))
        except AwsError as error:
            raise CommandRefused(str(error)) from error
        for wave in waves:
            await self._run_wave(wave)
            if self.failed:
                break
        if all(rollout.state is State.PROMOTED for rollout in self.driven):
            for why in self.failed.values():
                raise why
        return self.driven

    async def _run_wave(self, wave: Sequence[Start]) -> None:
        pending = list(wave)
        self.chance.shuffle(pending)  # that not all runners go for the same one
        while pending:
            for start in list(pending):
                if await self._settled(start):
                    pending.remove(start)
            if pending:
                await self.supervisor.clock.sleep(_PAUSE)

    async def _settled(self, start: Start) -> bool:
        """Whether there is nothing left to do for a target, after this runner has done what it could."""
        try:
            found = await self.supervisor.read(start.target)
            lease, _ = leases.read(found.description)
            if lease and not lease.is_over(self.supervisor.clock.now()):
                return False
            if lease:
                identity = await self.supervisor.take_up(start.target, at_once=False)
            elif found.version == start.canary and not found.weights:
                return True
            elif (revision := _revision(found)) != self._first[start.target]:
                # Between the end of one that had not begun and its new beginning it looks the same: look once more.
                if self._doubted.get(start.target) != revision:
                    self._doubted[start.target] = revision
                    return False
                self._fail(start, CommandRefused(f"Another runner did not get {start.target} promoted."))
                return True
            else:
                identity = await self.begin(self.supervisor, start)
        except (Taken, Throttled, Unanswered):  # another runner was quicker, or AWS is slow: the next look will tell
            return False
        except NothingToDo:
            return True
        except (CommandRefused, AwsError) as error:
            if isinstance(error.__cause__, Throttled | Unanswered | Drift | LeaseLost):
                return False
            self._fail(start, CommandRefused(str(error)))
            return True
        return await self._driven(identity, start)

    def _fail(self, start: Start, why: CommandRefused) -> None:
        self.failed[start.target] = why

    async def _driven(self, identity: str, start: Start) -> bool:
        rollout = await until_over(self.supervisor, identity)
        if rollout.obstacle is Obstacle.LEASE:
            return False  # another has taken it over, and brings it to its end
        if rollout.state is State.ABANDONED:  # its driver was lost before it had begun: it is free again
            self._first[start.target] = _revision(await self.supervisor.read(start.target))
            return await self._settled(start)
        self.driven.append(rollout)
        if rollout.state is not State.PROMOTED:
            self._fail(start, CommandRefused(f"{start.target} was not promoted: {rollout.reason}"))
        return True


def _revision(found: Reading) -> str:
    """What changes with every change of the target; where AWS tells none, nothing does."""
    return found.revision if isinstance(found, Alias) else ""
