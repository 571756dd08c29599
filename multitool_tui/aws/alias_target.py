"""A Lambda alias as the target of a rollout: every write is compare-and-swap, and believed only when read back."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from multitool_tui.aws import lease as leases
from multitool_tui.aws.errors import Conflict, LeaseLost, Throttled, Unanswered
from multitool_tui.aws.functions import alias_from, get_alias
from multitool_tui.aws.lease import Lease
from multitool_tui.aws.marked_target import ATTEMPTS, MarkedState, MarkedTarget
from multitool_tui.aws.resources import Alias
from multitool_tui.aws.translate import aws_errors
from multitool_tui.clock import Clock
from multitool_tui.words import percent

_STALE = 16  # own writes ago: what they replaced is not read any more


@dataclass(frozen=True, slots=True)
class _State(MarkedState):
    version: str
    weights: Mapping[str, float]

    @property
    def description(self) -> str:
        return leases.write(self.lease, self.owners) if self.lease else self.owners

    def has_traffic_of(self, other: _State) -> bool:
        return (
            self.version == other.version
            and self.weights.keys() == other.weights.keys()
            and all(abs(self.weights[name] - weight) < 1e-6 for name, weight in other.weights.items())
        )


class AliasTarget(MarkedTarget[Alias, _State]):
    """Moves an alias between the baseline and the canary of `lease`, which it keeps in the alias's description.

    `client` is a Lambda client of its own, so that nothing else can delay a rollback. It must not repeat requests by
    itself: after a write without an answer the alias is read, not written again blindly.
    """

    _kind = "alias"

    def __init__(self, client: Any, clock: Clock, alias: Alias, lease: Lease) -> None:
        """`alias` as it was read last; `lease.until` does not matter."""
        super().__init__(clock, alias, lease)
        self._client = client
        self._past = deque[str](maxlen=_STALE)
        """Revisions that our own writes have replaced: to see one again is a stale read, not a change."""

    async def take_over(self, of: str | None, *, or_unmarked: bool = False) -> Alias:
        """Mark the alias as this driver's, if it has the mark of the driver `of`, or none where that is None.

        `or_unmarked`: or none, whoever `of` is: for an alias that goes with a stage, where a mark is the stage's.

        Of several who take over from one driver, the first has it; what that driver has ended stays ended.
        """
        for _ in range(ATTEMPTS):
            found = await self._read_of({of, None} if or_unmarked else {of})
            self._take(found)
            try:
                return await self._write(replace(self._state(found), lease=self._lease))
            except LeaseLost:  # it was renewed in between
                continue
        raise Conflict(f"{self._name} cannot be taken over: another driver keeps writing to it.")

    # The traffic

    async def read(self) -> Alias:
        """The alias as it is now."""
        found = await self._read()
        if self._is_stale(found):
            return self._known
        return self._take_unchanged(found)

    async def set_weight(self, weight: float) -> Alias:
        """Send `weight` (0-1, exclusive) of the traffic to the canary."""
        return await self._write(self._split(weight, self._state(self._known).owners))

    async def promote(self, *, final: bool) -> Alias:
        """Make the canary the alias's only version, in one write; where that is `final` the mark goes with it."""
        state = self._split(1.0, self._state(self._known).owners)
        return await self._write(replace(state, lease=None) if final else state)

    async def roll_back(self) -> Alias:
        """Make the baseline the alias's only version, whatever this rollout has made of it meanwhile; no mark stays."""
        found = await self._fresh_of_ours()
        return await self._write(replace(self._split(0.0, self._state(found).owners), lease=None))

    # After another hand's change

    async def restore(self, weight: float) -> Alias:
        """Send `weight` (0-1) to the canary again, whatever another hand has made of the alias."""
        owners = self._state(self._known).owners
        await self._fresh()
        return await self._write(self._split(weight, owners))

    async def leave(self) -> None:
        """Take the mark off, if it is ours, and leave everything else as it is."""
        await self._unmark()

    # How

    def _split(self, weight: float, owners: str) -> _State:
        """The alias with `weight` (0-1) on the canary, marked."""
        baseline, canary = self._lease.baseline, self._lease.canary
        if weight in (0.0, 1.0):
            return _State(self._lease, owners, canary if weight else baseline, {})
        return _State(self._lease, owners, baseline, {canary: weight})

    def _state(self, found: Alias) -> _State:
        return _State(*leases.read(found.description), found.version, found.weights)

    def _spell(self, found: Alias) -> str:
        """ "v41" or "v41 with 10% to v42"."""
        extra = "".join(f" with {percent(weight)} to v{version}" for version, weight in found.weights.items())
        return f"v{found.version}{extra}"

    def _has_only_ours(self, found: Alias) -> bool:
        return {found.version, *found.weights} <= {self._lease.baseline, self._lease.canary}

    async def _get(self) -> Alias:
        return await get_alias(self._client, self._known.function, self._known.name)

    async def _fresh(self) -> Alias:
        found = await self._read()
        if self._is_stale(found):
            return self._known
        self._check_lease(found)
        return self._take(found)

    async def _try(self, wanted: _State, description: str) -> Alias | None:
        """Write over the known revision. What has no answer, or another than was wanted, is read back."""
        self._sent.append(wanted)
        swap = {"RevisionId": self._known.revision} if self._known.revision else {}
        try:
            with aws_errors():
                answer = await self._client.update_alias(
                    FunctionName=self._known.function,
                    Name=self._known.name,
                    FunctionVersion=wanted.version,
                    RoutingConfig={"AdditionalVersionWeights": dict(wanted.weights)},
                    Description=description,
                    **swap,
                )
                made = alias_from(self._known.function, answer)
        except (Conflict, Throttled, Unanswered):
            if found := await self._read_back(wanted):
                return found
            raise
        return made if self._state(made).is_what_was_wanted(wanted) else await self._read_back(wanted)

    async def _read_back(self, wanted: _State) -> Alias | None:
        """The alias, where it is what was wanted; else it has to be as it was.

        What it was before our own writes is no answer, even where just that is wanted: a rollback wants it.
        """
        found = await self._read()
        if self._is_stale(found):
            return None
        if self._state(found).is_what_was_wanted(wanted):
            return found
        self._take_unchanged(found)
        return None

    def _remember(self, made: Alias) -> Alias:
        if made.revision != self._known.revision:
            self._past.append(self._known.revision)
        return super()._remember(made)

    def _take(self, found: Alias) -> Alias:
        is_another = found.revision != self._known.revision
        taken = super()._take(found)
        if is_another:
            self._sent.clear()  # compare-and-swap: what was written over the known revision can no longer come about
        return taken

    def _take_unchanged(self, found: Alias) -> Alias:
        self._check_lease(found)
        if self._is_foreign(found):
            raise self._drift(found)
        return self._take(found)

    def _is_stale(self, found: Alias) -> bool:
        """Alias changes are eventually consistent: a read may show what our own write has just replaced."""
        return bool(found.revision) and found.revision in self._past
