"""Processes that share a group and know nothing of each other, some of them killed: all is released, nothing twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.runners import share


@pytest.mark.parametrize(
    ("processes", "rollouts", "killed", "speed"),
    [(2, 3, 1, 60.0), pytest.param(20, 200, 3, 10.0, marks=pytest.mark.long)],
)
async def test_every_rollout_has_one_driver_at_a_time_and_none_is_lost(
    tmp_path: Path, processes: int, rollouts: int, killed: int, speed: float
) -> None:
    outcome = await share(tmp_path, processes=processes, rollouts=rollouts, killed=killed, speed=speed, longest=1800)
    assert outcome.wrong == []
    assert len(outcome.driven) == processes - killed
    assert sum(outcome.driven) <= rollouts  # the killed ones may have ended some before
