"""Peers decide as their documents say, on minutes written by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from multitool_tui.judgement.model import Counts, Minute
from multitool_tui.rollout.metrics import MetricPair
from multitool_tui.rollout.strategies import parse_plan
from multitool_tui.simulation.policies import POLICIES
from multitool_tui.simulation.policies.adaptive import Adaptive
from multitool_tui.simulation.policies.base import Policy
from multitool_tui.simulation.policies.kayenta import Kayenta
from multitool_tui.simulation.traffic import START

N = 1000
"""Requests of each version in a minute, so that a failure is a thousandth."""


def weights(policy: Policy, failures: Sequence[tuple[int, int]]) -> list[float]:
    """The first weight, and what is wanted after each minute of (canary's, baseline's) failures, until it ends."""
    said = [policy.begin([])]
    for number, (x1, x0) in enumerate(failures):
        said.append(policy.see([Minute(START + timedelta(minutes=number), said[-1], Counts(N, x0), Counts(N, x1))]))
        if said[-1] in (0.0, 1.0):
            break
    return said


def after(name: str, failures: Sequence[tuple[int, int]]) -> list[float]:
    return weights(POLICIES[name](), failures)


CLEAN = [(0, 0)] * 60


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("codedeploy-errors", [0.1] * 5 + [1.0]),
        ("codedeploy-sam", [0.1] * 5 + [1.0]),
        ("codedeploy-rate", [0.1] * 5 + [1.0]),
        ("codedeploy-linear", [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]),
        ("argo-rollouts", [0.2] * 10 + [0.4] * 10 + [0.6] * 10 + [0.8] * 10 + [1.0]),
        ("flagger", [0.1, 0.2, 0.3, 0.4, 0.5, 1.0]),
        ("kayenta", [0.1] * 30 + [1.0]),
        ("chi-square", [0.1] * 15 + [1.0]),
    ],
)
def test_a_clean_version_is_promoted_by_the_timetable(name: str, expected: list[float]) -> None:
    assert after(name, CLEAN) == expected


def test_any_error_of_either_version_is_codedeploys_alarm() -> None:
    assert after("codedeploy-errors", [(0, 0), (0, 1)]) == [0.1, 0.1, 0.0]


def test_sams_alarm_wants_errors_in_two_minutes_in_a_row() -> None:
    assert after("codedeploy-sam", [(1, 0), (0, 0), (0, 1), (1, 0)]) == [0.1, 0.1, 0.1, 0.1, 0.0]


def test_the_rate_alarm_wants_one_percent_in_two_of_three_minutes() -> None:
    assert after("codedeploy-rate", [(20, 0), (19, 0), (10, 10)]) == [0.1, 0.1, 0.1, 0.0]
    assert after("codedeploy-rate", [(20, 0), (0, 0), (0, 0), (20, 0), (0, 0)])[-1] == 1.0


def test_argo_rollouts_aborts_on_the_fourth_measurement_that_failed() -> None:
    bad = [(51, 0)] * 60
    assert len(after("argo-rollouts", bad)) - 1 == 30  # measured after minutes 15, 20, 25 and 30
    assert after("argo-rollouts", bad)[-1] == 0.0
    assert after("argo-rollouts", [(50, 0)] * 60)[-1] == 1.0


def test_flagger_counts_failed_checks_for_good_and_stands_still_meanwhile() -> None:
    failed, passed = (11, 0), (10, 0)
    assert after("flagger", [failed, passed, failed, passed, failed, failed, passed, failed]) == [
        0.1, 0.1, 0.2, 0.2, 0.3, 0.3, 0.3, 0.4, 0.0,
    ]  # fmt: skip


def test_flagger_takes_no_traffic_for_a_failed_check() -> None:
    flagger = POLICIES["flagger"]()
    flagger.begin([])
    assert [flagger.see([]) for _ in range(5)] == [0.1, 0.1, 0.1, 0.1, 0.0]


def test_kayenta_asks_once_at_the_end() -> None:
    worse = [(10 + number % 3, 5 + number % 3) for number in range(30)]
    assert after("kayenta", worse) == [0.1] * 30 + [0.0]
    assert after("kayenta", [(5 + number % 3, 5 + number % 3) for number in range(30)])[-1] == 1.0
    assert after("kayenta", [(5, 10)] * 30)[-1] == 1.0


def test_kayenta_without_a_minute_of_the_canary_passes() -> None:
    kayenta = Kayenta()
    quiet = [kayenta.see([Minute(START, 0.1, Counts(N, 1), None)]) for _ in range(30)]
    assert quiet[-1] == 1.0


def test_chi_square_rolls_back_at_the_first_significant_look() -> None:
    # 12 against 4 of 1,000 each: 4.03 > 3.841; 11 against 4: 3.29.
    assert after("chi-square", [(11, 4), (1, 0)]) == [0.1, 0.1, 0.0]
    assert after("chi-square", [(12, 4)]) == [0.1, 0.0]
    assert after("chi-square", [(4, 12)]) == [0.1, 0.1]


@pytest.mark.parametrize("make", POLICIES.values(), ids=POLICIES)
def test_every_policy_survives_minutes_in_which_nothing_is_known(make: Callable[[], Policy]) -> None:
    policy = make()
    assert 0 < policy.begin([]) < 1
    for _ in range(60):
        if policy.see([]) in (0.0, 1.0):
            break


def test_metrics_of_the_plan_that_no_simulated_traffic_has_are_not_missed() -> None:
    plan = parse_plan("50%/5m")
    counting = replace(plan, analysis=replace(plan.analysis, metrics=(MetricPair("orders"),)))
    healthy = [(0, 0)] * 30
    said = weights(Adaptive(counting), healthy)
    assert said == weights(Adaptive(plan), healthy)
    assert said[-1] == 1.0
