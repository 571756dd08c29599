"""What the operator looks at."""

from __future__ import annotations

from dataclasses import dataclass

from multitool_tui.controller.observer import Observer
from multitool_tui.controller.snapshot import Traffic


@dataclass
class Focus:
    """One target at a time, or a function of which no target is chosen yet."""

    target: str | None = None
    observer: Observer | None = None
    """Follows the rollout that another process drives on it."""
    traffic: Traffic | None = None
    """Its minutes, while nothing is under way on it."""

    @property
    def observed(self) -> Observer | None:
        """The observer, where it follows what is on this very target."""
        observer = self.observer
        return observer if observer and observer.rollout.target == self.target else None
