"""What a driver knew, made again from the record: to go on after a crash, or to look at a decision once more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from multitool_tui.journal.codec import decode
from multitool_tui.journal.store import Entry, Kind
from multitool_tui.judgement.model import AlarmState, Evidence, Judge, Judgement, Minute


@dataclass(slots=True)
class Past:
    """The minutes, weights and alarms that are on record, and the judgement of them.

    `weights`: the canary's share from each moment on. `course`: the evidence after each minute, by its start.
    `alarm_changes`: what each alarm went into, and when. `firing_at_start`: the alarms that are not the canary's fault.
    """

    minutes: dict[datetime, Minute] = field(default_factory=dict)
    weights: list[tuple[datetime, float]] = field(default_factory=list)
    alarms: dict[str, AlarmState] = field(default_factory=dict)
    alarm_changes: list[tuple[datetime, str, AlarmState]] = field(default_factory=list)
    firing_at_start: tuple[str, ...] = ()
    course: dict[datetime, Evidence] = field(default_factory=dict)
    judgement: Judgement | None = None

    def take(self, entry: Entry, judge: Judge) -> None:
        """Take in what an entry says, and show the judge what it was shown then.

        Raises:
            Unreadable: the entry is damaged.
        """
        match entry.kind:
            case Kind.BEGAN:
                self.weights.append((entry.at, 0.0))
            case Kind.WEIGHT:
                self.weights.append((entry.at, decode(entry.body, float)))
            case Kind.MINUTES:
                minutes = decode(entry.body, tuple[Minute, ...])
                for minute in minutes:
                    self.minutes[minute.start] = minute
                    self.judgement = judge.see_minute(minute)
                if minutes and self.judgement and self.judgement.seen_to:
                    self.course[minutes[-1].start] = self.judgement.evidence
            case Kind.ALARMS:
                is_first = not self.alarms
                before, self.alarms = self.alarms, decode(entry.body, dict[str, AlarmState])
                self.alarm_changes += changes(entry.at, before, self.alarms)
                if is_first:
                    self.firing_at_start = tuple(
                        name for name, state in self.alarms.items() if state is AlarmState.ALARM
                    )
                self.judgement = judge.see_alarms(self.alarms)
            case _:
                pass


def changes(
    at: datetime, before: Mapping[str, AlarmState], after: Mapping[str, AlarmState]
) -> list[tuple[datetime, str, AlarmState]]:
    """Which alarms are in another state than before."""
    return [(at, name, state) for name, state in after.items() if before.get(name) is not state]


def recall(entries: Iterable[Entry], judge: Judge) -> Past:
    """Everything on record.

    Raises:
        Unreadable: an entry is damaged.
    """
    past = Past()
    for entry in entries:
        past.take(entry, judge)
    past.minutes = dict(sorted(past.minutes.items()))
    return past
