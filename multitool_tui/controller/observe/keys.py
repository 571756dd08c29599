"""What a row's key says: a word for its kind, and what names it."""

from __future__ import annotations

import json
from typing import Any


def pack(kind: str, *of: Any) -> str:
    """A key like 'metric:["AWS/Lambda", "Errors"]'."""
    return f"{kind}:{json.dumps(of)}"


def unpack(key: str) -> tuple[str, list[Any]]:
    """The kind, and what names it."""
    kind, _, of = key.partition(":")
    return kind, json.loads(of)
