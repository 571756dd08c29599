"""`[rollouts.NAME.stage]`: the API Gateway stage in front of the function, which splits the requests."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from multitool_tui.config.values import Table


def _api(name: str) -> str:
    if not name.strip():
        raise ValueError("an API has a name, or an id")
    return name


def _stage(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,128}", name):
        raise ValueError(f"{name!r} is no stage: letters, digits, - and _ only")
    return name


class StageKeys(Table):
    """`[rollouts.NAME.stage]`: the stage that is moved."""

    api: Annotated[str, AfterValidator(_api), Field(description="The REST API, by its name or its id.")]
    stage: Annotated[str, AfterValidator(_stage), Field(description="The stage whose requests are split.")]

    @property
    def target(self) -> str:
        """The stage as operators write it."""
        return f"{self.api}/{self.stage}"
