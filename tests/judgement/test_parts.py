"""The parts of the judge: noise from history, the split of the traffic, minutes in few bytes, the weight."""

from __future__ import annotations

from math import exp
from random import Random
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitool_tui.judgement.dispersion import Dispersion, measure
from multitool_tui.judgement.ramp import Excess, affordable_weight, first_weight, worth_a_move
from multitool_tui.judgement.series import MOST_IN_A_MINUTE, Series
from multitool_tui.judgement.split import SplitWatch


def _history(seed: int, sigma: float) -> list[tuple[int, int]]:
    """Minutes of 5,000 requests, of which about 100 fail, with extra variation `sigma`."""
    random = Random(seed)
    return [(5000, max(0, round(100 * random.lognormvariate(0, sigma) + random.gauss(0, 10)))) for _ in range(300)]


def test_without_history_the_noise_is_taken_for_what_is_common() -> None:
    assert measure([]) == Dispersion(0.3, 1.0)
    assert measure([(1000, 0)] * 500) == Dispersion(0.3, 1.0)


def test_the_noise_of_the_history_is_found_with_a_margin() -> None:
    assert measure(_history(1, 0)).sigma < 0.15
    assert 0.3 < measure(_history(1, 0.3)).sigma < 0.8
    assert measure(_history(1, 0.3)).phi > 5


def _sticky(seed: int, memory: float, bursts: float = 0.0) -> list[tuple[int, int]]:
    """Minutes of 50,000 requests, of which about 1,000 fail, by noise that remembers; and in bursts."""
    random, minutes, deviation = Random(seed), list[tuple[int, int]](), 0.0
    for _ in range(240):
        deviation = memory * deviation + (1 - memory**2) ** 0.5 * random.gauss(0, 0.35)
        times = 15 if random.random() < bursts else 1
        minutes.append((50_000, round(1000 * times * exp(deviation))))
    return minutes


def test_noise_that_stays_from_minute_to_minute_is_told_from_noise_that_does_not() -> None:
    def usually(memory: float, bursts: float = 0.0) -> float:
        return median(measure(_sticky(seed, memory, bursts)).stays for seed in range(20))

    assert usually(0.0) < 1.5
    assert usually(0.0, bursts=0.06) < 1.5
    assert 2 < usually(0.5) < usually(0.8)


def test_outages_of_the_whole_service_are_no_noise() -> None:
    calm = _history(2, 0)
    assert measure([*calm[:100], *[(5000, 4000)] * 20, *calm[100:]]) == measure(calm)


def test_failures_that_come_in_clusters_are_seen_in_a_sparse_history() -> None:
    assert measure([(1000, 3 if n % 60 == 0 else 0) for n in range(360)]).phi > 2.5
    assert measure([(1000, 1 if n % 20 == 0 else 0) for n in range(360)]).phi == 1


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000)), max_size=60))
def test_noise_stays_within_its_bounds(minutes: list[tuple[int, int]]) -> None:
    noise = measure([(max(n, x), x) for n, x in minutes])
    assert 0.05 <= noise.sigma <= 1
    assert 1 <= noise.phi <= 10
    assert 1 <= noise.stays <= 10


@pytest.mark.parametrize(
    ("canary", "broken"), [(0, True), (50, True), (90, False), (100, False), (110, False), (400, True)]
)
def test_a_weight_that_is_not_in_effect_is_seen_within_four_minutes(canary: int, broken: bool) -> None:
    watch = SplitWatch()
    for _ in range(4):
        watch = watch.after(0.1, canary, 1000 - canary)
    assert watch.broken is broken


def test_the_minute_of_the_change_is_left_out() -> None:
    assert not SplitWatch(0.1, 1000, 9000, 9).after(0.5, 0, 10_000).broken


def test_rows_are_kept_in_order_once_and_not_for_ever() -> None:
    series = Series(width=2, keep=3)
    assert [series.put(time, (time, 0)) for time in (5, 3, 4)] == [0, 0, 1]
    assert series.put(4, (4, 0)) is None
    assert series.put(4, (9, 0)) == 1
    assert series.put(6, (6, MOST_IN_A_MINUTE * 9)) == 2
    assert series.put(1, (1, 0)) is None
    assert [tuple(row) for row in series.rows()] == [(9, 0), (5, 0), (6, MOST_IN_A_MINUTE)]
    assert series.remove(5) == 1
    assert series.remove(5) is None
    series.drop(1)
    assert (len(series), series.time(0), series.before(6), series.before(7)) == (1, 6, 0, 1)


def test_nothing_failed_in_n_requests_bounds_the_excess_by_three_in_n() -> None:
    assert Excess().bound(Dispersion()) == 1
    assert Excess(requests=600).bound(Dispersion()) == pytest.approx(3 / 600)


def test_what_failed_is_in_the_bound_and_so_is_noise() -> None:
    seen = Excess(requests=600, failures=18, expected=6.0, chance=4.0, common=36.0, squares=100.0, minutes=3)
    assert seen.bound(Dispersion(0.05, 1.0)) == pytest.approx((12 + 2 * (4 + 0.09) ** 0.5 + 3) / 600)
    assert seen.bound(Dispersion(1.0, 2.0)) == pytest.approx((12 + 2 * (8 + 36) ** 0.5 + 6) / 600)
    assert seen.deviations(Dispersion(1.0, 2.0)) == pytest.approx((12 - 2) / (8 + 36) ** 0.5)
    assert seen.deviations(Dispersion(1.0, 99.0)) == pytest.approx((12 - 99) / ((100 - 144 / 3) * 3 / 2) ** 0.5)
    assert seen.deviation(Dispersion(1.0, 2.0, 1.5)) == (8 + 36) ** 0.5  # by the history, and by the minutes
    assert seen.deviation(Dispersion(5.0, 9.0, 2.5)) == pytest.approx((2.5 * (100 - 144 / 3) * 3 / 2) ** 0.5)


def test_minutes_that_agree_narrow_the_bound_down_to_chance() -> None:
    wide, noise = (
        Excess(requests=900, failures=30, expected=30.0, chance=40.0, common=400.0, minutes=30),
        Dispersion(1, 4),
    )
    assert wide._replace(squares=50.0).bound(noise) == pytest.approx((2 * (50 * 1.5) ** 0.5 + 3 * 75 / 40) / 900)
    assert wide._replace(squares=5.0).bound(noise) == pytest.approx((2 * 40**0.5 + 3) / 900)
    assert wide._replace(squares=9999.0).bound(noise) == pytest.approx((2 * (160 + 400) ** 0.5 + 12) / 900)


def test_the_weight_spends_the_budget_and_no_more() -> None:
    assert first_weight(30, 30_000, 0.25) == 0.001
    assert first_weight(30, 1000, 0.25) == 0.03
    assert first_weight(30, 0, 0.25) == 0.1
    at = {"seen_at": 0.05, "budget": 30.0, "blind": 3000.0, "base_rate": 0.0, "max_weight": 0.25}
    assert affordable_weight(0.1, **at) == 0.1
    assert affordable_weight(0.001, **at) == 0.2
    assert affordable_weight(1.0, **at) == 0.01


def test_small_moves_are_not_worth_it() -> None:
    assert not worth_a_move(0.1, 0.14, 0.25)
    assert worth_a_move(0.1, 0.15, 0.25)
    assert worth_a_move(0.15, 0.1, 0.25)
    assert worth_a_move(0.2, 0.25, 0.25)
    assert not worth_a_move(0.25, 0.25, 0.25)
