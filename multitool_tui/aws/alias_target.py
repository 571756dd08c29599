"""A Lambda alias as the target of a rollout: every write is compare-and-swap, and believed only when read back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from multitool_tui.aws import lease as leases
from multitool_tui.aws.errors import Conflict, Drift, LeaseLost, NotFound, Refused, Throttled, Unanswered
from multitool_tui.aws.functions import alias_from, get_alias
from multitool_tui.aws.lease import Lease
from multitool_tui.aws.resources import Alias
from multitool_tui.aws.translate import aws_errors
from multitool_tui.clock import Clock
from multitool_tui.words import percent

_ATTEMPTS = 5
_PAUSE = 0.5  # seconds, doubled with each attempt


@dataclass(frozen=True, slots=True)
class _State:
    """What an alias is, or is to become; `lease` is None where no mark of ours is, or is to be, on it."""

    version: str
    weights: dict[str, float]
    lease: Lease | None
    owners: str

    @classmethod
    def of(cls, alias: Alias) -> _State:
        lease, owners = leases.read(alias.description)
        return cls(alias.version, dict(alias.weights), lease, owners)

    @property
    def description(self) -> str:
        return leases.write(self.lease, self.owners) if self.lease else self.owners

    def has_traffic_of(self, other: _State) -> bool:
        return (
            self.version == other.version
            and self.weights.keys() == other.weights.keys()
            and all(abs(self.weights[name] - weight) < 1e-6 for name, weight in other.weights.items())
        )

    def is_what_was_wanted(self, wanted: _State) -> bool:
        """Whether a write has come about; the owner's words are AWS's to keep as it likes."""
        ours, theirs = wanted.lease, self.lease
        same_lease = ours is theirs is None or bool(
            ours and theirs and (ours.driver, ours.until) == (theirs.driver, theirs.until)
        )
        return self.has_traffic_of(wanted) and same_lease

    def is_untouched_since(self, known: _State) -> bool:
        """Whether nobody but the same driver has changed it: a lease may have been renewed."""
        drivers = {state.lease.driver if state.lease else None for state in (self, known)}
        return self.has_traffic_of(known) and self.owners == known.owners and len(drivers) == 1


class AliasTarget:
    """Moves an alias between the baseline and the canary of `lease`, which it keeps in the alias's description.

    `client` is a Lambda client of its own, so that nothing else can delay a rollback. It must not repeat requests by
    itself: after a write without an answer the alias is read, not written again blindly.

    Everything may raise any `AwsError`; `Drift` when the alias is not what this object last made or saw of it,
    `LeaseLost` when another driver has marked it as its own.
    """

    def __init__(self, client: Any, clock: Clock, alias: Alias, lease: Lease) -> None:
        """`alias` as it was read last; `lease.until` does not matter."""
        self._client = client
        self._clock = clock
        self._function, self._name = alias.function, alias.name
        self._baseline, self._canary = lease.baseline, lease.canary
        self._lease = lease
        self._known = alias
        self._past: set[str] = set()
        """Revisions that our own writes have replaced: to see one again is a stale read, not a change."""
        self._sent: list[_State] = []
        """What was written over the known revision, and may come about as long as that stands: also a write that was
        given up without an answer."""

    def aim(self, canary: str) -> None:
        """The canary of a rollout that began without one has been published."""
        self._canary, self._lease = canary, replace(self._lease, canary=canary)

    # The lease

    async def acquire(self) -> Alias:
        """Mark the alias as this driver's, if it still is as it was read.

        Raises:
            Refused: there is no room for the mark beside the owner's description.
        """
        state = _State.of(self._known)
        return await self._write(replace(state, lease=self._lease))

    async def take_over(self, of: str | None, *, or_unmarked: bool = False) -> Alias:
        """Mark the alias as this driver's, if it has the mark of the driver `of`, or none where that is None.

        `or_unmarked`: or none, whoever `of` is: for an alias that goes with a stage, where a mark is the stage's.

        Of several who take over from one driver, the first has it; what that driver has ended stays ended.
        """
        for _ in range(_ATTEMPTS):
            found = await self._read()
            state = _State.of(found)
            whose = state.lease.driver if state.lease else None
            if whose not in (of, self._lease.driver) and not (or_unmarked and whose is None):
                self._check_lease(found)
                raise LeaseLost(f"The rollout on {self._function}:{self._name} has ended: its mark is gone.")
            self._take(found)
            try:
                return await self._write(replace(state, lease=self._lease))
            except LeaseLost:  # it was renewed in between
                continue
        raise Conflict(f"{self._function}:{self._name} cannot be taken over: another driver keeps writing to it.")

    async def renew(self) -> Alias:
        """Move the end of the lease, when it is time to; return the alias."""
        lease = _State.of(self._known).lease
        if lease and lease.until - self._clock.now() > leases.DURATION - leases.RENEWAL:
            return self._known
        return await self._write(_State.of(self._known))

    # The traffic

    async def read(self) -> Alias:
        """The alias as it is now."""
        found = await self._read()
        if self._is_stale(found):
            return self._known
        self._check(found)
        return self._take(found)

    async def set_weight(self, weight: float) -> Alias:
        """Send `weight` (0-1, exclusive) of the traffic to the canary."""
        return await self._write(self._split(weight, _State.of(self._known).owners))

    async def promote(self, *, final: bool) -> Alias:
        """Make the canary the alias's only version, in one write; where that is `final` the mark goes with it."""
        state = self._split(1.0, _State.of(self._known).owners)
        return await self._write(replace(state, lease=None) if final else state)

    async def roll_back(self) -> Alias:
        """Make the baseline the alias's only version, whatever this rollout has made of it meanwhile; no mark stays."""
        found = await self._fresh()
        if not self._has_only_ours(found):
            raise self._drift(found)
        return await self._write(replace(self._split(0.0, _State.of(found).owners), lease=None))

    # After another hand's change

    async def adopt(self) -> Alias:
        """Take the alias as it is for this rollout's own, and mark it again."""
        found = await self._fresh()
        if not self._has_only_ours(found):
            raise self._drift(found)
        return await self._write(replace(_State.of(found), lease=self._lease))

    async def restore(self, weight: float) -> Alias:
        """Send `weight` (0-1) to the canary again, whatever another hand has made of the alias."""
        owners = _State.of(self._known).owners
        await self._fresh()
        return await self._write(self._split(weight, owners))

    async def leave(self) -> None:
        """Take the mark off, if it is ours, and leave everything else as it is."""
        for _ in range(_ATTEMPTS):
            try:
                found = _State.of(await self._fresh())
                if found.lease:
                    await self._write(replace(found, lease=None))
            except LeaseLost:
                return
            except Drift:
                if await self._is_gone():
                    return
                continue
            return
        raise Conflict(f"{self._function}:{self._name} keeps changing: the mark in its description is still there.")

    # How

    def _split(self, weight: float, owners: str) -> _State:
        """The alias with `weight` (0-1) on the canary, marked."""
        if weight in (0.0, 1.0):
            return _State(self._canary if weight else self._baseline, {}, self._lease, owners)
        return _State(self._baseline, {self._canary: weight}, self._lease, owners)

    async def _write(self, wanted: _State) -> Alias:
        if wanted.lease:
            until = (self._clock.now() + leases.DURATION).replace(microsecond=0)
            wanted = replace(wanted, lease=replace(self._lease, until=until))
        try:
            description = wanted.description
        except leases.NoRoom as error:
            raise Refused(
                f"The description of {self._function}:{self._name} leaves no room for the mark of a rollout: "
                f"shorten it by {error.over} characters."
            ) from None
        trouble: Exception | None = None
        for attempt in range(_ATTEMPTS):
            if attempt:
                await self._clock.sleep(_PAUSE * 2 ** (attempt - 1))
            before = self._known
            swap = {"RevisionId": before.revision} if before.revision else {}
            self._sent.append(wanted)
            try:
                with aws_errors():
                    answer = await self._client.update_alias(
                        FunctionName=self._function,
                        Name=self._name,
                        FunctionVersion=wanted.version,
                        RoutingConfig={"AdditionalVersionWeights": wanted.weights},
                        Description=description,
                        **swap,
                    )
                    made = alias_from(self._function, answer)
                if _State.of(made).is_what_was_wanted(wanted):
                    return self._remember(made)
            except (Conflict, Throttled, Unanswered) as error:
                trouble = error
            try:
                found = await self._read()
            except (Throttled, Unanswered) as error:
                trouble = error
                continue
            if _State.of(found).is_what_was_wanted(wanted):
                return self._remember(found)
            if self._is_stale(found):
                continue
            self._check(found)
            self._take(found)
        raise trouble or Unanswered(f"{self._function}:{self._name} does not take the change.")

    async def _read(self) -> Alias:
        try:
            return await get_alias(self._client, self._function, self._name)
        except NotFound:
            raise Drift(f"The alias {self._function}:{self._name} was deleted by somebody else.") from None

    async def _fresh(self) -> Alias:
        """The alias as it is now, to be written over unless another driver has it."""
        found = await self._read()
        if self._is_stale(found):
            return self._known
        self._check_lease(found)
        return self._take(found)

    async def _is_gone(self) -> bool:
        try:
            await get_alias(self._client, self._function, self._name)
        except NotFound:
            return True
        return False

    def _remember(self, made: Alias) -> Alias:
        """A write of ours has come about."""
        if made.revision != self._known.revision:
            self._past.add(self._known.revision)
        self._sent.clear()
        self._known = made
        return made

    def _take(self, found: Alias) -> Alias:
        """Go by what was read from here on."""
        if any(_State.of(found).is_what_was_wanted(sent) for sent in self._sent):
            return self._remember(found)
        if found.revision != self._known.revision:
            self._sent.clear()  # compare-and-swap: what was written over the known revision can no longer come about
        self._known = found
        return found

    def _is_stale(self, found: Alias) -> bool:
        """Alias changes are eventually consistent: a read may show what our own write has just replaced."""
        return bool(found.revision) and found.revision in self._past

    def _has_only_ours(self, alias: Alias) -> bool:
        return {alias.version, *alias.weights} <= {self._baseline, self._canary}

    def _check(self, found: Alias) -> None:
        self._check_lease(found)
        state = _State.of(found)
        is_ours = any(state.is_what_was_wanted(sent) for sent in self._sent)
        if not (is_ours or state.is_untouched_since(_State.of(self._known))):
            raise self._drift(found)

    def _check_lease(self, found: Alias) -> None:
        lease, _ = leases.read(found.description)
        if lease and lease.driver != self._lease.driver:
            raise LeaseLost(f"{lease.who} drives {self._function}:{self._name} now.", found)

    def _drift(self, found: Alias) -> Drift:
        state, known = _State.of(found), _State.of(self._known)
        what = "" if not state.has_traffic_of(known) else ", its description changed"
        why = f"{self._function}:{self._name} was changed by somebody else: it is now {_spell(found)}{what}."
        return Drift(why, found)


def _spell(alias: Alias) -> str:
    """ "v41" or "v41 with 10% to v42"."""
    extra = "".join(f" with {percent(weight)} to v{version}" for version, weight in alias.weights.items())
    return f"v{alias.version}{extra}"
