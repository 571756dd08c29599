"""Past minutes: the weights that the shares of the requests tell of."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from multitool_tui.aws.metrics import Period
from multitool_tui.controller.past import shares
from multitool_tui.judgement.model import Counts

START = datetime(2026, 1, 5, 10, tzinfo=UTC)


def served(requests: int, weights: list[float], seed: int = 1) -> list[Period]:
    """Periods in which each request goes to the canary with the weight's probability."""
    draw = random.Random(seed)
    found = []
    for number, weight in enumerate(weights):
        canary = sum(draw.random() < weight for _ in range(requests))
        found.append(
            Period(
                START + number * timedelta(minutes=1),
                Counts(requests - canary) if requests > canary else None,
                Counts(canary) if canary else None,
            )
        )
    return found


@pytest.mark.parametrize("seed", range(20))
def test_chance_makes_no_new_weight(seed: int) -> None:
    assert len(set(shares(served(600, [0.1] * 60, seed)))) == 1


def test_each_step_of_a_rollout_is_found_at_its_minute() -> None:
    found = shares(served(2000, [0.01] * 5 + [0.05] * 5 + [0.2] * 5 + [0.5] * 5 + [1.0] * 2))
    assert [found[number] for number in (0, 5, 10, 15, 20)] == pytest.approx([0.01, 0.05, 0.2, 0.5, 1.0], rel=0.15)
    assert [number for number in range(1, len(found)) if found[number] != found[number - 1]] == [5, 10, 15, 20]


def test_a_minute_without_requests_keeps_the_weight() -> None:
    before, after = served(600, [0.1] * 5), served(600, [0.1] * 5, seed=2)
    nothing = Period(START, None, None)
    assert len(set(shares([nothing, *before, nothing, *after]))) == 1


def test_a_canary_that_was_taken_out_for_a_while_has_no_weight_then() -> None:
    found = shares(served(600, [0.2] * 5 + [0.0] * 10 + [0.2] * 5))
    assert found[5:15] == [0.0] * 10
    assert all(found[:5] + found[15:])


def test_nothing_at_all_has_no_weights() -> None:
    assert shares([]) == []
    assert shares([Period(START, None, None)]) == [0.0]
