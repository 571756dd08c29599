"""Where CloudWatch keeps what a target did: which metrics to ask for, and what they count. No SDK is imported here.

Source: Lambda developer guide, "Types of metrics for Lambda functions".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from multitool_tui.judgement.model import Counts

WHOLE, BASELINE, CANARY = "whole", "baseline", "canary"
"""The series of a target: all of it, and each version's own."""

Dimensions = Mapping[str, str]


class Source(Protocol):
    """The metrics of one target."""

    @property
    def namespace(self) -> str:
        """The CloudWatch namespace that they are in."""
        ...

    @property
    def latency(self) -> str:
        """The metric of how long requests take, in milliseconds."""
        ...

    def series(self, baseline: str, canary: str | None) -> Mapping[str, Dimensions]:
        """The dimensions of `WHOLE`, and of each version where the target has a series for it."""
        ...

    def statistics(self, slow_limit: float | None) -> Mapping[str, str]:
        """The statistic wanted of each metric; `slow_limit` in milliseconds."""
        ...

    def counts(self, found: Mapping[str, float]) -> Counts | None:
        """What one period's values, by metric, say; None where they say nothing."""
        ...


@dataclass(frozen=True, slots=True)
class AliasSource:
    """A Lambda alias: dimensions FunctionName, Resource ("function:alias") and ExecutedVersion.

    Where the baseline does not report its own ExecutedVersion, it is the alias less the canary.
    """

    function: str
    alias: str

    @property
    def namespace(self) -> str:
        return "AWS/Lambda"

    @property
    def latency(self) -> str:
        return "Duration"

    def series(self, baseline: str, canary: str | None) -> Mapping[str, Dimensions]:
        whole = {"FunctionName": self.function, "Resource": f"{self.function}:{self.alias}"}
        if canary is None:
            return {WHOLE: whole}
        return {
            WHOLE: whole,
            BASELINE: {**whole, "ExecutedVersion": baseline},
            CANARY: {**whole, "ExecutedVersion": canary},
        }

    def statistics(self, slow_limit: float | None) -> Mapping[str, str]:
        return {"Invocations": "Sum", "Errors": "Sum", "Throttles": "Sum"} | within(self.latency, slow_limit)

    def counts(self, found: Mapping[str, float]) -> Counts | None:
        if "Invocations" not in found and not found.get("Throttles"):
            return None
        ran = round(found.get("Invocations", 0.0))
        return Counts(
            invocations=ran,
            errors=min(ran, round(found.get("Errors", 0.0))),
            slow=slow_of(ran, found.get(self.latency)),
            throttles=round(found.get("Throttles", 0.0)),
        )


def within(latency: str, slow_limit: float | None) -> dict[str, str]:
    """The statistic that says what percentage of the requests took at most so many milliseconds."""
    return {} if slow_limit is None else {latency: f"PR(:{slow_limit:g})"}


def slow_of(requests: int, percentage_within: float | None) -> int | None:
    """How many requests were slow; None where that was not measured."""
    return None if percentage_within is None else round(requests * (1 - min(100.0, percentage_within) / 100))
