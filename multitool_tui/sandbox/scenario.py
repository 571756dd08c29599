"""Scenarios: what the sandbox's account holds and how its versions behave, read from TOML.

A scenario file may name an account file (`account = "shop"`) that it shares with others; functions, metrics and
alarms of the same name are then merged, the scenario's keys winning. docs/sandbox.md explains every key.
"""

from __future__ import annotations

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from multitool_tui.words import parse_duration

_SCENARIOS = Path(__file__).parent / "scenarios"
_ACCOUNTS = _SCENARIOS / "accounts"

Duration = Annotated[
    timedelta, BeforeValidator(lambda value: parse_duration(value) if isinstance(value, str) else value)
]
Share = Annotated[float, Field(ge=0, le=1)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Behaviour(_Model):
    """How invocations of a version go. Durations are lognormal around `median_ms`; cold starts add `cold_ms`. Of those
    that do not fail, `server_error_rate` answer with a 5XX, which Lambda does not count as an error."""

    error_rate: Share = 0.003
    median_ms: float = Field(default=80.0, gt=0)
    sigma: float = Field(default=0.45, gt=0)
    cold_share: Share = 0.004
    cold_ms: float = Field(default=350.0, ge=0)
    throttle_rate: Share = 0.0
    server_error_rate: Share = 0.0


class Change(_Model):
    """A change of behaviour: `after` so long since `since`, `for` so long (for good when left out).

    `since = "first_weight"` counts, for each of `versions`, from when it first got a share of the alias's traffic;
    without `versions` the change is of every version, from when the alias was first weighted.
    """

    versions: tuple[str, ...] = ()
    since: Literal["first_weight", "start"] = "first_weight"
    after: Duration = timedelta(0)
    lasts: Duration | None = Field(default=None, alias="for")
    error_rate: Share | None = None
    median_ms: float | None = Field(default=None, gt=0)
    sigma: float | None = Field(default=None, gt=0)
    cold_share: Share | None = None
    throttle_rate: Share | None = None


class AliasSpec(_Model):
    """An alias and its traffic. With `count`, so many of them: name-1, name-2, ..."""

    name: str
    version: str
    weights: dict[str, Share] = {}
    description: str = ""
    rate: float = Field(default=0.0, ge=0, description="requests a minute")
    count: int = Field(default=1, ge=1)


class FunctionSpec(_Model):
    """A function. With `count`, so many of them: name-1, name-2, ..."""

    name: str
    count: int = Field(default=1, ge=1)
    description: str = ""
    runtime: str = "python3.12"
    memory: int = 256
    timeout: int = 10
    role: str = "lambda-basic"
    first_version: int = Field(default=1, ge=1)
    versions: int = Field(default=1, ge=0, description="how many are published")
    roles: dict[str, str] = Field(default={}, description="execution roles of single versions")
    aliases: tuple[AliasSpec, ...] = ()
    behaviour: dict[str, dict[str, float]] = Field(
        default={}, description='by version; "default" for all, "new" for versions published in the sandbox'
    )
    changes: tuple[Change, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> FunctionSpec:
        published = set(self.version_names)
        named = {each.version for each in self.aliases} | {key for each in self.aliases for key in each.weights}
        if missing := sorted((named | set(self.roles)) - published):
            raise ValueError(f"{self.name} has no version {missing[0]}")
        for version in self.behaviour:
            self.behaviour_of(version)
        return self

    @property
    def version_names(self) -> list[str]:
        return [str(self.first_version + index) for index in range(self.versions)]

    def behaviour_of(self, version: str) -> Behaviour:
        """The behaviour of a version before any change of it."""
        own = self.behaviour.get(version)
        if own is None and version not in self.version_names:
            own = self.behaviour.get("new")
        return Behaviour.model_validate(self.behaviour.get("default", {}) | (own or {}))


class StageSpec(_Model):
    """A stage, its traffic, which is none without a rate, and the custom domains in front of it."""

    name: str
    description: str = ""
    variables: dict[str, str] = {}
    rate: float = Field(default=0.0, ge=0, description="requests a minute")
    domain: str = ""
    private_domain: str = ""


class ApiSpec(_Model):
    """A REST API with one method, in front of a function: under the alias or version `qualifier`, in which a stage's
    variables may stand. `allowed`: those that API Gateway may invoke."""

    name: str
    description: str = ""
    verb: str = "POST"
    path: Annotated[str, Field(pattern=r"^(/[A-Za-z0-9._:-]+)+$")]
    function: str
    qualifier: str
    allowed: tuple[str, ...] = ()
    stages: tuple[StageSpec, ...] = ()


class MetricSpec(_Model):
    """A metric beside Lambda's own, one value a minute: a gauge around `value`, or, with `function` and `alias`, a
    count of the invocations that went a certain way, `shares` by version ("default" for the others)."""

    namespace: str
    name: str
    dimensions: dict[str, str] = {}
    unit: str = "Count"
    value: float | None = None
    noise: float = Field(default=0.0, ge=0, description="relative, of a gauge")
    function: str | None = None
    alias: str | None = None
    shares: dict[str, Share] = {}

    @model_validator(mode="after")
    def _check(self) -> MetricSpec:
        if (self.value is None) == (self.function is None) or (self.function is None) != (self.alias is None):
            raise ValueError(f"metric {self.name} needs either value, or function and alias")
        return self


class AlarmSpec(_Model):
    """An alarm: the parameters of PutMetricAlarm, or with `AlarmRule` of PutCompositeAlarm, and its state at start."""

    name: str
    state: Literal["OK", "ALARM", "INSUFFICIENT_DATA"] = "OK"
    since: Duration = timedelta(hours=6)
    reason: str = ""
    parameters: dict[str, Any]


class InsightRuleSpec(_Model):
    """A Contributor Insights rule that counts a metric of an alias by contributor, `contributors` giving the shares.
    With `template` an AWS service manages it for `resource`."""

    name: str
    function: str
    alias: str
    metric: str = "Errors"
    key: str
    contributors: dict[str, Annotated[float, Field(gt=0)]] = Field(min_length=1)
    enabled: bool = True
    template: str = ""
    resource: str = ""


class AnomalyDetectorSpec(_Model):
    """A trained anomaly detector."""

    namespace: str
    metric: str
    dimensions: dict[str, str] = {}
    stat: str


class ServiceSpec(_Model):
    """A service that Application Signals has discovered."""

    name: str
    function: str
    environment: str = "lambda:default"


class CallSpec(_Model):
    """A call that somebody made before the scenario begins, for what has no section of its own. Calls are made in
    order; the name is for a scenario that changes its account's."""

    name: str
    service: str
    operation: str
    parameters: dict[str, Any] = {}


class TargetSpec(_Model):
    """What a demo releases: on the alias, or where an API is named, on its stage."""

    function: str
    alias: str
    baseline: str
    canary: str
    api: str | None = None
    stage: str | None = None

    @property
    def name(self) -> str:
        """The target as operators write it."""
        return f"{self.api}/{self.stage}" if self.api else f"{self.function}:{self.alias}"


class PlanHints(_Model):
    """What a demo may pass to the product for this scenario."""

    strategy: str = "adaptive"
    alarms: tuple[str, ...] = ()


class Scenario(_Model):
    """A whole scenario. `history`: how far metrics reach back at the start."""

    name: str
    description: str
    target: TargetSpec
    plan: PlanHints = PlanHints()
    history: Duration = timedelta(hours=3)
    executed_version: Literal["weighted", "always"] = "weighted"
    zero_errors_published: bool = False
    functions: tuple[FunctionSpec, ...] = ()
    apis: tuple[ApiSpec, ...] = ()
    metrics: tuple[MetricSpec, ...] = ()
    alarms: tuple[AlarmSpec, ...] = ()
    insight_rules: tuple[InsightRuleSpec, ...] = ()
    anomaly_detectors: tuple[AnomalyDetectorSpec, ...] = ()
    services: tuple[ServiceSpec, ...] = ()
    calls: tuple[CallSpec, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> Scenario:
        functions = {each.name: each for each in self.functions}
        target = functions.get(self.target.function)
        if target is None:
            raise ValueError(f"the target's function {self.target.function} is not among the functions")
        if self.target.alias not in {each.name for each in target.aliases}:
            raise ValueError(f"the target's alias {self.target.alias} is not an alias of {target.name}")
        for version in (self.target.baseline, self.target.canary):
            if version not in target.version_names:
                raise ValueError(f"the target's version {version} is not a version of {target.name}")
        stages = {(api.name, stage.name) for api in self.apis for stage in api.stages}
        if self.target.api and (self.target.api, self.target.stage) not in stages:
            raise ValueError(f"the target's stage {self.target.name} is not a stage of an API")
        return self


def scenario_names() -> list[str]:
    """The scenarios that ship with the product."""
    return sorted(path.stem for path in _SCENARIOS.glob("*.toml"))


def load_scenario(name: str | Path) -> Scenario:
    """Load a shipped scenario by name, or one's own by the path of its TOML file.

    Raises:
        ValueError: in one sentence, when there is no such scenario or its file is not right.
    """
    text = str(name)
    if text in scenario_names():
        return _read(_SCENARIOS / f"{text}.toml")
    if text.endswith(".toml"):
        return _read(Path(text))
    raise ValueError(f"there is no scenario {text!r}: choose {', '.join(scenario_names())}, or give a .toml file")


def _read(path: Path) -> Scenario:
    document = _toml(path)
    account = document.pop("account", None)
    if account is not None:
        base = _ACCOUNTS / f"{account}.toml"
        if not base.is_file():
            known = ", ".join(sorted(each.stem for each in _ACCOUNTS.glob("*.toml")))
            raise ValueError(f"{path}: there is no account {account!r}: choose {known}")
        document = _merged(_toml(base), document)
    try:
        return Scenario.model_validate({"name": path.stem} | document)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the scenario"
        raise ValueError(f"{path}: {where}: {first['msg'].removeprefix('Value error, ')}") from None


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path} is not valid TOML: {error}") from None


def _merged(base: Any, over: Any) -> Any:
    """Tables merge key by key, lists of named tables entry by entry; anything else is replaced."""
    if isinstance(base, dict) and isinstance(over, dict):
        return base | {key: _merged(base[key], value) if key in base else value for key, value in over.items()}
    if _named(base) and _named(over):
        entries = {each["name"]: each for each in base}
        for each in over:
            entries[each["name"]] = _merged(entries.get(each["name"], {}), each)
        return list(entries.values())
    return over


def _named(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) and "name" in each for each in value)
