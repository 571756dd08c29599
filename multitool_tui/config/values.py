"""The kinds of values that every table of the manifest is made of."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, ValidationInfo, WithJsonSchema

from multitool_tui.words import parse_duration, parse_percent, write_duration
from multitool_tui.wrong import wrong

PART = {"part": True}
"""The context in which tables are validated that may yet be completed by other layers."""


def is_part(info: ValidationInfo) -> bool:
    """Whether what is validated is a layer of something, and need not make sense by itself."""
    return bool(info.context)


class Table(BaseModel):
    """A table of the manifest: it has the keys that it names, and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def share_of(percentage: float) -> float:
    """A percentage of the manifest as the share (0-1) that it is everywhere else."""
    return parse_percent(str(percentage))


def percentage_of(share: float) -> float:
    return round(share * 100, 10)


def _duration(value: object) -> timedelta:
    if not isinstance(value, str):
        raise wrong('should be a duration in quotes, like "5m"')
    return parse_duration(value)


Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    PlainSerializer(write_duration, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^([0-9]+(\.[0-9]+)?[smhd])+$", "examples": ["90s", "5m", "1h30m"]}),
]
