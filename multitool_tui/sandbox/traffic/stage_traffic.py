"""The requests to one stage of a REST API: to its production release and to its canary.

Poisson arrivals that are split at random are Poisson again, so each release has arrivals of its own, at its share of
the rate; what becomes of them is drawn as the traffic of an alias is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from multitool_tui.sandbox.apis.destination import Answered, Destination, destination
from multitool_tui.sandbox.draw import poisson, source
from multitool_tui.sandbox.metrics.series import MINUTE
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.scenario import StageSpec
from multitool_tui.sandbox.traffic.alias_traffic import AliasTraffic
from multitool_tui.sandbox.traffic.rates import Rates

PRODUCTION, CANARY = "", "/Canary"
"""The releases of a stage, as the metrics' dimension Stage ends."""

NewLine = Callable[[Destination, Rates, tuple[object, ...], float], AliasTraffic]
"""Makes the traffic of a destination: with its rates, the key its chance is drawn by, and when it begins."""


@dataclass
class OwnAnswers:
    """Requests that API Gateway answers by itself, all with one status."""

    status: int
    rates: Rates
    seed: int
    key: tuple[object, ...]

    def minute(self, minute: int) -> int:
        """How many in the minute that begins at `minute` (epoch seconds)."""
        cuts = sorted({minute, *self.rates.changes(minute, minute + MINUTE)})
        ends = [*cuts[1:], minute + MINUTE]
        return sum(
            poisson(source(self.seed, "own answers", *self.key, start), self.rates.at(start) * (end - start) / MINUTE)
            for start, end in zip(cuts, ends, strict=True)
        )


@dataclass
class StageTraffic:
    """One stage's traffic. `api` is the API's id, `api_name` what the metrics call it; `begins` is the first minute
    that had any (epoch seconds)."""

    seed: int
    api: str
    api_name: str
    spec: StageSpec
    verb: str
    path: str
    begins: int
    new_line: NewLine
    lines: dict[tuple[str, Destination], AliasTraffic] = field(default_factory=dict)
    own: dict[tuple[str, int], OwnAnswers] = field(default_factory=dict)

    @property
    def stage(self) -> str:
        return self.spec.name

    def begun(self, release: str) -> float | None:
        """When the first requests came to a release (epoch seconds); None when none ever did."""
        lines = [line.rates for (part, _), line in self.lines.items() if part == release]
        own = [answers.rates for (part, _), answers in self.own.items() if part == release]
        return min((rates.entries[0][0] for rates in (*lines, *own)), default=None)

    def follow(self, region: Region, at: float) -> None:
        """Send the requests from `at` on where the API, its stage and the functions behind it say now."""
        wanted = self._wanted(region)
        for key, line in self.lines.items():
            line.rates.add(at, wanted.pop(key, 0.0))
        for (release, status), answers in self.own.items():
            answers.rates.add(at, wanted.pop((release, Answered(status)), 0.0))
        for (release, goal), rate in wanted.items():
            rates = Rates([(at, rate)])
            via = ("stage", self.api, self.stage, release)
            if isinstance(goal, Answered):
                self.own[release, goal.status] = OwnAnswers(goal.status, rates, self.seed, (*via, goal.status))
            else:
                line = self.lines[release, goal] = self.new_line(goal, rates, via, at)
                region.traffic.append(line)

    def _wanted(self, region: Region) -> dict[tuple[str, Destination | Answered], float]:
        """Requests a minute by release and where they go. Those to a stage that is gone reach no metric."""
        api = region.apis.all.get(self.api)
        stage = api.stages.get(self.stage) if api else None
        if api is None or stage is None:
            return {}
        share = stage.get("canarySettings", {}).get("percentTraffic", 0.0) / 100
        return {
            (release, destination(region, api, stage, canary=canary, verb=self.verb, path=self.path)): self.spec.rate
            * part
            for release, canary, part in ((PRODUCTION, False, 1 - share), (CANARY, True, share))
            if part
        }
