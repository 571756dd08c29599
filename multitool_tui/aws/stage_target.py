"""A stage of a REST API as the target of a rollout: a canary release of API Gateway, moved by patches of the stage.

API Gateway has no RevisionId, and its patches no `test`: compare-and-swap is a read before each write, that must show
what this object last made or saw, and a read after it. Between the two another hand's write may be lost; that of
another driver is found out by the mark that it leaves.

Sources: API Gateway developer guide, "Set up an API Gateway canary release deployment"; API reference, UpdateStage,
CreateDeployment and "Patch Operations".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from multitool_tui.aws import lease as leases
from multitool_tui.aws import stage_mark
from multitool_tui.aws.canary_release import CanaryRelease
from multitool_tui.aws.errors import Conflict, Drift, LeaseLost, NotFound, Refused, Throttled, Unanswered
from multitool_tui.aws.lease import Lease
from multitool_tui.aws.resources import Canary, Stage
from multitool_tui.aws.stage_mark import Before
from multitool_tui.aws.stages import get_stage, of_rollout
from multitool_tui.aws.translate import aws_errors
from multitool_tui.clock import Clock
from multitool_tui.words import percent

_ATTEMPTS = 5
_PAUSE = 0.5  # seconds, doubled with each attempt
_SETTLED = 1.0  # seconds after which what is not ours is looked at again: it may have been an old answer


@dataclass(frozen=True, slots=True)
class _State:
    """What a stage is, or is to become; without a lease no mark of ours is, or is to be, on it."""

    deployment: str
    variables: Mapping[str, str]
    canary: Canary | None
    lease: Lease | None
    before: Before | None
    owners: str

    @classmethod
    def of(cls, stage: Stage) -> _State:
        return cls(stage.deployment, stage.variables, stage.canary, *stage_mark.read(stage.description))

    @property
    def description(self) -> str:
        if self.lease is None or self.before is None:
            return self.owners
        return stage_mark.write(self.lease, self.before, self.owners)

    def has_traffic_of(self, other: _State) -> bool:
        return (
            (self.deployment, dict(self.variables)) == (other.deployment, dict(other.variables))
            and (self.canary is None) == (other.canary is None)
            and (
                self.canary is None
                or other.canary is None
                or (
                    (self.canary.deployment, dict(self.canary.overrides))
                    == (other.canary.deployment, dict(other.canary.overrides))
                    and abs(self.canary.weight - other.canary.weight) < 1e-6
                )
            )
        )

    def is_what_was_wanted(self, wanted: _State) -> bool:
        """Whether a write has come about; the owner's words are AWS's to keep as it likes."""
        ours, theirs = wanted.lease, self.lease
        same_lease = ours is theirs is None or bool(
            ours and theirs and (ours.driver, ours.until) == (theirs.driver, theirs.until)
        )
        return self.has_traffic_of(wanted) and same_lease and (wanted.lease is None or self.before == wanted.before)

    def is_untouched_since(self, known: _State) -> bool:
        """Whether nobody but the same driver has changed it: a lease may have been renewed."""
        drivers = {state.lease.driver if state.lease else None for state in (self, known)}
        return self.has_traffic_of(known) and self.owners == known.owners and len(drivers) == 1


class StageTarget:
    """Moves a stage between the baseline and the canary of `lease`, which it keeps in the stage's description.

    `gateway` is a client of its own, so that nothing else can delay a rollback. It must not repeat requests by itself.
    `release` makes the canary's deployment, and undoes what that leaves behind.

    Everything may raise any `AwsError`; `Drift` when the stage is not what this object last made or saw of it,
    `LeaseLost` when another driver has marked it as its own.
    """

    def __init__(
        self, gateway: Any, clock: Clock, stage: Stage, lease: Lease, before: Before, release: CanaryRelease
    ) -> None:
        """`stage` as it was read last; `lease.until` does not matter. `before`: where the stage does not say it."""
        self._gateway = gateway
        self._clock = clock
        self._lease = lease
        self._release = release
        self._known = stage
        self._before = _State.of(stage).before or before
        self._is_odd = False
        """Whether the stage was not as this object made or saw it when it was last looked at."""
        self._sent: list[_State] = []
        """What was written over the known state, and may come about yet: also what was given up without an answer."""

    def aim(self, canary: str) -> None:
        """The canary of a rollout that began without one has been published."""
        self._lease = replace(self._lease, canary=canary)
        self._release.aim(self._lease)

    @property
    def before(self) -> Before:
        """What the stage was before the rollout."""
        return self._before

    # The lease

    async def acquire(self) -> Stage:
        """Mark the stage as this driver's, if it still is as it was read.

        Raises:
            Refused: there is no room for the mark beside the owner's description.
        """
        return await self._write(replace(_State.of(self._known), lease=self._lease, before=self._before))

    async def take_over(self, of: str | None) -> Stage:
        """Mark the stage as this driver's, if it has the mark of the driver `of`, or none where that is None."""
        found = await self._read()
        state = _State.of(found)
        whose = state.lease.driver if state.lease else None
        if whose not in (of, self._lease.driver):
            self._check_lease(found)
            raise LeaseLost(f"The rollout on {self._name} has ended: its mark is gone.")
        self._before = state.before or self._before
        self._known = found
        await self._recognise(found)
        return await self._write(replace(_State.of(found), lease=self._lease, before=self._before))

    async def renew(self) -> Stage:
        """Move the end of the lease, when it is time to; return the stage."""
        lease = _State.of(self._known).lease
        if lease and lease.until - self._clock.now() > leases.DURATION - leases.RENEWAL:
            return self._shown(self._known)
        return await self._write(_State.of(self._known))

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
        return await self._write(self._split(weight, _State.of(self._known)))

    async def promote(self, *, final: bool) -> Stage:
        """Make the canary the stage's production release, in one write; where that is `final` the mark goes with it.

        A stage that calls through an alias is given back as it was: that the alias is moved first is for the caller.
        """
        state = _State.of(self._known)
        if self._before.through:
            wanted = self._clean(state)
        else:
            if not self._is_promoted(state):
                await self._prepare()
            wanted = self._promoted(_State.of(self._known))
        # As long as the methods are not written anew, the mark says how they have to be.
        rewrites = bool(self._before.written) and not self._before.through
        made = await self._write(replace(wanted, lease=None if final and not rewrites else self._lease))
        if rewrites:
            await self._release.keep(made, self._before)
            if final:
                made = await self._write(replace(_State.of(self._known), lease=None))
        return made

    async def roll_back(self, *, marked: bool = False) -> Stage:
        """Give the stage back as it was before, whatever this rollout has made of it meanwhile.

        The mark stays only where more is to be done, and it is `marked`.
        """
        if self._release.unanswered and not self._before.canary:
            await self._clock.sleep(_SETTLED)  # the deployment may come about yet: then its canary is to go, too
        found = await self._fresh()
        if not self._has_only_ours(found):
            raise self._drift(found)
        clean = self._clean(_State.of(found))
        made = await self._write(replace(clean, lease=self._lease if marked else None))
        await self._release.put_back(made, self._before)
        return made

    # After another hand's change

    async def adopt(self) -> Stage:
        """Take the stage as it is for this rollout's own, and mark it again."""
        found = await self._fresh()
        if not self._has_only_ours(found):
            raise self._drift(found)
        return await self._write(replace(_State.of(found), lease=self._lease, before=self._before))

    async def restore(self, weight: float) -> Stage:
        """Send `weight` (0-1) to the canary again, whatever another hand has made of the stage."""
        owners = _State.of(self._known).owners
        found = replace(_State.of(await self._fresh()), owners=owners)
        if weight == 1.0 and not self._before.through:
            wanted = self._promoted(found)
        elif weight in (0.0, 1.0):
            wanted = self._clean(found)
        else:
            wanted = self._split(weight, self._clean(found))
        return await self._write(replace(wanted, lease=self._lease, before=self._before))

    async def leave(self) -> None:
        """Take the mark off, if it is ours, and leave everything else as it is."""
        for _ in range(_ATTEMPTS):
            try:
                found = await self._fresh()
                if _State.of(found).lease:
                    found = await self._write(replace(_State.of(found), lease=None))
            except LeaseLost:
                return
            except Drift:
                if await self._is_gone():
                    return
                continue
            if not self._is_promoted(_State.of(found)):
                await self._release.put_back(found, self._before)
            return
        raise Conflict(f"{self._name} keeps changing: the mark in its description is still there.")

    # The canary

    async def _prepare(self) -> None:
        """See to it that there is a canary of ours, with none of the requests."""
        if _State.of(self._known).canary or self._before.canary:
            return
        found = await self._read()
        self._check_lease(found)
        if not await self._recognise(found):
            await self._release.make(await self._unchanged(found), self._before)
            found = await self._read()
            self._check_lease(found)
            if not await self._recognise(found):
                raise Conflict(f"The canary's deployment is not on {self._name} yet.")
        self._known = found

    async def _recognise(self, found: Stage) -> bool:
        """Know the canary's deployment as ours by what is written on it; whether it is there."""
        if found.canary and not self._before.canary and await self._release.is_ours(found, found.canary.deployment):
            self._before = replace(self._before, canary=found.canary.deployment)
        return bool(found.canary and found.canary.deployment == self._before.canary)

    def _split(self, weight: float, state: _State) -> _State:
        overrides = self._release.overrides(self._before, state.variables)
        canary = Canary(self._before.canary, weight, overrides)
        return replace(state, canary=canary, before=self._before)

    def _clean(self, state: _State) -> _State:
        """The stage as it was before, marked."""
        variables = {**state.variables, **self._before.variables}
        return replace(state, deployment=self._before.deployment, variables=variables, canary=None, before=self._before)

    def _promoted(self, state: _State) -> _State:
        variables = {**state.variables, **self._release.overrides(self._before, state.variables)}
        return replace(state, deployment=self._before.canary, variables=variables, canary=None, before=self._before)

    def _is_promoted(self, state: _State) -> bool:
        return bool(self._before.canary) and state.deployment == self._before.canary and state.canary is None

    # How

    @property
    def _name(self) -> str:
        return self._known.target

    async def _write(self, wanted: _State) -> Stage:
        if wanted.lease:
            until = (self._clock.now() + leases.DURATION).replace(microsecond=0)
            wanted = replace(wanted, lease=replace(self._lease, until=until))
        try:
            description = wanted.description
        except leases.NoRoom as error:
            raise Refused(
                f"The description of {self._name} leaves no room for the mark of a rollout: "
                f"shorten it by {error.over} characters."
            ) from None
        trouble: Exception | None = None
        for attempt in range(_ATTEMPTS):
            if attempt:
                await self._clock.sleep(_PAUSE * 2 ** (attempt - 1))
            try:
                found = await self._read()
                if _State.of(found).is_what_was_wanted(wanted):
                    return self._remember(found)
                found = await self._unchanged(found)
                self._take(found)
                self._sent.append(wanted)
                with aws_errors():
                    await self._gateway.update_stage(
                        restApiId=self._known.api.id,
                        stageName=self._known.name,
                        patchOperations=_patches(found, wanted, description),
                    )
                found = await self._read()
                if _State.of(found).is_what_was_wanted(wanted):
                    return self._remember(found)
                await self._unchanged(found)
            except (Conflict, Throttled, Unanswered) as error:
                trouble = error
        raise trouble or Unanswered(f"{self._name} does not take the change.")

    async def _read(self) -> Stage:
        try:
            found = await get_stage(self._gateway, self._known.api, self._known.name)
        except NotFound:
            raise Drift(f"The stage {self._name} was deleted by somebody else.") from None
        return replace(found, named=self._known.named)

    async def _unchanged(self, found: Stage) -> Stage:
        """The stage, which must be what this object last made or saw of it."""
        if self._is_foreign(found):  # or an old answer: what is written shows everywhere only after a while
            await self._clock.sleep(_SETTLED)
            found = await self._read()
        known = _State.of(self._known).lease
        if known is None or known.driver == self._lease.driver:  # else it is being taken over from that driver
            self._check_lease(found)
        if self._is_foreign(found):
            raise self._drift(found)
        return found

    async def _fresh(self) -> Stage:
        """The stage as it is now, to be written over unless another driver has it."""
        found = await self._read()
        self._check_lease(found)
        await self._recognise(found)
        self._known = found
        return found

    async def _is_gone(self) -> bool:
        try:
            await get_stage(self._gateway, self._known.api, self._known.name)
        except NotFound:
            return True
        return False

    def _remember(self, made: Stage) -> Stage:
        """A write of ours has come about."""
        self._sent.clear()
        self._known = made
        return self._shown(made)

    def _take(self, found: Stage) -> Stage:
        """Go by what was read from here on."""
        if any(_State.of(found).is_what_was_wanted(sent) for sent in self._sent):
            return self._remember(found)
        self._known = found
        return self._shown(found)

    def _shown(self, found: Stage) -> Stage:
        """The stage with its versions. Where it calls through an alias, whoever moves that knows better."""
        lease, before = self._lease, self._before
        return of_rollout(found, lease.baseline, lease.canary, before, None)

    def _has_only_ours(self, found: Stage) -> bool:
        return found.deployment in self._ours and (found.canary is None or found.canary.deployment in self._ours)

    @property
    def _ours(self) -> set[str]:
        return {self._before.deployment, self._before.canary} - {""}

    def _is_foreign(self, found: Stage) -> bool:
        state = _State.of(found)
        is_ours = any(state.is_what_was_wanted(sent) for sent in self._sent)
        return not (is_ours or state.is_untouched_since(_State.of(self._known)))

    def _check_lease(self, found: Stage) -> None:
        lease, _ = leases.read(found.description)
        if lease and lease.driver != self._lease.driver:
            raise LeaseLost(f"{lease.who} drives {self._name} now.", self._shown(found))

    def _drift(self, found: Stage) -> Drift:
        state, known = _State.of(found), _State.of(self._known)
        what = "" if not state.has_traffic_of(known) else ", its description changed"
        why = f"{self._name} was changed by somebody else: it is now {self._spell(found)}{what}."
        return Drift(why, self._shown(found))

    def _spell(self, found: Stage) -> str:
        """ "on v41's deployment a1b2c3 with 10% to v42's"."""
        names = {self._before.deployment: f"v{self._lease.baseline}'s", self._before.canary: f"v{self._lease.canary}'s"}
        serves = f"on {names.get(found.deployment, 'another')} deployment {found.deployment}"
        if found.canary is None:
            return f"{serves} without a canary" if found.deployment == self._before.deployment else serves
        whose = names.get(found.canary.deployment, f"another one ({found.canary.deployment})")
        return f"{serves} with {percent(found.canary.weight)} to {whose}"


def _patches(found: Stage, wanted: _State, description: str) -> list[dict[str, str]]:
    """The operations that make of the stage what is wanted, in one UpdateStage."""
    now, patches = _State.of(found), list[dict[str, str]]()
    promoted = now.canary if wanted.canary is None else None
    if promoted and wanted.deployment == promoted.deployment != now.deployment:
        patches.append({"op": "copy", "from": "/canarySettings/deploymentId", "path": "/deploymentId"})
    elif wanted.deployment != now.deployment:
        patches.append(_put("/deploymentId", wanted.deployment))
    if promoted and wanted.variables != now.variables and wanted.variables == promoted.overrides:
        patches.append({"op": "copy", "from": "/canarySettings/stageVariableOverrides", "path": "/variables"})
    else:
        patches += _of_map("/variables", now.variables, wanted.variables)
    if wanted.canary is None and now.canary is not None:
        patches.append({"op": "remove", "path": "/canarySettings"})
    elif wanted.canary is not None:
        before = now.canary or Canary("", -1.0)
        if wanted.canary.weight != before.weight:
            patches.append(_put("/canarySettings/percentTraffic", f"{wanted.canary.weight * 100:.10g}"))
        if wanted.canary.deployment != before.deployment:
            patches.append(_put("/canarySettings/deploymentId", wanted.canary.deployment))
        patches += _of_map("/canarySettings/stageVariableOverrides", before.overrides, wanted.canary.overrides)
    if description != found.description:
        patches.append(_put("/description", description))
    return patches


def _put(path: str, value: str) -> dict[str, str]:
    return {"op": "replace", "path": path, "value": value}


def _of_map(path: str, now: Mapping[str, str], wanted: Mapping[str, str]) -> list[dict[str, str]]:
    patches = [_put(f"{path}/{name}", value) for name, value in wanted.items() if now.get(name) != value]
    return patches + [{"op": "remove", "path": f"{path}/{name}"} for name in now if name not in wanted]
