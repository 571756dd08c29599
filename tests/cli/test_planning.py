"""The options of `run` that make its plan: alone, and over a manifest."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitool_tui.cli import planning
from multitool_tui.cli.exits import Exit, Failure
from multitool_tui.cli.options import Globals
from multitool_tui.rollout.plan import Behind, OnInconclusive, OnInterrupt, Plan, parse_steps
from multitool_tui.rollout.strategies import STRATEGIES
from multitool_tui.words import parse_target

MANIFEST = """
[rollouts.shop]
function = "checkout"
alias = "live"
strategy = "Linear10PercentEvery1Minute"
deadline = "30m"
alarms = ["checkout-5xx"]
[rollouts.shop.analysis]
max_age = "6m"
[rollouts.cart]
function = "cart"
alias = "live"
[rollouts.cart.analysis]
budget = 12
"""


def find_rollout(name: str, config: Path | None, given: dict[str, Any]) -> tuple[str, Plan]:
    return planning.find_rollout(name, Globals(None, None, None, False, config, None, None), given)


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "multitool.toml"
    path.write_text(MANIFEST)
    return path


def plan(**given: Any) -> Plan:
    return find_rollout("checkout:live", None, given)[1]


@pytest.mark.parametrize(
    ("option", "value", "of_plan", "meant"),
    [
        ("strategy", "AllAtOnce", "steps", STRATEGIES["AllAtOnce"].steps),
        ("strategy", "5%/5m 50%/10m", "steps", parse_steps("5%/5m 50%/10m")),
        ("alarms", ("a", "b"), "alarms", ("a", "b")),
        ("accepted", ("a",), "accepted_alarms", ("a",)),
        ("deadline", "3h", "deadline", timedelta(hours=3)),
        ("on_inconclusive", "hold", "on_inconclusive", OnInconclusive.HOLD),
        ("on_interrupt", "hold", "on_interrupt", OnInterrupt.HOLD),
        ("bake_after_promote", "7m", "bake_after_promote", timedelta(minutes=7)),
        ("period", "5m", "analysis.period", timedelta(minutes=5)),
        ("seal_after", "4m", "analysis.seal_after", timedelta(minutes=4)),
        ("max_age", "9m", "analysis.max_age", timedelta(minutes=9)),
        ("slow_rolls_back", True, "analysis.slow_rolls_back", True),
        ("budget", 7.5, "ramp.budget", 7.5),
        ("max_weight", 40.0, "ramp.max_weight", 0.4),
        ("min_bake", "20m", "ramp.min_bake", timedelta(minutes=20)),
    ],
)
def test_each_option_is_a_key_of_the_plan(option: str, value: Any, of_plan: str, meant: Any) -> None:
    found: Any = plan(**{option: value})
    for part in of_plan.split("."):
        found = getattr(found, part)
    assert found == meant


def test_options_take_the_place_of_the_manifests_keys_and_leave_the_others(manifest: Path) -> None:
    target, found = find_rollout("shop", manifest, {"deadline": "3h", "max_age": None, "alarms": ()})
    assert target == "checkout:live"
    assert found.deadline == timedelta(hours=3)
    assert found.analysis.max_age == timedelta(minutes=6)
    assert found.alarms == ("checkout-5xx",)
    assert found.strategy == "Linear10PercentEvery1Minute"


def test_a_target_that_the_manifest_has_follows_it(manifest: Path) -> None:
    assert find_rollout("checkout:live", manifest, {}) == find_rollout("shop", manifest, {})


def test_steps_of_ones_own_take_the_place_of_a_strategy(manifest: Path) -> None:
    _, found = find_rollout("shop", manifest, {"strategy": "20%/2m"})
    assert found.steps == parse_steps("20%/2m")
    assert found.deadline == timedelta(minutes=30)


def test_another_strategy_leaves_out_what_is_the_manifests_adaptive_ones_alone(manifest: Path) -> None:
    ramp = find_rollout("cart", manifest, {})[1].ramp
    assert ramp
    assert ramp.budget == 12
    assert find_rollout("cart", manifest, {"strategy": "AllAtOnce"})[1].all_at_once
    with pytest.raises(Failure, match="budget"):
        find_rollout("cart", manifest, {"strategy": "AllAtOnce", "budget": 3.0})


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"deadline": "soon"}, "deadline"),
        ({"period": "7s"}, "period"),
        ({"budget": -1.0}, "budget"),
        ({"budget": float("nan")}, "budget"),
        ({"max_weight": 101.0}, "max-weight"),
        ({"strategy": "Canary10Percent5Minute"}, "Canary10Percent5Minute"),
        ({"strategy": "0%/5m"}, "0%"),
    ],
)
def test_an_option_that_makes_no_sense_is_named(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Failure, match=sentence) as failure:
        plan(**given)
    assert failure.value.exit_code == Exit.USAGE
    assert "\n" not in failure.value.message


@given(
    name=st.text(),
    said=st.fixed_dictionaries(
        {},
        optional={
            **{
                name: st.text() | st.from_regex(r"\d{1,9}[smhd]?", fullmatch=True)
                for name in (
                    "strategy",
                    "deadline",
                    "bake_after_promote",
                    "period",
                    "seal_after",
                    "max_age",
                    "min_bake",
                )
            },
            "budget": st.floats(),
            "max_weight": st.floats(),
            "alarms": st.lists(st.text()).map(tuple),
        },
    ),
)
def test_any_name_and_any_options_are_a_plan_or_one_sentence(name: str, said: dict[str, Any]) -> None:
    for target in (name, "checkout:live"):
        try:
            found, _ = find_rollout(target, None, said)
        except Failure as failure:
            ended = failure.exit_code, failure.message.count("\n")
        else:
            ended = Exit.USAGE, 0
            assert str(parse_target(target)) == found
        assert ended == (Exit.USAGE, 0)


def test_a_stage_knows_its_function_or_is_told() -> None:
    assert find_rollout("shop/prod", None, {}) == ("shop/prod", STRATEGIES["adaptive"])
    target, named = find_rollout("my api: v2/shop/prod", None, {"function": "checkout", "client_errors": True})
    assert target == "my api: v2/shop/prod"
    assert named.behind == Behind("checkout")
    assert named.analysis.client_errors
    with pytest.raises(Failure, match="--function is for a stage"):
        find_rollout("checkout:live", None, {"function": "cart"})


def test_a_stage_of_the_manifest_takes_its_alias_along(tmp_path: Path) -> None:
    path = tmp_path / "multitool.toml"
    path.write_text(MANIFEST + "[rollouts.cart.stage]\napi = 'shop'\nstage = 'prod'\n")
    for name in ("cart", "shop/prod"):
        target, found = find_rollout(name, path, {})
        assert target == "shop/prod"
        assert found.behind == Behind("cart", "live")
        assert found.ramp
        assert found.ramp.budget == 12
