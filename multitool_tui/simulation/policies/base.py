"""What a policy is, and what those that go by a timetable have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from multitool_tui.judgement.model import Minute


class Policy(Protocol):
    """Decides one rollout."""

    aftercare: int
    """Minutes for which it goes on looking after it has promoted."""

    def begin(self, history: Sequence[Minute]) -> float:
        """The first weight (0-1), after the minutes of the baseline alone."""
        ...

    def see(self, minutes: Sequence[Minute]) -> float:
        """The weight from now on, 0 to roll back, 1 to promote. Called once a minute with what has become known."""
        ...


class Seen(NamedTuple):
    """A sealed minute: requests and failures of the canary (1) and of the baseline (0)."""

    n1: int
    x1: int
    n0: int
    x0: int


class Timetable:
    """Weights by the minute; promoted at their end unless it `is_bad` before. Satisfies `Policy`."""

    aftercare = 0

    def __init__(self, steps: Sequence[tuple[float, int]]) -> None:
        """`steps`: weight (0-1) and minutes of each."""
        self._weights = [weight for weight, minutes in steps for _ in range(minutes)]
        self._calls = 0
        self.seen: list[Seen] = []

    def begin(self, history: Sequence[Minute]) -> float:  # noqa: ARG002 - none of them reads it
        """The first step's."""
        return self._weights[0]

    def see(self, minutes: Sequence[Minute]) -> float:
        """The timetable's weight, or 0."""
        self._calls += 1
        for minute in minutes:
            one, other = minute.canary, minute.baseline
            self.seen.append(
                Seen(
                    one.invocations if one else 0,
                    one.errors if one else 0,
                    other.invocations if other else 0,
                    other.errors if other else 0,
                )
            )
            if self.is_bad():
                return 0.0
        if self._calls < len(self._weights):
            return self._weights[self._calls]
        return 0.0 if self.fails_at_the_end() else 1.0

    def is_bad(self) -> bool:
        """Whether the minutes seen so far, of which the latest is new, condemn the canary."""
        return False

    def fails_at_the_end(self) -> bool:
        """Whether the canary is condemned once the timetable is through."""
        return False
