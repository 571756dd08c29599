"""What a judge is given, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Tally:
    """What a metric of the plan's own counted: so many were `bad` of `total`."""

    metric: str
    bad: int
    total: int


@dataclass(frozen=True, slots=True)
class Counts:
    """What one version did in one sealed minute, or in several added up.

    `slow` counts the invocations above the frozen latency limit; `client_errors` and `server_errors` the answers 4XX
    and 5XX of an API in front. None where nobody measured it. `tallies`: of the plan's own metrics, those that were
    measured.
    """

    invocations: int = 0
    errors: int = 0
    slow: int | None = None
    throttles: int = 0
    client_errors: int | None = None
    server_errors: int | None = None
    tallies: tuple[Tally, ...] = ()

    @property
    def error_rate(self) -> float | None:
        """Errors per invocation (0-1), or None without a single invocation: no traffic is not health."""
        return self.errors / self.invocations if self.invocations else None

    @property
    def slow_rate(self) -> float | None:
        """Slow invocations per invocation (0-1), or None where unknown."""
        return self.slow / self.invocations if self.invocations and self.slow is not None else None

    def tally(self, metric: str) -> Tally | None:
        """What a metric of the plan's own counted; None where it was not measured."""
        return next((tally for tally in self.tallies if tally.metric == metric), None)

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.invocations + other.invocations,
            self.errors + other.errors,
            _sum(self.slow, other.slow),
            self.throttles + other.throttles,
            _sum(self.client_errors, other.client_errors),
            _sum(self.server_errors, other.server_errors),
            _joined(self.tallies, other.tallies),
        )


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None and other is None else (one or 0) + (other or 0)


def _joined(some: tuple[Tally, ...], others: tuple[Tally, ...]) -> tuple[Tally, ...]:
    sums: dict[str, Tally] = {}
    for tally in (*some, *others):
        known = sums.get(tally.metric, Tally(tally.metric, 0, 0))
        sums[tally.metric] = Tally(tally.metric, known.bad + tally.bad, known.total + tally.total)
    return tuple(sums.values())


@dataclass(frozen=True, slots=True)
class Minute:
    """One sealed CloudWatch period for both versions.

    `weight` is the canary's share (0-1) that was wanted; the larger one where it changed within the minute.
    A version is None where CloudWatch had nothing for it, which is not the same as nothing having gone wrong.
    """

    start: datetime
    weight: float
    baseline: Counts | None = None
    canary: Counts | None = None


class AlarmState(StrEnum):
    """A CloudWatch alarm's state, by the names CloudWatch gives it. INSUFFICIENT_DATA is unknown, not healthy."""

    OK = "OK"
    ALARM = "ALARM"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"


class Verdict(StrEnum):
    """What the minutes so far say of the canary. Only the deadline turns `undecided` into `inconclusive`."""

    HARMFUL = "harmful"
    SAFE = "safe"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Evidence:
    """How far harm and safety are from the limits at which they become verdicts.

    `harm`: odds to one that the canary is worse. `safety`: it harms at most one of so many of its requests.
    """

    harm: float = 0.0
    harm_limit: float = 1.0
    safety: float = 0.0
    safety_limit: float = 1.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """One answer of a judge.

    `seen_to` is the end of the latest sealed minute in which the canary served anything: the age of the evidence is
    counted from there. `alarms` names those that went into ALARM after the start and so condemn the canary.
    `weight_afforded` is the canary's share (0-1) that the evidence affords; None where it says no other than is
    wanted: on a ramp the weight stays, and a timetable goes on.
    """

    verdict: Verdict
    reason: str
    evidence: Evidence = field(default_factory=Evidence)
    baseline: Counts = field(default_factory=Counts)
    canary: Counts = field(default_factory=Counts)
    seen_to: datetime | None = None
    alarms: tuple[str, ...] = ()
    weight_afforded: float | None = None


class Judge(Protocol):
    """Takes minutes and alarms, answers with a judgement. One judge belongs to one rollout."""

    def see_minute(self, minute: Minute) -> Judgement:
        """Weigh a sealed minute. One that starts where an earlier one did replaces it: late data counts once."""
        ...

    def see_alarms(self, states: Mapping[str, AlarmState]) -> Judgement:
        """Weigh alarm states as read now. The first call is the start: what is in ALARM then is not held against it."""
        ...
