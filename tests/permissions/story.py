"""What a feature's story is: the feature used as its user would, on the sandbox, so that every call of it is made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from multitool_tui.permissions.row import Feature
from tests.support.world import World


@dataclass(frozen=True)
class Told:
    """How a story went: whether the user got what they wanted, and every sentence that they were told."""

    worked: bool
    sentences: tuple[str, ...]

    @property
    def text(self) -> str:
        return " ".join(self.sentences)


@dataclass(frozen=True)
class Story:
    """`tell` makes every call that the ledger says of `feature`. A minimal policy for it names only `function`."""

    feature: Feature
    tell: Callable[[World], Awaitable[Told]]
    function: str = "*"
    scenario: str = "healthy"

    @property
    def place(self) -> str:
        """Where it is written: "stories/run.py"."""
        return self.tell.__module__.removeprefix("tests.permissions.").replace(".", "/") + ".py"
