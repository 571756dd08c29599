"""What a rollout can tell at some traffic: of a healthy version, and of harm."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from multitool_tui.rollout.plan import OnInconclusive
from multitool_tui.rollout.strategies import STRATEGIES, parse_plan
from multitool_tui.simulation.power import HARMS, Healthy, Power, PowerRow, power


def test_more_harm_is_found_more_often_and_sooner() -> None:
    shown = power(600, 0.004, runs=6)
    rows = shown.harmed
    assert [row.harm for row in rows] == list(HARMS)
    detected = [row.detected for row in rows]
    assert detected == sorted(detected)
    assert detected[-1] == 1
    minutes = [row.minutes for row in rows if row.minutes is not None]
    assert minutes == sorted(minutes, reverse=True)
    assert power(600, 0.004, runs=6) == shown


def test_what_is_never_found_has_neither_minutes_nor_a_price() -> None:
    shown = power(30, 0.05, harms=[0.001], runs=2)
    assert shown.harmed == (PowerRow(0.001, 0, None, None),)


def test_a_healthy_version_is_promoted_where_there_is_traffic_to_show_it() -> None:
    busy = power(2400, 0.004, harms=[], runs=6).healthy
    assert (busy.promoted, busy.rolled_back) == (1, 0)
    assert busy.minutes is not None
    assert 15 <= busy.minutes <= 20
    assert power(0.5, 0.004, harms=[], runs=4).healthy == Healthy(0, 0, None)


def test_where_slowness_is_measured_health_takes_longer_to_show() -> None:
    blind, seeing = (power(2400, 0.004, slow=slow, harms=[], runs=6).healthy for slow in (None, 0.01))
    assert (blind.promoted, seeing.promoted) == (1, 1)
    assert blind.minutes is not None
    assert seeing.minutes is not None
    assert seeing.minutes > blind.minutes


@pytest.mark.parametrize("otherwise", list(OnInconclusive))
def test_what_becomes_of_the_undecided_is_no_evidence(otherwise: OnInconclusive) -> None:
    plan = replace(STRATEGIES["adaptive"], on_inconclusive=otherwise)
    assert power(1, 0.004, plan=plan, harms=[0.01], runs=2) == Power(
        Healthy(0, 0, None), (PowerRow(0.01, 0, None, None),)
    )


def test_gates_are_passed_at_once() -> None:
    gated, free = (
        power(2400, 0.004, plan=parse_plan(steps), harms=[0.05], runs=3)
        for steps in ("5%/3m/gate 50%/3m", "5%/3m 50%/3m")
    )
    assert gated == free
    assert gated.healthy.promoted == 1


def test_longer_periods_hold_as_many_requests_as_they_are_long() -> None:
    plan = STRATEGIES["adaptive"]
    slow = replace(plan, analysis=replace(plan.analysis, period=timedelta(minutes=5)))
    by_minute, by_five = (power(2400, 0.004, plan=one, harms=[0.5], runs=5) for one in (plan, slow))
    assert by_minute.harmed[0].minutes == 2
    assert by_five.harmed[0].minutes in (5, 10)
    assert by_five.healthy.promoted == 1
    assert by_five.healthy.minutes is not None
    assert by_five.healthy.minutes % 5 == 0
