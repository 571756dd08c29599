from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitool_tui.rollout.plan import Analysis, Plan, Ramp, Step, parse_steps, write_steps
from multitool_tui.rollout.strategies import ADAPTIVE, OWN_STEPS, STRATEGIES, named_plan, parse_plan


def _minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def test_steps_are_read_as_an_operator_writes_them() -> None:
    read = (Step(0.05, _minutes(5)), Step(0.25, _minutes(5), gate=True), Step(0.5, _minutes(90)))
    assert parse_steps("5%/5m 25%/5m/gate 50%/1h30m") == read
    assert parse_steps("5/5m, 25/5m/gate,50/1h30m") == read


_STEPS = st.builds(
    Step,
    st.integers(1, 10**8 - 1).map(lambda fine: fine / 10**8),
    st.timedeltas(timedelta(0), timedelta(days=30)),
    st.booleans(),
)


@given(st.lists(_STEPS, min_size=1).map(tuple))
def test_steps_that_are_written_read_the_same_back(steps: tuple[Step, ...]) -> None:
    assert parse_steps(write_steps(steps)) == steps


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "no steps given: write them like 5%/5m 25%/5m/gate 50%/10m"),
        (" , ", "no steps given: write them like 5%/5m 25%/5m/gate 50%/10m"),
        ("5%", "'5%' is not a step: write it as weight/bake, like 25%/5m or 25%/5m/gate"),
        ("5%/5m/door", "'5%/5m/door' is not a step: write it as weight/bake, like 25%/5m or 25%/5m/gate"),
        ("five/5m", "'five' is not a percentage: write it like 25 or 0.5%"),
        ("5%/soon", "'soon' is not a duration: write it like 90s, 5m, 1h30m or 2d"),
        ("120%/5m", "120% is outside 0-100%"),
        ("0%/5m", "a step's weight lies between 0% and 100%, not at 0%"),
        ("100%/5m", "a step's weight lies between 0% and 100%, not at 100%"),
    ],
)
def test_bad_steps_are_refused_in_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole sentence is compared
        parse_steps(text)
    assert str(error.value) == sentence


@pytest.mark.parametrize("steps", ["25%/5m 5%/5m", "5%/5m 5%/10m"])
def test_each_step_weighs_more_than_the_one_before(steps: str) -> None:
    with pytest.raises(ValueError, match="each step must weigh more than the one before it: "):
        Plan("own steps", parse_steps(steps))


def test_the_shortest_time_is_that_of_all_bakes() -> None:
    assert Plan("own steps", parse_steps("5%/5m 25%/10m"), bake_after_promote=_minutes(3)).shortest == _minutes(18)


@pytest.mark.parametrize("minutes", [5, 10, 15, 30])
def test_codedeploys_canaries_send_a_tenth_and_then_all(minutes: int) -> None:
    assert named_plan(f"Canary10Percent{minutes}Minutes").steps == (Step(0.1, _minutes(minutes)),)


@pytest.mark.parametrize(("name", "minutes"), [("1Minute", 1), ("2Minutes", 2), ("3Minutes", 3), ("10Minutes", 10)])
def test_codedeploys_linear_ones_send_a_tenth_more_each_time(name: str, minutes: int) -> None:
    steps = named_plan(f"Linear10PercentEvery{name}").steps
    assert [step.weight for step in steps] == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
    assert {step.bake for step in steps} == {_minutes(minutes)}


def test_all_at_once_has_no_steps() -> None:
    plan = named_plan("AllAtOnce")
    assert (plan.steps, plan.ramp) == ((), None)


def test_adaptive_goes_by_evidence_and_comes_first() -> None:
    assert next(iter(STRATEGIES)) == ADAPTIVE
    plan = named_plan(ADAPTIVE)
    assert (plan.steps, plan.ramp) == ((), Ramp(budget=30, max_weight=0.25, min_bake=_minutes(15)))
    assert plan.shortest == _minutes(20)


def test_there_are_codedeploys_strategies_and_no_others() -> None:
    assert len(STRATEGIES) == 1 + 4 + 4 + 1
    assert not any(step.gate for plan in STRATEGIES.values() for step in plan.steps)


def test_a_plan_is_read_from_a_name_or_from_steps() -> None:
    assert parse_plan("AllAtOnce") == named_plan("AllAtOnce")
    assert parse_plan("5%/5m 50%/5m") == Plan(OWN_STEPS, parse_steps("5%/5m 50%/5m"))


def test_steps_and_a_ramp_exclude_each_other() -> None:
    with pytest.raises(ValueError, match="steps or a ramp"):
        Plan("both", parse_steps("5%/5m"), Ramp())


@pytest.mark.parametrize(
    ("ramp", "message"),
    [
        ({"budget": 0}, "a budget is more than 0 bad requests, not 0"),
        ({"max_weight": 1.0}, "a ramp's last weight lies between 0% and 100%, not at 100%"),
        ({"max_weight": 0.0}, "a ramp's last weight lies between 0% and 100%, not at 0%"),
    ],
)
def test_a_ramp_is_possible(ramp: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        Ramp(**ramp)


def test_a_plan_with_steps_is_judged_within_its_timetable() -> None:
    settings = parse_plan("5%/2m 50%/3m").settings
    assert (settings.max_weight, settings.min_bake, settings.patience) == (None, _minutes(5), _minutes(5))
    long = parse_plan("5%/60m").settings
    assert (long.min_bake, long.patience) == (_minutes(15), _minutes(27))


def test_a_plan_with_a_ramp_is_judged_by_it() -> None:
    analysis = Analysis(period=_minutes(2), seal_after=_minutes(1), slow_rolls_back=True)
    settings = Plan("adaptive", ramp=Ramp(10, 0.5, _minutes(20)), analysis=analysis).settings
    assert (settings.budget, settings.max_weight, settings.min_bake) == (10, 0.5, _minutes(20))
    assert (settings.period, settings.blind, settings.slow_rolls_back) == (_minutes(2), _minutes(3), True)


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_strategy_is_a_plan_and_goes_by_codedeploys_long_names_too(name: str) -> None:
    plan = named_plan(name)
    assert plan.strategy == name
    assert named_plan(f"CodeDeployDefault.Lambda{name}") == plan
    assert named_plan(f"Lambda{name}") == plan


def test_an_unknown_strategy_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(
        ValueError, match="no strategy is called 'Canary5Percent': there are adaptive, Canary10Percent5Minutes, "
    ):
        named_plan("Canary5Percent")
