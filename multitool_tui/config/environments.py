"""`[environments.NAME]`: what is different there. And how the layers of a manifest become one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from multitool_tui.config.rollouts import RolloutKeys
from multitool_tui.config.values import Table
from multitool_tui.rollout.strategies import ADAPTIVE, STRATEGIES
from multitool_tui.wrong import KeyPath

_OF_A_RAMP = ("budget", "max_weight", "min_bake")
_EITHER = {"strategy": "steps", "steps": "strategy"}
"""A plan that is given takes the place of one that a lower layer gave in the other way."""

Origins = dict[KeyPath, KeyPath]
"""Where in the document a key of the whole came from."""


class EnvironmentKeys(Table):
    """`[environments.NAME]`: keys that take the place of those of the same name, in this environment."""

    defaults: RolloutKeys | None = None
    rollouts: Mapping[str, RolloutKeys] = {}


def one_layer(data: dict[str, Any], environment: str | None) -> tuple[dict[str, Any], Origins]:
    """The document with its defaults and an environment worked into its rollouts, and where each key came from.

    From the weakest: `defaults`, the environment's, the rollout's own keys, the environment's for this rollout.
    """
    origins: Origins = {}
    here: KeyPath = ("environments", environment) if environment else ()
    special = data.get("environments", {}).get(environment, {}) if environment else {}
    rollouts: dict[str, Any] = {}
    for name, keys in data["rollouts"].items():
        whole: dict[str, Any] = {}
        for layer, path in (
            (data.get("defaults", {}), ("defaults",)),
            (special.get("defaults", {}), (*here, "defaults")),
            (keys, ("rollouts", name)),
            (special.get("rollouts", {}).get(name, {}), (*here, "rollouts", name)),
        ):
            _lay(whole, layer, ("rollouts", name), path, origins)
        _drop_a_ramps_defaults(whole, ("rollouts", name, "analysis"), origins)
        rollouts[name] = whole
    layers = ("defaults", "environments")
    return {**{key: data[key] for key in data if key not in layers}, "rollouts": rollouts}, origins


def _lay(whole: dict[str, Any], layer: dict[str, Any], at: KeyPath, path: KeyPath, origins: Origins) -> None:
    """Put a layer over what is there: tables are joined, everything else is replaced."""
    for key, value in layer.items():
        if key in _EITHER:
            whole.pop(_EITHER[key], None)
        origins[*at, key] = *path, key
        if isinstance(value, dict) and key != "dimensions":
            _lay(whole.setdefault(key, {}), value, (*at, key), (*path, key), origins)
        else:
            whole[key] = value


def _drop_a_ramps_defaults(whole: dict[str, Any], at: KeyPath, origins: Origins) -> None:
    """A default that only a ramp has a use for is none for a rollout without."""
    strategy = STRATEGIES.get(whole.get("strategy", ADAPTIVE))
    if "analysis" in whole and ("steps" in whole or (strategy and strategy.ramp is None)):
        whole["analysis"] = {
            key: value
            for key, value in whole["analysis"].items()
            if key not in _OF_A_RAMP or "defaults" not in origins[*at, key][:3:2]
        }
