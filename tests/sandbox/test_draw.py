"""The draws are what they claim to be: right in mean and spread, the same for the same seed."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random
from statistics import fmean, pvariance

import pytest

from multitool_tui.sandbox.draw import binomial, multinomial, poisson, source
from multitool_tui.sandbox.traffic.durations import draw_durations

DRAWS = 12_000


def assert_like(draw: Callable[[Random], int], mean: float, variance: float) -> None:
    """Mean and variance of many draws are within four standard errors of what they should be."""
    random = source(1, "test", mean, variance)
    drawn = [draw(random) for _ in range(DRAWS)]
    assert abs(fmean(drawn) - mean) < 4 * math.sqrt(variance / DRAWS)
    # The variance of a sample variance, with room for these distributions' kurtosis.
    assert abs(pvariance(drawn) - variance) < 4 * variance * math.sqrt((2 + 3 / max(variance, 0.3)) / DRAWS)


@pytest.mark.parametrize(("n", "p"), [(10, 0.3), (100, 0.02), (9400, 0.003), (9400, 0.1), (9400, 0.97), (10**6, 0.5)])
def test_binomial(n: int, p: float) -> None:
    assert_like(lambda random: binomial(random, n, p), n * p, n * p * (1 - p))


@pytest.mark.parametrize("mean", [0.2, 3.0, 16.0, 17.0, 240.0, 9400.0])
def test_poisson(mean: float) -> None:
    assert_like(lambda random: poisson(random, mean), mean, mean)


def test_small_binomials_follow_the_formula() -> None:
    random, n, p = source(2), 20, 0.3
    drawn = [binomial(random, n, p) for _ in range(20_000)]
    for k in range(n + 1):
        expected = math.comb(n, k) * p**k * (1 - p) ** (n - k) * len(drawn)
        assert abs(drawn.count(k) - expected) < 5 * math.sqrt(expected) + 1


def test_the_edges() -> None:
    random = source(3)
    assert binomial(random, 1000, 0.0) == 0
    assert binomial(random, 1000, 1.0) == 1000
    assert binomial(random, 0, 0.5) == 0
    assert poisson(random, 0.0) == 0


def test_a_split_loses_nothing() -> None:
    random = source(4)
    for total in (0, 1, 7, 9400):
        split = multinomial(random, total, [0.5, 0.25, 0.125, 0.125])
        assert sum(split) == total
        assert min(split) >= 0
    assert fmean(multinomial(random, 1000, [0.7, 0.3])[0] for _ in range(300)) == pytest.approx(700, abs=5)


def test_a_key_draws_the_same_whatever_else_is_drawn() -> None:
    first = source(7, "checkout", 42).random()
    source(7, "another").random()
    assert source(7, "checkout", 42).random() == first
    assert source(8, "checkout", 42).random() != first
    assert source(7, "checkout", 43).random() != first


def test_durations_are_lognormal_and_end_at_the_timeout() -> None:
    drawn = draw_durations(source(5), 100_000, 90.0, 0.5, 0.0, 0.0, 15_000.0)
    assert sum(drawn.values()) == 100_000
    below = sum(count for ms, count in drawn.items() if ms <= 90.0) / 100_000
    assert below == pytest.approx(0.5, abs=0.03)
    within = sum(count for ms, count in drawn.items() if 90 * math.exp(-0.5) <= ms <= 90 * math.exp(0.5)) / 100_000
    assert within == pytest.approx(0.683, abs=0.03)
    cut = draw_durations(source(5), 1000, 900.0, 0.5, 0.0, 0.0, 1000.0)
    assert max(cut) == 1000.0
    assert sum(count for ms, count in cut.items() if ms > 950) == pytest.approx(457, abs=60)


def test_cold_starts_are_a_second_hump() -> None:
    drawn = draw_durations(source(6), 100_000, 50.0, 0.3, 0.02, 2000.0, 30_000.0)
    assert sum(count for ms, count in drawn.items() if ms > 800) / 100_000 == pytest.approx(0.02, abs=0.002)
