"""A rollout that another process drives, as far as AWS alone tells of it: its mark on the target, and CloudWatch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from multitool_tui.aws.lease import Lease
from multitool_tui.aws.metrics import Period, Request
from multitool_tui.aws.resources import Reading
from multitool_tui.controller.past import shares
from multitool_tui.controller.snapshot import Elsewhere, LiveRollout, Traffic
from multitool_tui.controller.timeline import Timeline
from multitool_tui.judgement.engine import EvidenceJudge
from multitool_tui.rollout.model import Rollout, rollout_id
from multitool_tui.rollout.moves import step_at
from multitool_tui.rollout.plan import Plan
from multitool_tui.rollout.states import State
from multitool_tui.rollout.strategies import ADAPTIVE, STRATEGIES

LATE = timedelta(minutes=15)
"""So far back a minute's numbers are read again, for the points that come late."""


class Observer:
    """Follows a rollout without touching it. `slow_limit`: milliseconds above which a request is slow."""

    def __init__(self, found: Reading, lease: Lease, plan: Plan, slow_limit: float | None, now: datetime) -> None:
        self.found, self.lease = found, lease
        self.slow_limit = slow_limit
        self.timeline = Timeline(plan.analysis, EvidenceJudge(plan.settings))
        self.timeline.put_weight(lease.since, 0.0)
        self.rollout = Rollout(
            rollout_id(found.target, lease.since),
            found.target,
            lease.baseline,
            lease.canary,
            plan,
            started_at=lease.since,
            deadline_at=lease.since + plan.deadline,
            reason="Driven elsewhere: its driver's reasons are in its journal.",
        )
        self._begun = False
        self.see(found, lease, now)

    def see(self, found: Reading, lease: Lease, now: datetime) -> None:
        """Follow the target."""
        self.found, self.lease = found, lease
        rollout = replace(self.rollout, canary=lease.canary)  # published meanwhile, where it had none
        weight = 1.0 if found.version == rollout.canary else found.weights.get(rollout.canary, 0.0)
        if self._begun and weight != rollout.weight:
            self.timeline.put_weight(now, weight)
        state = State.BAKING if weight == 1 else State.SHIFTING if weight else State.PLANNED
        promoted_at = (rollout.promoted_at or now) if weight == 1 else None
        step = step_at(rollout.plan, weight)
        self.rollout = replace(
            rollout, state=state, weight=weight, wanted=weight, step=step, step_at=now, promoted_at=promoted_at
        )

    def see_periods(self, periods: Sequence[Period], now: datetime) -> None:
        """Judge what is sealed. The weights of the time before are taken from the shares that the canary served."""
        if not self._begun:
            self._begun = True
            rollout = [period for period in periods if period.start >= self.lease.since]
            for period, weight in zip(rollout, shares(rollout), strict=True):
                self.timeline.put_weight(period.start, weight)
            self.timeline.put_weight(now, self.rollout.weight)
        _, judgement = self.timeline.see(periods, now)
        if judgement is not None:
            self.rollout = replace(self.rollout, judgement=judgement)

    def request(self, now: datetime) -> Request:
        """What is to be read of CloudWatch next."""
        rollout, analysis, seen = self.rollout, self.rollout.plan.analysis, self.timeline.minutes
        # A mark may have been left behind months ago: what is older than a rollout takes is not read.
        oldest = max(self.lease.since, now - rollout.plan.deadline) - analysis.history
        begin = seen[-1].start - LATE if seen else oldest
        return Request(
            self.found.source,
            rollout.baseline,
            rollout.canary or None,
            begin,
            now,
            analysis.period,
            self.slow_limit,
            analysis.client_errors,
            self.timeline.weights,
            analysis.metrics,
        )

    @property
    def live(self) -> LiveRollout:
        """The rollout as the screen shows it."""
        rollout = self.rollout
        traffic = Traffic(
            rollout.target, rollout.baseline, rollout.canary or None, self.timeline.minutes, self.slow_limit
        )
        return LiveRollout(
            rollout, traffic, rollout.weight, elsewhere=Elsewhere(self.lease.who, self.lease.driver, self.lease.until)
        )


def plan_for(lease: Lease, target: str, plans: Mapping[str, tuple[str, Plan]]) -> Plan:
    """The plan that a driver elsewhere follows, as far as can be known here.

    The manifest's where it names the same strategy or the lease names none; then the strategy that the lease names.
    """
    manifest = next((plan for of, plan in plans.values() if of == target), None)
    if manifest and lease.strategy in ("", manifest.strategy):
        return manifest
    return STRATEGIES.get(lease.strategy) or manifest or STRATEGIES[ADAPTIVE]
