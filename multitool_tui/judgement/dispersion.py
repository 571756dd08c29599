"""How much noisier than chance a version's counts are, learnt from the baseline's own history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, log, sqrt
from statistics import median

_BLOCK = 10  # errors: enough for a rate to be worth comparing with the next
_FEW_BLOCKS = 8
_SIGMA_UNKNOWN, _SIGMA_LEAST, _SIGMA_MOST = 0.3, 0.05, 1.0
_SIGMA_MARGIN = 1.8  # the quartiles see the everyday noise; its tails are wider than theirs
_PHI_MOST, _PHI_MOST_SPARSE = 10.0, 3.0
_LONG = 5  # blocks that are put together to see whether noise stays from one to the next
_FEW_LONG = 12
_STAYS = 2.0  # times the variance that is left of independent noise: chance alone seldom makes it more
_STAYS_MOST = 10.0
_OF_MEDIANS = 1.434  # the variance of the median of five normal variables, over that of their mean
_STEP = 1.1
_OUTAGE = 0.5  # failing share of a minute at which the service, not a version, is down
_SD_IN_QUARTILES = 1.349  # the interquartile range of a normal variable, in standard deviations


@dataclass(frozen=True, slots=True)
class Dispersion:
    """`sigma`: standard deviation of the logarithm of one version's rate from minute to minute (0.05-1).

    `phi`: how many times the Poisson variance a count has because failures come in clusters (1-10). `stays`: how many
    times the variance of independent minutes the sum of several has, because noise stays from one to the next (1-10).
    """

    sigma: float = _SIGMA_UNKNOWN
    phi: float = 1.0
    stays: float = 1.0


def measure(minutes: Sequence[tuple[int, int]]) -> Dispersion:
    """Estimate both from the baseline's minutes, each as (requests, failures), in order of time.

    Rates are compared between neighbouring blocks of about ten failures, so that a slow drift is no noise; the spread
    of the differences is taken from their quartiles, so that a burst is none either. With a mean of c failures a block,
    the variance of (r2 - r1) / r is 2 phi / c without extra variation, and 2 (1 / c + sigma^2) without clusters; which
    of the two it is the history cannot tell, so that both are charged in full. With too few failures sigma is 0.3, and
    phi the mean size of a cluster, at most 3.
    """
    alive = [(n, x) for n, x in minutes if n > 0 and x < _OUTAGE * n]
    blocks = _blocks(alive)
    if len(blocks) <= _FEW_BLOCKS:
        return Dispersion(_SIGMA_UNKNOWN, _rounded_up(_clustering(alive)))
    differences = [(x2 / n2 - x1 / n1) * 2 / (x2 / n2 + x1 / n1) for (n1, x1), (n2, x2) in pairwise(blocks)]
    spread = (_interquartile_range(differences) / _SD_IN_QUARTILES) ** 2 / 2
    count = sum(x for _, x in blocks) / len(blocks)
    stays, calmly = _stays(blocks, spread)
    sigma = _SIGMA_MARGIN * sqrt(max(0.0, spread * stays - 1 / count))
    phi = min(_PHI_MOST, max(1.0, spread * count))
    if len(alive) > len(blocks):  # a block is several minutes: clusters show within one
        phi = min(_PHI_MOST_SPARSE, max(phi, _clustering(alive)))
    return Dispersion(
        min(_SIGMA_MOST, _rounded_up(max(_SIGMA_LEAST, sigma))),
        min(_PHI_MOST, _rounded_up(phi)),
        min(_STAYS_MOST, _rounded_up(calmly)),
    )


def _stays(blocks: Sequence[tuple[int, int]], spread: float) -> tuple[float, float]:
    """How many times the variance of stretches of five blocks is that of five independent ones; 1 up to twice.

    Once by the stretches' rates, once by the medians of their blocks' rates, which bursts leave alone.
    """
    stretches = [blocks[at : at + _LONG] for at in range(0, len(blocks) - _LONG + 1, _LONG)]
    if len(stretches) < _FEW_LONG or not spread:
        return 1.0, 1.0
    rates = [sum(x for _, x in stretch) / sum(n for n, _ in stretch) for stretch in stretches]
    medians = [median(x / n for n, x in stretch) for stretch in stretches]
    times = _bending(rates) * _LONG / spread, _bending(medians) * _LONG / spread / _OF_MEDIANS
    by_rates, by_medians = (each if each > _STAYS else 1.0 for each in times)
    return by_rates, by_medians


def _bending(rates: Sequence[float]) -> float:
    """The variance of these rates, over their squared mean, by their second differences: a drift is none."""
    bends = [
        (one - 2 * two + three) * 3 / (one + two + three)
        for one, two, three in zip(rates, rates[1:], rates[2:], strict=False)
    ]
    return (_interquartile_range(bends) / _SD_IN_QUARTILES) ** 2 / 6


def _rounded_up(value: float) -> float:
    """To a power of 1.1: one late minute of history more seldom changes what the history says."""
    return round(_STEP ** ceil(log(value) / log(_STEP) - 1e-9), 6)


def _blocks(minutes: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Add neighbouring minutes up until each block has ten failures; what is left over at the end is left out."""
    blocks: list[tuple[int, int]] = []
    requests = failures = 0
    for n, x in minutes:
        requests, failures = requests + n, failures + x
        if failures >= _BLOCK:
            blocks.append((requests, failures))
            requests = failures = 0
    return blocks


def _clustering(minutes: Sequence[tuple[int, int]]) -> float:
    """Variance over mean of failures a minute around the overall rate, 1 to 3."""
    requests, failures = sum(n for n, _ in minutes), sum(x for _, x in minutes)
    if not failures:
        return 1.0
    rate = failures / requests
    return min(_PHI_MOST_SPARSE, max(1.0, sum((x - n * rate) ** 2 for n, x in minutes) / failures))


def _interquartile_range(values: Sequence[float]) -> float:
    ordered = sorted(values)
    quarter = len(ordered) // 4
    return ordered[-1 - quarter] - ordered[quarter]
