"""A rollout as it looked at every moment that is known: each is a snapshot, to be drawn as that of a live one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from multitool_tui.aws.resources import Alarm, Caller
from multitool_tui.controller.snapshot import Entry, Feed, FeedName, LiveRollout, Snapshot, Traffic
from multitool_tui.journal.codec import Unreadable, decode, decode_event
from multitool_tui.journal.past import changes
from multitool_tui.journal.store import Entry as Line
from multitool_tui.journal.store import Kind, Record
from multitool_tui.judgement.model import AlarmState, Evidence, Minute
from multitool_tui.rollout.machine import IllegalTransition, Refusal, advance
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.plan import Plan
from multitool_tui.rollout.receipts import Receipt
from multitool_tui.rollout.rehearsal import Rehearsal

_AT_ONCE = timedelta(seconds=1)
"""What happens within so long is one frame."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One moment. The numbers say how much of what the film holds was known by then; `action`: what was decided."""

    at: datetime
    rollout: Rollout
    action: str
    minutes: int
    course: int
    alarm_changes: int
    entries: int
    weight_read: float | None


@dataclass(frozen=True, slots=True)
class Film:
    """All moments of one rollout, oldest first; there is at least one. `kind` is the word for the screen's badge.

    `minutes` are in the order in which they were seen: a later one of the same start takes the earlier one's place.
    """

    kind: str
    caller: Caller
    frames: tuple[Frame, ...]
    minutes: tuple[Minute, ...]
    course: tuple[tuple[datetime, Evidence], ...]
    alarm_changes: tuple[tuple[datetime, str, AlarmState], ...]
    entries: tuple[Entry, ...]
    slow_limit: float | None = None
    firing_at_start: tuple[str, ...] = ()

    def snapshot(self, number: int) -> Snapshot:
        """What was known at a frame."""
        frame = self.frames[number]
        rollout, changed = frame.rollout, self.alarm_changes[: frame.alarm_changes]
        minutes = {minute.start: minute for minute in self.minutes[: frame.minutes]}
        traffic = Traffic(
            rollout.target,
            rollout.baseline,
            rollout.canary or None,
            tuple(minutes[start] for start in sorted(minutes)),
            self.slow_limit,
            tuple(dict(self.course[: frame.course]).items()),
            changed,
        )
        alarms = {name: Alarm(name, state, at) for at, name, state in changed}
        return Snapshot(
            at=frame.at,
            caller=self.caller,
            alarms=tuple(alarms[name] for name in sorted(alarms)),
            rollouts=(LiveRollout(rollout, traffic, frame.weight_read, self.firing_at_start),),
            entries=self.entries[: frame.entries],
            feeds={name: Feed(frame.at) for name in FeedName},
            past=self.kind,
        )


@dataclass(slots=True)
class _Camera:
    """Takes frames of a rollout while it is played again."""

    rollout: Rollout
    minutes: list[Minute] = field(default_factory=list)
    course: list[tuple[datetime, Evidence]] = field(default_factory=list)
    alarm_changes: list[tuple[datetime, str, AlarmState]] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    weight_read: float | None = None
    frames: list[Frame] = field(default_factory=list)
    _since: datetime | None = None
    _told: int = 0

    def tell(self, receipt: Receipt) -> None:
        """A decision was made."""
        self.entries.append(
            Entry(
                receipt.at,
                receipt.actor,
                receipt.action,
                receipt.reason,
                receipt.severity,
                self.rollout.id,
                self.rollout.target,
            )
        )

    def weigh(self, evidence: Evidence) -> None:
        """The evidence stood so after the latest minute."""
        self.course.append((self.minutes[-1].start, evidence))

    def shoot(self, at: datetime) -> None:
        """Take the moment; what follows at once belongs to it."""
        if self._since is not None and at - self._since < _AT_ONCE:
            self.frames.pop()
        else:
            self._since, self._told = at, self.frames[-1].entries if self.frames else 0
        decided = self.entries[self._told :]
        action = decided[-1].action if decided else ""
        self.frames.append(
            Frame(
                at,
                self.rollout,
                action,
                len(self.minutes),
                len(self.course),
                len(self.alarm_changes),
                len(self.entries),
                self.weight_read,
            )
        )

    def film(
        self, kind: str, caller: Caller, slow_limit: float | None = None, firing_at_start: tuple[str, ...] = ()
    ) -> Film:
        """Everything that was taken."""
        return Film(
            kind,
            caller,
            tuple(self.frames),
            tuple(self.minutes),
            tuple(self.course),
            tuple(self.alarm_changes),
            tuple(self.entries),
            slow_limit,
            firing_at_start,
        )


def recorded(record: Record, lines: Sequence[Line]) -> Film:
    """A rollout as the journal has it: with the judgements of the time, not with those that would be made now.

    Raises:
        Unreadable: its record is damaged.
    """
    if not lines or lines[0].kind is not Kind.BEGAN:
        raise Unreadable("its beginning is missing")
    camera = _Camera(decode(lines[0].body, Rollout))
    alarms: dict[str, AlarmState] = {}
    weighed = 0
    for line in lines:
        match line.kind:
            case Kind.MINUTES:
                camera.minutes += decode(line.body, tuple[Minute, ...])
            case Kind.ALARMS:
                before, alarms = alarms, decode(line.body, dict[str, AlarmState])
                camera.alarm_changes += changes(line.at, before, alarms)
            case Kind.EVENT:
                camera.rollout = _after(camera.rollout, line.body)
            case Kind.RECEIPT | Kind.HOOK:
                camera.tell(decode(line.body, Receipt))
            case Kind.WEIGHT:
                camera.weight_read = decode(line.body, float)
            case _:
                continue
        if len(camera.minutes) > weighed and line.kind is Kind.EVENT and camera.rollout.judgement.seen_to:
            weighed = len(camera.minutes)
            camera.weigh(camera.rollout.judgement.evidence)
        camera.shoot(line.at)
    if not camera.frames:
        camera.shoot(lines[0].at)
    if record.rollout.ended:  # whatever the machine makes of the events now, that is how it ended
        camera.frames[-1] = replace(camera.frames[-1], rollout=record.rollout)
    first = camera.alarm_changes[0][0] if camera.alarm_changes else None
    firing = tuple(name for at, name, state in camera.alarm_changes if at == first and state is AlarmState.ALARM)
    return camera.film("HISTORY", _caller(record), record.slow_limit, firing)


def _after(rollout: Rollout, event: str) -> Rollout:
    """The rollout after an event; as it was, where the machine of today does not let that happen any more."""
    try:
        return advance(rollout, decode_event(event))[0]
    except (Refusal, IllegalTransition):
        return rollout


def _caller(record: Record) -> Caller:
    where, _, endpoint = record.place.partition(" ")
    account, _, region = where.partition("/")
    return Caller(account, record.caller, region, endpoint=endpoint or None)


def rehearsed(minutes: Sequence[Minute], plan: Plan, rollout: Rollout, caller: Caller) -> Film:
    """What would have been decided of past minutes, by `plan`. `rollout` says of what: its target and versions.

    Minutes without weight before the first weighted one are the history; the minutes are as they were, whatever would
    have been decided.

    Raises:
        ValueError: no minute has a weight, in one sentence.
    """
    rehearsal = Rehearsal(plan, rollout)
    camera = _Camera(rollout)
    for minute in minutes:
        told = len(rehearsal.receipts)
        answer = rehearsal.see(minute)
        camera.minutes.append(minute)
        if rehearsal.rollout is None:
            continue
        camera.rollout, camera.weight_read = rehearsal.rollout, minute.weight
        for receipt in rehearsal.receipts[told:]:
            camera.tell(receipt)
        if answer.judgement.seen_to:
            camera.weigh(answer.judgement.evidence)
        camera.shoot(minute.start + plan.analysis.period + plan.analysis.seal_after)
    if not camera.frames:
        raise ValueError("No minute has a weight: there was no canary to judge.")
    return camera.film("REPLAY", caller)
