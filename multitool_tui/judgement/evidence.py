"""The evidence of every stream of failures, over all minutes: an e-process, against all that may be the reason instead.

Minutes are put together in blocks; the harm begins with one of them.

Sources: e-values and their use at any time (Ramdas, Grünwald, Vovk and Shafer, "Game-theoretic statistics and safe
anytime-valid inference", 2023); the smallest of the e-values against each of several hypotheses is one against all of
them (universal inference: Wasserman, Ramdas and Balakrishnan 2020); the sum over the time at which the harm began
(Shiryaev 1963, with a prior that adds up to one); counts given their sum as Dirichlet-multinomial (Mosimann 1962).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import exp, inf, lgamma, log
from operator import add

from multitool_tui.judgement.dispersion import Dispersion
from multitool_tui.judgement.likelihood import RATIOS, log_factors

MOST_A_MINUTE_SAYS = 100.0
"""No single minute multiplies the evidence by more: with a limit of 1000 none condemns alone."""
HIDDEN = (0.4, 1.0)
"""Noise (sigma) that a rollout may have although the history shows less: a little, and as much as is ever reckoned."""
SURPRISE = 10.0
"""How much rarer such noise is held to be: under it a good canary is condemned at most this many times as often."""
_STARTS_FAIL, _MOST_STARTS_FAIL = 3.0, 6.0  # clusters of failures after a raise
_STARTS_SURPRISE = 60.0  # as `SURPRISE`, of starts that fail; less, and a handful of failures takes a minute longer
_EACH_MORE_SAYS = log(5.0)  # at most, of the failures beyond those
_ON_GUARD = RATIOS[1::2]  # against what is rare every other ratio will do
_MOST, _CATASTROPHE = log(MOST_A_MINUTE_SAYS), log(1e6)
_CEILING = 1e100  # far above any limit, and no product of it overflows
_ONSET_AT_ONCE, _ONSET_HAZARD = 0.5, 0.2  # of a block; 0.2 in five minutes is about 0.05 in one
_BURSTY = 0.1  # probability that something hits the whole service in a block
_MOST_EXPONENT = 230.0  # e to it is about the ceiling


@dataclass(frozen=True, slots=True)
class Level:
    """A noise that may be there, and the bets against a canary that is no worse under it."""

    noise: Dispersion
    allowed: float
    """The odds ratio that is no harm yet."""
    ratios: tuple[float, ...]
    begin: int
    """Where its numbers are among those of all streams."""

    @property
    def end(self) -> int:
        """Where they end."""
        return self.begin + len(self.ratios)


class Against:
    """All that may be the reason in one stream if the canary is no worse.

    `levels`: the noise that the history shows, and every larger one that it may hide. `starts`: where the bets are that
    allow for failing starts, under the noise that the history shows; None where starts do not matter.
    `begin` to `end`: where its bets are among those of all streams; `first`: the number of its first level.

    The mean of the ratio of two noisy rates is above the ratio of their means, by up to e^(sigma^2 / 2), and by less
    the more of the noise is chance: under hidden noise half of that exponent is allowed. What the history shows has a
    margin instead.
    """

    __slots__ = ("begin", "end", "first", "levels", "starts")

    def __init__(
        self, noise: Dispersion, allowed: float = 1.0, *, starts: bool = False, after: Against | None = None
    ) -> None:
        """`after`: the stream whose bets and levels come before these."""
        self.begin: int = after.end if after else 0
        self.first: int = after.first + len(after.levels) if after else 0
        found = [Level(noise, allowed, RATIOS, self.begin)]
        for sigma in HIDDEN:
            if sigma > noise.sigma:
                more = replace(noise, sigma=sigma)
                found.append(Level(more, allowed * exp(sigma * sigma / 4), _ON_GUARD, found[-1].end))
        self.levels: tuple[Level, ...] = tuple(found)
        self.end: int = found[-1].end
        self.starts: int | None = None
        if starts:
            self.starts, self.end = self.end, self.end + len(_ON_GUARD)

    @property
    def noise(self) -> Dispersion:
        """That of the history."""
        return self.levels[0].noise


def starts_may_fail(noise: Dispersion, raises: int) -> float:
    """How many of the canary's failures after a raise of the weight may be those of environments that start.

    Three clusters after the first, and one more after each later raise, which starts more of them, up to six. It does
    not learn from the canary: one that fails more shall never be forgiven more.
    """
    return min(_MOST_STARTS_FAIL, _STARTS_FAIL + raises) * noise.phi


def add_minute(
    sums: array[float],
    x1: int,
    x0: int,
    share: float,
    against: Against,
    *,
    alone: bool = False,
    least: float = 0,
    most: float = inf,
    starts: float = 0,
) -> None:
    """Add a minute's log likelihood ratios to those of its block.

    Args:
        sums: those of the block's minutes before.
        x1, x0, share: as in `likelihood.log_factors`.
        alone: whether this minute may condemn without another.
        least: the sigma that this minute has at least.
        most: a log likelihood ratio that this minute does not exceed.
        starts: how many of the canary's failures may be those of environments that start.
    """
    cap = min(most, _CATASTROPHE if alone else _MOST)
    said: list[float] = []
    for level in against.levels:
        noise = level.noise if level.noise.sigma >= least else replace(level.noise, sigma=least)
        factors = log_factors(x1, x0, share, noise, level.allowed, level.ratios)
        said = said or factors
        if max(factors) > cap:
            factors = [min(cap, factor) for factor in factors]
        for index, factor in enumerate(factors, level.begin):
            sums[index] += factor
    if against.starts is not None:
        if starts and not alone:
            cap = min(cap, _EACH_MORE_SAYS * max(0.0, x1 - starts) / against.noise.phi)
        for index, factor in enumerate(said[1::2], against.starts):
            sums[index] += min(cap, factor)


def calmness(minutes: Iterable[tuple[int, int]], against: Against) -> list[float]:
    """Log likelihood of how the baseline's failures fell on the minutes of a block, under the noise of each level.

    Given how many there were, they are Dirichlet-multinomial, if each minute's rate is the block's own times a gamma
    variable of mean 1 and variance sigma^2 / 2 (sigma is that of two versions, of which this is one). Counts are
    divided by phi. With probability 0.1 something shared has hit the block and says nothing of noise: then the
    largest noise stands for it.

    Args:
        minutes: requests and failures of the baseline.
    """
    phi = against.noise.phi
    alive, requests, failures = list[tuple[int, float]](), 0, 0.0
    for n, x in minutes:
        if n:
            alive.append((n, x / phi))
            requests, failures = requests + n, failures + x / phi
    if len(alive) < 2 or failures <= 1 / phi:
        return [0.0] * len(against.levels)
    plain = [_log_spread(alive, requests, failures, 2 * len(alive) / level.noise.sigma**2) for level in against.levels]
    return [_log_mean(one, plain[-1], _BURSTY) for one in plain]


def _log_spread(minutes: Sequence[tuple[int, float]], requests: int, failures: float, size: float) -> float:
    """Dirichlet-multinomial, up to what does not depend on `size`, the sum of its parameters."""
    spread = lgamma(size) - lgamma(size + failures)
    for n, k in minutes:
        if k:
            its = size * n / requests
            spread += lgamma(its + k) - lgamma(its)
    return spread


def _log_mean(one: float, other: float, share: float) -> float:
    top = max(one, other)
    return top + log((1 - share) * exp(one - top) + share * exp(other - top))


@dataclass(frozen=True, slots=True)
class EProcess:
    """The evidence of some blocks that the canary is worse, of all streams.

    For each level of a stream it is a mixture over how much worse, and over the block since when: the first with
    probability 1/2, each later one with hazard 0.2. Each component bets nothing before its block.

    `begun`: for each bet, the probability times the likelihood ratio of all onsets up to now. `ahead`: the probability
    that the harm has yet to begin. `calm`: for each level, the sum of `calmness`.
    """

    begun: array[float]
    calm: array[float]
    ahead: float = 1.0

    @classmethod
    def start(cls, bets: int, levels: int) -> EProcess:
        """Before the first block."""
        return cls(array("d", bytes(8 * bets)), array("d", bytes(8 * levels)))

    def after(self, block: array[float] | None) -> EProcess:
        """The evidence after one more block: the sums of `add_minute`, then of `calmness`; None if nothing failed."""
        onset = self.ahead * (_ONSET_HAZARD if self.ahead < 1 else _ONSET_AT_ONCE)
        if block is None:
            return EProcess(array("d", [mass + onset for mass in self.begun]), self.calm, self.ahead - onset)
        begun = [
            (mass + onset) * exp(said) if said else mass + onset
            for mass, said in zip(self.begun, block, strict=False)  # the rest of the block is of calmness
        ]
        if max(begun) > _CEILING:
            begun = [min(_CEILING, mass) for mass in begun]
        calm = array("d", map(add, self.calm, block[len(begun) :]))
        return EProcess(array("d", begun), calm, self.ahead - onset)

    def value(self, against: Against, *, starts_fail: bool = True) -> float:
        """The e-value of one stream: 1 says nothing, 1000 is a fluke of once in a thousand rollouts at the most.

        If the canary is no worse, the noise is as the history shows it and starts do not fail, this ever reaches x with
        probability at most 1/x; at most 10/x under noise that the history hides, and about 60/x where starts fail.
        Against each hidden noise speaks the mean of two e-values: that of the versions' difference, and that of the
        baseline having been calmer (likelihood ratio of an even mixture). Without `starts_fail` nothing is put down to
        starts.
        """
        found = self._mean(against.begin, against.begin + len(RATIOS))
        if starts_fail and against.starts is not None:
            allowing = self._mean(against.starts, against.end)
            found = min(found, max(allowing, 1 + _STARTS_SURPRISE * (allowing - 1)))
        calm = self.calm[against.first : against.first + len(against.levels)]
        top = max(calm)
        mixed = log(sum(exp(each - top) for each in calm) / len(calm)) + top
        for level, each in zip(against.levels[1:], calm[1:], strict=True):
            calmer = exp(min(_MOST_EXPONENT, mixed - each))
            found = min(found, SURPRISE * (calmer + self._mean(level.begin, level.end)) / 2)
        return found

    def _mean(self, begin: int, end: int) -> float:
        return sum(self.begun[begin:end]) / (end - begin) + self.ahead

    def noise(self, against: Against) -> Dispersion:
        """What the baseline shows: the noise of its history; a larger one where its minutes in the rollout say so."""
        calm = self.calm[against.first : against.first + len(against.levels)]
        handicap = log(SURPRISE)
        likeliest = max(range(len(calm)), key=lambda level: calm[level] - (handicap if level else 0.0))
        return against.levels[likeliest].noise
