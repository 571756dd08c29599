"""Walk a value along its shape in the service model, changing only what the wire writes differently."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from botocore.model import Shape

from multitool_tui.sandbox.errors import AwsError

_SECONDS = re.compile(r"\d{9,}(?:\.\d+)?")
Scalar = Callable[[Any], Any]
_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "character": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
}


def decode(shape: Shape, value: Any, scalars: dict[str, Scalar]) -> Any:
    """Read a value that came in: unknown members fall away, nulls too, `scalars` reads the types it names.

    Raises:
        AwsError: SerializationException, when a value is not of its shape's type.
    """
    kind = shape.type_name
    if kind in scalars:
        try:
            return scalars[kind](value)
        except (TypeError, ValueError, OverflowError) as error:
            raise _unreadable(shape, value) from error
    if not _fits(value, kind):
        raise _unreadable(shape, value)
    if kind == "structure":
        return {
            name: decode(member, value[wire_name(member, name)], scalars)
            for name, member in shape.members.items()
            if value.get(wire_name(member, name)) is not None
        }
    if kind == "list":
        return [decode(shape.member, item, scalars) for item in value]
    if kind == "map":
        return {key: decode(shape.value, item, scalars) for key, item in value.items()}
    return float(value) if kind in ("float", "double") else value


def encode(shape: Shape, value: Any, scalars: dict[str, Scalar]) -> Any:
    """Write a value that goes out: members that the shape does not know are an error of ours."""
    kind = shape.type_name
    if kind in scalars:
        return scalars[kind](value)
    if kind == "structure":
        return {
            wire_name(shape.members[name], name): encode(shape.members[name], item, scalars)
            for name, item in value.items()
            if item is not None
        }
    if kind == "list":
        return [encode(shape.member, item, scalars) for item in value]
    if kind == "map":
        return {key: encode(shape.value, item, scalars) for key, item in value.items()}
    return float(value) if kind in ("float", "double") else value


def wire_name(shape: Shape, name: str) -> str:
    """The name a member goes by on the wire."""
    return str(shape.serialization.get("name", name))


def moment(text: str) -> datetime:
    """A time that came in as text, ISO 8601 or seconds since the epoch; without a zone it is UTC.

    Raises:
        ValueError: when it is neither.
        OverflowError: when it is out of the calendar.
    """
    if _SECONDS.fullmatch(text):
        return datetime.fromtimestamp(float(text), UTC)
    read = datetime.fromisoformat(text)
    return read.replace(tzinfo=read.tzinfo or UTC).astimezone(UTC)


def iso(moment: datetime) -> str:
    """A time as the query protocol writes it: "2026-01-05T10:00:00.000Z"."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def _fits(value: Any, kind: str) -> bool:
    return isinstance(value, _PYTHON_TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _unreadable(shape: Shape, value: Any) -> AwsError:
    return AwsError("SerializationException", f"{type(value).__name__} can not be converted to {shape.type_name}")
