"""What a driver knew, made again from the record: to go on after a crash, or to look at a decision once more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from multitool_tui.journal.codec import decode
from multitool_tui.journal.store import Entry, Kind
from multitool_tui.judgement.model import AlarmState, Judge, Judgement, Minute


@dataclass(slots=True)
class Past:
    """The minutes, weights and alarms that are on record, and the judgement of them.

    `weights`: the canary's share from each moment on. `firing_at_start`: the alarms that are not the canary's fault.
    """

    minutes: dict[datetime, Minute] = field(default_factory=dict)
    weights: list[tuple[datetime, float]] = field(default_factory=list)
    alarms: dict[str, AlarmState] = field(default_factory=dict)
    firing_at_start: tuple[str, ...] = ()
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
                for minute in decode(entry.body, tuple[Minute, ...]):
                    self.minutes[minute.start] = minute
                    self.judgement = judge.see_minute(minute)
            case Kind.ALARMS:
                is_first = not self.alarms
                self.alarms = decode(entry.body, dict[str, AlarmState])
                if is_first:
                    self.firing_at_start = tuple(
                        name for name, state in self.alarms.items() if state is AlarmState.ALARM
                    )
                self.judgement = judge.see_alarms(self.alarms)
            case _:
                pass


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
