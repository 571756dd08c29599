"""How much weight the evidence affords: a bad version may cost the budget, however much time has passed."""

from __future__ import annotations

from math import floor, sqrt
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from multitool_tui.judgement.dispersion import Dispersion

LEAST_WEIGHT, MOST_FIRST_WEIGHT = 0.001, 0.10
_GROWTH = 4.0  # at most, from one weight that was seen at work to the next
_WORTH_A_MOVE = 1.5
_SHOWN = 15.0  # minutes; see `Excess._variance`
_TOLERATED = 0.25  # of the failures that users have anyway during the blind window


class Excess(NamedTuple):
    """Sums over the minutes in which both versions served requests, and what they bound.

    With n1 requests and x1 failures of the canary in a minute and n0 and x0 of the baseline: `requests` n1, `failures`
    x1, `expected` n1 x0 / n0; `chance` (x1 + x0) n1 / n0, the variance of the difference of those two where every
    failure is on its own; `common` ((x1 + x0) n1 / (n1 + n0))^2, what noise of sigma 1 adds to it; `squares`
    (x1 - n1 x0 / n0)^2; `minutes` how many there were with any failure.
    """

    requests: int = 0
    failures: int = 0
    expected: float = 0.0
    chance: float = 0.0
    common: float = 0.0
    squares: float = 0.0
    minutes: float = 0.0

    def bound(self, noise: Dispersion) -> float:
        """The largest plausible share (0-1) of the canary's requests that fail because of it.

        The excess over the expected, two standard deviations, and three clusters, which is the bound of a Poisson mean
        where nothing failed (the "rule of three"), per request. 1 before any. A cluster is as large as in the history,
        but no larger than the variance allows.
        """
        if not self.requests:
            return 1.0
        excess = max(0.0, self.failures - self.expected)
        variance = self._variance(noise)
        clusters = min(noise.phi, max(1.0, variance / self.chance)) if self.chance else noise.phi
        return min(1.0, (excess + 2 * sqrt(variance) + 3 * clusters) / self.requests)

    def deviations(self, noise: Dispersion) -> float:
        """By how many standard deviations, and a cluster, more of the canary's requests failed than expected."""
        return (self.failures - self.expected - noise.phi) / self.deviation(noise)

    def deviation(self, noise: Dispersion) -> float:
        """The standard deviation of the excess, in requests; 1 before any failure.

        The variance is that of the minutes' differences around their own mean (a paired t statistic), as many times as
        noise that stays makes it more; at least that of chance, and no more than the noise of the history makes of it.
        """
        variance = self._modelled(noise)
        if self.minutes > 1:
            around = self.squares - (self.failures - self.expected) ** 2 / self.minutes
            variance = min(variance, max(self.chance, noise.stays * around * self.minutes / (self.minutes - 1)))
        return sqrt(variance) or 1.0

    def _modelled(self, noise: Dispersion) -> float:
        return noise.phi * self.chance + noise.sigma**2 * self.common

    def _variance(self, noise: Dispersion) -> float:
        """What the noise of the history makes of it, or what the minutes show if that is less, but chance at least.

        The squares of the minutes' own differences add up to an estimate; 1 + 15 / k is about its 95% upper limit over
        itself, after k minutes (chi-square).
        """
        modelled = self._modelled(noise)
        shown = self.squares * (1 + _SHOWN / self.minutes) if self.minutes else modelled
        return min(modelled, max(self.chance, shown))


def first_weight(budget: float, blind: float, max_weight: float) -> float:
    """The weight at which even a total failure stays within the budget until it is seen: 0.1% to 10%.

    Args:
        budget: bad requests that a bad version may cost.
        blind: requests of both versions from the moment that something breaks to the moment that it is seen.
    """
    affordable = budget / blind if blind else MOST_FIRST_WEIGHT
    return min(max_weight, MOST_FIRST_WEIGHT, max(LEAST_WEIGHT, _rounded_down(affordable)))


def affordable_weight(
    bound: float, *, seen_at: float, budget: float, blind: float, base_rate: float, max_weight: float
) -> float:
    """The weight (0-1) at which the worst plausible canary costs no more than the budget before it is seen.

    Where the baseline itself fails much, a quarter of what it fails during the blind window is tolerated too.

    Args:
        bound: `Excess.bound`.
        seen_at: the weight of the latest minute; four times that is the most.
        budget, blind: as in `first_weight`.
        base_rate: the baseline's share of failures (0-1).
    """
    tolerated = max(budget, _TOLERATED * base_rate * blind)
    affordable = tolerated / (bound * blind) if blind else seen_at
    return min(max_weight, max(LEAST_WEIGHT, _rounded_down(min(affordable, _GROWTH * seen_at))))


def _rounded_down(weight: float) -> float:
    """To hundredths of a percent; nobody wants to read more."""
    return floor(weight * 10_000 + 1e-6) / 10_000


def worth_a_move(weight: float, afforded: float, max_weight: float) -> bool:
    """Whether to go from `weight` to `afforded`: by a factor of 1.5 or more, or up to the last weight."""
    if weight == afforded:
        return False
    last = afforded >= max_weight > weight
    return last or max(weight, afforded) >= _WORTH_A_MOVE * min(weight, afforded) - 1e-9
