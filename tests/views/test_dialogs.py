"""What the dialogs say and accept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from multitool_tui.controller.commands import Start
from multitool_tui.controller.snapshot import Snapshot
from multitool_tui.judgement.model import Judgement
from multitool_tui.rollout.model import NOTHING_JUDGED
from multitool_tui.rollout.plan import OnInconclusive, Plan, parse_steps
from multitool_tui.rollout.states import State
from multitool_tui.rollout.strategies import ADAPTIVE, OWN_STEPS, STRATEGIES, parse_plan
from multitool_tui.views import start
from multitool_tui.views.actions import ACTIONS, availability, footer, label, must_ask_before_leaving
from multitool_tui.views.dialogs import (
    farewell_to_held,
    leave_lines,
    promote_question,
    roll_back_question,
    weight_facts,
)
from multitool_tui.views.help import help_lines
from multitool_tui.views.scene import Scene
from multitool_tui.views.start import Draft, check, choose_strategy, choose_target, first_draft
from multitool_tui.views.text import width_of

from ..tui.scenes import (  # noqa: TID252 - the same situations, seen without a screen
    NOW,
    SCENES,
    TARGET,
    at_gate,
    drifted,
    idle,
    judged_harmful,
    live,
    mid_canary,
    paused,
    promoted,
    read_only,
    rollout,
    snapshot,
)


def scene(shown: Snapshot | None = None, target: str = TARGET) -> Scene:
    return Scene(NOW, shown or mid_canary(), target)


# Confirmations


def test_promoting_names_everything() -> None:
    question = promote_question(scene(), rollout())
    assert question.title == "Promote v42?"
    assert question.facts == (
        ("Account", "123456789012 · eu-west-1 · profile prod"),
        ("Target", "checkout:live"),
        ("Versions", "v41 baseline → v42 canary"),
        ("Weight", "25% now → 100%"),
    )
    assert question.sentence.startswith("○ undecided, 2m 20s old: The canary fails as often")
    assert question.demand is None


def test_every_question_about_production_says_so() -> None:
    one = rollout()
    loud = replace(one, plan=replace(one.plan, production=True))
    for question in (promote_question, roll_back_question):
        assert dict(question(scene(), loud).facts)["Target"] == "checkout:live · PRODUCTION"
        assert dict(question(scene(), one).facts)["Target"] == "checkout:live"
    assert dict(weight_facts(scene(), loud))["Target"] == "checkout:live · PRODUCTION"


@pytest.mark.parametrize(
    ("judgement", "warning"),
    [
        (NOTHING_JUDGED, "There is no evidence for the canary."),
        (judged_harmful().rollouts[0].rollout.judgement, "The evidence says that the canary is harmful."),
    ],
)
def test_promoting_against_the_evidence_demands_the_number(judgement: Judgement, warning: str) -> None:
    question = promote_question(scene(), rollout(judgement=judgement))
    assert (question.demand, question.confirm, question.warning) == ("42", "Promote without evidence", warning)


def test_old_evidence_demands_the_number_as_well() -> None:
    later = Scene(NOW + timedelta(minutes=10), mid_canary(), TARGET)
    question = promote_question(later, rollout())
    assert question.warning == "The evidence is 12m 20s old; the plan allows 6m."
    assert question.demand == "42"


def test_promoting_while_baking_ends_the_bake() -> None:
    question = promote_question(scene(), rollout(State.BAKING, judgement=NOTHING_JUDGED))
    assert (question.confirm, question.demand) == ("End the bake", None)


def test_rolling_back_demands_nothing() -> None:
    question = roll_back_question(scene(read_only()), rollout())
    assert question.title == "Roll back to v41?"
    assert question.facts[0][1].endswith("· sandbox")
    assert ("Weight", "25% now → 0%") in question.facts
    assert question.demand is None


def test_leaving_tells_what_is_live_and_how_to_come_back() -> None:
    assert leave_lines(scene()) == ("checkout:live v41 → v42, shifting at 25%",)
    assert must_ask_before_leaving(scene())
    assert not must_ask_before_leaving(scene(promoted()))
    assert "multitool resume r-20260105-1352" in farewell_to_held(scene())
    assert "The sandbox ends with this session" in farewell_to_held(scene(read_only()))
    assert farewell_to_held(scene(idle())) == ""


# Starting


PLAN = Plan(
    "careful",
    parse_steps("1%/10m 10%/10m/gate"),
    alarms=("checkout-5xx",),
    deadline=timedelta(hours=1),
    on_inconclusive=OnInconclusive.HOLD,
)
PLANS = {"careful": ("checkout:live", PLAN)}


def test_the_first_draft_fits_the_target() -> None:
    draft = first_draft(idle(), {}, "checkout:live")
    assert draft == Draft("checkout:live", "42", alarms=("checkout-5xx", "checkout-latency"))
    assert first_draft(idle(), {}, None) == Draft()


def test_a_plan_of_the_manifest_comes_with_its_target() -> None:
    draft = first_draft(idle(), PLANS, "checkout:live")
    assert (draft.strategy, draft.alarms) == ("careful", ("checkout-5xx",))
    assert start.shown_steps(draft, PLANS) == "1%/10m 10%/10m/gate"
    assert choose_target(draft, idle(), PLANS, "checkout:beta").strategy == ADAPTIVE
    checked = check(draft, idle(), PLANS)
    assert checked.command is not None
    assert checked.command.plan == replace(PLAN, alarms=("checkout-5xx",))
    assert checked.summary == ("v41 → v42 on checkout:live · 1% 10% gate · about 25m · held after 1h without a verdict")
    elsewhere = replace(draft, target="checkout:beta")
    assert check(elsewhere, idle(), PLANS).error == "The plan careful is for checkout:live."


def test_what_is_asked_about_a_start_has_nothing_to_do_with_alarms() -> None:
    draft = first_draft(idle(), PLANS, "checkout:live")
    asked = start.subject(draft, idle(), PLANS)
    assert asked == Start(target="checkout:live", canary="42", plan=replace(PLAN, alarms=()))
    assert start.subject(replace(draft, alarms=("queue-age",)), idle(), PLANS) == asked
    assert start.subject(replace(draft, version="99"), idle(), PLANS) is None
    assert start.subject(replace(draft, target="checkout:gone"), idle(), PLANS) is None
    assert start.subject(replace(draft, strategy="luck"), idle(), PLANS) is None


def test_the_summary_of_own_steps() -> None:
    draft = replace(first_draft(idle(), {}, "checkout:live"), strategy=OWN_STEPS)
    assert check(draft, idle(), {}).summary == (
        "v41 → v42 on checkout:live · 5% 25% 50% · about 20m · rolled back after 2h without a verdict"
    )


def test_the_summary_of_the_default() -> None:
    assert check(first_draft(idle(), {}, "checkout:live"), idle(), {}).summary == (
        "v41 → v42 on checkout:live · as the evidence affords, up to 25% · at least 20m · "
        "rolled back after 2h without a verdict"
    )


@pytest.mark.parametrize(
    ("changes", "field", "error"),
    [
        ({"target": ""}, "target", "Choose a target: an alias, like checkout:live, or a stage, like shop/prod."),
        ({"target": "search:live"}, "target", "The aliases of search are loading…"),
        (
            {"target": "invoice-render:live"},
            "target",
            "invoice-render:live is weighted already, not by MultiTool: end that first.",
        ),
        ({"version": ""}, "version", "Choose the version to release, or give the path of a zip file."),
        ({"version": "v41"}, "version", "checkout:live serves v41 already."),
        ({"version": "7"}, "version", "checkout has no published version 7."),
        ({"strategy": OWN_STEPS, "steps": ""}, "steps", "No steps given: write them like 5%/5m 25%/5m/gate 50%/10m."),
        (
            {"strategy": OWN_STEPS, "steps": "25%/5m 5%/5m"},
            "steps",
            "Each step must weigh more than the one before it: 25%, 5%.",
        ),
        ({"strategy": "Canary"}, "strategy", "No strategy is called Canary; up and down choose one."),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(changes: dict[str, str], field: str, error: str) -> None:
    checked = check(replace(first_draft(idle(), {}, "checkout:live"), **changes), idle(), {})  # type: ignore[arg-type]
    assert (checked.command, checked.field, checked.error) == (None, field, error)


def test_a_target_with_a_live_rollout_is_taken() -> None:
    checked = check(first_draft(mid_canary(), {}, TARGET), mid_canary(), {})
    assert checked.error == "A rollout is live on checkout:live already."


def test_one_version_alone_cannot_be_released() -> None:
    alone = snapshot(functions=tuple(replace(f, versions=("41",)) for f in idle().functions[:1]))
    checked = check(first_draft(alone, {}, "checkout:beta"), alone, {})
    assert checked.error == "checkout has no other published version than v41."


def test_every_strategy_is_described() -> None:
    described = {name: start.describe(plan) for name, plan in STRATEGIES.items()}
    assert described["adaptive"] == "by evidence, up to 25%"
    assert described["Canary10Percent5Minutes"] == "10% for 5m, then all of it."
    assert described["Linear10PercentEvery3Minutes"] == "10% more every 3m, from 10% on."
    assert described["AllAtOnce"] == "All traffic at once; nothing is compared first."
    assert start.describe(parse_plan("5%/5m 25%/5m")) == "5% 25%, then all of it."
    assert start.describe_strategy(Draft(strategy="nothing"), {}) == ""


def test_all_at_once_is_warned_of() -> None:
    draft = choose_strategy(first_draft(idle(), {}, "checkout:live"), idle(), {}, "AllAtOnce")
    checked = check(draft, idle(), {})
    assert checked.command is not None
    assert checked.warning == "All at once sends all traffic at once; nothing is compared first."


def test_the_choices() -> None:
    assert start.targets(idle()) == ["checkout:beta", "checkout:live", "invoice-render:live", "thumbnails:live"]
    assert start.versions(idle(), "thumbnails:live") == ["113", "111", "110"]
    assert start.versions(idle(), "nowhere") == []
    assert start.strategies(PLANS, "checkout:live")[:2] == ["careful", ADAPTIVE]
    assert start.strategies(PLANS, "other:live")[-1] == "careful"


# Which keys apply


@pytest.mark.parametrize(
    ("shown", "enabled"),
    [
        (mid_canary(), {"promote", "roll_back", "pause", "weight"}),
        (paused(), {"promote", "roll_back", "pause", "weight"}),
        (at_gate(), {"promote", "roll_back", "pause", "weight", "gate"}),
        (drifted(), {"roll_back", "decide"}),
        (promoted(), set()),
        (idle(), set()),
        (read_only(), set()),
        (snapshot(live(rollout(State.ROLLING_BACK))), {"roll_back"}),
    ],
)
def test_which_changes_apply(shown: Snapshot, enabled: set[str]) -> None:
    changes = {action.name for action in ACTIONS if action.changes} - {"new", "setup"}  # what begins something
    assert {name for name in changes if availability(name, scene(shown)).enabled} == enabled


def test_a_key_without_effect_has_a_reason() -> None:
    assert availability("promote", Scene(NOW)).reason == "Not connected yet."
    assert availability("pause", scene(idle())).reason == "No rollout is live on checkout:live."
    assert availability("pause", Scene(NOW, idle())).reason == "No rollout is live."
    rolling = scene(snapshot(live(rollout(State.ROLLING_BACK))))
    assert availability("weight", rolling).reason == "That cannot be done while the rollout is rolling back."


def test_space_is_named_for_what_it_does() -> None:
    assert label("pause", scene()) == "Pause"
    assert label("pause", scene(paused())) == "Resume"


@pytest.mark.parametrize("name", SCENES)
@pytest.mark.parametrize("width", [20, 40, 80, 120])
def test_the_footer_fits_and_cuts_no_word(name: str, width: int) -> None:
    keys = footer(scene(SCENES[name]()), width)
    assert sum(width_of(key.text) for key in keys) <= width
    assert all(key.text[-1].text.endswith(" ") for key in keys)


def test_a_narrow_footer_keeps_what_matters_most() -> None:
    assert [key.name for key in footer(scene(), 40)] == ["promote", "roll_back", "pause"]


@pytest.mark.parametrize("width", [30, 74])
def test_help_names_every_key(width: int) -> None:
    said = "\n".join("".join(span.text for span in line) for line in help_lines(scene(), width))
    assert all(f"  {action.shown} " in said for action in ACTIONS)
