"""How far one version's rate strays from another's by chance alone: for a reader of rates, no part of a verdict."""

from __future__ import annotations

from math import sqrt

_Z_SQUARED = 1.959964**2  # of the normal distribution's middle 95%


def by_chance(failed: int, requests: int, others: int) -> tuple[float, float]:
    """The 95% prediction interval (two shares, 0-1) of the failure rate of `others` requests that fail as these do.

    It holds every rate that a score test of two proportions would not tell from the rate observed: for ever more
    requests it becomes the Wilson interval of that rate. Source: Krishnamoorthy and Peng, "Improved closed-form
    prediction intervals for binomial and Poisson distributions", 2011, the interval from the joint distribution; none
    or all failed count as half a request off, as there, and then the interval reaches to 0, or 1.

    Args:
        failed: of `requests`, which are at least 1; so are `others`.
    """
    rate = min(max(failed, 0.5), requests - 0.5) / requests
    share = others / (requests + others)
    # (q - rate)^2 = z^2 p (1 - p) (1 / requests + 1 / others), p being both together, solved for q - rate.
    square = 1 + _Z_SQUARED * share / requests
    slope = _Z_SQUARED * (1 - 2 * rate) / requests / 2
    spread = _Z_SQUARED * rate * (1 - rate) * (1 / requests + 1 / others)
    root = sqrt(slope * slope + square * spread)
    low = rate + (slope - root) / square if failed else 0.0
    high = rate + (slope + root) / square if failed < requests else 1.0
    return max(0.0, low), min(1.0, high)
