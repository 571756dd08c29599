"""Lists that come in pages, by a token of each service's own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from multitool_tui.aws.errors import Unanswered
from multitool_tui.aws.translate import aws_errors

Call = Callable[..., Awaitable[dict[str, Any]]]


async def every(call: Call, key: str, **parameters: Any) -> list[dict[str, Any]]:
    """The items of every page of a list operation, whose answers have them under `key`.

    Raises:
        Unanswered: when a page points back at itself: the list would never end.
    """
    return await _every(call, key, "NextToken", "NextToken", parameters)


async def every_position(call: Call, key: str, **parameters: Any) -> list[dict[str, Any]]:
    """The same of API Gateway, whose pages have a `position`."""
    return await _every(call, key, "position", "position", parameters)


async def every_marker(call: Call, key: str, **parameters: Any) -> list[dict[str, Any]]:
    """The same of Lambda, whose pages have a marker."""
    return await _every(call, key, "NextMarker", "Marker", parameters)


async def _every(call: Call, key: str, sent: str, asked: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    token: dict[str, str] = {}
    while True:
        with aws_errors():
            page = await call(**parameters, **token)
        found += page.get(key) or ()
        following = page.get(sent)
        if not following:
            return found
        if following == token.get(asked):
            raise Unanswered("AWS sent the same page of a list again and again.")
        token = {asked: following}
