"""What every kind of target has in common: the mark of a driver in its description, and writes that are read back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import ClassVar, Generic, Self, TypeVar

from multitool_tui.aws import lease as leases
from multitool_tui.aws.errors import Conflict, Drift, LeaseLost, NotFound, Refused, Throttled, Unanswered
from multitool_tui.aws.lease import Lease
from multitool_tui.aws.resources import Reading
from multitool_tui.clock import Clock

ATTEMPTS = 5
_PAUSE = 0.5  # seconds, doubled with each attempt


@dataclass(frozen=True, slots=True)
class MarkedState(ABC):
    """What a target is, or is to become; `lease` is None where no mark of ours is, or is to be, on it."""

    lease: Lease | None
    owners: str

    @property
    @abstractmethod
    def description(self) -> str:
        """The owner's words, and the mark.

        Raises:
            leases.NoRoom: together they are longer than a description may be.
        """

    @abstractmethod
    def has_traffic_of(self, other: Self) -> bool:
        """Whether the same versions get the same shares."""

    @property
    def driver(self) -> str | None:
        """Whose mark it has."""
        return self.lease.driver if self.lease else None

    @property
    def mark(self) -> object:
        """What tells a mark from any other."""
        return (self.lease.driver, self.lease.until) if self.lease else None

    def is_what_was_wanted(self, wanted: Self) -> bool:
        """Whether a write has come about; the owner's words are AWS's to keep as it likes."""
        return self.has_traffic_of(wanted) and self.mark == wanted.mark

    def is_untouched_since(self, known: Self) -> bool:
        """Whether nobody but the same driver has changed it: a lease may have been renewed."""
        return self.has_traffic_of(known) and self.owners == known.owners and self.driver == known.driver


Found = TypeVar("Found", bound=Reading)
State = TypeVar("State", bound=MarkedState)


class MarkedTarget(ABC, Generic[Found, State]):
    """A target of one rollout, whose versions and driver are in its lease.

    Everything may raise any `AwsError`; `Drift` when the target is not what this object last made or saw of it,
    `LeaseLost` when another driver has marked it as its own.
    """

    _kind: ClassVar[str]
    """What people call such a target."""

    def __init__(self, clock: Clock, found: Found, lease: Lease) -> None:
        """`found` as it was read last; `lease.until` does not matter."""
        self._clock = clock
        self._lease = lease
        self._known = found
        self._sent: list[State] = []
        """What was written over the known state, and may come about yet: also what was given up without an answer."""

    def aim(self, canary: str) -> None:
        """The canary of a rollout that began without one has been published."""
        self._lease = replace(self._lease, canary=canary)

    async def acquire(self) -> Found:
        """Mark the target as this driver's, if it still is as it was read.

        Raises:
            Refused: there is no room for the mark beside the owner's description.
        """
        return await self._write(replace(self._state(self._known), lease=self._lease))

    async def renew(self) -> Found:
        """Move the end of the lease, when it is time to; return the target."""
        state = self._state(self._known)
        if state.lease and state.lease.until - self._clock.now() > leases.DURATION - leases.RENEWAL:
            return self._shown(self._known)
        return await self._write(state)

    async def adopt(self) -> Found:
        """Take the target as another hand has made it for this rollout's own, and mark it again."""
        return await self._write(replace(self._state(await self._fresh_of_ours()), lease=self._lease))

    async def _unmark(self) -> Found | None:
        """Take the mark off and leave everything else as it is; None where the target is another driver's, or gone."""
        for _ in range(ATTEMPTS):
            try:
                found = await self._fresh()
                state = self._state(found)
                return await self._write(replace(state, lease=None)) if state.lease else found
            except LeaseLost:
                return None
            except Drift as error:
                if error.found is None:  # it is gone
                    return None
        raise Conflict(f"{self._name} keeps changing: the mark in its description is still there.")

    # What differs

    @abstractmethod
    def _state(self, found: Found) -> State:
        """What was read."""

    @abstractmethod
    def _spell(self, found: Found) -> str:
        """Which versions it is on, for people."""

    @abstractmethod
    def _has_only_ours(self, found: Found) -> bool:
        """Whether it is on nothing but the baseline and the canary."""

    @abstractmethod
    async def _get(self) -> Found:
        """The target as AWS shows it.

        Raises:
            NotFound: it is gone.
        """

    @abstractmethod
    async def _fresh(self) -> Found:
        """The target as it is now, to be written over unless another driver has it."""

    @abstractmethod
    async def _try(self, wanted: State, description: str) -> Found | None:
        """Write once, where nobody else has; None where what was read back then is not what is wanted yet."""

    def _marked(self, wanted: State, lease: Lease) -> State:
        """With this mark."""
        return replace(wanted, lease=lease)

    def _shown(self, found: Found) -> Found:
        """As this rollout sees it."""
        return found

    # How

    @property
    def _name(self) -> str:
        return self._known.target

    async def _write(self, wanted: State) -> Found:
        """Make the target what is wanted; where that has a lease, it is ours, from now on."""
        if wanted.lease:
            until = (self._clock.now() + leases.DURATION).replace(microsecond=0)
            wanted = self._marked(wanted, replace(self._lease, until=until))
        try:
            description = wanted.description
        except leases.NoRoom as error:
            raise Refused(
                f"The description of {self._name} leaves no room for the mark of a rollout: "
                f"shorten it by {error.over} characters."
            ) from None
        trouble: Exception | None = None
        for attempt in range(ATTEMPTS):
            if attempt:
                await self._clock.sleep(_PAUSE * 2 ** (attempt - 1))
            try:
                made = await self._try(wanted, description)
            except (Conflict, Throttled, Unanswered) as error:
                trouble = error
            else:
                if made is not None:
                    return self._remember(made)
        raise trouble or Unanswered(f"{self._name} does not take the change.")

    async def _read(self) -> Found:
        try:
            return await self._get()
        except NotFound:
            raise Drift(f"The {self._kind} {self._name} was deleted by somebody else.") from None

    async def _read_of(self, drivers: set[str | None]) -> Found:
        """The target as it is now, which must have the mark of one of `drivers`, None for no mark, or ours."""
        found = await self._read()
        if self._state(found).driver not in {*drivers, self._lease.driver}:
            self._check_lease(found)
            raise LeaseLost(f"The rollout on {self._name} has ended: its mark is gone.")
        return found

    async def _fresh_of_ours(self) -> Found:
        """The target as it is now, on nothing but our versions."""
        found = await self._fresh()
        if not self._has_only_ours(found):
            raise self._drift(found)
        return found

    def _remember(self, made: Found) -> Found:
        """A write of ours has come about."""
        self._sent.clear()
        self._known = made
        return self._shown(made)

    def _take(self, found: Found) -> Found:
        """Go by what was read from here on."""
        if self._was_sent(found):
            return self._remember(found)
        self._known = found
        return self._shown(found)

    def _was_sent(self, found: Found) -> bool:
        return any(self._state(found).is_what_was_wanted(sent) for sent in self._sent)

    def _is_foreign(self, found: Found) -> bool:
        """Whether it is neither what it was nor what we have written since."""
        return not (self._was_sent(found) or self._state(found).is_untouched_since(self._state(self._known)))

    def _check_lease(self, found: Found) -> None:
        lease = self._state(found).lease
        if lease and lease.driver != self._lease.driver:
            raise LeaseLost(f"{lease.who} drives {self._name} now.", self._shown(found))

    def _drift(self, found: Found) -> Drift:
        is_the_same = self._state(found).has_traffic_of(self._state(self._known))
        what = ", its description changed" if is_the_same else ""
        why = f"{self._name} was changed by somebody else: it is now {self._spell(found)}{what}."
        return Drift(why, self._shown(found))
