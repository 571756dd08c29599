"""What was found before a start: one list, for the dry run, the start without a screen, and the screen's dialog."""

from __future__ import annotations

from collections.abc import Awaitable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from multitool_tui.controller.port import CommandRefused

TRAFFIC = "traffic"
"""What a finding on the power of the rollout is about."""
PROVISIONED = "provisioned"
"""What a finding on provisioned concurrency is about, for which the product's policy has no permission."""


class Level(StrEnum):
    """How a finding bears on the start."""

    OK = "ok"
    WARNING = "warning"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence `about` something: "target", "alarms", ... `refusal`: what a start would raise."""

    about: str
    level: Level
    says: str
    refusal: CommandRefused | None = field(default=None, compare=False, repr=False)

    @property
    def matters(self) -> bool:
        """Whether whoever starts all the same is to be told: what is not as it should be, and what it could tell.

        What the product's policy does not let be asked is not news.
        """
        return self.about == TRAFFIC or self.level not in (Level.OK, Level.UNKNOWN) or self.is_missed

    @property
    def is_missed(self) -> bool:
        """Whether it is not known, though it usually is."""
        return self.level is Level.UNKNOWN and self.about != PROVISIONED


class Findings:
    """Takes in findings one after the other. A check that refuses does not keep the others from being made."""

    def __init__(self) -> None:
        self._all: list[Finding] = []

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._all)

    def add(self, about: str, says: str, level: Level = Level.OK) -> None:
        self._all.append(Finding(about, level, says))

    async def check(self, about: str, check: Awaitable[None]) -> bool:
        """Make a check, which adds what it finds; whether it has not refused."""
        try:
            await check
        except CommandRefused as refusal:
            self._all.append(Finding(about, Level.REFUSED, str(refusal), refusal))
            return False
        return True

    @property
    def refusal(self) -> CommandRefused | None:
        """The first thing that is in the way; None where nothing is."""
        return next((finding.refusal for finding in self._all if finding.refusal), None)
