"""How the product writes and reads its few quantities: durations, shares of traffic, names of targets.

One form each, in code, screen, documents and JSON alike.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?[smhd])+")
_PART = re.compile(r"(\d+(?:\.\d+)?)([smhd])")
_LONGEST = timedelta(days=3650)


def parse_duration(text: str) -> timedelta:
    """Read "90s", "5m", "1h30m" or "2d".

    Raises:
        ValueError: in one sentence, when `text` is none of these.
    """
    compact = text.strip().lower().replace(" ", "")
    if not _DURATION.fullmatch(compact):
        raise ValueError(f"{text!r} is not a duration: write it like 90s, 5m, 1h30m or 2d")
    seconds = sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(compact))
    if seconds > _LONGEST.total_seconds():
        raise ValueError(f"{text!r} is longer than ten years")
    return timedelta(seconds=seconds)


def write_duration(value: timedelta) -> str:
    """Write a duration in full, so that `parse_duration` reads the same back: "1h5m30s", "0.5s"."""
    parts: list[str] = []
    for unit, size in (("d", timedelta(days=1)), ("h", timedelta(hours=1)), ("m", timedelta(minutes=1))):
        count, value = divmod(value, size)
        if count:
            parts.append(f"{count}{unit}")
    if value or not parts:
        parts.append(f"{value.total_seconds():.6f}".rstrip("0").rstrip(".") + "s")
    return "".join(parts)


def duration(value: timedelta) -> str:
    """Write a duration in its two largest units: "45s", "2m 30s", "1h 5m", "3d 4h". Negative reads as "0s"."""
    seconds = max(0, round(value.total_seconds()))
    parts: list[str] = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
        elif parts:
            break
    return " ".join(parts[:2]) or "0s"


def percent(share: float, digits: int = 2) -> str:
    """Write a share (0-1) as a percentage without trailing zeros: 0.25 -> "25%", 0.0041 -> "0.41%"."""
    number = f"{share * 100:.{digits}f}"
    return (number.rstrip("0").rstrip(".") if "." in number else number) + "%"


def parse_moment(text: str, now: datetime) -> datetime:
    """Read a time with its offset from UTC, "2026-01-05T10:00Z", or how long ago it is, "3h".

    Raises:
        ValueError: in one sentence, when it is neither.
    """
    try:
        return now - parse_duration(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"{text!r} is no time: write it like 2026-01-05T10:00Z, or like 3h for three hours ago"
        ) from None
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no offset from UTC: write {text}Z, or {text}+01:00")
    return moment


def parse_percent(text: str) -> float:
    """Read "25", "25%" or "0.5 %" as a share (0-1).

    Raises:
        ValueError: in one sentence, when `text` is no number or lies outside 0-100.
    """
    try:
        number = float(text.strip().removesuffix("%"))
    except ValueError:
        raise ValueError(f"{text!r} is not a percentage: write it like 25 or 0.5%") from None
    if not 0 <= number <= 100:
        raise ValueError(f"{text.strip()} is outside 0-100%")
    return round(number / 100, 12)  # 0.41 / 100 is 0.0040999999999999995


@dataclass(frozen=True, slots=True)
class AliasName:
    """A Lambda alias as a target: function:alias."""

    function: str
    alias: str

    def __str__(self) -> str:
        return f"{self.function}:{self.alias}"


@dataclass(frozen=True, slots=True)
class StageName:
    """A stage of an API Gateway REST API as a target: api/stage, the API by its name or its id."""

    api: str
    stage: str

    def __str__(self) -> str:
        return f"{self.api}/{self.stage}"


_STAGE = re.compile(r"(?P<api>.*\S.*)/(?P<stage>[A-Za-z0-9_-]{1,128})", re.DOTALL)


def parse_target(text: str) -> AliasName | StageName:
    """Read "function:alias" or "api/stage". An API's name may hold anything; a slash is in no name of a function.

    Raises:
        ValueError: in one sentence, when it is neither.
    """
    if match := _STAGE.fullmatch(text.rstrip()):
        return StageName(match["api"], match["stage"])
    if "/" in text:
        raise ValueError(f"{text!r} names no stage: write it as api/stage, like shop/prod")
    return AliasName(*parse_alias(text))


def parse_alias(text: str) -> tuple[str, str]:
    """Split "function:alias".

    Raises:
        ValueError: in one sentence, when either half is missing.
    """
    function, _, alias = text.strip().rpartition(":")
    if not function or not alias or "/" in text:
        raise ValueError(
            f"{text!r} names no target: write it as function:alias, like checkout:live, or as api/stage, like shop/prod"
        )
    return function, alias


def is_target(text: str) -> bool:
    """Whether it names a target, rather than a function alone, or nothing."""
    return ":" in text or "/" in text


def function_in(target: str) -> str:
    """The function that a target names; empty where it names none, as a stage does."""
    return "" if "/" in target else target.rpartition(":")[0]
