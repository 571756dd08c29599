"""The lines that the stream takes, as pydantic models; every one is read strictly, and as a whole or not at all."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, NamedTuple, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, ValidationError, model_validator
from pydantic_core import from_json

from multitool_tui.judgement.model import AlarmState, Counts, Minute, Tally
from multitool_tui.stream.errors import LineError, not_a_line, not_json, shown
from multitool_tui.wrong import KeyPath, wrong

LONGEST_LINE = 65_536
"""Bytes that a line may have before its line end."""
MOST_REQUESTS = 10**12
"""What a version may count in one minute: far above anything that Lambda does, and no arithmetic suffers."""

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?P<offset>Z|[+-]\d\d:\d\d)?", re.ASCII)
_LARGEST = int(sys.float_info.max)
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _moment(value: object) -> datetime:
    if not isinstance(value, str):
        raise wrong(f'should be a time in quotes, like "2026-01-05T10:00:00Z", not {shown(value)}')
    match = _MOMENT.fullmatch(value)
    try:
        moment = datetime.fromisoformat(value) if match else None
    except ValueError:
        moment = None
    if match is None or moment is None:
        raise wrong(f"should be an ISO 8601 time like 2026-01-05T10:00:00Z, not {shown(value)}")
    if not match["offset"]:
        raise wrong(f"has no offset from UTC: write {value}Z, or {value}+01:00")
    if not _EARLIEST <= moment < _LATEST:
        raise wrong(f"should lie between the years 2000 and 2200, not at {value}")
    return moment.astimezone(UTC)


def _whole(value: object) -> object:
    """CloudWatch's own sums are written 540.0, which is as whole as 540."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _of_a_float(value: object) -> object:
    """A whole number that no float can hold is a number all the same, and as far off as the largest that one can."""
    return max(-_LARGEST, min(_LARGEST, value)) if type(value) is int else value


Count = Annotated[int, Field(strict=True, ge=0, le=MOST_REQUESTS), BeforeValidator(_whole)]
Weight = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False), BeforeValidator(_of_a_float)]
Moment = Annotated[datetime, PlainValidator(_moment)]


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid")


_AnyLine = TypeVar("_AnyLine", bound=_Line)


class TallyKeys(_Line):
    """One of `metrics`: so many were bad, of so many."""

    bad: Count
    total: Count

    @model_validator(mode="after")
    def _part_of_the_whole(self) -> Self:
        if self.bad > self.total:
            raise wrong(f"counts {self.bad:,}, more than the total of {self.total:,}", "bad")
        return self


class CountsKeys(_Line):
    """`baseline` and `canary`: what one version did in the minute."""

    invocations: Count
    errors: Count
    slow: Count | None = None
    throttles: Count = 0
    client_errors: Count | None = None
    server_errors: Count | None = None
    metrics: dict[str, TallyKeys] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _parts_of_the_whole(self) -> Self:
        """A throttled request never became an invocation; the API in front of it answers it all the same."""
        answered = self.invocations + self.throttles
        for key, part, whole in (
            ("errors", self.errors, self.invocations),
            ("slow", self.slow, self.invocations),
            ("client_errors", self.client_errors, answered),
            ("server_errors", self.server_errors, answered),
        ):
            if part is not None and part > whole:
                throttles = f" and {self.throttles:,} throttles" if whole > self.invocations else ""
                raise wrong(f"counts {part:,}, more than the {self.invocations:,} invocations{throttles}", key)
        return self


class MinuteLine(_Line):
    """One sealed minute of both versions. A version is left out, or null, where CloudWatch has nothing for it."""

    minute: Moment
    weight: Weight | None = None
    baseline: CountsKeys | None = None
    canary: CountsKeys | None = None
    alarms: dict[str, AlarmState] | None = None

    @model_validator(mode="after")
    def _a_canary_has_a_weight(self) -> Self:
        if self.canary is not None and self.weight is None:
            raise wrong("is missing, which only a minute without a canary may do", "weight")
        return self


class RolloutLine(_Line):
    """The start of a fresh rollout; what came before is forgotten."""

    rollout: Annotated[str, Field(strict=True)]


@dataclass(frozen=True, slots=True)
class NewRollout:
    """A rollout begins."""

    name: str


class Sealed(NamedTuple):
    """A minute, with the alarms at its end where they are known. `text` is its time as the line wrote it."""

    minute: Minute
    text: str
    alarms: Mapping[str, AlarmState] | None = None


# Which keys there are, by the way to their object.
_OF_ROLLOUT: dict[KeyPath, list[str]] = {(): list(RolloutLine.model_fields)}
_OF_MINUTE: dict[KeyPath, list[str]] = {
    (): list(MinuteLine.model_fields),
    ("baseline",): list(CountsKeys.model_fields),
    ("canary",): list(CountsKeys.model_fields),
}
_OF_TALLY = list(TallyKeys.model_fields)


def read_line(line: bytes) -> NewRollout | Sealed:
    """Read one line, with or without its line end.

    Raises:
        LineError: in one sentence, which names the field where it is a field's fault.
    """
    data = _json(line)
    if "rollout" in data:
        if "minute" in data:
            raise LineError("rollout and minute are on one line: each needs its own.")
        return NewRollout(_valid(RolloutLine, data, _OF_ROLLOUT).rollout)
    keys = _valid(MinuteLine, data, _OF_MINUTE)
    minute = Minute(
        keys.minute,
        keys.weight or 0.0,
        _counts(keys.baseline),
        _counts(keys.canary),
    )
    return Sealed(minute, data["minute"], keys.alarms)


def _counts(keys: CountsKeys | None) -> Counts | None:
    if keys is None:
        return None
    tallies = tuple(Tally(metric, of.bad, of.total) for metric, of in keys.metrics.items())
    return Counts(
        keys.invocations,
        keys.errors,
        keys.slow,
        keys.throttles,
        keys.client_errors,
        keys.server_errors,
        tallies,
    )


def _json(line: bytes) -> dict[str, Any]:
    if len(line.removesuffix(b"\n")) > LONGEST_LINE:
        raise LineError(f"The line is longer than {LONGEST_LINE:,} bytes.")
    if not line.strip():
        raise LineError("The line is empty.")
    try:
        data = from_json(line)
    except ValueError as error:
        raise not_json(error) from None
    if not isinstance(data, dict):
        raise LineError(f"The line should be an object, not {shown(data)}.")
    return data


def write_line(minute: Minute) -> str:
    """The minute as a line that `read_line` reads back, without its line end. Times are in UTC."""
    line = {
        "minute": minute.start.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "weight": minute.weight,
        "baseline": _keys(minute.baseline),
        "canary": _keys(minute.canary),
    }
    return json.dumps({key: value for key, value in line.items() if value is not None})


def _keys(counts: Counts | None) -> dict[str, object] | None:
    """What is zero, or unknown, as a reader takes it anyway is left out."""
    if counts is None:
        return None
    keys = {
        "invocations": counts.invocations,
        "errors": counts.errors,
        "slow": counts.slow,
        "throttles": counts.throttles or None,
        "client_errors": counts.client_errors,
        "server_errors": counts.server_errors,
        "metrics": {tally.metric: {"bad": tally.bad, "total": tally.total} for tally in counts.tallies} or None,
    }
    return {key: count for key, count in keys.items() if count is not None}


def _valid(model: type[_AnyLine], data: dict[str, Any], known: Mapping[KeyPath, Sequence[str]]) -> _AnyLine:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise not_a_line(error.errors(include_url=False), lambda path: known.get(path, _OF_TALLY)) from None
