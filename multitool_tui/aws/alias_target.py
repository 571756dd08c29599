"""A Lambda alias as the target of a rollout: every write is compare-and-swap, and believed only when read back."""

from __future__ import annotations

from typing import Any

from multitool_tui.aws.errors import Conflict, Drift, NotFound, Throttled, Unanswered
from multitool_tui.aws.functions import alias_from, get_alias
from multitool_tui.aws.resources import Alias
from multitool_tui.aws.translate import aws_errors
from multitool_tui.clock import Clock
from multitool_tui.words import percent

_ATTEMPTS = 5
_PAUSE = 0.5  # seconds, doubled with each attempt

_Wanted = tuple[str, dict[str, float]]


class AliasTarget:
    """Moves an alias between `baseline` and `canary`.

    `client` is a Lambda client of its own, so that nothing else can delay a rollback. It must not repeat requests by
    itself: after a write without an answer the alias is read, not written again blindly.

    A write may raise any `AwsError`; `Drift` when the alias is not what this object last made or saw of it.
    """

    def __init__(self, client: Any, clock: Clock, alias: Alias, canary: str) -> None:
        self._client = client
        self._clock = clock
        self._function, self._name = alias.function, alias.name
        self._baseline, self._canary = alias.version, canary
        self._known = alias
        self._past: set[str] = set()
        """Revisions that our own writes have replaced: to see one again is a stale read, not a change."""

    async def read(self) -> Alias:
        """The alias as it is now.

        Raises:
            Drift: it was changed or deleted by somebody else.
        """
        found = await self._read()
        if self._is_stale(found):
            return self._known
        if not _same(found, _state(self._known)):
            raise self._drift(found)
        self._known = found  # the description, and with it the revision, may have moved
        return found

    async def set_weight(self, weight: float) -> Alias:
        """Send `weight` (0-1, exclusive) of the traffic to the canary."""
        return await self._write((self._baseline, {self._canary: weight}))

    async def promote(self) -> Alias:
        """Make the canary the alias's only version, in one write."""
        return await self._write((self._canary, {}))

    async def roll_back(self) -> Alias:
        """Make the baseline the alias's only version, whatever this rollout has made of it meanwhile."""
        found = await self._read()
        ours = {self._baseline, self._canary}
        if not {found.version, *found.weights} <= ours:
            raise self._drift(found)
        if not self._is_stale(found):
            self._known = found
        return await self._write((self._baseline, {}))

    async def _write(self, wanted: _Wanted) -> Alias:
        version, weights = wanted
        trouble: Exception | None = None
        for attempt in range(_ATTEMPTS):
            if attempt:
                await self._clock.sleep(_PAUSE * 2 ** (attempt - 1))
            before = self._known
            swap = {"RevisionId": before.revision} if before.revision else {}
            try:
                with aws_errors():
                    answer = await self._client.update_alias(
                        FunctionName=self._function,
                        Name=self._name,
                        FunctionVersion=version,
                        RoutingConfig={"AdditionalVersionWeights": weights},
                        **swap,
                    )
                    made = alias_from(self._function, answer)
                if _same(made, wanted):
                    return self._remember(made)
            except (Conflict, Throttled, Unanswered) as error:
                trouble = error
            try:
                found = await self._read()
            except (Throttled, Unanswered) as error:
                trouble = error
                continue
            if _same(found, wanted):
                return self._remember(found)
            if self._is_stale(found):
                continue
            if not _same(found, _state(before)):
                raise self._drift(found)
            self._known = found
        raise trouble or Unanswered(f"{self._function}:{self._name} does not take the change.")

    async def _read(self) -> Alias:
        try:
            return await get_alias(self._client, self._function, self._name)
        except NotFound:
            raise Drift(f"The alias {self._function}:{self._name} was deleted by somebody else.") from None

    def _remember(self, made: Alias) -> Alias:
        if made.revision != self._known.revision:
            self._past.add(self._known.revision)
        self._known = made
        return made

    def _is_stale(self, found: Alias) -> bool:
        """Alias changes are eventually consistent: a read may show what our own write has just replaced."""
        return bool(found.revision) and found.revision in self._past

    def _drift(self, found: Alias) -> Drift:
        return Drift(f"{self._function}:{self._name} was changed by somebody else: it is now {_spell(found)}.")


def _state(alias: Alias) -> _Wanted:
    return alias.version, dict(alias.weights)


def _same(alias: Alias, wanted: _Wanted) -> bool:
    version, weights = wanted
    return (
        alias.version == version
        and alias.weights.keys() == weights.keys()
        and all(abs(alias.weights[name] - weight) < 1e-6 for name, weight in weights.items())
    )


def _spell(alias: Alias) -> str:
    """ "v41" or "v41 with 10% to v42"."""
    extra = "".join(f" with {percent(weight)} to v{version}" for version, weight in alias.weights.items())
    return f"v{alias.version}{extra}"
