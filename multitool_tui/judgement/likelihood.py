"""How much likelier a minute is if the canary is worse: an e-process on its errors, given how many both versions made.

Given m = x1 + x0 errors in a minute, a canary that is no worse made about its share of the requests of them. A burst
that hits both versions raises m and leaves that share alone; so do a drifting error rate, traffic and weight.

Sources: beta-binomial mixture of the conditional test of two Poisson rates (Przyborowski and Wilenski 1940); e-values
and their use at any time (Ramdas, Grünwald, Vovk and Shafer, "Game-theoretic statistics and safe anytime-valid
inference", 2023); the sum over the minute in which the harm began (Shiryaev 1963, with a prior that adds up to one).
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from math import exp, lgamma, log

from multitool_tui.judgement.dispersion import Dispersion

RATIOS = (1.1, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0, 100.0, 1000.0)
"""How many times worse, as a ratio of odds, the canary may be; equally likely before the first minute."""
MOST_A_MINUTE_SAYS = 100.0
"""No single minute multiplies the evidence by more: with a limit of 1000 none condemns alone."""
_CEILING = 1e100  # far above any limit, and no product of it overflows
_ONSET_AT_ONCE, _ONSET_HAZARD = 0.5, 0.05


def log_factors(x1: int, x0: int, share: float, noise: Dispersion, allowed: float = 1.0) -> list[float]:
    """Log likelihood ratios of one minute: the canary's odds are r * `allowed` times as high, against `allowed` times.

    Given x1 + x0, the canary's count is beta-binomial with mean s = q / (1 + q), where q is `share` / (1 - `share`)
    times the odds ratio, and concentration kappa = 1 / (share (1 - share) sigma^2) - 1. All hypotheses have kappa in
    common, so that the term of the total cancels, and what remains grows with x1 and falls with x0.

    Args:
        x1, x0: errors of the canary and of the baseline; both are divided by `noise.phi`.
        share: the canary's share of the requests, above 0 and below 1.
        allowed: the odds ratio that is still no harm.

    Returns:
        One number for each of `RATIOS`, natural logarithms. A ratio below 1 + sigma^2 counts as 1 + sigma^2.
    """
    if not x1 and not x0:
        return [0.0] * len(RATIOS)
    k1, k0 = x1 / noise.phi, x0 / noise.phi
    variance = noise.sigma * noise.sigma
    kappa = 1 / (share * (1 - share) * variance) - 1
    odds = allowed * share / (1 - share)
    under_null = _log_rising(k1, kappa * odds / (1 + odds)) + _log_rising(k0, kappa / (1 + odds))
    factors = []
    for ratio in RATIOS:
        worse = odds * max(ratio, 1 + variance)
        harmed = _log_rising(k1, kappa * worse / (1 + worse)) + _log_rising(k0, kappa / (1 + worse))
        factors.append(harmed - under_null)
    return factors


def _log_rising(count: float, start: float) -> float:
    """The logarithm of the rising factorial Gamma(start + count) / Gamma(start)."""
    return lgamma(start + count) - lgamma(start) if count else 0.0


@dataclass(frozen=True, slots=True)
class EProcess:
    """The evidence so far that the canary is worse: a mixture over how much, and over the minute since when.

    The harm began in the first minute with probability 1/2, otherwise in each later one with hazard 0.05. Each
    component bets nothing before its minute. If the canary is no worse, `value` ever reaches x with probability at
    most 1/x.
    """

    begun: array[float] = field(default_factory=lambda: array("d", bytes(8 * len(RATIOS))))
    """For each ratio: probability times likelihood ratio of all onsets up to now."""
    ahead: float = 1.0
    """The probability that the harm has yet to begin."""
    started: bool = False

    @property
    def value(self) -> float:
        """The e-value: 1 says nothing, 1000 is a fluke of once in a thousand rollouts at the most."""
        return sum(self.begun) / len(RATIOS) + self.ahead

    def after(self, factors: list[float], most: float = MOST_A_MINUTE_SAYS) -> EProcess:
        """The evidence after one more minute with the log likelihood ratios `factors`, each capped at log(`most`)."""
        onset = self.ahead * (_ONSET_HAZARD if self.started else _ONSET_AT_ONCE)
        cap = log(most)
        begun = array("d")
        for mass, factor in zip(self.begun, factors, strict=True):
            begun.append(min(_CEILING, (mass + onset) * exp(min(cap, factor))))
        return EProcess(begun, self.ahead - onset, started=True)
