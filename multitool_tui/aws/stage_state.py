"""A stage as a rollout sees it, and the patches that make of it what is wanted.

Sources: API Gateway developer guide, "Set up an API Gateway canary release deployment"; API reference, UpdateStage and
"Patch Operations".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from multitool_tui.aws import stage_mark
from multitool_tui.aws.marked_target import MarkedState
from multitool_tui.aws.resources import Canary, Stage
from multitool_tui.aws.stage_mark import Before


@dataclass(frozen=True, slots=True)
class StageState(MarkedState):
    """What a stage is, or is to become. `before` goes with the lease."""

    deployment: str
    variables: Mapping[str, str]
    canary: Canary | None
    before: Before | None

    @classmethod
    def of(cls, stage: Stage) -> StageState:
        """What was read."""
        lease, before, owners = stage_mark.read(stage.description)
        return cls(lease, owners, stage.deployment, stage.variables, stage.canary, before)

    @property
    def description(self) -> str:
        if self.lease is None or self.before is None:
            return self.owners
        return stage_mark.write(self.lease, self.before, self.owners)

    @property
    def mark(self) -> object:
        return (self.lease.driver, self.lease.until, self.before) if self.lease else None

    def has_traffic_of(self, other: StageState) -> bool:
        return (self.deployment, self.variables) == (other.deployment, other.variables) and _is_one(
            self.canary, other.canary
        )


def _is_one(canary: Canary | None, other: Canary | None) -> bool:
    if canary is None or other is None:
        return canary is other
    same = (canary.deployment, canary.overrides) == (other.deployment, other.overrides)
    return same and abs(canary.weight - other.weight) < 1e-6


def patches(found: Stage, wanted: StageState, description: str) -> list[dict[str, str]]:
    """The operations that make of the stage what is wanted, in one UpdateStage."""
    now, operations = StageState.of(found), list[dict[str, str]]()
    promoted = now.canary if wanted.canary is None else None
    if promoted and wanted.deployment == promoted.deployment != now.deployment:
        operations.append({"op": "copy", "from": "/canarySettings/deploymentId", "path": "/deploymentId"})
    elif wanted.deployment != now.deployment:
        operations.append(_put("/deploymentId", wanted.deployment))
    if promoted and wanted.variables != now.variables and wanted.variables == promoted.overrides:
        operations.append({"op": "copy", "from": "/canarySettings/stageVariableOverrides", "path": "/variables"})
    else:
        operations += _of_map("/variables", now.variables, wanted.variables)
    if wanted.canary is None and now.canary is not None:
        operations.append({"op": "remove", "path": "/canarySettings"})
    elif wanted.canary is not None:
        before = now.canary or Canary("", -1.0)
        if wanted.canary.weight != before.weight:
            operations.append(_put("/canarySettings/percentTraffic", f"{wanted.canary.weight * 100:.10g}"))
        if wanted.canary.deployment != before.deployment:
            operations.append(_put("/canarySettings/deploymentId", wanted.canary.deployment))
        operations += _of_map("/canarySettings/stageVariableOverrides", before.overrides, wanted.canary.overrides)
    if description != found.description:
        operations.append(_put("/description", description))
    return operations


def _put(path: str, value: str) -> dict[str, str]:
    return {"op": "replace", "path": path, "value": value}


def _of_map(path: str, now: Mapping[str, str], wanted: Mapping[str, str]) -> list[dict[str, str]]:
    changed = [_put(f"{path}/{name}", value) for name, value in wanted.items() if now.get(name) != value]
    return changed + [{"op": "remove", "path": f"{path}/{name}"} for name in now if name not in wanted]
