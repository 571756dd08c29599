"""What an operator likes to have otherwise, on every screen of his: plain data, which costs the first paint nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

MomentName = Literal["start", "gate", "rollback", "promote", "hold"]
"""A moment's value, as `controller.notifications.notice.Moment` has it."""
MOMENTS: tuple[MomentName, ...] = ("gate", "rollback", "promote", "hold")
"""What one is told of where nothing is said."""


@dataclass(frozen=True, slots=True)
class Notify:
    """How one is told that a rollout needs, or has come to, a word. `on`: names of moments.

    `terminal`: "auto", "osc9", "osc777" or "off". `desktop`: "auto", "on" or "off".
    """

    on: frozenset[MomentName] = frozenset(MOMENTS)
    toast: bool = True
    bell: bool = True
    terminal: str = "auto"
    desktop: str = "auto"


@dataclass(frozen=True, slots=True)
class Preferences:
    """`theme`: None for the one that was on last. `restore`: whether a session begins where the one before ended.

    `keys`: the names of actions, with Textual's keys for each and how they are shown.
    """

    theme: str | None = None
    restore: bool = True
    keys: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    notify: Notify = field(default_factory=Notify)
