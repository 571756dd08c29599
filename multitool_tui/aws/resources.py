"""What AWS has, as plain frozen data. Nothing here imports the SDK."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from multitool_tui.aws.sources import AliasSource, Source
from multitool_tui.judgement.model import AlarmState


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose session this is, and where it works."""

    account: str
    arn: str
    region: str
    profile: str | None = None
    endpoint: str | None = None


class Reading(Protocol):
    """What a read of a target has shown, whatever its kind."""

    @property
    def target(self) -> str:
        """Its name, as operators write it."""
        ...

    @property
    def version(self) -> str:
        """What serves everything but for `weights`."""
        ...

    @property
    def weights(self) -> Mapping[str, float]:
        """The shares (0-1) of other versions: none, or the canary's."""
        ...

    @property
    def description(self) -> str:
        """The owner's words, and the mark of a rollout (`aws.lease`)."""
        ...

    @property
    def source(self) -> Source:
        """Where CloudWatch keeps what it did."""
        ...


@dataclass(frozen=True, slots=True)
class Signing:
    """What a session signs with, but for the secret itself. `source` is the SDK's word, like "sso" or "env"; `key` the
    access key's id; `renewed`: the SDK asks for new ones before these end."""

    source: str
    key: str
    temporary: bool
    renewed: bool
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Alias:
    """A Lambda alias. `weights` are the additional versions' shares (0-1): none, or one on a weighted alias."""

    function: str
    name: str
    version: str
    revision: str
    weights: Mapping[str, float] = field(default_factory=dict)
    description: str = ""

    @property
    def target(self) -> str:
        return f"{self.function}:{self.name}"

    @property
    def source(self) -> AliasSource:
        return AliasSource(self.function, self.name)


@dataclass(frozen=True, slots=True)
class Version:
    """A published version or $LATEST, with what must agree between two versions that share an alias.

    Source: Lambda developer guide, "Create an alias, weighted alias": same execution role, same dead-letter queue.
    `code` is the CodeSha256. `settings` is a digest of what the owner has set otherwise: two versions with the same
    code and settings are one to Lambda. `state` and `update`: State and LastUpdateStatus; `why`: their reason.
    """

    function: str
    version: str
    role: str
    dead_letter: str | None = None
    modified: str = ""
    description: str = ""
    arn: str = ""
    """Of the function."""
    code: str = ""
    settings: str = ""
    revision: str = ""
    handler: str = ""
    runtime: str = ""
    package_type: str = "Zip"
    layers: int = 0
    state: str = "Active"
    update: str = "Successful"
    why: str = ""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A CloudWatch alarm. `since` is when it went into its present state."""

    name: str
    state: AlarmState
    since: datetime | None = None
    reason: str = ""
    composite: bool = False


class Known(StrEnum):
    """What a read has shown of a permission."""

    ALLOWED = "allowed"
    DENIED = "denied"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Probed:
    """One action: what is known of it, of which resource, and why where it is not allowed."""

    action: str
    known: Known
    asked: str = ""
    why: str = ""
