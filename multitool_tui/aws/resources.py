"""What AWS has, as plain frozen data. Nothing here imports the SDK."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from multitool_tui.aws.sources import AliasSource, Source, StageSource
from multitool_tui.aws.stage_mark import Before
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
    def function(self) -> str:
        """The function that it leads to; empty where that is not known."""
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
class RestApi:
    """A REST API. Several may have one name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Canary:
    """What a stage has beside its production release: another deployment, with variables of its own, and its share
    (0-1)."""

    deployment: str
    weight: float
    overrides: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of a REST API. `version` is what its production release calls, as far as that is known, and of the
    function that a rollout is about; `weights` is the canary's share (0-1), where it has one.

    `functions`: those that it calls. `named`: whether the API is the only one of its name; otherwise its id stands in
    the target.
    """

    api: RestApi
    name: str
    deployment: str
    variables: Mapping[str, str] = field(default_factory=dict)
    canary: Canary | None = None
    description: str = ""
    version: str = ""
    weights: Mapping[str, float] = field(default_factory=dict)
    before: Before | None = None
    """What it was before the rollout on it, or is now; None where it calls several functions, or none."""
    behind: Alias | None = None
    """The alias that goes with it."""
    functions: tuple[str, ...] = ()
    named: bool = True
    cached: bool = False
    """Whether answers are kept in API Gateway's own cache."""

    @property
    def target(self) -> str:
        return f"{self.api.name if self.named else self.api.id}/{self.name}"

    @property
    def function(self) -> str:
        return self.before.function if self.before else ""

    @property
    def source(self) -> StageSource:
        return StageSource(self.api.name, self.name)


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
