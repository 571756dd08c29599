"""Exact random draws from a seed, without numpy.

Binomial and Poisson counts are drawn by splitting with beta and gamma variates (Devroye, Non-Uniform Random Variate
Generation, 1986, X.4.3 and X.3.3), in time that grows with the logarithm of the mean; few ones by waiting times.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from random import Random

_FEW = 16


def source(seed: int, *key: object) -> Random:
    """A generator of its own for `key`: the same seed and key draw the same numbers, whatever else is drawn."""
    digest = hashlib.blake2b(repr((seed, *key)).encode(), digest_size=16).digest()
    return Random(int.from_bytes(digest, "big"))


def binomial(random: Random, n: int, p: float) -> int:
    """How many of `n` trials succeed that each succeed with probability `p`."""
    if p <= 0 or n <= 0:
        return 0
    if p > 0.5:
        return n - binomial(random, n, 1 - p)
    if n * p <= _FEW:
        return _few(random, n, p)
    # The median of n uniform draws is beta distributed; it tells on which side of p half of the trials are.
    middle = 1 + n // 2
    median = random.betavariate(middle, n - middle + 1)
    if median >= p:
        return binomial(random, middle - 1, p / median)
    return middle + binomial(random, n - middle, (p - median) / (1 - median))


def _few(random: Random, n: int, p: float) -> int:
    """The same where few successes are expected: from one to the next the trials are geometrically distributed."""
    successes, trial, log_failure = 0, 0, math.log1p(-p)
    while True:
        trial += int(math.log(1 - random.random()) / log_failure) + 1
        if trial > n:
            return successes
        successes += 1


def poisson(random: Random, mean: float) -> int:
    """How many events happen where `mean` are expected."""
    count = 0
    while mean > _FEW:
        # The time of the k-th event is gamma distributed: either all k fall in, or the rest splits binomially.
        k = int(mean * 7 / 8)
        time = random.gammavariate(k, 1.0)
        if time > mean:
            return count + binomial(random, k - 1, mean / time)
        count, mean = count + k, mean - time
    time = random.expovariate(1.0) if mean > 0 else mean + 1
    while time < mean:
        count += 1
        time += random.expovariate(1.0)
    return count


def multinomial(random: Random, n: int, shares: Sequence[float]) -> list[int]:
    """Split `n` by `shares`, which sum to 1."""
    counts: list[int] = []
    left = 1.0
    for share in shares:
        taken = binomial(random, n, min(1.0, share / left)) if left > 0 else 0
        counts.append(taken)
        n, left = n - taken, left - share
    counts[-1] += n  # what rounding of the shares left over
    return counts
