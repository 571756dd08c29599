"""Rollouts, events, receipts and minutes as JSON and back. What does not fit its type is an error, never a guess."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from cattrs import Converter, transform_error
from cattrs.strategies import configure_tagged_union

from multitool_tui.rollout import events
from multitool_tui.rollout.effects import Change
from multitool_tui.rollout.events import Event

T = TypeVar("T")

_ANY_EVENT = (
    events.Started
    | events.Uploaded
    | events.Published
    | events.Unchanged
    | events.Unpublished
    | events.SmokeTested
    | events.Ticked
    | events.Judged
    | events.Applied
    | events.Adopted
    | events.Recovered
    | events.Cleared
    | events.MustEnd
    | events.Blocked
    | events.PromoteAsked
    | events.RollBackAsked
    | events.PauseAsked
    | events.ResumeAsked
    | events.WeightAsked
    | events.GatePassed
    | events.AdoptAsked
    | events.RestoreAsked
    | events.AbandonAsked
)


class Unreadable(ValueError):
    """The text is not what it should be; says where."""


def decode(text: str, kind: type[T]) -> T:
    """The value that `encode` wrote.

    Raises:
        Unreadable: it is no such value.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(str(error)) from None
    return read_plain(document, kind)


def read_plain(document: Any, kind: type[T]) -> T:
    """The value of which `plain` made this.

    Raises:
        Unreadable: it is no such value.
    """
    try:
        return _CONVERTER.structure(document, kind)
    except Exception as error:  # noqa: BLE001 - whatever a damaged text makes of the parts it passes through
        raise Unreadable("; ".join(transform_error(error))) from None


def decode_event(text: str) -> Event:
    """The event that `encode_event` wrote.

    Raises:
        Unreadable: it is none.
    """
    return decode(text, cast("type[Event]", _ANY_EVENT))


def encode_event(event: Event) -> str:
    """JSON of an event, with its name."""
    return _encode(event, _ANY_EVENT)


def encode_change(change: Change) -> str:
    """JSON of a change, with its name."""
    return _encode(change, Change)


def encode(value: Any) -> str:
    """JSON of a value of one type, or of a list of such values."""
    return _encode(value, None)


def plain(value: Any) -> Any:
    """A value as JSON's objects, arrays, strings and numbers."""
    return _CONVERTER.unstructure(value)


def _encode(value: Any, kind: Any) -> str:
    return json.dumps(_CONVERTER.unstructure(value, kind), separators=(",", ":"), ensure_ascii=True)


def _converter() -> Converter:
    converter = Converter(forbid_extra_keys=True)
    converter.register_unstructure_hook(datetime, datetime.isoformat)
    converter.register_structure_hook(datetime, lambda text, _: datetime.fromisoformat(text))
    converter.register_unstructure_hook(timedelta, timedelta.total_seconds)
    converter.register_structure_hook(timedelta, lambda seconds, _: timedelta(seconds=seconds))
    configure_tagged_union(_ANY_EVENT, converter)
    configure_tagged_union(Change, converter)
    converter.register_unstructure_hook_func(
        lambda kind: kind == Change | None, lambda change: change and converter.unstructure(change, Change)
    )
    converter.register_structure_hook_func(
        lambda kind: kind == Change | None,
        lambda plain, _: plain and converter.structure(plain, cast("type[Change]", Change)),
    )
    return converter


_CONVERTER = _converter()
