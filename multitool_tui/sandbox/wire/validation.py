"""Hold parameters against the constraints of the service model, in the words of AWS's own validator.

The words are those of real answers: "1 validation error detected: Value '2024' at 'name' failed to satisfy
constraint: Member must satisfy regular expression pattern: ...".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from botocore.model import OperationModel, Shape
from botocore.validate import ParamValidator

from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.wire.messages import Params


def validate(params: Params, operation: OperationModel) -> None:
    """Check required members, lengths, ranges, patterns and enumerations.

    Raises:
        AwsError: ValidationException with every complaint (BadRequestException of API Gateway), or
            MissingRequiredParameterException where the operation knows that one and a top-level member is missing.
    """
    shape = operation.input_shape
    if shape is None:
        return
    missing = [name for name in shape.required_members if name not in params]
    if missing and "MissingRequiredParameterException" in {error.name for error in operation.error_shapes}:
        raise AwsError("MissingRequiredParameterException", f"The parameter {missing[0]} is required.")
    complaints = list(_complaints(shape, params, ""))
    if not complaints:
        report = ParamValidator().validate(params, shape)
        if report.has_errors():
            complaints = [report.generate_report()]
    if complaints:
        count = f"{len(complaints)} validation error{'s' if len(complaints) > 1 else ''} detected"
        name = "BadRequestException" if operation.service_model.service_name == "apigateway" else "ValidationException"
        raise AwsError(name, f"{count}: {'; '.join(complaints)}")


def _complaints(shape: Shape, value: Any, at: str) -> Iterator[str]:
    kind = shape.type_name
    if kind == "structure":
        for name in shape.required_members:
            if name not in value:
                yield f"Value null at '{_path(at, name)}' failed to satisfy constraint: Member must not be null"
        for name, item in value.items():
            yield from _complaints(shape.members[name], item, _path(at, name))
        return
    if kind == "map":
        for part, constraint in (("keys", _all_constraints(shape.key)), ("value", _all_constraints(shape.value))):
            items = value if part == "keys" else value.values()
            element = shape.key if part == "keys" else shape.value
            if any(list(_broken(element, item)) for item in items):
                written = "{" + ", ".join(f"{key}={item}" for key, item in value.items()) + "}"
                yield (
                    f"Value '{written}' at '{at}' failed to satisfy constraint: "
                    f"Map {part} must satisfy constraint: [{constraint}]"
                )
        return
    for constraint in _broken(shape, value):
        yield f"Value '{_written(value)}' at '{at}' failed to satisfy constraint: {constraint}"
    if kind == "list":
        for index, item in enumerate(value, 1):
            yield from _complaints(shape.member, item, f"{at}.{index}.member")


def _broken(shape: Shape, value: Any) -> Iterator[str]:
    """The constraints of one value that it does not keep."""
    limits = shape.metadata
    if shape.type_name in ("integer", "long", "float", "double"):
        size, noun = value, "value"
    elif shape.type_name in ("string", "list", "blob"):
        size, noun = len(value), "length"
    else:
        return
    if "max" in limits and size > limits["max"]:
        yield f"Member must have {noun} less than or equal to {limits['max']}"
    if "min" in limits and size < limits["min"]:
        yield f"Member must have {noun} greater than or equal to {limits['min']}"
    if shape.type_name == "string":
        if limits.get("enum") and value not in limits["enum"]:
            yield f"Member must satisfy enum value set: [{', '.join(limits['enum'])}]"
        pattern = _compiled(limits.get("pattern", ".*"))
        if pattern is not None and not pattern.fullmatch(value):
            yield f"Member must satisfy regular expression pattern: {pattern.pattern}"


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """None for the few patterns, of tags and the like, that only Java's regular expressions can read."""
    try:
        return re.compile(pattern, re.DOTALL)
    except re.error:
        return None


def _all_constraints(shape: Shape) -> str:
    limits = shape.metadata
    noun = "length" if shape.type_name == "string" else "value"
    words = [
        f"Member must have {noun} {phrase} {limits[bound]}"
        for bound, phrase in (("max", "less than or equal to"), ("min", "greater than or equal to"))
        if bound in limits
    ]
    pattern = limits.get("pattern")
    words.append(f"Member must satisfy regular expression pattern: {pattern}" if pattern else "Member must not be null")
    return ", ".join(words)


def _path(at: str, name: str) -> str:
    lowered = name[:1].lower() + name[1:]
    return f"{at}.{lowered}" if at else lowered


def _written(value: Any) -> str:
    return "[" + ", ".join(map(str, value)) + "]" if isinstance(value, list) else str(value)
