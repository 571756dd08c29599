"""How often AWS is asked: when there can be news, and no oftener than its limits leave room for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitool_tui.controller.pace import LOOKS_A_SECOND, is_sealed_between, until_next_look, until_sealed
from multitool_tui.rollout.plan import Analysis

NOON = datetime(2026, 1, 5, 12, 0, 0, tzinfo=UTC)
MINUTES = Analysis()  # periods of a minute, sealed two and a half minutes after they end
SECONDS = Analysis(period=timedelta(seconds=10), seal_after=timedelta(seconds=3))


@pytest.mark.parametrize(
    ("seconds", "analyses", "waits"),
    [
        (0, [MINUTES], 31),  # 11:57 is sealed at 12:00:30
        (29, [MINUTES], 2),
        (30, [MINUTES], 61),
        (0, [], 31),
        (0, [MINUTES, SECONDS], 4),
        (5, [SECONDS], 9),
    ],
)
def test_metrics_are_read_when_the_next_period_is_sealed(
    seconds: float, analyses: list[Analysis], waits: float
) -> None:
    assert until_sealed(NOON + timedelta(seconds=seconds), analyses) == pytest.approx(waits)


@given(
    since=st.floats(0, 1000),
    later=st.floats(0, 1000),
    analysis=st.sampled_from([MINUTES, SECONDS]),
)
def test_there_is_news_at_the_moment_that_is_waited_for_and_not_once_more_before_the_next(
    since: float, later: float, analysis: Analysis
) -> None:
    asked = NOON + timedelta(seconds=since)
    woken = asked + timedelta(seconds=until_sealed(asked, [analysis]) - 0.1)  # clocks are not exact
    assert is_sealed_between(asked, woken, analysis)
    again = woken + timedelta(seconds=min(later, until_sealed(woken, [analysis]) - 1.5))
    assert again < woken or not is_sealed_between(woken, again, analysis)


@pytest.mark.parametrize("targets", [0, 1, 50, 200, 1000])
def test_targets_are_looked_at_within_the_limits_of_the_control_plane(targets: int) -> None:
    every = until_next_look(targets)
    assert every >= 10
    assert targets / every <= LOOKS_A_SECOND
