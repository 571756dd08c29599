"""The manifest's keys, as pydantic models. Weights and limits are percentages there, times are durations."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import NullableSchema, WithDefaultSchema

from multitool_tui.config import lines
from multitool_tui.config.errors import ManifestError, not_a_manifest, not_toml
from multitool_tui.rollout.plan import Analysis, OnInconclusive, OnInterrupt, Plan, Ramp, Step
from multitool_tui.rollout.strategies import ADAPTIVE, OWN_STEPS, STRATEGIES, named_plan
from multitool_tui.words import duration, parse_duration, parse_percent, write_duration
from multitool_tui.wrong import KeyPath, wrong

_PLAN, _ANALYSIS, _RAMP = Plan(""), Analysis(), Ramp()  # what holds where the manifest is silent
_SHORT_PERIODS = (1, 5, 10, 20, 30)


def _duration(value: object) -> timedelta:
    if not isinstance(value, str):
        raise wrong('should be a duration in quotes, like "5m"')
    return parse_duration(value)


def _period(value: timedelta) -> timedelta:
    seconds = value.total_seconds()
    if seconds in _SHORT_PERIODS or (0 < seconds <= 86400 and seconds % 60 == 0):
        return value
    raise wrong("is no CloudWatch period: 1s, 5s, 10s, 20s, 30s, or whole minutes up to a day")


def _strategy(name: str) -> str:
    named_plan(name)
    return name


def _function(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise ValueError(f"{name!r} is no function's name: letters, digits, - and _ only")
    return name


def _alias(name: str) -> str:
    if not re.fullmatch(r"(?!\d+$)[A-Za-z0-9_-]+", name):
        raise ValueError(f"{name!r} is no alias: letters, digits, - and _, and not digits alone")
    return name


def _alarm(name: str) -> str:
    if not name:
        raise wrong("names no alarm")
    return name


def _share(percentage: float) -> float:
    """A percentage of the manifest as the share (0-1) that it is everywhere else."""
    return parse_percent(str(percentage))


def _percentage(share: float) -> float:
    return round(share * 100, 10)


Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    PlainSerializer(write_duration, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^([0-9]+(\.[0-9]+)?[smhd])+$", "examples": ["90s", "5m", "1h30m"]}),
]
Count = Annotated[int, Field(strict=True, ge=1)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StepKeys(_Table):
    """One of `steps`: hold the canary at a weight for a while."""

    weight: Annotated[
        float, Field(strict=True, gt=0, lt=100, allow_inf_nan=False, description="The canary's share in percent.")
    ]
    bake: Annotated[Duration, Field(description="How long to hold it there.")]
    gate: Annotated[
        Literal["operator"] | None, Field(description="Then wait for an operator to let the rollout go on.")
    ] = None

    def step(self) -> Step:
        """The step as the engine takes it."""
        return Step(_share(self.weight), self.bake, gate=self.gate is not None)


class AnalysisKeys(_Table):
    """`[rollouts.NAME.analysis]`: how CloudWatch is read and judged."""

    period: Annotated[Duration, AfterValidator(_period), Field(description="The length of a CloudWatch period.")] = (
        _ANALYSIS.period
    )
    seal_after: Annotated[
        Duration, Field(description="A period that ended this long ago is complete and may be judged.")
    ] = _ANALYSIS.seal_after
    max_age: Annotated[Duration, Field(description="Evidence older than this raises no weight.")] = _ANALYSIS.max_age
    slow_rolls_back: Annotated[
        bool, Field(strict=True, description="Whether a slow canary is rolled back; otherwise it is only held.")
    ] = _ANALYSIS.slow_rolls_back
    budget: Annotated[
        float,
        Field(
            strict=True,
            gt=0,
            allow_inf_nan=False,
            description="Strategy adaptive only: bad requests that a bad version may cost.",
        ),
    ] = _RAMP.budget
    max_weight: Annotated[
        float,
        Field(
            strict=True,
            gt=0,
            lt=100,
            allow_inf_nan=False,
            description="Strategy adaptive only: the last weight before promotion, in percent.",
        ),
    ] = _percentage(_RAMP.max_weight)
    min_bake: Annotated[Duration, Field(description="Strategy adaptive only: no promotion is earlier than this.")] = (
        _RAMP.min_bake
    )

    @model_validator(mode="after")
    def _evidence_can_be_fresh(self) -> Self:
        if self.max_age < self.seal_after:
            raise wrong(
                f"is shorter than seal_after ({duration(self.seal_after)}): no evidence would ever be fresh", "max_age"
            )
        return self

    def analysis(self) -> Analysis:
        """The settings as the engine takes them."""
        return Analysis(self.period, self.seal_after, self.max_age, self.slow_rolls_back)

    @field_validator("max_weight")
    @classmethod
    def _is_a_weight(cls, percentage: float) -> float:
        if not _share(percentage):
            raise wrong("is too small to be a weight")
        return percentage

    def ramp(self) -> Ramp:
        """The ramp of the strategy that has one."""
        return Ramp(self.budget, _share(self.max_weight), self.min_bake)

    @property
    def of_the_ramp(self) -> list[str]:
        """The keys that were given here and mean something to a ramp only."""
        return [key for key in ("budget", "max_weight", "min_bake") if key in self.model_fields_set]


class RolloutKeys(_Table):
    """`[rollouts.NAME]`: what to release, and by which plan."""

    function: Annotated[str, AfterValidator(_function), Field(description="The Lambda function.")]
    alias: Annotated[str, AfterValidator(_alias), Field(description="The alias whose traffic is shifted.")]
    strategy: Annotated[str, AfterValidator(_strategy), Field(description="A named plan.")] = ADAPTIVE
    steps: Annotated[
        tuple[StepKeys, ...] | None, Field(description="Steps of your own, in the place of a strategy.")
    ] = None
    alarms: Annotated[
        tuple[Annotated[str, AfterValidator(_alarm)], ...],
        Field(description="CloudWatch alarms that condemn the canary when they go off after the start."),
    ] = ()
    deadline: Annotated[Duration, Field(description="When a rollout without a verdict is over.")] = _PLAN.deadline
    on_inconclusive: Annotated[OnInconclusive, Field(description="What becomes of it then.")] = _PLAN.on_inconclusive
    on_interrupt: Annotated[
        OnInterrupt, Field(description="What becomes of it when its driver is told to end before it has.")
    ] = _PLAN.on_interrupt
    bake_after_promote: Annotated[
        Duration, Field(description="How long the promoted version is watched before the rollout ends.")
    ] = _PLAN.bake_after_promote
    analysis: AnalysisKeys = AnalysisKeys()

    @field_validator("steps")
    @classmethod
    def _steps_rise(cls, steps: tuple[StepKeys, ...] | None) -> tuple[StepKeys, ...] | None:
        if steps is not None:
            if not steps:
                raise wrong('has no step in it: strategy = "AllAtOnce" is the one without')
            Plan(OWN_STEPS, tuple(step.step() for step in steps))
        return steps

    @model_validator(mode="after")
    def _is_one_plan(self) -> Self:
        if self.steps is not None and "strategy" in self.model_fields_set:
            raise wrong("and strategy exclude each other: keep one of the two", "steps")
        plan = self.plan()
        if plan.ramp is None and self.analysis.of_the_ramp:
            raise wrong(f"has {self.analysis.of_the_ramp[0]}, which is for strategy {ADAPTIVE!r}", "analysis")
        if self.deadline <= plan.baking:
            what = "the shortest bake is over" if plan.ramp else "the steps are through"
            raise wrong(f"comes before {what}: it takes {duration(plan.baking)}", "deadline")
        return self

    def plan(self) -> Plan:
        """The plan as the engine takes it."""
        if self.steps is not None:
            course = Plan(OWN_STEPS, tuple(step.step() for step in self.steps))
        else:
            course = named_plan(self.strategy)
        return replace(
            course,
            ramp=self.analysis.ramp() if course.ramp else None,
            analysis=self.analysis.analysis(),
            alarms=self.alarms,
            deadline=self.deadline,
            on_inconclusive=self.on_inconclusive,
            on_interrupt=self.on_interrupt,
            bake_after_promote=self.bake_after_promote,
        )


class Manifest(_Table):
    """The whole of `multitool.toml`."""

    rollouts: Mapping[str, RolloutKeys]

    @field_validator("rollouts")
    @classmethod
    def _names_are_free(cls, rollouts: Mapping[str, RolloutKeys]) -> Mapping[str, RolloutKeys]:
        for name in rollouts:
            if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
                raise wrong("is no name for a rollout: letters, digits, - and _ only", name)
            if name in STRATEGIES:
                raise wrong("is the name of a strategy: give the rollout another", name)
        return rollouts

    def plans(self) -> Mapping[str, tuple[str, Plan]]:
        """Name -> ("function:alias", plan), in the manifest's order."""
        return {name: (f"{keys.function}:{keys.alias}", keys.plan()) for name, keys in self.rollouts.items()}


# Which keys there are, by the way to their table; "*" stands for a name that the user chose, and for an index.
_KNOWN: dict[KeyPath, list[str]] = {
    (): list(Manifest.model_fields),
    ("rollouts", "*"): list(RolloutKeys.model_fields),
    ("rollouts", "*", "analysis"): list(AnalysisKeys.model_fields),
    ("rollouts", "*", "steps", "*"): list(StepKeys.model_fields),
}


def load_manifest(path: Path) -> Manifest:
    """Read a manifest.

    Raises:
        ManifestError: in one sentence that names the file and, where there is one, line and key.
    """
    try:
        document = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ManifestError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise ManifestError(f"{path} is not UTF-8 text.") from None
    return read_manifest(document, str(path))


def read_manifest(document: str, file: str = "multitool.toml") -> Manifest:
    """Read a manifest's text; `file` is what errors call it.

    Raises:
        ManifestError: in one sentence.
    """
    try:
        data = tomllib.loads(document)
    except ValueError as error:
        raise not_toml(file, document, error) from None
    except RecursionError:
        raise ManifestError(f"{file} is nested too deeply.") from None
    try:
        return Manifest.model_validate(data)
    except ValidationError as error:
        raise not_a_manifest(file, error.errors(include_url=False), lines.key_lines(document), _KNOWN) from None


def manifest_schema() -> dict[str, Any]:
    """The manifest's JSON Schema, for editors."""
    return {"$schema": _Schema.schema_dialect, **Manifest.model_json_schema(schema_generator=_Schema)}


class _Schema(GenerateJsonSchema):
    """Speaks of what TOML has: no null, and durations as they are written."""

    def nullable_schema(self, schema: NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: WithDefaultSchema) -> JsonSchemaValue:
        described = super().default_schema(schema)
        return {key: value for key, value in described.items() if (key, value) != ("default", None)}

    def encode_default(self, dft: Any) -> Any:
        return write_duration(dft) if isinstance(dft, timedelta) else super().encode_default(dft)
