"""`[[rollouts.NAME.hooks]]`: what of the operator's own is told of a rollout."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from multitool_tui.config.smoke import Header, Line
from multitool_tui.config.values import Duration, Table
from multitool_tui.rollout.hooks import Hook, When
from multitool_tui.wrong import wrong

_HOOK = Hook("", When.BEFORE_STEP)  # what holds where the manifest is silent
_LONGEST = timedelta(minutes=5)  # evidence does not stay fresh for ever
_HERE = ("127.0.0.1", "localhost", "::1")


def _variable(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise wrong(f"has {name!r}, which is no environment variable's name")
    return name


def _url(url: str) -> str:
    parts = urlsplit(url)
    if not parts.hostname or parts.scheme not in ("http", "https"):
        raise wrong(f"is no URL: {url!r}")
    if parts.scheme == "http" and parts.hostname not in _HERE:
        raise wrong("should begin with https: a receipt is not sent in the clear")
    if parts.username or parts.password:
        raise wrong("should hold no password: name an environment variable under secret_url or secret_headers")
    return url


Variable = Annotated[str, AfterValidator(_variable)]


class HookKeys(Table):
    """One of `hooks`: a command or a webhook that gets the receipt of what is decided as JSON."""

    name: Annotated[Line, Field(min_length=1, description="What it is called in the log.")]
    when: Annotated[When, Field(description="before_step, after_promote or on_rollback.")]
    command: Annotated[
        tuple[str, ...], Field(description="A program and its arguments; the receipt is on its standard input.")
    ] = _HOOK.command
    url: Annotated[str, AfterValidator(_url), Field(description="Where the receipt is posted to.")] = ""
    secret_url: Annotated[
        str, Field(description="The environment variable that holds the URL, where that is a secret itself.")
    ] = _HOOK.secret_url
    timeout: Annotated[Duration, Field(description="How long it may take, 5 minutes at most.")] = _HOOK.timeout
    blocking: Annotated[
        bool, Field(strict=True, description="With before_step: wait for it, and hold the rollout when it fails.")
    ] = _HOOK.blocking
    environment: Annotated[
        tuple[Variable, ...], Field(description="With command: environment variables that it may see.")
    ] = _HOOK.environment
    secret_headers: Annotated[
        Mapping[Header, Variable],
        Field(description="With url: headers whose values are in these environment variables."),
    ] = {}

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        ways = [key for key in ("command", "url", "secret_url") if getattr(self, key)]
        if len(ways) != 1:
            raise wrong("should be one of command, url and secret_url", ways[1] if ways else "command")
        if self.secret_url:
            _variable(self.secret_url)
        if ways != ["command"] and self.environment:
            raise wrong("is for a command", "environment")
        if ways == ["command"] and self.secret_headers:
            raise wrong("is for a webhook", "secret_headers")
        if "blocking" in self.model_fields_set and self.when is not When.BEFORE_STEP:
            raise wrong('is for when = "before_step": nothing waits for the others', "blocking")
        if not timedelta() < self.timeout <= _LONGEST:
            raise wrong("lies between 0 and 5 minutes", "timeout")
        return self

    def hook(self) -> Hook:
        """The hook as the engine takes it."""
        return Hook(
            name=self.name,
            when=self.when,
            command=self.command,
            url=self.url,
            secret_url=self.secret_url,
            timeout=self.timeout,
            blocking=self.blocking and self.when is When.BEFORE_STEP,
            environment=self.environment,
            secret_headers=tuple(self.secret_headers.items()),
        )
