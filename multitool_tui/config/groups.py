"""`[groups.NAME]`: rollouts that are released together, in waves."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from multitool_tui.config.values import Table
from multitool_tui.wrong import wrong


def _waves(value: object) -> object:
    """One list of names is one wave."""
    if isinstance(value, list) and value and all(isinstance(name, str) for name in value):
        return [value]
    if value == []:
        raise wrong("names no rollout")
    if isinstance(value, list) and [] in value:
        raise wrong("has an empty wave")
    return value


class GroupKeys(Table):
    """`[groups.NAME]`: waves of rollouts; a wave begins when the one before it is promoted."""

    rollouts: Annotated[
        tuple[tuple[str, ...], ...],
        BeforeValidator(_waves),
        Field(description="Names of rollouts: a list of waves, each a list; or one list, which is one wave."),
    ]

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, in order."""
        return tuple(name for wave in self.rollouts for name in wave)
