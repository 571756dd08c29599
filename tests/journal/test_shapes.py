"""What the journal holds changes with its version only: an older MultiTool would take what is new for damage."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator
from enum import Enum
from typing import Any, get_args, get_type_hints

from multitool_tui.journal import codec
from multitool_tui.journal.schema import VERSION
from multitool_tui.journal.store import Kind
from multitool_tui.judgement.model import Minute
from multitool_tui.rollout.effects import Change
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.receipts import Receipt

WRITTEN = (Kind, Rollout, codec._ANY_EVENT, Change, Receipt, Minute)
SHAPES = (4, "5491462be103ae87")
"""The version of the schema, and what the bodies were like then."""


def lines(kind: Any, seen: set[Any]) -> Iterator[str]:
    """Each class that a value of this type may hold: its fields and their types, or an enumeration's values."""
    for part in get_args(kind):
        yield from lines(part, seen)
    if not isinstance(kind, type) or kind in seen:
        return
    seen.add(kind)
    if issubclass(kind, Enum):
        yield f"{kind.__name__}: {sorted(str(each.value) for each in kind)}"
    elif dataclasses.is_dataclass(kind):
        hints = get_type_hints(kind)
        fields = {field.name: hints[field.name] for field in dataclasses.fields(kind)}
        yield f"{kind.__name__}: {sorted(f'{name}: {hint}' for name, hint in fields.items())}"
        for hint in fields.values():
            yield from lines(hint, seen)


def test_what_is_new_in_a_body_is_a_step_of_the_schema() -> None:
    seen: set[Any] = set()
    all_of_it = sorted(line for kind in WRITTEN for line in lines(kind, seen))
    now = hashlib.sha256("\n".join(all_of_it).encode()).hexdigest()[:16]
    assert (VERSION, now) == SHAPES, "a new step in journal/schema.py, then its number and this hash here"
    assert len(seen) > 40
