"""The whole of `multitool.toml`. Weights and limits are percentages there, times are durations."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import field_validator

from multitool_tui.config.rollouts import RolloutKeys
from multitool_tui.config.values import Table
from multitool_tui.rollout.plan import Plan
from multitool_tui.rollout.strategies import STRATEGIES
from multitool_tui.wrong import wrong


class Manifest(Table):
    """The whole of `multitool.toml`."""

    rollouts: Mapping[str, RolloutKeys]

    @field_validator("rollouts")
    @classmethod
    def _names_are_free(cls, rollouts: Mapping[str, RolloutKeys]) -> Mapping[str, RolloutKeys]:
        for name in rollouts:
            if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
                raise wrong("is no name for a rollout: letters, digits, - and _ only", name)
            if name in STRATEGIES:
                raise wrong("is the name of a strategy: give the rollout another", name)
        return rollouts

    def plans(self) -> Mapping[str, tuple[str, Plan]]:
        """Name -> ("function:alias", plan), in the manifest's order."""
        return {name: (f"{keys.function}:{keys.alias}", keys.plan()) for name, keys in self.rollouts.items()}

    def targets_of(self, name: str) -> tuple[str, ...]:
        """The targets ("function:alias") that a rollout's name stands for; none for any other."""
        return tuple(target for rollout, (target, _) in self.plans().items() if rollout == name)
