"""What a rollout could tell of a target's traffic: read from CloudWatch, played many times over in another thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from multitool_tui.aws.errors import AwsError
from multitool_tui.aws.metrics import Request, periods
from multitool_tui.aws.session import AwsSession
from multitool_tui.clock import Clock
from multitool_tui.controller.port import CommandRefused, Misused
from multitool_tui.rollout.outlook import RELIABLE, Caught, Outlook
from multitool_tui.rollout.plan import Analysis, Plan

if TYPE_CHECKING:
    from multitool_tui.simulation.power import Trials

_Result = TypeVar("_Result")

_LOOKED_BACK = timedelta(hours=3)
_KEPT = timedelta(hours=1)
"""So long an answer, and the traffic that it is for, are good."""
_HARMS = (1.0, 0.3, 0.1, 0.03, 0.01)
"""The shares (0-1) of a bad version's requests that fail because of it, from what is seen at once to what is not."""
_SLOW = 0.01
"""Of the requests: slow are those above the baseline's p99."""
_RUNS = 40
"""Rollouts of a healthy version, and for each harm: `python -m benchmarks.outlook` took 1.7 to 3.3 s on two cores."""
_MOST_PERIODS = 240
"""A rollout is followed no longer, so that a deadline of a day is not waited for."""


@dataclass(frozen=True, slots=True)
class _Traffic:
    """What a target served in the stretch `over`: since its first requests, where those are not long ago."""

    requests: int
    errors: int
    over: timedelta


class Outlooks:
    """Works out one outlook at a time, and keeps it for as long as the traffic may be thought the same."""

    def __init__(self, session: AwsSession, clock: Clock) -> None:
        self._session = session
        self._clock = clock
        # One thread, so that work which nobody waits for any longer is not done beside what is waited for.
        self._thread = ThreadPoolExecutor(1, "outlook")
        self._traffic: dict[str, tuple[datetime, _Traffic]] = {}
        self._found: dict[tuple[str, Plan], tuple[datetime, Outlook]] = {}

    def known(self, target: str, plan: Plan) -> Outlook | None:
        """What was found for this plan lately; alarms make no difference to it."""
        return self._fresh(self._found.get(_key(target, plan)))

    async def of(self, target: str, plan: Plan) -> Outlook:
        """What a rollout of `plan` could tell now.

        Raises:
            CommandRefused: the target is none, or its metrics cannot be read.
        """
        found = self.known(target, plan)
        if found is None:
            traffic = self._fresh(self._traffic.get(target))
            if traffic is None:
                traffic = await self._read(target)
                self._traffic[target] = (self._clock.now(), traffic)
            found = await self._work_out(traffic, plan)
            self._found[_key(target, plan)] = (self._clock.now(), found)
        return found

    def _fresh(self, kept: tuple[datetime, _Result] | None) -> _Result | None:
        return kept[1] if kept and self._clock.now() - kept[0] <= _KEPT else None

    async def _read(self, target: str) -> _Traffic:
        """The traffic of the last hours, in sealed minutes."""
        try:
            source = await self._session.source(target)
        except ValueError as error:
            raise Misused(f"{error}.") from None
        except AwsError as error:
            raise CommandRefused(f"What this rollout can tell is not known: {error}") from error
        analysis = Analysis()
        end = self._clock.now() - analysis.seal_after - analysis.period
        request = Request(source, baseline="", canary=None, start=end - _LOOKED_BACK, end=end)
        try:
            minutes = await periods(self._session.cloudwatch, request)
        except AwsError as error:
            raise CommandRefused(
                f"What this rollout can tell is not known, for the metrics of {target} cannot be read: {error}"
            ) from error
        served = [(minute.start, minute.baseline) for minute in minutes if minute.baseline]
        requests = sum(counts.invocations for _, counts in served)
        if not requests:
            return _Traffic(0, 0, _LOOKED_BACK)
        over = minutes[-1].start + analysis.period - served[0][0]
        return _Traffic(requests, sum(counts.errors for _, counts in served), min(over, _LOOKED_BACK))

    async def _work_out(self, traffic: _Traffic, plan: Plan) -> Outlook:
        """Play rollouts, in pieces, between which a waiter who went away is noticed."""
        period = plan.analysis.period
        within = min(plan.deadline, _MOST_PERIODS * period)
        rate = traffic.requests / (traffic.over / timedelta(minutes=1))
        error_rate = traffic.errors / traffic.requests if traffic.requests else 0.0
        nothing = Outlook(rate, error_rate, traffic.over, within, to_deadline=within == plan.deadline)
        if not traffic.requests:
            return nothing
        trials = await self._elsewhere(partial(_trials, rate, error_rate, plan))
        healthy = await self._elsewhere(trials.healthy)
        caught: list[Caught] = []
        for harm in _HARMS:
            row = await self._elsewhere(partial(trials.harmed, harm))
            rate_with_it = error_rate + (1 - error_rate) * harm
            caught.insert(0, Caught(rate_with_it, row.detected, _by_the_clock(row.minutes, plan), row.bad_requests))
            if row.detected < RELIABLE:
                break  # a smaller one is missed the more
        promoted_after = timedelta() if plan.all_at_once else _by_the_clock(healthy.minutes, plan)
        return replace(nothing, promoted=healthy.promoted, promoted_after=promoted_after, caught=tuple(caught))

    async def _elsewhere(self, work: Callable[[], _Result]) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _key(target: str, plan: Plan) -> tuple[str, Plan]:
    return target, replace(plan, alarms=(), accepted_alarms=())


def _trials(rate: float, error_rate: float, plan: Plan) -> Trials:
    # Only here: it brings in numpy and pydantic, which nobody else waits for.
    from multitool_tui.simulation.power import Trials

    return Trials(rate, error_rate, plan=plan, slow=_SLOW, most_periods=_MOST_PERIODS, runs=_RUNS)


def _by_the_clock(minutes: float | None, plan: Plan) -> timedelta | None:
    """The minutes that must be seen, and the time until the last of them is sealed."""
    return None if minutes is None else timedelta(minutes=minutes) + plan.analysis.seal_after
