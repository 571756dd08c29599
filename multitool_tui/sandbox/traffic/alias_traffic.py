"""The requests to one alias, minute by minute, as a pure function of the seed and of the alias's routing.

Nothing is drawn before somebody asks. A closed minute is cut where the routing or a version's behaviour changes;
every stretch draws from a generator of its own, so that what happens does not depend on who looks when.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from multitool_tui.sandbox.draw import binomial, poisson, source
from multitool_tui.sandbox.handlers.runs import Runs
from multitool_tui.sandbox.metrics.series import MINUTE
from multitool_tui.sandbox.scenario import Behaviour, Change, FunctionSpec
from multitool_tui.sandbox.traffic.parcel import Parcel
from multitool_tui.sandbox.traffic.rates import Rates
from multitool_tui.sandbox.traffic.routing import Routing, RoutingHistory

_DAY = 86400
_DAILY_SWING = 0.12  # between the quiet and the busy hours, relative
_PEAK = 15 * 3600  # UTC
_NOISE = 0.03  # from minute to minute, relative
_STRAGGLING_MINUTES = 0.2  # the share of minutes of which a part is published after the rest
_STRAGGLERS = (0.002, 0.03)  # the share of such a minute's invocations that is


@dataclass
class AliasTraffic:
    """One alias's traffic: so many requests a minute on average as `rates` says. `begins` is the first minute that had
    any, `started` when the sandbox began; both in epoch seconds. `running` gives the runs of a version that is really
    run. `via`: what the requests came through, when they did not come to the alias itself. The alias may be a version
    number, or empty for $LATEST."""

    seed: int
    spec: FunctionSpec
    function: str
    alias: str
    rates: Rates
    history: RoutingHistory
    begins: int
    started: float
    running: Callable[[str], Runs | None]
    via: tuple[object, ...] = ()
    _minutes: dict[int, tuple[Parcel, ...]] = field(default_factory=dict)

    @property
    def resource(self) -> str:
        return f"{self.function}:{self.alias}" if self.alias else self.function

    @property
    def throttles(self) -> bool:
        """Whether any request may be throttled."""
        versions = (*self.spec.version_names, "new")
        return any(self.spec.behaviour_of(version).throttle_rate for version in versions) or any(
            change.throttle_rate for change in self.spec.changes
        )

    def minute(self, minute: int) -> tuple[Parcel, ...]:
        """What ran in the minute that begins at `minute` (epoch seconds); that minute must be over."""
        if minute not in self._minutes:
            self._minutes[minute] = tuple(self._draw(minute)) if minute >= self.begins else ()
        return self._minutes[minute]

    def _draw(self, minute: int) -> Iterable[Parcel]:
        whole = source(self.seed, "minute", *self.via, self.function, self.alias, minute)
        swing = _daily(minute) * whole.lognormvariate(0, _NOISE)
        straggling = whole.uniform(*_STRAGGLERS) if whole.random() < _STRAGGLING_MINUTES else 0.0
        for start, end, routing in self._stretches(minute):
            arrivals = source(self.seed, "arrivals", *self.via, self.function, self.alias, start)
            left = poisson(arrivals, self.rates.at(start) * swing * (end - start) / MINUTE)
            for version, weight in routing.weights.items():
                taken = binomial(arrivals, left, weight)
                left -= taken
                yield from self._serve(version, taken, start, straggling, weighted=True)
            if routing.version is not None:
                yield from self._serve(routing.version, left, start, straggling, weighted=routing.weighted)

    def _serve(
        self, version: str, requests: int, start: float, straggling: float, *, weighted: bool
    ) -> Iterable[Parcel]:
        key = (*self.via, self.function, self.alias, version, start)
        random = source(self.seed, "outcomes", *key)
        how = self.behaviour(version, start)
        throttles = binomial(random, requests, how.throttle_rate)
        longest = self.spec.timeout * 1000.0
        if (runs := self.running(version)) is not None:
            outcomes = runs.take(requests - throttles, random)
            stragglers = binomial(random, len(outcomes), straggling)
            for late, part, refused in ((False, outcomes[stragglers:], throttles), (True, outcomes[:stragglers], 0)):
                bad = sum(each.failed for each in part)
                if part or refused:
                    yield Parcel(
                        version,
                        weighted,
                        late,
                        len(part),
                        bad,
                        refused,
                        how,
                        longest,
                        (*key, late),
                        self.seed,
                        tuple(part),
                    )
            return
        errors = binomial(random, requests - throttles, how.error_rate)
        good = requests - throttles - errors
        late_errors, late_good = binomial(random, errors, straggling), binomial(random, good, straggling)
        for late, bad, fine, refused in (
            (False, errors - late_errors, good - late_good, throttles),
            (True, late_errors, late_good, 0),
        ):
            if bad or fine or refused:
                yield Parcel(version, weighted, late, bad + fine, bad, refused, how, longest, (*key, late), self.seed)

    def _stretches(self, minute: int) -> Iterable[tuple[float, float, Routing]]:
        """The minute, cut wherever the routing, the rate or a behaviour changes."""
        spans = [self._span(change, name) for change in self.spec.changes for name in self.history.versions]
        changes = {at for span in spans if span for at in span} | self.rates.changes(minute, minute + MINUTE)
        for start, end, routing in self.history.within(minute, minute + MINUTE):
            cuts = sorted({start, end} | {at for at in changes if start < at < end})
            for since, until in pairwise(cuts):
                yield since, until, routing

    def behaviour(self, version: str, at: float) -> Behaviour:
        """How a version behaves at `at` (epoch seconds)."""
        how = self.spec.behaviour_of(version)
        for change in self.spec.changes:
            span = self._span(change, version)
            if span and span[0] <= at < span[1]:
                how = how.model_copy(update=_altered(change))
        return how

    def is_new(self, version: str) -> bool:
        """Whether a version was published in the sandbox: a scenario calls all of those "new"."""
        return version not in self.spec.version_names

    def _span(self, change: Change, version: str) -> tuple[float, float] | None:
        """From when to when a change holds for a version; None when it does not, or not yet."""
        concerned = change.versions
        if concerned and version not in concerned and not ("new" in concerned and self.is_new(version)):
            return None
        if change.since == "start":
            anchor: float | None = self.started
        elif concerned:
            anchor = self.history.first_share_of(version)
        else:
            anchor = self.history.first_weighted()
        if anchor is None:
            return None
        begins = anchor + change.after.total_seconds()
        return begins, begins + change.lasts.total_seconds() if change.lasts else math.inf


def _altered(change: Change) -> dict[str, float]:
    fields = ("error_rate", "median_ms", "sigma", "cold_share", "throttle_rate")
    values = {name: getattr(change, name) for name in fields}
    return {name: value for name, value in values.items() if value is not None}


def _daily(minute: int) -> float:
    """A mild daily shape, 1 on average."""
    return 1 + _DAILY_SWING * math.cos((minute % _DAY - _PEAK) / _DAY * 2 * math.pi)
