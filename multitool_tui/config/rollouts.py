"""`[rollouts.NAME]`: what to release, and by which plan."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated, Self

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from multitool_tui.config.analysis import AnalysisKeys
from multitool_tui.config.hooks import HookKeys
from multitool_tui.config.smoke import SmokeKeys
from multitool_tui.config.stage import StageKeys
from multitool_tui.config.steps import StepKeys
from multitool_tui.config.values import Duration, Table, is_part
from multitool_tui.rollout.freeze import parse_freeze
from multitool_tui.rollout.plan import Behind, OnInconclusive, OnInterrupt, Plan
from multitool_tui.rollout.strategies import ADAPTIVE, OWN_STEPS, named_plan
from multitool_tui.words import duration
from multitool_tui.wrong import wrong

_PLAN = Plan("")  # what holds where the manifest is silent


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


def _freeze(text: str) -> str:
    return parse_freeze(text).text


class RolloutKeys(Table):
    """`[rollouts.NAME]`: what to release, and by which plan."""

    function: Annotated[
        Annotated[str, AfterValidator(_function)] | None,
        Field(description="The Lambda function; a stage that calls one function only knows it itself."),
    ] = None
    alias: Annotated[
        Annotated[str, AfterValidator(_alias)] | None,
        Field(description="The alias whose traffic is shifted; behind a stage it is moved on promotion."),
    ] = None
    stage: Annotated[
        StageKeys | None, Field(description="The API Gateway stage in front, which is shifted in the alias's place.")
    ] = None
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
    anomaly_gate: Annotated[
        bool,
        Field(
            strict=True,
            description="Whether the canary gets no more traffic while an anomaly detector finds the target unusual.",
        ),
    ] = _PLAN.anomaly_gate
    annotate: Annotated[
        bool,
        Field(
            strict=True,
            description="Whether weight, verdict and evidence are written as metrics of the namespace MultiTool.",
        ),
    ] = _PLAN.annotate
    freeze: Annotated[
        tuple[Annotated[str, AfterValidator(_freeze)], ...],
        Field(description="Windows in which nothing is started but with --despite-freeze and a reason."),
    ] = ()
    production: Annotated[
        bool,
        Field(
            strict=True,
            description="Said on the screen; from another shell it takes --seen to promote.",
        ),
    ] = False
    smoke: Annotated[
        tuple[SmokeKeys, ...], Field(description="What the new version must answer before it gets any traffic.")
    ] = ()
    hooks: Annotated[
        tuple[HookKeys, ...], Field(description="What of your own is told of the rollout, and may stop a step.")
    ] = ()
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
    def _has_a_target(self, info: ValidationInfo) -> Self:
        if is_part(info):
            return self
        if self.function is None and (self.stage is None or self.alias):
            raise wrong("is missing", "function")
        if self.alias is None and self.stage is None:
            raise wrong("is missing", "alias")
        return self

    @model_validator(mode="after")
    def _placeholders_are_known(self, info: ValidationInfo) -> Self:
        if is_part(info):
            return self
        known = ("api", "stage", "version") if self.stage else ("function", "alias", "version")
        for name, metric in self.analysis.metrics.items():
            for unknown in sorted(metric.placeholders.difference(known)):
                raise wrong(
                    f"has the placeholder {{{unknown}}}; there is {{{'}, {'.join(known)}}}", "analysis", "metrics", name
                )
        return self

    @property
    def target(self) -> str:
        """What is shifted: "api/stage" or "function:alias"."""
        return self.stage.target if self.stage else f"{self.function}:{self.alias}"

    @model_validator(mode="after")
    def _is_one_plan(self, info: ValidationInfo) -> Self:
        if self.steps is not None and "strategy" in self.model_fields_set:
            raise wrong("and strategy exclude each other: keep one of the two", "steps")
        if is_part(info):
            return self
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
            anomaly_gate=self.anomaly_gate,
            annotate=self.annotate,
            freeze=self.freeze,
            production=self.production,
            behind=Behind(self.function, self.alias) if self.stage and self.function else None,
            smoke=tuple(test.test() for test in self.smoke),
            hooks=tuple(hook.hook() for hook in self.hooks),
        )
