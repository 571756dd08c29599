"""The manifest's groups as the screen has them: started, followed wave by wave, and taken back as one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from multitool_tui.aws.errors import AwsError
from multitool_tui.controller.commands import RollBack, Start
from multitool_tui.controller.group import Release, take_back
from multitool_tui.controller.observe.page import Field, Form
from multitool_tui.controller.port import CommandRefused, Misused, Taken
from multitool_tui.controller.snapshot import Group, Snapshot
from multitool_tui.rollout.events import Seen
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.plan import Plan
from multitool_tui.rollout.states import State
from multitool_tui.words import function_in

if TYPE_CHECKING:
    from multitool_tui.controller.supervisor import Supervisor

Waves = tuple[tuple[str, ...], ...]
"""Names of rollouts, wave by wave."""


class Groups:
    """`waves`: the manifest's groups. `plans`: the manifest's rollouts, name -> (target, plan).

    `changed` is told when a release has ended, `note` why it could not go on; `spawn` runs what nobody waits for.
    """

    def __init__(
        self,
        supervisor: Supervisor,
        waves: Mapping[str, Waves],
        plans: Mapping[str, tuple[str, Plan]],
        changed: Callable[[], None],
        note: Callable[[str, str], None],
        spawn: Callable[[Coroutine[Any, Any, None], str], None],
    ) -> None:
        self._supervisor, self._waves, self._plans = supervisor, waves, plans
        self._changed, self._note, self._spawn = changed, note, spawn
        self._releases: dict[str, tuple[Release, asyncio.Task[Sequence[Rollout]]]] = {}

    @property
    def states(self) -> tuple[Group, ...]:
        """Each with the wave that is under way."""
        return tuple(self._state(name, waves) for name, waves in self._waves.items())

    def _state(self, name: str, waves: Waves) -> Group:
        targets = tuple(tuple(self._plans[one][0] for one in wave) for wave in waves)
        under_way = self._under_way(name)
        return Group(name, targets, under_way.wave if under_way else None)

    def _under_way(self, name: str) -> Release | None:
        release, task = self._releases.get(name, (None, None))
        return release if task and not task.done() else None

    async def ask(self, name: str) -> Form:
        """What is to be released: each rollout's version, which is the newest published one at first.

        Raises:
            CommandRefused: AWS does not say.
        """
        names = [one for wave in self._waves[name] for one in wave]
        try:
            newest = await asyncio.gather(*(self._newest(self._plans[one][0]) for one in names))
        except AwsError as error:
            raise CommandRefused(str(error)) from error
        waves = len(self._waves[name])
        order = f"In {waves} waves, each when the one before is promoted. " if waves > 1 else ""
        return Form(
            f"Start the group {name}?",
            f"{order}One that is not promoted takes all others with it. What serves its version already is left out.",
            "Start them all",
            tuple((f"Wave {number}", ", ".join(wave)) for number, wave in enumerate(self._waves[name], 1)),
            tuple(Field(one, one, version, self._plans[one][0]) for one, version in zip(names, newest, strict=True)),
        )

    async def _newest(self, target: str) -> str:
        function = function_in(target)
        return await self._supervisor.newest(function) if function else ""

    async def start(self, name: str, values: Mapping[str, str]) -> str:
        """Release a group, as the fields of `ask` have it; returns once its first wave has begun.

        Raises:
            CommandRefused: why it cannot be. What was begun has been taken back.
        """
        snapshot = self._supervisor.snapshot
        _may_change(snapshot)
        state = self._state(name, self._waves[name])
        if state.wave is not None:
            raise Taken(f"The group {name} is under way already.")
        for target in state.targets:
            if (live := snapshot.rollout_on(target)) and not live.rollout.ended:
                raise Taken(f"A rollout is under way on {target} already: the group {name} is not begun.")
        waves = [[self._start(one, values[one]) for one in wave] for wave in self._waves[name]]
        release = Release(self._supervisor, _begin)
        task = asyncio.create_task(release.run(waves), name=f"release {name}")
        self._releases[name] = (release, task)
        task.add_done_callback(partial(self._ended, name))
        begun = asyncio.create_task(release.begun.wait())
        await asyncio.wait({task, begun}, return_when=asyncio.FIRST_COMPLETED)
        begun.cancel()
        if task.done():
            await task  # raises what stood in the way
        return f"The group {name} is under way." if release.ids else f"The group {name} serves these versions already."

    def _ended(self, name: str, task: asyncio.Task[Sequence[Rollout]]) -> None:
        if not task.cancelled() and (error := task.exception()):
            self._note(f"group {name}", str(error))
        self._changed()

    def _start(self, name: str, version: str) -> Start:
        number = version.strip().removeprefix("v")
        if not (number.isascii() and number.isdigit()):
            raise Misused(f"{name}: {version.strip()!r} is no version number, like 42.")
        target, plan = self._plans[name]
        return Start(target=target, plan=plan, canary=number)

    async def roll_back(self, name: str, ids: Sequence[str]) -> str:
        """Take these rollouts of a group back: those under way at once, then the promoted ones, by their baselines.

        No further wave begins.

        Raises:
            CommandRefused: which of those under way could not be told to; all others were.
        """
        snapshot = self._supervisor.snapshot
        _may_change(snapshot)
        why = f"The group {name} is rolled back."
        rollouts = [live.rollout for live in snapshot.rollouts if live.rollout.id in ids]
        if release := self._under_way(name):
            release.stop(why)
        refused = [said for one in rollouts if not one.ended and (said := await self._tell_back(one, why))]
        promoted = [one for one in rollouts if one.state is State.PROMOTED]
        if promoted:
            self._spawn(take_back(self._supervisor, promoted, why), f"take back {name}")
        if refused:
            raise CommandRefused(" ".join(refused))
        return f"The group {name} is being rolled back."

    async def _tell_back(self, rollout: Rollout, why: str) -> str:
        """Roll one back; why not, where it cannot be."""
        if rollout.state is State.ROLLING_BACK:
            return ""
        try:
            await self._supervisor.obey(RollBack(seen=Seen(rollout.id, rollout.wanted, rollout.canary), reason=why))
        except CommandRefused as refused:
            return f"{rollout.target} is not rolled back: {refused}"
        return ""

    def stop(self) -> None:
        """Begin no other wave: the process ends."""
        for _, task in self._releases.values():
            task.cancel()


async def _begin(supervisor: Supervisor, start: Start) -> str:
    return await supervisor.obey(start)


def _may_change(snapshot: Snapshot) -> None:
    if snapshot.read_only:
        raise Misused("This session is read-only: nothing can be changed from here.")
