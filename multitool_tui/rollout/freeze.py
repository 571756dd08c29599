"""Windows of time in which nothing is to be released: "Fri 16:00 - Mon 08:00 Europe/Berlin".

    [DAY] HH:MM - [DAY] HH:MM [ZONE]        every week; without days, every day
    DATE [HH:MM] - DATE [HH:MM] [ZONE]      once; a last day without a time is frozen to its end

Times are those of a clock on a wall in the zone (IANA's name; UTC where there is none), also when that is put forward
or back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEK, _DAY = timedelta(weeks=1), timedelta(days=1)
_WINDOW = re.compile(
    r"(?P<from>[^-\s][^\s]*(?:\s+\d\d?:\d\d)?)\s+-\s+(?P<to>[^-\s][^\s]*(?:\s+\d\d?:\d\d)?)(?:\s+(?P<zone>[A-Za-z]\S*))?"
)
_EDGE = re.compile(r"(?:(?P<date>\d{4}-\d\d-\d\d)|(?P<day>[A-Za-z]+))?\s*(?P<time>\d\d?:\d\d)?")
EXAMPLES = 'like "Fri 16:00 - Mon 08:00 Europe/Berlin", "22:00 - 06:00 UTC" or "2026-12-21 - 2027-01-03"'


@dataclass(frozen=True, slots=True)
class _Edge:
    date: date | None
    day: int | None
    time: time | None


@dataclass(frozen=True, slots=True)
class Freeze:
    """A window. `text` is how it was written."""

    text: str
    zone: ZoneInfo
    start: _Edge
    end: _Edge

    def until(self, at: datetime) -> datetime | None:
        """When the window that `at` lies in ends; None when it lies in none."""
        local = at.astimezone(self.zone).replace(tzinfo=None)
        if self.start.date and self.end.date:
            begin = datetime.combine(self.start.date, self.start.time or time())
            end = datetime.combine(self.end.date, self.end.time or time())
            end += _DAY if self.end.time is None else timedelta()
            return self._there(end) if begin <= local < end else None
        cycle = _WEEK if self.start.day is not None else _DAY
        begin = self._last(self.start, local, cycle)
        end = self._last(self.end, begin, cycle) + cycle  # the first end after the beginning
        return self._there(end) if local < end else None

    @staticmethod
    def _last(edge: _Edge, before: datetime, cycle: timedelta) -> datetime:
        """The last moment of an edge that recurs, not after `before`."""
        moment = datetime.combine(before.date(), edge.time or time())
        if edge.day is not None:
            moment += timedelta(days=edge.day - moment.weekday())
        while moment > before:
            moment -= cycle
        while moment + cycle <= before:
            moment += cycle
        return moment

    def _there(self, local: datetime) -> datetime:
        return local.replace(tzinfo=self.zone).astimezone(UTC)


def parse_freeze(text: str) -> Freeze:
    """Read a window.

    Raises:
        ValueError: in one sentence.
    """
    match = _WINDOW.fullmatch(text.strip())
    if not match:
        raise ValueError(f"{text!r} is no freeze: write it {EXAMPLES}")
    name = match["zone"] or "UTC"
    try:
        zone = ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # KeyError: ZoneInfoNotFoundError
        raise ValueError(f"{text!r}: there is no time zone {name}: IANA calls them like Europe/Berlin") from None
    start, end = _edge(match["from"], text), _edge(match["to"], text)
    if (start.date is None) != (end.date is None) or (start.day is None) != (end.day is None):
        raise ValueError(f"{text!r} is no freeze: both sides have a day, a date, or neither")
    if start.date is None and (start.time is None or end.time is None):
        raise ValueError(f"{text!r} is no freeze: both sides have a time, like 16:00")
    if start.date is None and (start.day, start.time) == (end.day, end.time):
        raise ValueError(f"{text!r} would never end")
    freeze = Freeze(text.strip(), zone, start, end)
    if start.date and end.date and (end.date, end.time or time.max) <= (start.date, start.time or time()):
        raise ValueError(f"{text!r} ends before it begins")
    return freeze


def frozen(freezes: tuple[str, ...], at: datetime) -> tuple[Freeze, datetime] | None:
    """The window that `at` lies in, of several the one that lasts longest, and its end; None where there is none."""
    found = [(freeze, until) for freeze in map(parse_freeze, freezes) if (until := freeze.until(at))]
    return max(found, key=lambda each: each[1], default=None)


def _edge(text: str, whole: str) -> _Edge:
    match = _EDGE.fullmatch(text.strip())
    if not match or not match[0]:
        raise ValueError(f"{whole!r} is no freeze: write it {EXAMPLES}")
    try:
        on = date.fromisoformat(match["date"]) if match["date"] else None
        hour, _, minute = (match["time"] or "0:0").partition(":")
        when = time(int(hour), int(minute)) if match["time"] else None
    except ValueError as error:
        raise ValueError(f"{whole!r}: {text.strip()} is no moment ({error})") from None
    day = None
    if match["day"]:
        name = match["day"].lower()
        day = next((number for number, known in enumerate(_DAYS) if name in (known, known[:3])), None)
        if day is None:
            raise ValueError(f"{whole!r}: {match['day']} is no day: write Mon, Tue, Wed, Thu, Fri, Sat or Sun")
    return _Edge(on, day, when)
