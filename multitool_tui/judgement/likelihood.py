"""How much likelier a minute is if the canary is worse: a likelihood ratio on its failures, given how many both made.

Given m = x1 + x0 failures in a minute, a canary that is no worse made about its share of the requests of them. A burst
that hits both versions raises m and leaves that share alone; so do a drifting error rate, traffic and weight.

Source: beta-binomial form of the conditional test of two Poisson rates (Przyborowski and Wilenski 1940).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import lgamma, log
from operator import add

from multitool_tui.judgement.dispersion import Dispersion

RATIOS = (1.1, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0, 100.0, 1000.0)
"""How many times worse, as a ratio of odds, the canary may be; equally likely before the first minute."""


def log_factors(
    x1: int, x0: int, share: float, noise: Dispersion, allowed: float = 1.0, ratios: tuple[float, ...] = RATIOS
) -> list[float]:
    """Log likelihood ratios of one minute: the canary's odds are r times as high as is allowed, against just as high.

    Given x1 + x0, the canary's count is beta-binomial with mean q / (1 + q) and concentration kappa =
    1 / (share (1 - share) sigma^2) - 1, where q is share / (1 - share) times `allowed`, and under "worse" times r. All
    have kappa in common, so that the term of the total cancels, and what remains grows with x1 and falls with x0.

    Args:
        x1, x0: failures of the canary and of the baseline; both are divided by `noise.phi`.
        share: the canary's share of the requests, above 0 and below 1.
        allowed: the odds ratio that is still no harm.
        ratios: in rising order.

    Returns:
        One number for each of `ratios`, natural logarithms. A ratio below 1 + sigma^2 counts as 1 + sigma^2.
    """
    if not x1 and not x0:
        return [0.0] * len(ratios)
    canary, baseline = _parameters(share, noise.sigma, allowed, ratios)
    said1 = _log_rising(canary, x1 / noise.phi) if x1 else []
    said0 = _log_rising(baseline, x0 / noise.phi) if x0 else []
    nothing, *found = list(map(add, said1, said0)) if said1 and said0 else said1 or said0
    return [each - nothing for each in found]


@lru_cache(maxsize=512)  # in every other minute the canary's share is the one that is wanted
def _parameters(
    share: float, sigma: float, allowed: float, ratios: tuple[float, ...]
) -> tuple[Sequence[float], Sequence[float]]:
    """Of the beta-binomials, the canary's and the baseline's: of "no worse", then of each of `ratios`."""
    least = 1 + sigma * sigma
    kappa = 1 / (share * (1 - share) * (least - 1)) - 1
    nothing = allowed * share / (1 - share)
    odds = [nothing, *(nothing * max(least, ratio) for ratio in ratios)]
    return [kappa * each / (1 + each) for each in odds], [kappa / (1 + each) for each in odds]


def _log_rising(parts: Sequence[float], k: float) -> list[float]:
    """Rising factorials, Gamma(a + k) / Gamma(a): of one or two failures, as in most minutes, as many factors."""
    if k == 1:
        return list(map(log, parts))
    if k == 2:
        return [log(a * (a + 1)) for a in parts]
    return [lgamma(a + k) - lgamma(a) for a in parts]
