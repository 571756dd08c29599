"""Lists that come in pages, by NextToken."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from multitool_tui.aws.errors import Unanswered
from multitool_tui.aws.translate import aws_errors


async def every(call: Callable[..., Awaitable[dict[str, Any]]], key: str, **parameters: Any) -> list[dict[str, Any]]:
    """The items of every page of a list operation, whose answers have them under `key`.

    Raises:
        Unanswered: when a page points back at itself: the list would never end.
    """
    found: list[dict[str, Any]] = []
    token: dict[str, str] = {}
    while True:
        with aws_errors():
            page = await call(**parameters, **token)
        found += page.get(key) or ()
        following = page.get("NextToken")
        if not following:
            return found
        if following == token.get("NextToken"):
            raise Unanswered("AWS sent the same page of a list again and again.")
        token = {"NextToken": following}
