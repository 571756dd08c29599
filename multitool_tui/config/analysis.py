"""`[rollouts.NAME.analysis]`: how CloudWatch is read and judged."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Self

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from multitool_tui.config.metrics import MetricPairKeys
from multitool_tui.config.values import Duration, Table, is_part, percentage_of, share_of
from multitool_tui.rollout.metrics import MOST_METRICS, is_metric
from multitool_tui.rollout.plan import Analysis, Ramp
from multitool_tui.words import duration
from multitool_tui.wrong import wrong

_ANALYSIS, _RAMP = Analysis(), Ramp()  # what holds where the manifest is silent
_SHORT_PERIODS = (1, 5, 10, 20, 30)


def _period(value: timedelta) -> timedelta:
    seconds = value.total_seconds()
    if seconds in _SHORT_PERIODS or (0 < seconds <= 86400 and seconds % 60 == 0):
        return value
    raise wrong("is no CloudWatch period: 1s, 5s, 10s, 20s, 30s, or whole minutes up to a day")


def _metric(name: str) -> str:
    if not is_metric(name):
        raise wrong("is no metric's name: up to 40 letters, digits, - and _")
    return name


class AnalysisKeys(Table):
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
    latency: Annotated[bool, Field(strict=True, description="Whether slow requests are judged at all.")] = (
        _ANALYSIS.latency
    )
    client_errors: Annotated[
        bool, Field(strict=True, description="Behind a stage only: whether answers 4XX are judged, beside those 5XX.")
    ] = _ANALYSIS.client_errors
    metrics: Annotated[
        Mapping[Annotated[str, AfterValidator(_metric)], MetricPairKeys],
        Field(max_length=MOST_METRICS, description="What else is judged, by its name: so many were bad, of so many."),
    ] = {}
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
    ] = percentage_of(_RAMP.max_weight)
    min_bake: Annotated[Duration, Field(description="Strategy adaptive only: no promotion is earlier than this.")] = (
        _RAMP.min_bake
    )

    @model_validator(mode="after")
    def _evidence_can_be_fresh(self, info: ValidationInfo) -> Self:
        if not is_part(info) and self.max_age < self.seal_after:
            raise wrong(
                f"is shorter than seal_after ({duration(self.seal_after)}): no evidence would ever be fresh", "max_age"
            )
        return self

    def analysis(self) -> Analysis:
        """The settings as the engine takes them."""
        return Analysis(
            self.period,
            self.seal_after,
            self.max_age,
            self.slow_rolls_back,
            self.latency,
            self.client_errors,
            tuple(keys.pair(name) for name, keys in self.metrics.items()),
        )

    @field_validator("max_weight")
    @classmethod
    def _is_a_weight(cls, percentage: float) -> float:
        if not share_of(percentage):
            raise wrong("is too small to be a weight")
        return percentage

    def ramp(self) -> Ramp:
        """The ramp of the strategy that has one."""
        return Ramp(self.budget, share_of(self.max_weight), self.min_bake)

    @property
    def of_the_ramp(self) -> list[str]:
        """The keys that were given here and mean something to a ramp only."""
        return [key for key in ("budget", "max_weight", "min_bake") if key in self.model_fields_set]
