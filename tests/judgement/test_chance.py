"""What a rate may be by chance: how often that is right, and what it becomes at either end."""

from __future__ import annotations

from math import ceil, exp, floor, lgamma, log, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitool_tui.judgement.chance import by_chance

Z = 1.959964


def probability(failed: int, requests: int, rate: float) -> float:
    ways = lgamma(requests + 1) - lgamma(failed + 1) - lgamma(requests - failed + 1)
    return exp(ways + failed * log(rate) + (requests - failed) * log(1 - rate))


def coverage(requests: int, others: int, rate: float) -> float:
    """How often the interval of one version's count holds the other's, both failing at `rate`: every count is tried."""
    below = [0.0]
    for failed in range(others + 1):
        below.append(below[-1] + probability(failed, others, rate))
    total = 0.0
    for failed in range(requests + 1):
        low, high = by_chance(failed, requests, others)
        held = below[floor(high * others + 1e-9) + 1] - below[ceil(low * others - 1e-9)]
        total += probability(failed, requests, rate) * held
    return total


@pytest.mark.parametrize("rate", [0.001, 0.004, 0.01, 0.05, 0.2, 0.5])
@pytest.mark.parametrize(
    ("requests", "others"), [(1000, 50), (1000, 1000), (200, 20), (200, 200), (2000, 100), (300, 900)]
)
def test_a_version_that_is_alike_lies_within_in_about_95_of_100_minutes(
    requests: int, others: int, rate: float
) -> None:
    assert coverage(requests, others, rate) > 0.91
    if rate * min(requests, others) >= 5:  # with fewer failures the counts are too coarse to hit 95% from above
        assert coverage(requests, others, rate) == pytest.approx(0.95, abs=0.015)


def test_a_version_that_fails_more_lies_without() -> None:
    _, high = by_chance(20, 2000, 500)
    assert 0.018 < high < 0.025


def test_of_endless_requests_it_is_the_wilson_interval() -> None:
    failed, requests = 12, 400
    rate, square = failed / requests, Z * Z
    middle = (rate + square / 2 / requests) / (1 + square / requests)
    half = Z / (1 + square / requests) * sqrt(rate * (1 - rate) / requests + square / 4 / requests**2)
    assert by_chance(failed, requests, 10**12) == pytest.approx((middle - half, middle + half), rel=1e-6)


counts = st.integers(min_value=1, max_value=10**6).flatmap(
    lambda requests: st.tuples(st.integers(min_value=0, max_value=requests), st.just(requests))
)


@given(counts, st.integers(min_value=1, max_value=10**6))
def test_it_holds_the_rate_itself_and_narrows_as_requests_come(count: tuple[int, int], others: int) -> None:
    failed, requests = count
    low, high = by_chance(failed, requests, others)
    assert 0 <= low <= failed / requests <= high <= 1
    narrower, lower = by_chance(failed, requests, 2 * others)
    assert narrower >= low - 1e-12
    assert lower <= high + 1e-12


@given(counts, st.integers(min_value=1, max_value=10**6))
def test_failing_and_succeeding_are_one_question(count: tuple[int, int], others: int) -> None:
    failed, requests = count
    low, high = by_chance(failed, requests, others)
    assert by_chance(requests - failed, requests, others) == pytest.approx((1 - high, 1 - low), abs=1e-9)
