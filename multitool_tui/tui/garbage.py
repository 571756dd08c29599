"""Python's collection of garbage, at moments in which nobody waits for the screen.

By itself Python looks over everything that is alive whenever it likes, and does nothing else meanwhile: a tenth of a
second and more, with all that a screen has loaded. Here it is asked often, each time about what is new alone: just
after a key was answered, for that is when the next one is least to be expected. It is asked seldom while one reads,
and about everything once the operator seems to be away.
"""

from __future__ import annotations

import gc

from multitool_tui.tui.hand import Hand

_SETTLED = 5.0
"""Seconds after which most is loaded: modules, the SDK's models."""
PAUSE, _EVERY = 0.1, 5.0
"""So many seconds after a key it has been answered. And so many between two collections of what is new."""
_READING, _SOMETIMES = 0.3, 30.0
"""So many seconds without a key: the operator reads. And so many between two collections then."""
_AWAY, _SELDOM = 60.0, 600.0
"""The same for collections of everything."""
_BY_ITSELF = 100
"""How many collections of younger objects make Python begin one by itself, if nothing is ever quiet."""


class Garbage:
    """One for a process: what it sets holds for all of that, from its beginning until `restore`."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand
        self._begun = hand.now()
        self._collected = float("-inf")
        self._thorough: float | None = None
        self._thresholds = gc.get_threshold()
        gc.set_threshold(*self._thresholds[:2], _BY_ITSELF)

    def turn(self) -> None:
        """Collect, if this is a moment for it. Called again and again, and `PAUSE` after a key."""
        now, quiet = self._hand.now(), self._hand.rests
        patience = _SOMETIMES if quiet > _READING else _EVERY
        if now - self._begun < _SETTLED or quiet < PAUSE or now - self._collected < patience:
            return
        if self._thorough is None:
            self._thorough = now
        else:
            if quiet >= _AWAY and now - self._thorough >= _SELDOM:
                gc.unfreeze()
                self._thorough = now
            gc.collect()
        gc.freeze()  # what is there is not looked at again, until everything is
        self._collected = now

    def restore(self) -> None:
        """Leave it to Python again."""
        gc.set_threshold(*self._thresholds)
        gc.unfreeze()
