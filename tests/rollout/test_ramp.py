"""The strategy `adaptive`: the weight is what the evidence affords."""

from __future__ import annotations

import pytest

from multitool_tui.judgement.model import Verdict
from multitool_tui.rollout.effects import Promote, RollBack, SetWeight
from multitool_tui.rollout.events import Obstacle
from multitool_tui.rollout.plan import Ramp
from multitool_tui.rollout.states import State
from tests.rollout.story import Story, at, plan

S = State
SAFE, UNDECIDED, HARMFUL = Verdict.SAFE, Verdict.UNDECIDED, Verdict.HARMFUL
RAMP = plan("", ramp=Ramp(max_weight=0.25))


def _ramping() -> Story:
    """At one percent, which the history affords, with no evidence of the canary yet."""
    return at(S.PLANNED, RAMP).starts().applied()


def test_it_begins_with_what_the_history_affords() -> None:
    assert at(S.PLANNED, RAMP).starts().changes == [SetWeight(0.01)]


def test_it_goes_where_fresh_evidence_affords_it() -> None:
    story = _ramping().passes(4).judged(UNDECIDED, affords=0.04)
    assert story.changes == [SetWeight(0.04)]
    assert (story.told[0].action, story.told[0].reason) == ("raised to 4%", "The numbers say undecided.")


@pytest.mark.parametrize("age", [None, 7])
def test_it_never_goes_up_without_fresh_evidence(age: float | None) -> None:
    story = _ramping().passes(9).judged(UNDECIDED, age=age, affords=0.04)
    assert (story.changes, story.rollout.waiting) == ([], "fresh evidence")


@pytest.mark.parametrize("age", [None, 7, 3])
def test_it_goes_down_at_any_time(age: float | None) -> None:
    assert _ramping().passes(9).judged(UNDECIDED, age=age, affords=0.002).changes == [SetWeight(0.002)]


@pytest.mark.parametrize("affords", [0.012, 0.0149, 0.009, 0.01])
def test_it_makes_no_small_moves(affords: float) -> None:
    story = _ramping().passes(4).judged(UNDECIDED, affords=affords)
    assert (story.changes, story.rollout.waiting) == ([], "more evidence")


def test_the_last_weight_is_worth_a_small_move() -> None:
    story = _ramping().passes(4).judged(UNDECIDED, affords=0.2).applied()
    assert story.passes(4).judged(UNDECIDED, affords=0.25).changes == [SetWeight(0.25)]


def test_nothing_moves_while_a_change_is_under_way_and_the_next_look_is_at_once() -> None:
    story = _ramping().passes(4).judged(UNDECIDED, affords=0.04)
    assert story.judged(UNDECIDED, affords=0.16).changes == []
    assert story.applied().waits_for == 0
    assert story.ticks().changes == [SetWeight(0.16)]


def test_what_is_safe_is_promoted_from_any_weight() -> None:
    assert _ramping().passes(30).judged(SAFE).changes == [Promote(final=False)]


def test_what_is_harmful_is_rolled_back() -> None:
    assert _ramping().passes(4).judged(HARMFUL, affords=0.04).changes == [RollBack()]


def test_what_is_undecided_at_the_deadline_is_inconclusive() -> None:
    story = _ramping().passes(120).judged(UNDECIDED, affords=0.04)
    assert story.changes == [RollBack()]
    assert story.rollout.reason == "Inconclusive after 2h: The numbers say undecided."


def test_an_operators_weight_pauses_the_ramp_which_would_take_it_back() -> None:
    story = _ramping().passes(4).judged(UNDECIDED).weight(0.5)
    assert (story.state, story.changes) == (S.PAUSED, [SetWeight(0.5)])
    assert story.told[0].reason == "The operator's word; the ramp, which would take it back, waits to be resumed."
    story = story.applied().passes(4).judged(SAFE, affords=0.25)
    assert (story.state, story.changes) == (S.PAUSED, [])
    assert story.resume().ticks().changes == [Promote(final=False)]


def test_a_first_weight_that_was_blocked_is_set_when_resumed() -> None:
    story = at(S.PLANNED, RAMP).starts().blocked(Obstacle.CREDENTIALS).passes(60).resume()
    assert (story.state, story.changes) == (S.SHIFTING, [SetWeight(0.01)])


def test_steps_are_not_raised_while_there_are_doubts() -> None:
    story = at(S.SHIFTING).passes(5).judged(UNDECIDED, affords=0.05)
    assert (story.changes, story.rollout.waiting) == ([], "doubts to clear")
    assert story.passes(1).judged(UNDECIDED).changes == [SetWeight(0.25)]
