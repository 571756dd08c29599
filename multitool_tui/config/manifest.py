"""The whole of `multitool.toml`. Weights and limits are percentages there, times are durations."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from pydantic import ValidationInfo, field_validator

from multitool_tui.config.environments import EnvironmentKeys
from multitool_tui.config.groups import GroupKeys
from multitool_tui.config.notifications import NotificationKeys
from multitool_tui.config.rollouts import RolloutKeys
from multitool_tui.config.values import Table
from multitool_tui.rollout.plan import Plan
from multitool_tui.rollout.strategies import STRATEGIES
from multitool_tui.wrong import wrong


class Manifest(Table):
    """A manifest. Read for use, its defaults and environments have gone into its rollouts."""

    defaults: RolloutKeys | None = None
    rollouts: Mapping[str, RolloutKeys]
    groups: Mapping[str, GroupKeys] = {}
    notifications: NotificationKeys | None = None
    environments: Mapping[str, EnvironmentKeys] = {}

    @field_validator("rollouts")
    @classmethod
    def _names_are_free(cls, rollouts: Mapping[str, RolloutKeys]) -> Mapping[str, RolloutKeys]:
        for name in rollouts:
            if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
                raise wrong("is no name for a rollout: letters, digits, - and _ only", name)
            if name in STRATEGIES:
                raise wrong("is the name of a strategy: give the rollout another", name)
        return rollouts

    @field_validator("groups")
    @classmethod
    def _groups_are_of_rollouts(cls, groups: Mapping[str, GroupKeys], info: ValidationInfo) -> Mapping[str, GroupKeys]:
        known = info.data.get("rollouts", {})
        for name, group in groups.items():
            if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
                raise wrong("is no name for a group: letters, digits, - and _ only", name)
            for rollout in group.names:
                if rollout not in known:
                    raise wrong(f"has {rollout!r}, {_unknown(rollout, list(known))}", name)
                if group.names.count(rollout) > 1:
                    raise wrong(f"has {rollout!r} more than once", name)
            if name in known and group.names != (name,):
                raise wrong("has the name of a rollout: give the group another", name)
        return groups

    @field_validator("environments")
    @classmethod
    def _environments_are_of_rollouts(
        cls, environments: Mapping[str, EnvironmentKeys], info: ValidationInfo
    ) -> Mapping[str, EnvironmentKeys]:
        known = info.data.get("rollouts", {})
        for name, environment in environments.items():
            for rollout in environment.rollouts:
                if rollout not in known:
                    raise wrong(f"has {rollout!r}, {_unknown(rollout, list(known))}", name)
        return environments

    def plans(self) -> Mapping[str, tuple[str, Plan]]:
        """Name -> (target, plan), in the manifest's order."""
        return {name: (keys.target, keys.plan()) for name, keys in self.rollouts.items()}

    def waves(self, group: str) -> tuple[tuple[str, ...], ...]:
        """The names of a group's rollouts, wave by wave.

        Raises:
            ValueError: there is no such group, in one sentence.
        """
        if group not in self.groups:
            raise ValueError(f"there is no group {group!r} in the manifest: {_there_is(list(self.groups))}")
        return self.groups[group].rollouts

    def targets_of(self, name: str) -> tuple[str, ...]:
        """The targets that the name of a rollout, or of a group, stands for; none for any other."""
        names = self.groups[name].names if name in self.groups else (name,)
        return tuple(self.rollouts[each].target for each in names if each in self.rollouts)


def _unknown(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, 1, 0)
    return f"which is no rollout; the nearest one is {near[0]}" if near else "which is no rollout: there is none"


def _there_is(names: Sequence[str]) -> str:
    return f"there is {', '.join(names)}" if names else "it has none"
