"""Lists that come in pages, with a token that says where the next page begins."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any, TypeVar

from multitool_tui.sandbox.errors import AwsError

Item = TypeVar("Item")


def encode_token(value: dict[str, Any]) -> str:
    """An opaque token that holds `value`."""
    return base64.urlsafe_b64encode(json.dumps(value, sort_keys=True).encode()).decode()


def decode_token(token: str, kind: str, error: str) -> dict[str, Any]:
    """What `encode_token` was given, for a list of the same `kind`.

    Raises:
        AwsError: named `error`, when the token is none of ours or of another list.
    """
    try:
        value = json.loads(base64.urlsafe_b64decode(token.encode()))
    except (ValueError, binascii.Error):
        value = None
    if not isinstance(value, dict) or value.get("kind") != kind:
        raise AwsError(error, "The token is invalid.")
    return value


def page(items: Sequence[Item], size: int, token: str | None, kind: str, error: str) -> tuple[list[Item], str | None]:
    """One page of `items` and the token of the next, None at the end.

    Raises:
        AwsError: named `error`, when `token` is none of ours.
    """
    begin = int(decode_token(token, kind, error)["from"]) if token else 0
    end = begin + size
    return list(items[begin:end]), encode_token({"kind": kind, "from": end}) if end < len(items) else None
