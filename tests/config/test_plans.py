"""A plan by itself as TOML, and back."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import timedelta

import pytest

from multitool_tui.config import ManifestError
from multitool_tui.config.plans import read_plan, with_alarms, write_plan
from multitool_tui.rollout.hooks import Hook, When
from multitool_tui.rollout.plan import Analysis, Behind, OnInconclusive, Plan, Ramp, parse_steps
from multitool_tui.rollout.strategies import OWN_STEPS, STRATEGIES

OWN = Plan(
    OWN_STEPS,
    parse_steps("0.5%/90s 25%/5m/gate 50%/1h"),
    alarms=("checkout-5xx", 'with "quotes"'),
    deadline=timedelta(hours=4),
    on_inconclusive=OnInconclusive.HOLD,
    bake_after_promote=timedelta(minutes=7),
    analysis=Analysis(period=timedelta(seconds=10), slow_rolls_back=True),
    freeze=("Fri 16:00 - Mon 08:00 Europe/Berlin",),
    production=True,
    annotate=True,
    behind=Behind("checkout", "live"),
    hooks=(Hook("tell", When.AFTER_PROMOTE, command=("true",)),),
)
RAMP = replace(STRATEGIES["adaptive"], ramp=Ramp(10, 0.4, timedelta(minutes=20)))


@pytest.mark.parametrize("plan", [OWN, RAMP, *STRATEGIES.values()], ids=lambda plan: plan.strategy)
def test_what_is_written_reads_the_same(plan: Plan) -> None:
    assert read_plan(write_plan(plan, "checkout:live, v42"), plan) == plan


@pytest.mark.parametrize(
    ("text", "line", "column", "what"),
    [
        ("a = 1\nstrategy = ,", 2, 12, None),
        ('\nstratgy = "adaptive"', 2, 1, "stratgy is not a key; the nearest one is strategy."),
        (
            "steps = [\n  { weight = 5, bake = 5 },\n]",
            2,
            17,
            'steps[1].bake should be a duration in quotes, like "5m".',
        ),
        ('[analysis]\n  period = "7s"', 2, 3, None),
        ('deadline = "1m"', 1, 1, None),
        ('alias = "live"', 1, 1, "alias is chosen in the dialog, not here."),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, line: int, column: int, what: str | None) -> None:
    with pytest.raises(ManifestError) as raised:
        read_plan(text, STRATEGIES["adaptive"])
    problem = raised.value.problem
    assert (problem.line, problem.column) == (line, column)
    if what:
        assert problem.what == what


def test_other_alarms_leave_the_author_s_words() -> None:
    text = '# mine\nstrategy = "adaptive"  # because\nalarms = ["a"]\n'
    changed = with_alarms(text, ["a", "b"])
    assert tomllib.loads(changed)["alarms"] == ["a", "b"]
    assert changed.startswith('# mine\nstrategy = "adaptive"  # because\n')
    assert with_alarms(text, ["a"]) == text
    assert with_alarms("no toml", ["a"]) == "no toml"
