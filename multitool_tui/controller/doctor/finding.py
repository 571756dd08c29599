"""What a check finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Health(StrEnum):
    """How it is."""

    OK = "ok"
    WARNING = "warning"
    """It works, but something is better changed."""
    FAILED = "failed"
    """It does not work."""
    UNKNOWN = "unknown"
    """It could not be found out."""


class Cause(StrEnum):
    """Who is in the way of what failed."""

    REFUSED = "refused"
    """AWS: credentials, or a permission."""
    UNREACHABLE = "unreachable"
    """AWS was not reached, or did not answer."""
    HERE = "here"
    """Something on this machine."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One row of the report: how `check` is, in a sentence, and what to do about it.

    `facts` are the same for programs. `private`: what in the texts belongs to the caller alone, beside what is known by
    its form.
    """

    check: str
    health: Health
    sentence: str
    todo: str = ""
    cause: Cause = Cause.HERE
    facts: Mapping[str, object] = field(default_factory=dict)
    private: tuple[str, ...] = ()
