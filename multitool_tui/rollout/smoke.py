"""Smoke tests: what the new version is asked, and what it must answer, before any user's request goes to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class How(StrEnum):
    """The way to the new version."""

    INVOKE = "invoke"
    """Invoke, and wait for the answer."""
    EVENT = "event"
    """Hand the payload over as an event: that Lambda takes it is all that is known."""
    ASYNC = "async"
    """The same by InvokeAsync, the older operation."""
    URL = "url"
    """A request to the function URL of an alias that is on the new version."""


@dataclass(frozen=True, slots=True)
class SmokeTest:
    """One question, asked `times` at once.

    `payload`: JSON, or the body of a request. `status`: what must be answered; None takes any below 400. `expect`:
    JMESPath expressions that must be true of {"status", "headers", "body"}. The last five are for `How.URL`;
    `secret_headers` names the environment variables that hold the values.
    """

    name: str
    how: How = How.INVOKE
    payload: str = "{}"
    status: int | None = None
    expect: tuple[str, ...] = ()
    times: int = 1
    timeout: timedelta = timedelta(seconds=30)
    alias: str = ""
    method: str = "POST"
    path: str = "/"
    headers: tuple[tuple[str, str], ...] = ()
    secret_headers: tuple[tuple[str, str], ...] = ()
