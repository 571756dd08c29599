"""The evidence of one stream of failures, over all minutes: an e-process, against every noise that may be there.

Minutes are put together in blocks; the harm begins with one of them.

Sources: e-values and their use at any time (Ramdas, Grünwald, Vovk and Shafer, "Game-theoretic statistics and safe
anytime-valid inference", 2023); the smallest of the e-values against each of several hypotheses is one against all of
them (universal inference: Wasserman, Ramdas and Balakrishnan 2020); the sum over the time at which the harm began
(Shiryaev 1963, with a prior that adds up to one).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import exp, log

from multitool_tui.judgement.dispersion import Dispersion
from multitool_tui.judgement.likelihood import RATIOS, log_factors

MOST_A_MINUTE_SAYS = 100.0
"""No single minute multiplies the evidence by more: with a limit of 1000 none condemns alone."""
HIDDEN = (0.4, 1.0)
"""Noise (sigma) that a rollout may have although the history shows less: a little, and as much as is ever reckoned."""
SURPRISE = 10.0
"""How much rarer such noise is held to be: under it a good canary is condemned at most this many times as often."""
_HIDDEN_RATIOS = RATIOS[1::2]  # they are only on guard: every other ratio will do
_CATASTROPHE_SAYS = 1e6
_CEILING = 1e100  # far above any limit, and no product of it overflows
_ONSET_AT_ONCE, _ONSET_HAZARD = 0.5, 0.2  # of a block; 0.2 in five minutes is about 0.05 in one
_TELLING = 5  # failures without which a minute's rate says nothing of the noise
_BURSTY = 0.1  # probability that something hits the whole service in a block
_MOST_EXPONENT = 230.0  # e to it is about the ceiling


@dataclass(frozen=True, slots=True)
class Level:
    """A noise that may be there, and the bets against a canary that is no worse under it."""

    noise: Dispersion
    allowed: float
    """The odds ratio that is no harm yet."""
    ratios: tuple[float, ...] = RATIOS
    begin: int = 0
    """Where its numbers are among those of all levels of all streams."""

    @property
    def end(self) -> int:
        """Where they end."""
        return self.begin + len(self.ratios)


def levels(noise: Dispersion, allowed: float = 1.0, begin: int = 0) -> tuple[Level, ...]:
    """The noise that the history shows, and every larger one that it may hide.

    The mean of the ratio of two noisy rates is above the ratio of their means, by up to e^(sigma^2 / 2), and by less
    the more of the noise is chance: under hidden noise half of that exponent is allowed. What the history shows has a
    margin instead.
    """
    found = [Level(noise, allowed, begin=begin)]
    for sigma in HIDDEN:
        if sigma > noise.sigma:
            more = replace(noise, sigma=sigma)
            found.append(Level(more, allowed * exp(sigma * sigma / 4), _HIDDEN_RATIOS, found[-1].end))
    return tuple(found)


def add_minute(
    sums: array[float],
    x1: int,
    x0: int,
    share: float,
    levels: Sequence[Level],
    *,
    alone: bool = False,
    least: float = 0,
) -> None:
    """Add a minute's log likelihood ratios to those of its block.

    Args:
        sums: those of the block's minutes before.
        x1, x0, share: as in `likelihood.log_factors`.
        alone: whether this minute may condemn without another.
        least: the sigma that this minute has at least.
    """
    cap = log(_CATASTROPHE_SAYS if alone else MOST_A_MINUTE_SAYS)
    for level in levels:
        noise = level.noise if level.noise.sigma >= least else replace(level.noise, sigma=least)
        factors = log_factors(x1, x0, share, noise, level.allowed, level.ratios)
        for index, factor in enumerate(factors, level.begin):
            sums[index] += min(cap, factor)


def calmness(minutes: Iterable[tuple[int, int]], levels: Sequence[Level]) -> list[float]:
    """Log likelihood of how much the baseline's own failure rate varied within a block, under each level.

    The logarithm of a minute's rate has variance sigma^2 / 2 (sigma is that of two versions, of which this is one) and
    phi / x0 by chance, around a mean that is integrated out (flat prior). With probability 0.1 something shared has hit
    the block and says nothing of noise: then the largest noise stands for it. Minutes with fewer than five failures are
    left out.

    Args:
        minutes: requests and failures of the baseline.
    """
    rates = [(log(x / n), levels[0].noise.phi / x) for n, x in minutes if x >= _TELLING]
    if len(rates) < 2:
        return [0.0] * len(levels)
    plain = [_log_marginal(rates, level.noise.sigma**2 / 2) for level in levels]
    return [_log_mean(one, plain[-1], _BURSTY) for one in plain]


def _log_marginal(rates: Sequence[tuple[float, float]], variance: float) -> float:
    weights = [1 / (variance + chance) for _, chance in rates]
    total = sum(weights)
    mean = sum(weight * rate for weight, (rate, _) in zip(weights, rates, strict=True)) / total
    squares = sum(weight * (rate - mean) ** 2 for weight, (rate, _) in zip(weights, rates, strict=True))
    return (sum(map(log, weights)) - log(total) - squares) / 2


def _log_mean(one: float, other: float, share: float) -> float:
    top = max(one, other)
    return top + log((1 - share) * exp(one - top) + share * exp(other - top))


@dataclass(frozen=True, slots=True)
class EProcess:
    """The evidence of some blocks that the canary is worse, of all streams and levels.

    For each level it is a mixture over how much worse, and over the block since when: the first with probability 1/2,
    each later one with hazard 0.2. Each component bets nothing before its block.

    `begun`: for each ratio of each level, the probability times the likelihood ratio of all onsets up to now. `ahead`:
    the probability that the harm has yet to begin. `calm`: for each level, the sum of `calmness`.
    """

    begun: array[float]
    calm: array[float]
    ahead: float = 1.0

    @classmethod
    def start(cls, bets: int, levels: int) -> EProcess:
        """Before the first block."""
        return cls(array("d", bytes(8 * bets)), array("d", bytes(8 * levels)))

    def after(self, sums: Sequence[float] | None, calm: Sequence[float] = ()) -> EProcess:
        """The evidence after one more block with the sums of `add_minute` (None if nothing failed) and `calmness`."""
        onset = self.ahead * (_ONSET_HAZARD if self.ahead < 1 else _ONSET_AT_ONCE)
        if sums is None:
            begun = array("d", [mass + onset for mass in self.begun])
        else:
            begun = array("d", [(mass + onset) * exp(factor) for mass, factor in zip(self.begun, sums, strict=True)])
            if max(begun) > _CEILING:
                begun = array("d", [min(_CEILING, mass) for mass in begun])
        calmer = array("d", map(float.__add__, self.calm, calm)) if calm else self.calm
        return EProcess(begun, calmer, self.ahead - onset)

    def value(self, levels: Sequence[Level], first: int = 0) -> float:
        """The e-value of one stream: 1 says nothing, 1000 is a fluke of once in a thousand rollouts at the most.

        If the canary is no worse and the noise is as the history shows it, this ever reaches x with probability at most
        1/x; at most 10/x under noise that it hides. Against each hidden noise speaks the mean of two e-values: that of
        the versions' difference, and that of the baseline having been calmer (likelihood ratio of an even mixture).

        Args:
            levels: of the stream; `first` is the number of its first one among those of all streams.
        """
        calm = self.calm[first : first + len(levels)]
        top = max(calm)
        mixed = log(sum(exp(each - top) for each in calm) / len(calm)) + top
        found = self._under(levels[0])
        for level, each in list(zip(levels, calm, strict=True))[1:]:
            calmer = exp(min(_MOST_EXPONENT, mixed - each))
            found = min(found, SURPRISE * (calmer + self._under(level)) / 2)
        return found

    def _under(self, level: Level) -> float:
        return sum(self.begun[level.begin : level.end]) / len(level.ratios) + self.ahead

    def noise(self, levels: Sequence[Level], first: int = 0) -> Dispersion:
        """What the baseline shows: the noise of its history; a larger one where its minutes in the rollout say so."""
        handicap = log(SURPRISE)
        likeliest = max(range(len(levels)), key=lambda level: self.calm[first + level] - (handicap if level else 0.0))
        return levels[likeliest].noise
