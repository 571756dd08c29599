"""Sending JSON to a web address: bounded in time, tried again when that can help, the address never in an error.

An address is a secret as often as not (Slack's are): it is named in errors by what it is for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import aiohttp

_LOCAL = ("127.0.0.1", "localhost", "::1")
_MAY_PASS = (408, 425, 429)


class NotSent(Exception):
    """It did not arrive, as far as can be known; the text is a sentence without the address."""


def check_address(url: str) -> str:
    """The address, if something may be sent there: https, or http on this machine.

    Raises:
        ValueError: in one sentence.
    """
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname
    except ValueError:
        parts, host = urlsplit(""), None
    if not host or parts.scheme not in ("http", "https"):
        raise ValueError("that is no web address: it begins with https://")
    if parts.scheme == "http" and host not in _LOCAL:
        raise ValueError("only https is sent to, or http on this machine")
    return url.strip()


async def post(
    url: str,
    document: bytes,
    headers: Mapping[str, str] | None = None,
    *,
    patience: float | None = None,
    pauses: Sequence[float] = (),
) -> None:
    """Send a JSON document, and be content with any answer 2XX. A redirect is none: it could lead anywhere.

    `patience`: seconds of real time for one try, from the name's resolution to the end of the answer; without one the
    caller sees to it. `pauses`: seconds of real time before each further try, where one can help.

    Raises:
        NotSent
    """
    trouble = ""
    said = {"Content-Type": "application/json", **(headers or {})}
    timeout = aiohttp.ClientTimeout(total=patience)
    async with aiohttp.ClientSession(timeout=timeout, trust_env=True) as session:
        for pause in (0.0, *pauses):
            await asyncio.sleep(pause)
            try:
                async with session.post(url, data=document, headers=said, allow_redirects=False) as answer:
                    if 200 <= answer.status < 300:
                        return
                    trouble = f"it was answered {answer.status}"
                    if answer.status < 500 and answer.status not in _MAY_PASS:
                        break
            except TimeoutError:
                if patience is None:  # the caller's own
                    raise
                trouble = f"there was no answer within {patience:g} seconds"
            except (aiohttp.ClientError, OSError, ValueError) as error:  # whose texts may hold the address
                trouble = f"it cannot be reached ({type(error).__name__})"
    raise NotSent(trouble)
