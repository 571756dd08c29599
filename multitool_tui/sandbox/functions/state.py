"""A function with its versions and aliases, as AWS keeps them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from multitool_tui.sandbox.functions.names import LATEST
from multitool_tui.sandbox.functions.settings import Settings
from multitool_tui.sandbox.traffic.routing import Routing, RoutingHistory

NewRevision = Callable[[], str]

_SETTLES_AFTER = 2.0
"""Seconds until a created function is Active and an update Successful."""


@dataclass(frozen=True)
class Version:
    """$LATEST or a published version. `configuration` holds members of FunctionConfiguration as callers set them;
    `modified` is in epoch seconds."""

    name: str
    configuration: Mapping[str, Any]
    code_sha256: str
    code_size: int
    modified: float
    revision_id: str
    state: str = "Active"
    update: str = "Successful"
    # The zip file that was uploaded; a scenario's versions have none.
    package: bytes | None = field(default=None, repr=False)

    def same_as(self, other: Version) -> bool:
        """Whether publishing one after the other would add nothing."""
        return self.code_sha256 == other.code_sha256 and self.configuration == other.configuration


@dataclass(frozen=True)
class AliasState:
    """An alias at a moment. `weights` holds at most one further version's share (0-1)."""

    name: str
    version: str
    weights: Mapping[str, float]
    description: str
    revision_id: str


@dataclass
class Alias:
    """An alias now and before: readers may be served an older state for a while."""

    states: list[tuple[float, AliasState]]

    @property
    def current(self) -> AliasState:
        return self.states[-1][1]

    def seen_at(self, moment: float) -> AliasState:
        """What readers saw at `moment` (epoch seconds): an alias is seen from its creation on."""
        seen = [state for at, state in self.states if at <= moment]
        return seen[-1] if seen else self.states[0][1]


@dataclass
class Function:
    """A function. Published versions stay in the order they were published in."""

    name: str
    latest: Version
    versions: dict[str, Version] = field(default_factory=dict)
    aliases: dict[str, Alias] = field(default_factory=dict)
    routing: dict[str, RoutingHistory] = field(default_factory=dict)
    next_version: int = 1
    settles_at: float | None = None
    tags: dict[str, str] = field(default_factory=dict)
    # By qualifier; "" is the function itself.
    settings: dict[str, Settings] = field(default_factory=dict)
    # What $LATEST was when it was last published, and as which version.
    published: tuple[Version, str] | None = None

    def settle(self, now: float, new_revision: NewRevision) -> None:
        """Finish what was in progress, once its time has come; that is a change, so the revision moves."""
        if self.settles_at is not None and now >= self.settles_at:
            self.settles_at = None
            self.latest = replace(self.latest, state="Active", update="Successful", revision_id=new_revision())
            self.versions = {
                name: replace(version, state="Active", update="Successful") for name, version in self.versions.items()
            }

    def begin(self, now: float) -> None:
        """Something was started that takes a moment."""
        self.settles_at = now + _SETTLES_AFTER

    def publish(self, description: str | None, now: float, new_revision: NewRevision) -> Version:
        """$LATEST as a new version, or the version that it already is."""
        if self.published is not None and self.published[0].same_as(self.latest):
            existing = self.versions.get(self.published[1])
            if existing is not None:
                return existing
        name = str(self.next_version)
        self.next_version += 1
        self.published = (self.latest, name)
        own = {} if description is None else {"Description": description}
        version = replace(
            self.latest,
            name=name,
            configuration={**self.latest.configuration, **own},
            modified=now,
            revision_id=new_revision(),
            state="Active" if self.settles_at is None else "Pending",
        )
        self.versions[name] = version
        self.latest = replace(self.latest, revision_id=new_revision())
        return version

    def version(self, qualifier: str | None) -> Version | None:
        """The version that a version number, an alias, $LATEST or nothing stands for."""
        if qualifier in (None, LATEST):
            return self.latest
        alias = self.aliases.get(qualifier or "")
        name = alias.current.version if alias else qualifier
        return self.latest if name == LATEST else self.versions.get(name or "")

    def set_alias(self, state: AliasState, now: float) -> None:
        """Create or change an alias; its traffic follows at once."""
        alias = self.aliases.setdefault(state.name, Alias([]))
        alias.states.append((now, state))
        self.routing.setdefault(state.name, RoutingHistory()).add(Routing(now, state.version, state.weights))

    def delete_alias(self, name: str, now: float) -> None:
        """Remove an alias: nobody is served under it from now on."""
        self.settings.pop(name, None)
        if self.aliases.pop(name, None) is not None:
            self.routing[name].add(Routing(now, None))

    def aliases_of(self, version: str) -> list[str]:
        """The aliases that route to a version."""
        states = [alias.current for alias in self.aliases.values()]
        return sorted(state.name for state in states if version == state.version or version in state.weights)
