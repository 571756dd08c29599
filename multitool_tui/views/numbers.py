"""How numbers and moments read on screen. All times of day are UTC, as in CloudWatch and in the journal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from multitool_tui.words import duration


def count(number: float) -> str:
    """1234 -> "1,234"; what is no whole number keeps one digit, or two below one."""
    if abs(number - round(number)) < 0.005:
        return f"{round(number):,}"
    return f"{number:,.1f}" if abs(number) >= 1 else f"{number:.2f}"


def coarse(value: timedelta) -> str:
    """A duration in its largest unit alone: "45s", "2h", "3d"."""
    return duration(value).split()[0]


def clock_time(at: datetime, *, seconds: bool = False) -> str:
    """The time of day: "14:02", or "14:02:09"."""
    return at.astimezone(UTC).strftime("%H:%M:%S" if seconds else "%H:%M")


def moment(at: datetime, now: datetime) -> str:
    """The time of day, with the date where it is not today's."""
    at, now = at.astimezone(UTC), now.astimezone(UTC)
    return at.strftime("%H:%M") if at.date() == now.date() else at.strftime("%d %b %H:%M")


def seconds(value: float) -> str:
    """A number of seconds as a duration."""
    return duration(timedelta(seconds=value))
