"""The operator's hand: what nobody waits for comes after what it has just asked for."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

_ANSWERED = 0.05
"""So many seconds after a key it has been answered, nearly always."""


class Hand:
    """When it last pressed a key, or moved the mouse."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        """`now`: seconds."""
        self.now = now
        self._pressed = now()

    def pressed(self) -> None:
        """A key was pressed, or the mouse: the operator waits for what comes of it."""
        self._pressed = self.now()

    @property
    def rests(self) -> float:
        """For how many seconds it has pressed nothing; since the beginning, if it never has."""
        return self.now() - self._pressed

    @property
    def waits(self) -> float:
        """How many seconds it may still wait to be answered; 0 if it does not."""
        return max(0.0, _ANSWERED - self.rests)
