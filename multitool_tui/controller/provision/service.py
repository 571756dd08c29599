"""What a service is to be, and the parts that it is made of, in the order in which they are made."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from multitool_tui.aws.provision.apis import ApiPermission, Integration, Method, PathPart, RestApi, Stage
from multitool_tui.aws.provision.fronts import Auth, Source, Url, UrlPermission, source_kind
from multitool_tui.aws.provision.functions import AsyncInvocation, FirstVersion, Function, LiveAlias
from multitool_tui.aws.provision.part import Part
from multitool_tui.aws.provision.roles import GivenRole, Role
from multitool_tui.aws.provision.watching import Board, RateAlarm

VERBS = ("ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_FUNCTION = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ALIAS = re.compile(r"(?![0-9]+$)[A-Za-z0-9_-]{1,128}")
_STAGE = re.compile(r"[A-Za-z0-9_-]{1,128}")
_PATH = re.compile(r"/|(/([A-Za-z0-9._:-]+|\{[A-Za-z0-9._:-]+\+?\}))+")
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/([\w+=,.@/-]*/)?[\w+=,.@-]{1,64}")
_LONGEST_ROLE = 64
_LONGEST_ALARM = 255


@dataclass(frozen=True, slots=True)
class Service:
    """A function and what is around it.

    `sha256`: of the zip file, in base64. `memory`: MB. `timeout`, `oldest_event`: seconds. `role`: the ARN of one that
    is there; None has one made. `api`: the name of the REST API; None for no API. `url`: a function URL.
    """

    name: str
    handler: str
    runtime: str
    sha256: str
    alias: str = "live"
    memory: int = 256
    timeout: int = 10
    architecture: str = "x86_64"
    role: str | None = None
    api: str | None = None
    path: str = "/"
    verb: str = "ANY"
    stage: str = "prod"
    url: bool = False
    auth: Auth = "none"
    sources: tuple[str, ...] = ()
    retries: int = 2
    oldest_event: int = 21_600

    @property
    def role_name(self) -> str:
        return self.role.rpartition("/")[2] if self.role else fitted(f"{self.name}-role", _LONGEST_ROLE)

    @property
    def target(self) -> str:
        return f"{self.name}:{self.alias}"

    def check(self) -> None:
        """Hold everything against what AWS takes, before anything is asked of it.

        Raises:
            ValueError: in one sentence.
        """
        for what, value, pattern, form in (
            ("name", self.name, _FUNCTION, "letters, digits, - and _, at most 64 of them"),
            ("alias", self.alias, _ALIAS, "letters, digits, - and _, and not digits alone"),
            ("stage", self.stage, _STAGE, "letters, digits, - and _"),
            ("path", self.path, _PATH, "/ or parts like /orders/{id}"),
            ("role", self.role or "arn:aws:iam::123456789012:role/x", _ROLE, "the ARN of a role"),
        ):
            if not pattern.fullmatch(value):
                raise ValueError(f"{value!r} is no {what}: it is {form}")
        if self.api is not None and not self.api.strip():
            raise ValueError("the API's name is empty")
        for source in self.sources:
            source_kind(source)

    def parts(self, region: str) -> tuple[Part, ...]:
        """Everything, in the order in which it is made; `region`: the dashboard's name tells two regions apart."""
        function, alias = self.name, self.alias
        return (
            GivenRole(self.role) if self.role else Role(self.role_name, self.name),
            Function(function, self.runtime, self.handler, self.memory, self.timeout, self.architecture, self.sha256),
            FirstVersion(function, self.sha256),
            LiveAlias(function, alias),
            AsyncInvocation(function, alias, self.retries, self.oldest_event),
            *self._api(),
            *self._url(),
            *self._watching(region),
            # Last: a new role may not read them yet, and all else should be there by then.
            *(Source(function, alias, source, self.role_name) for source in self.sources),
        )

    def _api(self) -> tuple[Part, ...]:
        if self.api is None:
            return ()
        names = [name for name in self.path.split("/") if name]
        paths = ["/" + "/".join(names[: length + 1]) for length in range(len(names))]
        return (
            RestApi(self.api, self.name),
            *(PathPart(path) for path in paths),
            Method(self.verb, self.path, self.auth),
            Integration(self.verb, self.path, self.name, self.alias),
            ApiPermission(self.name, self.alias, self.verb, self.path),
            Stage(self.stage, self.path),
        )

    def _url(self) -> tuple[Part, ...]:
        if not self.url:
            return ()
        allowed = (UrlPermission(self.name, self.alias, via_url) for via_url in (False, True))
        return (Url(self.name, self.alias, self.auth), *(allowed if self.auth == "none" else ()))

    @property
    def alarms(self) -> tuple[str, ...]:
        """The names of the alarms that are made for it: a rollout may be condemned by them."""
        return tuple(alarm.alarm for alarm in self._rate_alarms())

    def _rate_alarms(self) -> tuple[RateAlarm, ...]:
        watched = [("invocations", "errors")]
        if self.api is not None:
            watched.append(("stage", "api-5xx"))
        if self.url:
            watched.append(("function URL", "url-5xx"))
        return tuple(
            RateAlarm(
                fitted(f"{self.name}-{self.alias}-{ending}", _LONGEST_ALARM),
                self.name,
                of,
                self.name,
                self.alias,
                self.api or "",
                self.stage,
            )
            for of, ending in watched
        )

    def _watching(self, region: str) -> tuple[Part, ...]:
        board = fitted(f"{self.name}-{self.alias}-{region}", _LONGEST_ALARM)
        shown = Board(board, self.name, self.name, self.alias, self.api or "", self.stage, self.alarms)
        return (*self._rate_alarms(), shown)


def fitted(name: str, longest: int) -> str:
    """A name that is made of others, cut to `longest` characters so that it still tells them apart."""
    if len(name) <= longest:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: longest - 9]}-{digest}"
