"""Where notices go: Slack, any web address, the desktop."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from multitool_tui.controller.notifications.notice import Moment, Notice
from multitool_tui.controller.posting import NotSent, check_address, post

_NOTHING = asyncio.subprocess.DEVNULL
_PATIENCE = 5.0  # seconds of real time for one try
_PAUSES = (1.0, 4.0)  # seconds of real time before each further try
_DESKTOP_PATIENCE = 5.0  # seconds of real time
Environment = Callable[[str], str | None]


class Sink(Protocol):
    """Somewhere to send notices of some moments. `name` is for people, and no secret."""

    @property
    def name(self) -> str: ...

    @property
    def moments(self) -> frozenset[Moment]: ...

    async def send(self, notice: Notice) -> None:
        """Send it.

        Raises:
            NotSent: with a sentence's end.
        """
        ...


@dataclass(frozen=True, slots=True)
class Slack:
    """A Slack channel, by the address of an incoming webhook that the variable `address` holds."""

    moments: frozenset[Moment]
    address: str
    name: str = "Slack"
    environment: Environment = os.environ.get

    async def send(self, notice: Notice) -> None:
        url = _address(self.address, self.environment)
        lines = [f"*{_escape(notice.title)}*", *map(_escape, notice.lines), f"`{notice.command}`"]
        await _post(url, {"text": "\n".join(lines)})


@dataclass(frozen=True, slots=True)
class Webhook:
    """A web address that takes JSON: `url`, or what the variable `address` holds. `token`: a bearer's variable."""

    moments: frozenset[Moment]
    url: str | None = None
    address: str | None = None
    token: str | None = None
    name: str = "webhook"
    environment: Environment = os.environ.get

    async def send(self, notice: Notice) -> None:
        url = self.url or _address(self.address or "", self.environment)
        headers = {"Authorization": f"Bearer {_secret(self.token, self.environment)}"} if self.token else None
        await _post(url, notice.document, headers)


@dataclass(frozen=True, slots=True)
class Desktop:
    """The notifications of this machine's desktop."""

    moments: frozenset[Moment]
    name: str = "desktop"

    async def send(self, notice: Notice) -> None:
        await show_on_desktop(notice.title, "\n".join(notice.lines))


async def show_on_desktop(title: str, text: str) -> None:
    """Show a notification on this machine's desktop.

    Raises:
        NotSent: with a sentence's end.
    """
    command = _desktop_command(title, text)
    try:
        process = await asyncio.create_subprocess_exec(*command, stdin=_NOTHING, stdout=_NOTHING, stderr=_NOTHING)
        code = await asyncio.wait_for(process.wait(), _DESKTOP_PATIENCE)
    except (OSError, TimeoutError) as error:
        raise NotSent(f"{command[0]} does not work ({type(error).__name__})") from None
    if code:
        raise NotSent(f"{command[0]} ended with {code}")


async def _post(url: str, document: Any, headers: Mapping[str, str] | None = None) -> None:
    await post(url, json.dumps(document).encode(), headers, patience=_PATIENCE, pauses=_PAUSES)


def _desktop_command(title: str, text: str) -> Sequence[str]:
    """What is said goes as arguments: nothing of it is read as a program."""
    if sys.platform == "darwin":
        script = "on run argv\ndisplay notification (item 2 of argv) with title (item 1 of argv)\nend run"
        return ("osascript", "-e", script, title, text)
    if shutil.which("notify-send") is None:
        raise NotSent("there is no notify-send on this machine")
    return ("notify-send", "--app-name=MultiTool", "--", title, text)


def _address(variable: str, environment: Environment) -> str:
    try:
        return check_address(_secret(variable, environment))
    except ValueError as error:
        raise NotSent(f"what {variable} holds: {error}") from None


def _secret(variable: str, environment: Environment) -> str:
    value = (environment(variable) or "").strip()
    if not value:
        raise NotSent(f"the variable {variable} is not set")
    return value


def _escape(text: str) -> str:
    """Slack's own: three characters stand for themselves only as entities (docs.slack.dev, "Formatting text")."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("`", "'")
