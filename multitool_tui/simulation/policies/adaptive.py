"""This product: its own judge, ramp and state machine, by strategy `adaptive` or any other plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from multitool_tui.judgement.model import Minute
from multitool_tui.rollout.plan import Plan
from multitool_tui.rollout.rehearsal import Rehearsal
from multitool_tui.rollout.strategies import ADAPTIVE, STRATEGIES
from multitool_tui.simulation.traffic import START


class Adaptive:
    """A rehearsal of `plan`. Satisfies `Policy`."""

    def __init__(self, plan: Plan = STRATEGIES[ADAPTIVE]) -> None:
        # Traffic that is made up has nothing that the plan's own metrics count.
        self._rehearsal = Rehearsal(replace(plan, analysis=replace(plan.analysis, metrics=())))
        self._weight = 0.0
        self.aftercare = plan.bake_after_promote // plan.analysis.period

    def begin(self, history: Sequence[Minute]) -> float:
        """The plan's first weight, or what the history affords; without a history, what an empty minute does."""
        return self.see(history or [Minute(START - timedelta(minutes=1), 0.0)])

    def see(self, minutes: Sequence[Minute]) -> float:
        """The weight that the rehearsal wants."""
        for minute in minutes:
            self._weight = self._rehearsal.see(minute).weight
        return self._weight
