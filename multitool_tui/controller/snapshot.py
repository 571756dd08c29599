"""What the controller knows at one moment, frozen: the only thing that a screen is ever given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from multitool_tui.aws.resources import Alarm, Alias, Caller, RestApi, Stage
from multitool_tui.judgement.model import AlarmState, Evidence, Minute
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.plan import Plan
from multitool_tui.rollout.receipts import Severity


class FeedName(StrEnum):
    """What is polled; each feed belongs to a pane, which dims with the age of its data."""

    IDENTITY = "identity"
    RESOURCES = "resources"
    TARGET = "target"
    METRICS = "metrics"
    ALARMS = "alarms"


@dataclass(frozen=True, slots=True)
class Feed:
    """How a feed is doing. `stale_after` is the age in seconds above which its data is called old."""

    fetched_at: datetime | None = None
    error: str | None = None
    """Why the latest call failed, in one sentence; None when it went well."""
    slow_since: datetime | None = None
    """When the call under way was begun, when that is unusually long ago."""
    stale_after: float = 60.0

    def age(self, now: datetime) -> float | None:
        """Seconds since the data was fetched; None before the first time."""
        return (now - self.fetched_at).total_seconds() if self.fetched_at else None

    def is_stale(self, now: datetime) -> bool:
        """Whether a pane that shows this feed must say that it is old."""
        age = self.age(now)
        return age is not None and (age > self.stale_after or self.error is not None)


@dataclass(frozen=True)
class Function:
    """A function with what is known of it so far; None where that was not loaded yet."""

    name: str
    aliases: tuple[Alias, ...] | None = None
    versions: tuple[str, ...] | None = None
    """Published versions, oldest first; never $LATEST."""
    error: str | None = None

    @cached_property
    def spelled(self) -> str:
        """All names and versions of it, without regard to case: what a filter may find."""
        aliases = self.aliases or ()
        versions = (*(self.versions or ()), *(each for one in aliases for each in (one.version, *one.weights)))
        return "\n".join((self.name, *(one.target for one in aliases), *(f"v{each}" for each in versions))).casefold()


@dataclass(frozen=True, slots=True)
class Api:
    """A REST API with what is known of its stages so far; None where they were not loaded yet."""

    api: RestApi
    stages: tuple[Stage, ...] | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Traffic:
    """The minutes of one target that are known, oldest first; sealed ones only.

    `baseline` and `canary` are version numbers; canary is None while nothing is being released.
    `slow_limit` is the duration in milliseconds above which an invocation counts as slow; None where unknown.
    `course` is how the evidence stood after each minute, by the minute's start; `alarm_changes` what each watched alarm
    went into, and when it was seen to.
    """

    target: str
    baseline: str
    canary: str | None = None
    minutes: tuple[Minute, ...] = ()
    slow_limit: float | None = None
    course: tuple[tuple[datetime, Evidence], ...] = ()
    alarm_changes: tuple[tuple[datetime, str, AlarmState], ...] = ()


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another process that drives a rollout: `who` for people, its `driver` mark, and when its lease runs out.

    One that is `near`, on this machine, is sent the commands that are given here, and says itself how things are.
    """

    who: str
    driver: str
    until: datetime
    near: bool = False


@dataclass(frozen=True, slots=True)
class LiveRollout:
    """A rollout, live or ended, with what is known of its target now.

    `weight_read` is the canary's share (0-1) as the alias said last; None before the first look. `elsewhere` says
    who drives it, where that is another process.
    """

    rollout: Rollout
    traffic: Traffic
    weight_read: float | None = None
    firing_at_start: tuple[str, ...] = ()
    change_trouble: str | None = None
    """What is in the way of the change under way, or of renewing the mark, while it is being tried again."""
    sent: float | None = None
    """The share (0-1) of its package that is uploaded, while it is."""
    elsewhere: Elsewhere | None = None

    @property
    def driven_far_away(self) -> Elsewhere | None:
        """The process that drives it and takes no command from here, if there is one."""
        return None if self.elsewhere is None or self.elsewhere.near else self.elsewhere


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the events pane. `rollout` is the id of the rollout it belongs to, if any."""

    at: datetime
    actor: str
    action: str
    reason: str
    severity: Severity = Severity.INFO
    rollout: str | None = None
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A group of the manifest: its targets wave by wave, and the wave (from 0) that is under way from here, if any."""

    name: str
    waves: tuple[tuple[str, ...], ...]
    wave: int | None = None

    @property
    def targets(self) -> tuple[str, ...]:
        """All of them, in order."""
        return tuple(target for wave in self.waves for target in wave)


@dataclass(frozen=True, slots=True)
class Place:
    """One of several sessions side by side: what is known of it, and why it is of no use, if it is not."""

    name: str
    snapshot: Snapshot | None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that panes are built from. Times are those of the controller's clock."""

    at: datetime
    caller: Caller | None = None
    sandbox: str | None = None
    """The scenario's name when this is the sandbox."""
    read_only: bool = False
    plans: Mapping[str, tuple[str, Plan]] = field(default_factory=dict)
    """The manifest's plans: name -> (target, plan)."""
    groups: tuple[Group, ...] = ()
    """The manifest's."""
    functions: tuple[Function, ...] = ()
    functions_complete: bool = False
    """Whether every page of the list has been read at least once."""
    apis: tuple[Api, ...] = ()
    """By name; those of one name by id."""
    apis_error: str | None = None
    """Why they cannot be listed, in one sentence."""
    alarms: tuple[Alarm, ...] = ()
    rollouts: tuple[LiveRollout, ...] = ()
    """In the order in which they were started."""
    focus: Traffic | None = None
    """The minutes of the target that the operator looks at, when no rollout is on it."""
    entries: tuple[Entry, ...] = ()
    """Oldest first."""
    feeds: dict[FeedName, Feed] = field(default_factory=dict)
    calls_last_minute: int = 0
    place: str = ""
    """The session that this is of, where there are several; `places` are all of them then, in their order."""
    places: tuple[Place, ...] = ()
    past: str = ""
    """What this is instead of the present, where it is: a word for the header."""
    fatal: str | None = None
    """Why the session is of no use at all, in one sentence that says what to do next."""

    @property
    def everywhere(self) -> tuple[tuple[str, LiveRollout], ...]:
        """The rollouts of all sessions, each with the name of its session."""
        if not self.places:
            return tuple(("", live) for live in self.rollouts)
        return tuple((one.name, live) for one in self.places if one.snapshot for live in one.snapshot.rollouts)

    def rollout_on(self, target: str) -> LiveRollout | None:
        """The latest rollout on a target, live or ended."""
        return next((live for live in reversed(self.rollouts) if live.rollout.target == target), None)

    def feed(self, name: FeedName) -> Feed:
        """A feed's state; one that was never asked is empty."""
        return self.feeds.get(name, Feed())
