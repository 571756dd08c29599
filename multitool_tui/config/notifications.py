"""`[notifications]`: who is told of a rollout, and when. Secrets are named by their environment variables only."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from multitool_tui.config.values import Table
from multitool_tui.wrong import wrong

_MomentName = Literal["start", "gate", "rollback", "promote", "hold"]
_Moments = Annotated[
    tuple[_MomentName, ...],
    Field(description="Of start, gate, rollback, promote, hold: all where it is not said."),
]
ALL: tuple[_MomentName, ...] = ("start", "gate", "rollback", "promote", "hold")


def _variable(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise wrong("names no environment variable: a secret itself does not belong here")
    return name


def _url(url: str) -> str:
    if not re.match(r"https://[^/\s]|http://(127\.0\.0\.1|localhost|\[::1\])[:/]", url):
        raise wrong("should begin with https:// (or http:// on this machine)")
    if "@" in url.partition("//")[2].partition("/")[0]:
        raise wrong("has a password in it: name a variable in url_env instead")
    return url


_Variable = Annotated[str, AfterValidator(_variable)]


class SlackKeys(Table):
    """`[notifications.slack]`: a channel, by an incoming webhook."""

    webhook_env: Annotated[_Variable, Field(description="The environment variable with the webhook's address.")]
    on: _Moments = ALL


class WebhookKeys(Table):
    """`[[notifications.webhooks]]`: a web address that is sent JSON."""

    url: Annotated[
        Annotated[str, AfterValidator(_url)] | None, Field(description="The address, where it is no secret.")
    ] = None
    url_env: Annotated[_Variable | None, Field(description="The environment variable with the address.")] = None
    token_env: Annotated[
        _Variable | None, Field(description="The environment variable with a token, sent as `Authorization: Bearer`.")
    ] = None
    on: _Moments = ALL

    @model_validator(mode="after")
    def _has_one_address(self, info: ValidationInfo) -> Self:  # noqa: ARG002 - as everywhere
        if (self.url is None) == (self.url_env is None):
            raise wrong("is missing: give url or url_env, one of the two", "url")
        return self


class DesktopKeys(Table):
    """`[notifications.desktop]`: the desktop of the machine that drives."""

    on: _Moments = ALL


class NotificationKeys(Table):
    """`[notifications]`."""

    slack: SlackKeys | None = None
    webhooks: tuple[WebhookKeys, ...] = ()
    desktop: DesktopKeys | None = None
    opentelemetry: Annotated[
        bool, Field(strict=True, description="An event for each decision, by the OTEL_* variables; extra otel.")
    ] = False
