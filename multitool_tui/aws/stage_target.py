"""A stage of a REST API as the target of a rollout: a canary release of API Gateway, moved by patches of the stage.

API Gateway has no RevisionId, and its patches no `test`: compare-and-swap is a read before each write, that must show
what this object last made or saw, and a read after it. Between the two another hand's write may be lost; that of
another driver is found out by the mark that it leaves.

Sources: API Gateway developer guide, "Set up an API Gateway canary release deployment"; API reference, UpdateStage,
CreateDeployment.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

from multitool_tui.aws.canary_release import SETTLED, CanaryRelease
from multitool_tui.aws.errors import Conflict, Drift
from multitool_tui.aws.lease import Lease
from multitool_tui.aws.marked_target import MarkedTarget
from multitool_tui.aws.resources import Canary, Stage
from multitool_tui.aws.stage_mark import Before
from multitool_tui.aws.stage_state import StageState, patches
from multitool_tui.aws.stages import get_stage, of_rollout
from multitool_tui.clock import Clock
from multitool_tui.words import percent


class StageTarget(MarkedTarget[Stage, StageState]):
    """Moves a stage between the baseline and the canary of `lease`, which it keeps in the stage's description.

    `gateway` is a client of its own, so that nothing else can delay a rollback. It must not repeat requests by itself.
    `release` makes the canary's deployment, and undoes what that leaves behind.
    """

    _kind = "stage"

    def __init__(
        self, gateway: Any, clock: Clock, stage: Stage, lease: Lease, before: Before, release: CanaryRelease
    ) -> None:
        """`stage` as it was read last; `lease.until` does not matter. `before`: where the stage does not say it."""
        super().__init__(clock, stage, lease)
        self._gateway = gateway
        self._release = release
        self._before = self._state(stage).before or before
        self._is_odd = False
        """Whether the stage was not as this object made or saw it when it was last looked at."""

    def aim(self, canary: str) -> None:
        super().aim(canary)
        self._release.aim(self._lease)

    @property
    def before(self) -> Before:
        """What the stage was before the rollout."""
        return self._before

    async def take_over(self, of: str | None) -> Stage:
        """Mark the stage as this driver's, if it has the mark of the driver `of`, or none where that is None."""
        found = await self._read_of({of})
        self._before = self._state(found).before or self._before
        self._known = found
        await self._recognise(found)
        return await self._write(replace(self._state(found), lease=self._lease))

    # The traffic

    async def read(self) -> Stage:
        """The stage as it is now. What is not ours is taken for an old answer once: a second look tells."""
        found = await self._read()
        if self._is_foreign(found):
            if not self._is_odd:
                self._is_odd = True
                return self._shown(self._known)
            self._check_lease(found)
            raise self._drift(found)
        self._is_odd = False
        return self._take(found)

    async def set_weight(self, weight: float) -> Stage:
        """Send `weight` (0-1, exclusive) of the requests to the canary, which is made first where there is none."""
        await self._prepare()
        return await self._write(self._split(weight, self._state(self._known)))

    async def promote(self, *, final: bool) -> Stage:
        """Make the canary the stage's production release, in one write; where that is `final` the mark goes with it.

        A stage that calls through an alias is given back as it was: that the alias is moved first is for the caller.
        """
        state = self._state(self._known)
        if self._before.through:
            wanted = self._clean(state)
        else:
            if not self._is_promoted(state):
                await self._prepare()
            wanted = self._promoted(self._state(self._known))
        # As long as the methods are not written anew, the mark says how they have to be.
        rewrites = bool(self._before.written) and not self._before.through
        lingers = rewrites or self._unsettled
        made = await self._write(replace(wanted, lease=None if final and not lingers else self._lease))
        if rewrites:
            await self._settle()
            await self._release.keep(made, self._before)
        return await self._let_go() if final and lingers else made

    async def roll_back(self, *, marked: bool = False) -> Stage:
        """Give the stage back as it was before, whatever this rollout has made of it meanwhile.

        The mark stays only where more is to be done, and it is `marked`.
        """
        if self._unsettled:
            with suppress(Drift):  # that may be it
                await self._give_back(self._lease)
            await self._settle()
        # As long as the methods are not written as they were, the mark says how they have to be.
        made = await self._give_back(self._lease if marked or self._before.written else None)
        return await self._let_go() if self._before.written and not marked else made

    async def _give_back(self, lease: Lease | None) -> Stage:
        found = await self._fresh_of_ours()
        made = await self._write(replace(self._clean(self._state(found)), lease=lease))
        await self._release.put_back(made, self._before)
        return made

    async def _let_go(self) -> Stage:
        """Take the mark off at the end, when nothing can put it back any more."""
        await self._settle()
        return await self._write(replace(self._state(self._known), lease=None))

    async def _settle(self) -> None:
        """Let come about what nobody waits for any more."""
        if self._unsettled:
            await self._clock.sleep(SETTLED)

    @property
    def _unsettled(self) -> bool:
        """Whether something of ours may come about yet, over whatever is written now."""
        return self._release.is_cut_off or (self._release.is_asked_for and not self._before.canary)

    # After another hand's change

    async def restore(self, weight: float) -> Stage:
        """Send `weight` (0-1) to the canary again, whatever another hand has made of the stage."""
        owners = self._state(self._known).owners
        found = replace(self._state(await self._fresh()), owners=owners)
        if weight == 1.0 and not self._before.through:
            wanted = self._promoted(found)
        elif weight in (0.0, 1.0):
            wanted = self._clean(found)
        else:
            wanted = self._split(weight, self._clean(found))
        return await self._write(replace(wanted, lease=self._lease))

    async def leave(self) -> None:
        """Take the mark off, if it is ours, and leave everything else as it is."""
        await self._settle()
        found = await self._unmark()
        if found and not self._is_promoted(self._state(found)):
            await self._release.put_back(found, self._before)

    # The canary

    async def _prepare(self) -> None:
        """See to it that there is a canary of ours, with none of the requests."""
        if self._state(self._known).canary or self._before.canary:
            return
        found = await self._read()
        self._check_lease(found)
        if not await self._recognise(found):
            found = await self._looked_twice(found)
            self._check(found)
            await self._release.make(found, self._before, self._clock)
            found = await self._read()
            self._check_lease(found)
            if not await self._recognise(found):
                raise Conflict(f"The canary's deployment is not on {self._name} yet.")
        self._known = found

    async def _recognise(self, found: Stage) -> bool:
        """Know the canary's deployment as ours by what is written on it; whether it is there.

        It may be another than the one that was known, which came about after it, and may have been promoted by now.
        """
        newest = found.canary.deployment if found.canary else found.deployment
        is_new = newest not in self._ours and found.deployment != self._before.canary
        if is_new and await self._release.is_ours(found, newest):
            self._before = replace(self._before, canary=newest)
        return bool(found.canary and found.canary.deployment == self._before.canary)

    def _split(self, weight: float, state: StageState) -> StageState:
        overrides = self._release.overrides(self._before, state.variables)
        return replace(state, canary=Canary(self._before.canary, weight, overrides))

    def _clean(self, state: StageState) -> StageState:
        """The stage as it was before."""
        variables = {**state.variables, **self._before.variables}
        return replace(state, deployment=self._before.deployment, variables=variables, canary=None)

    def _promoted(self, state: StageState) -> StageState:
        variables = {**state.variables, **self._release.overrides(self._before, state.variables)}
        return replace(state, deployment=self._before.canary, variables=variables, canary=None)

    def _is_promoted(self, state: StageState) -> bool:
        return bool(self._before.canary) and state.deployment == self._before.canary and state.canary is None

    # How

    def _state(self, found: Stage) -> StageState:
        return StageState.of(found)

    def _spell(self, found: Stage) -> str:
        """ "on v41's deployment a1b2c3 with 10% to v42's"."""
        names = {self._before.deployment: f"v{self._lease.baseline}'s", self._before.canary: f"v{self._lease.canary}'s"}
        serves = f"on {names.get(found.deployment, 'another')} deployment {found.deployment}"
        if found.canary is None:
            return f"{serves} without a canary" if found.deployment == self._before.deployment else serves
        whose = names.get(found.canary.deployment, f"another one ({found.canary.deployment})")
        return f"{serves} with {percent(found.canary.weight)} to {whose}"

    def _has_only_ours(self, found: Stage) -> bool:
        return found.deployment in self._ours and (found.canary is None or found.canary.deployment in self._ours)

    @property
    def _ours(self) -> set[str]:
        return {self._before.deployment, self._before.canary} - {""}

    async def _get(self) -> Stage:
        found = await get_stage(self._gateway, self._known.api, self._known.name)
        return replace(found, named=self._known.named)

    async def _fresh(self) -> Stage:
        found = await self._looked_twice(await self._read())
        self._check_lease(found)
        await self._recognise(found)
        self._known = found
        return found

    async def _try(self, wanted: StageState, description: str) -> Stage | None:
        """Patch what was read just before, and read what it has become. What is there already is not written."""
        found = await self._looked_twice(await self._read())
        if self._state(found).is_what_was_wanted(wanted):
            return found
        self._check(found)
        self._take(found)
        self._sent.append(wanted)
        with self._release.writing():
            await self._gateway.update_stage(
                restApiId=self._known.api.id,
                stageName=self._known.name,
                patchOperations=patches(found, wanted, description),
            )
        found = await self._read()
        if self._state(found).is_what_was_wanted(wanted):
            return found
        self._check(await self._looked_twice(found))
        return None

    async def _looked_twice(self, found: Stage) -> Stage:
        """The stage, looked at again where it is neither as it was nor has a mark that we have just sent.

        What is written shows everywhere only after a while: it may be an old answer, also one from before the rollout,
        which is what a rollback wants.
        """
        state = self._state(found)
        if state.is_untouched_since(self._state(self._known)) or (state.lease and self._was_sent(found)):
            return found
        await self._clock.sleep(SETTLED)
        return await self._read()

    def _check(self, found: Stage) -> None:
        """The stage must be what this object last made or saw of it."""
        if self._state(found).driver != self._state(self._known).driver:  # else it may be taken over from that one
            self._check_lease(found)
        if self._is_foreign(found):
            raise self._drift(found)

    def _remember(self, made: Stage) -> Stage:
        self._is_odd = False
        return super()._remember(made)

    def _marked(self, wanted: StageState, lease: Lease) -> StageState:
        return replace(wanted, lease=lease, before=self._before)

    def _shown(self, found: Stage) -> Stage:
        """The stage with its versions. Where it calls through an alias, whoever moves that knows better."""
        return of_rollout(found, self._lease.baseline, self._lease.canary, self._before, None)
