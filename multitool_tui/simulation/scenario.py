"""What is simulated: a service, what the new version breaks, and what disturbs both; by code or from a TOML file."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from multitool_tui.simulation.disturbances import Disturbance, Share


class Harm(BaseModel):
    """What the new version breaks: a `share` of its requests that would not have failed, fails.

    From minute `onset` on, growing to its full share over `growth` minutes, in every `every`-th minute, and only while
    the canary's weight is more than `above`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    share: Share = 0.0
    onset: int = Field(default=0, ge=0)
    growth: int = Field(default=0, ge=0)
    every: int = Field(default=1, ge=1)
    above: Share = 0.0

    def at(self, minute: int, weight: float) -> float:
        """The share (0-1) that fails in `minute`, counted from the canary's first."""
        if minute < self.onset or weight <= self.above or (minute - self.onset) % self.every:
            return 0.0
        return self.share * min(1.0, (minute - self.onset + 1) / max(1, self.growth))


class Scenario(BaseModel):
    """A service of `rps` requests a second, of which a share `base` fails; `history` minutes are seen beforehand.

    A share `slow` is slow, whatever the version; without it nobody measures that. A rollout that has not ended after
    `minutes` is undecided.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    rps: float = Field(gt=0, le=1e6)
    base: Share
    slow: Share | None = None
    harm: Harm = Harm()
    disturbances: tuple[Disturbance, ...] = Field(default=(), alias="disturbance")
    history: int = Field(default=360, ge=0, le=1440)
    minutes: int = Field(default=60, ge=1, le=1440)

    @property
    def without_harm(self) -> Scenario:
        """The same service with a good version."""
        return self.model_copy(update={"harm": Harm()})


def load_scenario(path: Path) -> Scenario:
    """Read a scenario file.

    Raises:
        ValueError: in one sentence that names the file and the key at fault.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path} is not valid TOML: {error}") from None
    try:
        return Scenario.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the scenario"
        raise ValueError(f"{path}: {where}: {first['msg'].removeprefix('Value error, ')}") from None
