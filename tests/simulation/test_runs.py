"""Whole rollouts: how they end, what they cost, the same for the same seed on one core and on two."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from multitool_tui.judgement.model import Minute
from multitool_tui.simulation.compare import compare
from multitool_tui.simulation.disturbances import Gaps
from multitool_tui.simulation.many import Batch, play_all
from multitool_tui.simulation.policies import OURS, POLICIES
from multitool_tui.simulation.report import table, tally
from multitool_tui.simulation.run import End, Outcome, run
from multitool_tui.simulation.scenario import Harm, Scenario

BROKEN = Scenario(rps=10, base=0.0, harm=Harm(share=1.0), minutes=20)


class Scripted:
    """Says what it is told to, minute by minute, and keeps the last."""

    def __init__(self, *weights: float, aftercare: int = 0) -> None:
        self._weights = list(weights)
        self.aftercare = aftercare
        self.seen: list[int] = []

    def begin(self, history: Sequence[Minute]) -> float:
        assert len(history) == 360
        return 0.1

    def see(self, minutes: Sequence[Minute]) -> float:
        self.seen.append(len(minutes))
        return self._weights.pop(0) if len(self._weights) > 1 else self._weights[0]


def test_a_rollback_takes_effect_two_minutes_after_its_minute_is_seen() -> None:
    outcome = run(BROKEN, lambda: Scripted(0.1, 0.1, 0.0), seed=1)
    assert (outcome.end, outcome.minutes) == (End.ROLLED_BACK, 3)
    assert outcome.excess == pytest.approx(5 * 60, rel=0.2)  # a tenth of 600 a minute, for five minutes


def test_a_bad_version_that_is_promoted_fails_to_the_end() -> None:
    outcome = run(BROKEN, lambda: Scripted(0.1, 1.0), seed=1)
    assert (outcome.end, outcome.minutes) == (End.PROMOTED, 2)
    assert outcome.excess == pytest.approx(4 * 60 + 16 * 600, rel=0.05)


def test_promotion_may_be_taken_back_during_aftercare_only() -> None:
    assert run(BROKEN, lambda: Scripted(1.0, 1.0, 0.0, aftercare=3), seed=1).end is End.ROLLED_BACK
    assert run(BROKEN, lambda: Scripted(1.0, 1.0, 0.0, aftercare=1), seed=1).end is End.PROMOTED


def test_a_rollout_without_an_end_is_undecided() -> None:
    assert run(BROKEN, lambda: Scripted(0.1), seed=1).end is End.UNDECIDED


def test_minutes_are_seen_when_they_are_known() -> None:
    late = BROKEN.model_copy(update={"disturbances": (Gaps(kind="gaps", late=1, missing=0),)})
    policy = Scripted(0.1)
    run(late, lambda: policy, seed=1)
    assert policy.seen[0] == 0
    assert sum(policy.seen) >= 17


def test_a_seed_is_a_run() -> None:
    scenario = Scenario(rps=20, base=0.004, harm=Harm(share=0.05), history=60)
    assert [run(scenario, POLICIES["codedeploy-linear"], seed) for seed in (1, 2, 3)] == [
        Outcome(End.ROLLED_BACK, 5, 100),
        Outcome(End.ROLLED_BACK, 2, 35),
        Outcome(End.ROLLED_BACK, 6, 138),
    ]


def test_many_runs_are_the_same_on_one_core_and_on_two() -> None:
    batches = [Batch(BROKEN, POLICIES[name], runs=30) for name in ("flagger", "codedeploy-errors")]
    alone, shared = (list(play_all(batches, jobs)) for jobs in (1, 2))
    assert alone == shared
    assert [(number, len(outcomes)) for number, outcomes in alone] == [(0, 25), (0, 5), (1, 25), (1, 5)]


def test_policies_side_by_side() -> None:
    progress: list[int] = []
    chosen = {name: POLICIES[name] for name in (OURS, "kayenta")}
    scenario = Scenario(rps=20, base=0.01, harm=Harm(share=0.5))
    ours, kayenta = compare(scenario, chosen, runs=4, on_progress=progress.append)
    assert sum(progress) == 16
    assert (ours.policy, ours.good.rolled_back, ours.bad.rolled_back) == (OURS, 0, 4)
    assert (kayenta.good.promoted, kayenta.bad.rolled_back) == (4, 4)
    assert ours.bad.excess_median < kayenta.bad.excess_median / 10


def test_a_tally_counts_every_run_once() -> None:
    outcomes = [Outcome(End.PROMOTED, 15, 0), Outcome(End.PROMOTED, 30, 4), Outcome(End.ROLLED_BACK, 3, 7)]
    counted = tally([*outcomes, Outcome(End.UNDECIDED, 60, 1)])
    assert (counted.runs, counted.promoted, counted.rolled_back, counted.undecided) == (4, 2, 1, 1)
    assert (counted.promoted_within_15, counted.promoted_within_30) == (1, 2)
    assert (counted.excess_median, counted.excess_95) == (2.5, 7)
    assert (counted.minutes_to_promote, counted.minutes_to_roll_back) == (22.5, 3)
    assert tally(outcomes[:1]).minutes_to_roll_back is None


def test_a_table_lines_up() -> None:
    assert table([["policy", "false"], ["flagger", "3%"]]) == "policy   false\nflagger     3%"


@pytest.mark.parametrize("seed", [31, 68, 86, 89])
def test_bursts_that_hit_both_versions_do_not_keep_a_good_one_waiting(seed: int) -> None:
    disturbance = (
        {"kind": "swing", "of": "traffic", "size": 1.0, "period": 50},
        {"kind": "noise", "size": 0.25, "memory": 0.3},
        {"kind": "bursts", "share": 0.06, "factor": 10, "at_least": 0, "tail": 2.5},
        {"kind": "clusters", "size": 3},
    )
    scenario = Scenario.model_validate({"rps": 500, "base": 0.02, "disturbance": disturbance})
    ended = run(scenario, POLICIES[OURS], seed)
    assert (ended.end, ended.minutes <= 30) == (End.PROMOTED, True)
