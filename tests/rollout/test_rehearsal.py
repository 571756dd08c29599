"""The closed loop over minutes: the same machine and the same judge, without a target."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from multitool_tui.judgement.model import AlarmState, Counts, Minute
from multitool_tui.rollout.plan import OnInconclusive, Plan
from multitool_tui.rollout.rehearsal import Action, Answer, Rehearsal
from multitool_tui.rollout.smoke import SmokeTest
from multitool_tui.rollout.strategies import parse_plan

START = datetime(2026, 1, 5, 10, tzinfo=UTC)
A_MINUTE = 2400  # requests


def _minute(number: int, weight: float, *, error_rate: float = 0.0, base: float = 0.005) -> Minute:
    """What happens in minute `number`, to the last request as expected. Before the canary, numbers are negative."""
    served = round(A_MINUTE * weight)
    rest = A_MINUTE - served
    canary = Counts(served, round(served * error_rate)) if served else None
    return Minute(START + timedelta(minutes=number), weight, Counts(rest, round(rest * base)) if rest else None, canary)


def test_nobody_is_asked_in_a_rehearsal() -> None:
    tested = replace(parse_plan("adaptive"), smoke=(SmokeTest("answers"),))
    assert _rehearse(tested) == _rehearse("adaptive")


def _rehearse(plan: Plan | str, *, error_rate: float = 0.005, minutes: int = 60, history: int = 60) -> list[Answer]:
    """The answers from the last minute of history on; each weight takes effect three minutes after it is wanted."""
    rehearsal = Rehearsal(parse_plan(plan) if isinstance(plan, str) else plan)
    for number in range(-history, -1):
        rehearsal.see(_minute(number, 0.0))
    answers = [rehearsal.see(_minute(-1, 0.0))]
    for number in range(minutes):
        weight = answers[max(0, number - 2)].weight
        answers.append(rehearsal.see(_minute(number, weight, error_rate=error_rate)))
        if answers[-1].action not in (Action.HOLD, Action.SET_WEIGHT):
            break
    return answers


def test_the_history_says_what_to_begin_with() -> None:
    first = _rehearse("adaptive", minutes=0)[0]
    assert (first.action, first.weight) == (Action.SET_WEIGHT, 0.0035)  # 30 of the requests of 3.5 minutes
    assert _rehearse("5%/5m 50%/5m", minutes=0)[0].weight == 0.05
    assert _rehearse("AllAtOnce", minutes=0)[0].action is Action.PROMOTE


def test_a_good_version_is_raised_by_evidence_and_promoted() -> None:
    answers = _rehearse("adaptive")
    weights = [answer.weight for answer in answers]
    assert weights[:-1] == sorted(weights[:-1])
    assert weights[-2:] == [0.25, 1.0]
    assert answers[-1].action is Action.PROMOTE
    assert 15 <= len(answers) <= 31


def test_a_bad_version_costs_no_more_than_the_budget_allows() -> None:
    answers = _rehearse("adaptive", error_rate=1.0)
    assert answers[-1].action is Action.ROLL_BACK
    assert answers[-1].weight == 0
    assert answers[-1].judgement.canary.errors <= 30


def test_steps_keep_their_timetable() -> None:
    answers = _rehearse("10%/5m 50%/5m")
    assert [(number, answer.weight) for number, answer in enumerate(answers) if answer.action is not Action.HOLD] == [
        (0, 0.1),
        (3, 0.5),  # minute 2 is sealed five and a half minutes after the start
        (10, 1.0),  # ten minutes of the canary have been judged
    ]


@pytest.mark.parametrize(
    ("policy", "weight"),
    [(OnInconclusive.ROLL_BACK, 0.0), (OnInconclusive.HOLD, 0.1), (OnInconclusive.PROMOTE, 1.0)],
)
def test_undecided_at_the_deadline_is_inconclusive(policy: OnInconclusive, weight: float) -> None:
    plan = replace(parse_plan("10%/30m"), deadline=timedelta(minutes=10), on_inconclusive=policy)
    last = _rehearse(plan)[-1]
    assert (last.action, last.weight) == (Action.INCONCLUSIVE, weight)
    assert last.reason.startswith("Inconclusive after 10m: ")


def test_an_action_that_ends_it_is_repeated() -> None:
    rehearsal = Rehearsal(parse_plan("10%/5m"))
    rehearsal.see(_minute(-1, 0.0))
    answers = [rehearsal.see(_minute(number, 0.1, error_rate=0.9)) for number in range(3)]
    assert [(a.action, a.weight) for a in answers] == [(Action.ROLL_BACK, 0.0)] * 3


def test_a_promoted_version_is_watched_while_it_bakes() -> None:
    rehearsal = Rehearsal(replace(parse_plan("AllAtOnce"), bake_after_promote=timedelta(minutes=20)))
    for number in range(-60, 0):
        rehearsal.see(_minute(number, 0.0))
    assert rehearsal.see(_minute(0, 1.0, error_rate=0.005)).action is Action.PROMOTE
    bad = [rehearsal.see(_minute(number, 1.0, error_rate=0.9)) for number in range(1, 4)]
    assert (bad[-1].action, bad[-1].weight) == (Action.ROLL_BACK, 0)


def test_after_its_bake_a_promoted_version_is_nobodys() -> None:
    rehearsal = Rehearsal(replace(parse_plan("AllAtOnce"), bake_after_promote=timedelta(minutes=2)))
    for number in range(-60, 0):
        rehearsal.see(_minute(number, 0.0))
    rehearsal.see(_minute(0, 1.0))
    assert rehearsal.see(_minute(1, 1.0, error_rate=0.9)).action is Action.PROMOTE


def test_an_alarm_that_goes_off_condemns() -> None:
    rehearsal = Rehearsal(parse_plan("10%/5m"))
    rehearsal.see(_minute(-1, 0.0), {"checkout-5xx": AlarmState.OK, "old": AlarmState.ALARM})
    assert rehearsal.see(_minute(0, 0.1), {"checkout-5xx": AlarmState.OK, "old": AlarmState.ALARM}).weight == 0.1
    last = rehearsal.see(_minute(1, 0.1), {"checkout-5xx": AlarmState.ALARM, "old": AlarmState.ALARM})
    assert last.action is Action.ROLL_BACK
    assert "checkout-5xx" in last.reason
