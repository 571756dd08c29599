"""What cannot be beaten: a judge that knows both rates, and the bound of information theory."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, log

from multitool_tui.judgement.engine import EvidenceJudge
from multitool_tui.judgement.model import Minute
from multitool_tui.judgement.ramp import worth_a_move
from multitool_tui.judgement.settings import Settings
from multitool_tui.simulation.policies.base import Policy
from multitool_tui.simulation.scenario import Scenario

ALPHA = BETA = 0.001
"""The probability of each error. A verdict of the engine's is at E >= 1000, which allows the same false alarms."""


def rates(scenario: Scenario) -> tuple[float, float]:
    """The failing share of the baseline's requests, and of the canary's."""
    base, harm = scenario.base, scenario.harm.share
    return base, base + (1 - base) * harm


class Oracle(Policy):
    """Wald's sequential probability ratio test of the canary's failures, with both rates known. It has our ramp.

    Of two simple hypotheses no test decides on fewer requests in the mean (Wald and Wolfowitz, 1948). Undecided after
    half an hour it promotes, as we do. It knows nothing of noise, and nothing of a harm that begins late.
    """

    aftercare = 0

    def __init__(self, scenario: Scenario) -> None:
        base, harmed = rates(scenario)
        self._of_failure = log(harmed / base) if base else inf
        self._of_success = log((1 - harmed) / (1 - base))
        self._evidence = 0.0
        self._settings = Settings()
        self._ramp = EvidenceJudge(self._settings)
        self._weight = 0.0
        self._minutes = 0

    def begin(self, history: Sequence[Minute]) -> float:
        """What our ramp begins with."""
        for minute in history:
            self._weight = self._ramp.see_minute(minute).weight_afforded or 0.0
        return self._weight

    def see(self, minutes: Sequence[Minute]) -> float:
        """One more minute."""
        self._minutes += 1
        for minute in minutes:
            if minute.canary:
                n1, x1 = minute.canary.invocations, minute.canary.errors
                self._evidence += (x1 * self._of_failure if x1 else 0.0) + (n1 - x1) * self._of_success
            afforded = self._ramp.see_minute(minute).weight_afforded or self._weight
            if worth_a_move(self._weight, afforded, self._settings.max_weight or 1.0):
                self._weight = afforded
        if self._evidence >= log((1 - BETA) / ALPHA):
            return 0.0
        late = self._minutes >= self._settings.patience / self._settings.period
        return 1.0 if late or self._evidence <= log(BETA / (1 - ALPHA)) else self._weight


def floor(scenario: Scenario) -> float:
    """The failures, in the mean, without which no judge can tell the harm from chance at a false alarm rate of `ALPHA`.

    Whatever the test, if it stops for a bad version for sure and for a good one with probability `ALPHA` at most, it
    needs at least log(1 / ALPHA) / KL canary requests in the mean, where KL is the Kullback-Leibler divergence of the
    harmed rate's Bernoulli distribution from the baseline's (Wald's identity and the data processing inequality; Lai
    and Robbins, 1985, for the form). Of those, the harm fails its share. It leaves out that minutes come late, and that
    the baseline has to be measured. With a baseline that never fails the first failure tells: one.
    """
    base, harmed = rates(scenario)
    if not base:
        return 1.0
    divergence = harmed * log(harmed / base) + (1 - harmed) * log((1 - harmed) / (1 - base))
    return (harmed - base) * log(1 / ALPHA) / divergence
