"""A stage and the alias behind it as one target: the stage splits the requests, the alias is moved on promotion.

Both never split at once, or the canary's share would be one of a share. Where the stage calls through the alias, the
alias alone is moved for good, and before the stage's canary goes: from then on both of the stage's releases call the
canary. Beside the alias, the stage is promoted first: what its users have had, the alias's own callers get last. A
rollback gives both back as they were.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import replace

from multitool_tui.aws.alias_target import AliasTarget
from multitool_tui.aws.errors import AwsError
from multitool_tui.aws.resources import Alias, Stage
from multitool_tui.aws.stage_target import StageTarget


class JointTarget:
    """Both have the mark of the same driver; everything may raise what each of the two raises.

    The stage's mark is the first to come and the last to go: it names the alias, and so a crash in between leaves
    nothing that is not found.
    """

    def __init__(self, stage: StageTarget, alias: AliasTarget, canary: str) -> None:
        self._stage = stage
        self._alias = alias
        self._canary = canary

    def aim(self, canary: str) -> None:
        """The canary of a rollout that began without one has been published."""
        self._canary = canary
        self._stage.aim(canary)
        self._alias.aim(canary)

    async def acquire(self) -> Stage:
        """Mark both."""
        stage = await self._stage.acquire()
        try:
            return self._seen(stage, await self._alias.acquire())
        except AwsError:
            await self._stage.leave()
            raise

    async def take_over(self, of: str | None) -> Stage:
        """Mark both, if the stage has the mark of the driver `of`, or none where that is None."""
        stage = await self._stage.take_over(of)
        return self._seen(stage, await self._alias.take_over(of, or_unmarked=True))

    async def renew(self) -> Stage:
        """Keep both marks from running out."""
        return self._seen(*await _both(self._stage.renew(), self._alias.renew()))

    async def read(self) -> Stage:
        """The stage as it is now; that of the alias has to be as it was as well."""
        return self._seen(*await _both(self._stage.read(), self._alias.read()))

    async def set_weight(self, weight: float) -> Stage:
        """Send `weight` (0-1, exclusive) of the stage's requests to the canary."""
        return await self._stage.set_weight(weight)

    async def promote(self, *, final: bool) -> Stage:
        """Send everything to the canary."""
        if self._stage.before.through:
            alias = await self._alias.promote(final=final)
            return self._seen(await self._stage.promote(final=final), alias)
        stage = await self._stage.promote(final=False)
        stage = self._seen(stage, await self._alias.promote(final=final))
        if final:
            await self._stage.leave()
        return stage

    async def roll_back(self) -> Stage:
        """Give both back as they were. What is in the way of one does not keep the other."""
        stage = self._seen(*await _both(self._stage.roll_back(marked=True), self._alias.roll_back()))
        await self._stage.leave()
        return stage

    async def adopt(self) -> Stage:
        """Take both as they are for this rollout's own, but for the alias's weights: they would split a second time."""
        alias = await self._alias.adopt()
        if alias.weights:
            alias = await self._alias.restore(0.0)
        return self._seen(await self._stage.adopt(), alias)

    async def restore(self, weight: float) -> Stage:
        """Send `weight` (0-1) to the canary again, whatever another hand has made of the two."""
        alias = await self._alias.restore(1.0 if weight == 1.0 else 0.0)
        return self._seen(await self._stage.restore(weight), alias)

    async def leave(self) -> None:
        """Take both marks off."""
        await self._alias.leave()
        await self._stage.leave()

    def _seen(self, stage: Stage, alias: Alias) -> Stage:
        """The stage; where it calls through the alias, that says which version its production release is on."""
        if not self._stage.before.through:
            return stage
        promoted = alias.version == self._canary
        return replace(stage, version=alias.version, weights={} if promoted else stage.weights)


async def _both(stage: Awaitable[Stage], alias: Awaitable[Alias]) -> tuple[Stage, Alias]:
    """Do both, whatever becomes of one, before what went wrong is raised."""
    seen, behind = await asyncio.gather(stage, alias, return_exceptions=True)
    if isinstance(seen, BaseException):
        raise seen
    if isinstance(behind, BaseException):
        raise behind
    return seen, behind
