"""Where CloudWatch keeps what a target did: which metrics to ask for, and what they count. No SDK is imported here.

Sources: Lambda developer guide, "Types of metrics for Lambda functions"; API Gateway developer guide, "Amazon API
Gateway dimensions and metrics".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import lgamma, log
from typing import Protocol

from multitool_tui.judgement.model import Counts

WHOLE, BASELINE, CANARY = "whole", "baseline", "canary"
"""The series of a target: all of it, and each version's own."""

Dimensions = Mapping[str, str]

_TELLING = 7.0  # odds of about a thousand to one, as a logarithm


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

    def placeholders(self, part: str, version: str) -> Mapping[str, str]:
        """What a plan's own queries may say of `BASELINE` or `CANARY`, which is this version."""
        ...

    def statistics(self, slow_limit: float | None, *, client_errors: bool) -> Mapping[str, str]:
        """The statistic wanted of each metric; `slow_limit` in milliseconds, `client_errors`: 4XX answers as well."""
        ...

    def counts(self, found: Mapping[str, float]) -> Counts | None:
        """What one period's values, by metric, say; None where they say nothing."""
        ...

    def holds_canary(self, minutes: Iterable[tuple[Counts, Counts, float | None]]) -> bool:
        """Whether `WHOLE` counts the canary's requests as well, by minutes of it, of the canary, and of the canary's
        share (0-1) then, where that is known."""
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

    def placeholders(self, part: str, version: str) -> Mapping[str, str]:
        del part
        return {"function": self.function, "alias": self.alias, "version": version}

    def statistics(self, slow_limit: float | None, *, client_errors: bool) -> Mapping[str, str]:
        del client_errors  # nothing is in front of the function
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

    def holds_canary(self, minutes: Iterable[tuple[Counts, Counts, float | None]]) -> bool:
        del minutes
        return True


@dataclass(frozen=True, slots=True)
class StageSource:
    """A stage of a REST API: dimensions ApiName and Stage. A request that was answered with 5XX has failed.

    The canary's requests are under Stage="<stage>/Canary" (not in AWS's documentation: `canary_series` finds what is
    there). Whether the stage's own series counts them as well is not documented either: the counts themselves say it.
    """

    api: str
    stage: str
    canary: str = ""
    """What the canary's series is called, where that is not "<stage>/Canary"."""

    @property
    def canary_stage(self) -> str:
        return self.canary or f"{self.stage}/Canary"

    @property
    def namespace(self) -> str:
        return "AWS/ApiGateway"

    @property
    def latency(self) -> str:
        return "Latency"

    def series(self, baseline: str, canary: str | None) -> Mapping[str, Dimensions]:
        del baseline
        whole = {"ApiName": self.api, "Stage": self.stage}
        return {WHOLE: whole, CANARY: {**whole, "Stage": self.canary_stage}} if canary else {WHOLE: whole}

    def placeholders(self, part: str, version: str) -> Mapping[str, str]:
        return {"api": self.api, "stage": self.canary_stage if part == CANARY else self.stage, "version": version}

    def statistics(self, slow_limit: float | None, *, client_errors: bool) -> Mapping[str, str]:
        wanted = {"Count": "Sum", "5XXError": "Sum"} | within(self.latency, slow_limit)
        return {**wanted, "4XXError": "Sum"} if client_errors else wanted

    def counts(self, found: Mapping[str, float]) -> Counts | None:
        if not found.get("Count"):
            return None
        requests = round(found["Count"])
        return Counts(
            invocations=requests,
            errors=min(requests, round(found.get("5XXError", 0.0))),
            slow=slow_of(requests, found.get(self.latency)),
            client_errors=min(requests, round(found["4XXError"])) if "4XXError" in found else None,
        )

    def holds_canary(self, minutes: Iterable[tuple[Counts, Counts, float | None]]) -> bool:
        """By which of the two makes the canary's share of the requests the likelier, given its weight.

        Where the minutes do not tell, it is not: at the small weights at which they do not, the canary's requests make
        next to no difference to the baseline's.
        """
        odds = 0.0  # log likelihood ratio, two binomials with the same weight
        for whole, canary, weight in minutes:
            if canary.invocations > whole.invocations:
                return False
            if weight and weight < 1:
                # In it: the canary has k of n. Beside it: k of n + k, and so k others more that went to the baseline.
                odds += _log_choose(whole.invocations, canary.invocations) - _log_choose(
                    whole.invocations + canary.invocations, canary.invocations
                )
                odds -= canary.invocations * log(1 - weight)
        return odds > _TELLING


def within(latency: str, slow_limit: float | None) -> dict[str, str]:
    """The statistic that says what percentage of the requests took at most so many milliseconds."""
    return {} if slow_limit is None else {latency: f"PR(:{slow_limit:g})"}


def slow_of(requests: int, percentage_within: float | None) -> int | None:
    """How many requests were slow; None where that was not measured."""
    return None if percentage_within is None else round(requests * (1 - min(100.0, percentage_within) / 100))


def _log_choose(of: int, number: int) -> float:
    return lgamma(of + 1) - lgamma(number + 1) - lgamma(of - number + 1)
