"""What a rollout promises its operator, one story at a time. Evidence is fresh for 6 minutes (the default)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from multitool_tui.judgement.model import Verdict
from multitool_tui.rollout.effects import Adopt, Leave, Promote, Publish, Restore, RollBack, SetWeight, Smoke, Upload
from multitool_tui.rollout.events import Obstacle, PauseAsked, PromoteAsked, RollBackAsked, Seen
from multitool_tui.rollout.machine import Refusal
from multitool_tui.rollout.plan import OnInconclusive
from multitool_tui.rollout.receipts import ENGINE, Severity
from multitool_tui.rollout.smoke import SmokeTest
from multitool_tui.rollout.states import State
from tests.rollout.story import PACKAGE, START, Story, at, plan

S = State
SMOKE = replace(plan("5%/5m"), smoke=(SmokeTest("answers"),))
SAFE, UNDECIDED, HARMFUL = Verdict.SAFE, Verdict.UNDECIDED, Verdict.HARMFUL


def _minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


# The way of a good version


def test_a_good_version_is_shifted_step_by_step_promoted_and_watched() -> None:
    story = Story(plan("5%/5m 25%/5m")).starts()
    assert story.changes == [SetWeight(0.05)]
    assert story.rollout.waiting == "setting 5%"
    story.applied()
    assert (story.rollout.weight, story.waits_for, story.rollout.waiting) == (0.05, 5, "bake")
    story.passes(5).judged(UNDECIDED)
    assert story.changes == [SetWeight(0.25)]
    assert [(note.action, note.reason, note.actor) for note in story.told] == [
        ("raised to 25%", "The numbers say undecided.", ENGINE)
    ]
    story.applied().passes(5).judged(SAFE)
    assert story.changes == [Promote(final=False)]
    story.applied()
    assert (story.state, story.rollout.weight, story.waits_for) == (S.BAKING, 1, 5)
    story.ticks(5)
    assert (story.state, story.changes, story.told) == (S.BAKING, [Leave()], [])
    story.applied()
    assert story.state is S.PROMOTED
    assert story.rollout.ended_at == story.now
    assert [(note.action, note.severity) for note in story.told] == [("promoted", Severity.GOOD)]


def test_the_operators_name_is_on_what_the_operator_started() -> None:
    (note,) = Story().starts().told
    assert (note.actor, note.action, note.reason) == ("ann", "raised to 5%", "own steps: v7 to v8")


def test_all_at_once_promotes_without_waiting_for_evidence_and_bakes_after() -> None:
    story = Story(plan("")).starts()
    assert story.changes == [Promote(final=False)]
    assert story.applied().state is S.BAKING
    assert story.judged(HARMFUL).changes == [RollBack()]


def test_without_a_bake_after_it_the_promotion_is_the_end() -> None:
    story = at(S.PROMOTING, plan(bake_after=0)).applied()
    assert story.state is S.PROMOTED
    assert story.told[0].actor == "ann"


# From a zip file


def test_a_package_is_uploaded_published_and_then_shifted() -> None:
    story = Story(package=PACKAGE).starts()
    assert (story.state, story.changes, story.rollout.waiting) == (S.PUBLISHING, [Upload("new code")], "uploading")
    assert story.told[0].action == "uploading build.zip"
    assert story.told[0].reason == "own steps: v7 to the new version from build.zip"
    assert story.uploaded().changes == [Publish("new code")]
    story.passes(30).published()
    assert (story.state, story.changes, story.rollout.canary) == (S.SHIFTING, [SetWeight(0.05)], "8")
    assert (story.told[0].reason, story.told[0].actor) == ("own steps: v7 to v8, which is build.zip", "ann")
    story.applied().judged(UNDECIDED, age=None).ticks(119)
    assert story.state is S.SHIFTING, "the deadline counts from the publication"
    assert story.ticks(1).state is S.ROLLING_BACK


def test_what_is_published_already_is_not_released() -> None:
    story = Story(package=PACKAGE).starts().uploaded().unchanged()
    assert story.changes == [Leave()]
    story.applied()
    assert (story.state, story.rollout.weight) == (S.UNCHANGED, 0)
    assert story.rollout.reason == "v7 is build.zip already: there is nothing to release."


def test_what_cannot_be_published_ends_with_the_reason() -> None:
    story = Story(package=PACKAGE).starts().unpublished(Obstacle.REFUSED, "build.zip is too large.").applied()
    assert (story.state, story.rollout.obstacle) == (S.ABANDONED, Obstacle.REFUSED)
    assert story.rollout.reason == "build.zip is too large."


def test_publishing_waits_for_credentials_and_goes_on_where_it_was() -> None:
    story = Story(package=PACKAGE).starts().uploaded().unpublished(Obstacle.CREDENTIALS, "They have expired.")
    assert (story.state, story.rollout.obstacle) == (S.HELD, Obstacle.CREDENTIALS)
    with pytest.raises(Refusal, match="there is no version to promote"):
        story.promote(without_evidence=True)
    assert story.clears().changes == [Publish("new code")]


def test_after_a_crash_publishing_goes_on_where_it_was() -> None:
    assert Story(package=PACKAGE).starts().recovers().changes == [Upload("new code")]
    assert Story(package=PACKAGE).starts().uploaded().recovers().changes == [Publish("new code")]
    assert Story(package=PACKAGE).starts().uploaded().unchanged().recovers().changes == [Leave()]


def test_a_rollback_asked_before_the_version_had_a_number_is_obeyed() -> None:
    story = Story(package=PACKAGE).starts()
    seen = story.seen
    story.uploaded().published()
    with pytest.raises(Refusal, match="meant for another rollout"):
        story.happens(PauseAsked(at=story.now, actor="ann", seen=seen))
    story.happens(RollBackAsked(at=story.now, actor="ann", seen=seen, reason="Wrong zip."))
    story.applied()
    assert story.state is S.ROLLED_BACK
    assert story.rollout.reason == "Wrong zip. $LATEST of checkout still has this code."


# Evidence


def test_without_evidence_the_weight_stays_until_the_deadline() -> None:
    story = Story().starts().applied().ticks(5)
    assert (story.rollout.waiting, story.waits_for) == ("fresh evidence", 115)
    assert story.judged(UNDECIDED, age=None).changes == []
    assert story.ticks(114).changes == []
    assert story.ticks(1).state is S.ROLLING_BACK


def test_old_evidence_raises_nothing() -> None:
    story = Story().starts().applied().passes(10)
    assert story.judged(SAFE, age=6.1).changes == []
    assert story.judged(SAFE, age=6).changes == [SetWeight(0.25)]


def test_the_last_step_waits_for_a_safe_verdict() -> None:
    story = at(S.SHIFTING, plan("5%/5m")).passes(5).judged(UNDECIDED)
    assert (story.state, story.rollout.waiting) == (S.SHIFTING, "a verdict")
    assert story.judged(SAFE, age=7).state is S.SHIFTING
    assert story.judged(SAFE).state is S.PROMOTING


@pytest.mark.parametrize("state", [S.SHIFTING, S.PAUSED, S.PROMOTING, S.BAKING])
def test_harm_rolls_back_at_once(state: State) -> None:
    story = at(state).judged(HARMFUL)
    assert story.changes == [RollBack()]
    assert [(note.action, note.reason, note.severity) for note in story.told] == [
        ("rolling back", "The numbers say harmful.", Severity.BAD)
    ]
    story.applied()
    assert (story.state, story.rollout.weight) == (S.ROLLED_BACK, 0)
    assert story.told[0].reason == "The numbers say harmful."


def test_harm_rolls_back_on_old_evidence_too() -> None:
    assert at(S.SHIFTING).judged(HARMFUL, age=60).state is S.ROLLING_BACK


def test_harm_rolls_back_while_a_raise_is_under_way() -> None:
    story = at(S.SHIFTING).passes(5).judged(UNDECIDED)
    assert story.changes == [SetWeight(0.25)]
    story.judged(HARMFUL)
    assert story.rollout.wanted == 0
    assert story.changes == [RollBack()]


# Gates


def test_a_gate_waits_for_an_operator_and_says_so_once() -> None:
    story = at(S.SHIFTING, plan("5%/5m/gate 25%/5m")).passes(5).judged(SAFE)
    assert story.changes == []
    assert [note.action for note in story.told] == ["gate reached"]
    assert story.rollout.at_gate
    assert story.ticks(1).told == []
    story.pass_gate()
    assert story.changes == [SetWeight(0.25)]
    assert [(note.action, note.actor) for note in story.told] == [("gate passed", "ann"), ("raised to 25%", ENGINE)]


def test_a_gate_passed_early_still_bakes() -> None:
    story = at(S.SHIFTING, plan("5%/5m/gate 25%/5m")).pass_gate()
    assert (story.changes, story.rollout.waiting, story.waits_for) == ([], "bake", 5)
    assert story.passes(5).judged(SAFE).changes == [SetWeight(0.25)]


def test_each_gate_is_passed_for_itself() -> None:
    story = at(S.SHIFTING, plan("5%/5m/gate 25%/5m/gate")).pass_gate().passes(5).judged(SAFE).applied()
    assert story.rollout.at_gate
    assert story.passes(5).judged(SAFE).changes == []


def test_where_there_is_no_gate_none_is_passed() -> None:
    with pytest.raises(Refusal, match="There is no gate at this step"):
        at(S.SHIFTING).pass_gate()
    with pytest.raises(Refusal, match="There is no gate at this step"):
        at(S.SHIFTING, plan("5%/5m/gate")).pass_gate().pass_gate()


# Pause


def test_a_pause_stops_the_bake_and_the_deadline() -> None:
    story = at(S.SHIFTING).passes(2).pause()
    assert story.told[0].action == "paused at 5%"
    assert story.ticks(500).effects == ()
    story.resume()
    assert story.rollout.bake_ends_at == story.now + _minutes(3)
    assert story.rollout.deadline_at == story.now + _minutes(118)
    assert story.waits_for == 0
    assert story.ticks().rollout.waiting == "bake"


def test_a_bake_that_begins_in_a_pause_has_all_its_time_left() -> None:
    story = Story().starts().passes(1).pause().passes(10).applied().passes(10).resume()
    assert story.rollout.bake_ends_at == story.now + _minutes(5)
    assert story.rollout.deadline_at == story.now + _minutes(119)


def test_a_change_that_is_under_way_when_the_pause_ends_goes_on() -> None:
    story = Story().starts().pause().passes(10).resume()
    assert (story.rollout.pending, story.rollout.waiting) == (SetWeight(0.05), "setting 5%")
    assert story.applied().rollout.bake_ends_at == story.now + _minutes(5)


def test_good_news_moves_nothing_while_paused() -> None:
    story = at(S.PAUSED).passes(10).judged(SAFE)
    assert story.changes == []


# The deadline


@pytest.mark.parametrize(
    ("policy", "age", "state", "obstacle"),
    [
        (OnInconclusive.ROLL_BACK, 3, S.ROLLING_BACK, None),
        (OnInconclusive.HOLD, 3, S.HELD, Obstacle.INCONCLUSIVE),
        (OnInconclusive.PROMOTE, 3, S.PROMOTING, None),
        (OnInconclusive.PROMOTE, 7, S.HELD, Obstacle.INCONCLUSIVE),
        (OnInconclusive.PROMOTE, None, S.HELD, Obstacle.INCONCLUSIVE),
    ],
)
def test_at_the_deadline_the_policy_decides(
    policy: OnInconclusive, age: float | None, state: State, obstacle: Obstacle | None
) -> None:
    story = at(S.SHIFTING, plan("5%/5m", policy=policy)).passes(119).judged(UNDECIDED, age=3)
    story.passes(1).judged(UNDECIDED, age=age)
    assert (story.state, story.rollout.obstacle) == (state, obstacle)
    assert story.rollout.reason == "Inconclusive after 2h: The numbers say undecided."
    assert len(story.told) == 1


def test_a_deadline_without_a_single_judgement_says_so() -> None:
    story = Story().starts().applied().ticks(120)
    assert story.rollout.reason == ("Inconclusive after 2h: Nothing of the canary yet.")


def test_what_is_safe_in_the_last_moment_is_not_inconclusive() -> None:
    assert at(S.SHIFTING, plan("5%/5m")).passes(120).judged(SAFE).state is S.PROMOTING


def test_safe_but_not_through_the_plan_is_told_apart_from_inconclusive() -> None:
    story = at(S.SHIFTING, plan("5%/5m/gate")).passes(120).judged(SAFE)
    assert story.state is S.ROLLING_BACK
    assert story.rollout.reason == "Not through the plan after 2h: The numbers say safe."


@pytest.mark.parametrize("steps", ["5%/5m/gate 25%/5m", "5%/5m 25%/5m/gate"])
def test_the_deadline_promotes_nothing_past_a_gate(steps: str) -> None:
    story = at(S.SHIFTING, plan(steps, policy=OnInconclusive.PROMOTE)).passes(120).judged(UNDECIDED)
    assert (story.state, story.changes) == (S.HELD, [])


def test_an_inconclusive_rollout_that_is_held_still_watches() -> None:
    story = at(S.SHIFTING, plan(policy=OnInconclusive.HOLD)).ticks(120).judged(HARMFUL)
    assert story.state is S.ROLLING_BACK


# Weights by hand


def test_a_weight_by_hand_is_set_and_bakes() -> None:
    story = at(S.SHIFTING).weight(0.15)
    assert story.changes == [SetWeight(0.15)]
    assert [(note.action, note.actor) for note in story.told] == [("raised to 15%", "ann")]
    story.applied()
    assert (story.rollout.step, story.waits_for) == (0, 5)
    assert story.passes(5).judged(UNDECIDED).changes == [SetWeight(0.25)]


def test_a_weight_by_hand_takes_the_place_of_the_step_it_reaches() -> None:
    assert at(S.SHIFTING).weight(0.6).rollout.step == 1


@pytest.mark.parametrize("age", [None, 7])
def test_without_fresh_evidence_a_weight_goes_down_only(age: float | None) -> None:
    story = at(S.SHIFTING).judged(UNDECIDED, age=age)
    with pytest.raises(Refusal, match="the weight can go down, but not up"):
        story.weight(0.1)
    story.weight(0.01)
    assert story.changes == [SetWeight(0.01)]
    assert story.told[0].action == "lowered to 1%"


@pytest.mark.parametrize("weight", [0, 1, -0.1, 1.5, float("nan")])
def test_the_ends_are_not_weights(weight: float) -> None:
    with pytest.raises(Refusal, match="promote or roll back for the ends"):
        at(S.SHIFTING).weight(weight)


def test_the_weight_that_it_has_is_no_new_weight() -> None:
    with pytest.raises(Refusal, match="The weight is 5% already"):
        at(S.SHIFTING).weight(0.05)


def test_a_weight_by_hand_in_a_pause_stays_paused() -> None:
    story = at(S.PAUSED).weight(0.1).applied()
    assert (story.state, story.rollout.weight) == (S.PAUSED, 0.1)
    assert story.ticks(60).changes == []


# Commands about what has moved on


def _command(kind: type[PauseAsked | PromoteAsked | RollBackAsked], story: Story, seen: Seen) -> Story:
    return story.happens(kind(at=story.now, actor="ann", seen=seen))


@pytest.mark.parametrize("kind", [PauseAsked, PromoteAsked, RollBackAsked])
@pytest.mark.parametrize("seen", [Seen("r2", 0.05, "8"), Seen("r1", 0.05, "9")])
def test_a_command_for_another_rollout_is_refused(kind: type[PauseAsked], seen: Seen) -> None:
    story = at(S.SHIFTING)
    before = story.rollout
    with pytest.raises(Refusal, match="meant for another rollout; this one moves checkout:live to v8"):
        _command(kind, story, seen)
    assert story.rollout is before


def test_a_command_about_an_earlier_step_is_refused() -> None:
    story = at(S.SHIFTING)
    earlier = story.seen
    story.passes(5).judged(UNDECIDED)
    with pytest.raises(Refusal, match="moved on to 25% since; look again and repeat the command"):
        _command(PromoteAsked, story, earlier)


def test_a_rollback_is_right_at_any_step() -> None:
    story = at(S.SHIFTING)
    earlier = story.seen
    story.passes(5).judged(UNDECIDED)
    assert _command(RollBackAsked, story, earlier).state is S.ROLLING_BACK


def test_a_rollback_asked_for_twice_is_one() -> None:
    story = at(S.SHIFTING).roll_back("It smells.")
    assert (story.told[0].reason, story.told[0].actor) == ("It smells.", "ann")
    assert story.roll_back().effects == ()
    assert story.applied().told[0].reason == "It smells."


# Promotion by hand


@pytest.mark.parametrize("state", [S.SHIFTING, S.PAUSED, S.HELD])
def test_promoting_without_fresh_evidence_must_be_said(state: State) -> None:
    story = at(state).judged(UNDECIDED, age=7)
    with pytest.raises(Refusal, match="There is no fresh evidence for the canary"):
        story.promote()
    assert story.promote(without_evidence=True).changes == [Promote(final=False)]


@pytest.mark.parametrize("state", [S.SHIFTING, S.PAUSED, S.HELD])
def test_with_fresh_evidence_an_operator_promotes_at_any_step(state: State) -> None:
    story = at(state).promote()
    assert story.changes == [Promote(final=False)]
    assert (story.told[0].actor, story.rollout.obstacle) == ("ann", None)


def test_promoting_a_harmful_canary_must_be_said() -> None:
    story = at(S.ROLLING_BACK).blocked(Obstacle.REFUSED).judged(HARMFUL)
    with pytest.raises(Refusal, match="the canary is harmful; promoting it must be said"):
        story.promote()
    assert story.promote(without_evidence=True).changes == [Promote(final=False)]


def test_an_operator_ends_the_bake_after_promotion() -> None:
    story = at(S.BAKING).promote()
    assert (story.state, story.changes) == (S.BAKING, [Leave()])
    assert story.applied().state is S.PROMOTED
    assert story.rollout.reason == "The operator ended the bake after promotion."
    assert story.rollout.actor == "ann"


# Held


def test_drift_is_left_as_it_is() -> None:
    story = at(S.SHIFTING).blocked(Obstacle.DRIFT, "ben set 50%.")
    assert (story.state, story.rollout.obstacle, story.changes) == (S.HELD, Obstacle.DRIFT, [])
    assert [(note.action, note.reason) for note in story.told] == [("held: drift", "ben set 50%.")]
    assert story.ticks(500).effects == ()
    assert story.blocked().effects == ()
    with pytest.raises(Refusal, match="was changed from outside"):
        story.resume()
    with pytest.raises(Refusal, match="was changed from outside"):
        story.promote(without_evidence=True)
    assert story.roll_back().changes == [RollBack()]


def test_another_hands_change_can_be_adopted_and_the_rollout_goes_on_from_there() -> None:
    story = at(S.SHIFTING).blocked()
    assert story.adopt().changes == [Adopt()]
    story.adopted(0.3)
    assert (story.state, story.rollout.weight, story.rollout.obstacle) == (S.SHIFTING, 0.3, None)
    assert [(note.action, note.actor) for note in story.told] == [("adopted at 30%", "ann")]


def test_what_another_hand_changed_can_be_restored_but_not_for_a_harmful_canary() -> None:
    story = at(S.SHIFTING).blocked()
    assert story.restore().changes == [Restore(0.05)]
    assert (story.applied().state, story.rollout.weight) == (S.SHIFTING, 0.05)
    with pytest.raises(Refusal, match="harmful: roll back instead"):
        at(S.SHIFTING).blocked().judged(HARMFUL).restore()


def test_an_abandoned_rollout_changes_nothing_but_its_mark() -> None:
    story = at(S.SHIFTING).blocked()
    assert story.abandon().changes == [Leave()]
    assert (story.applied().state, story.rollout.actor) == (S.ABANDONED, "ann")


def test_a_rollout_that_another_driver_has_taken_is_only_watched() -> None:
    story = at(S.SHIFTING).blocked(Obstacle.LEASE, "ben@tower drives checkout:live now.")
    for ask in (story.roll_back, story.resume, story.promote, story.adopt, story.restore):
        with pytest.raises(Refusal, match=r"ben@tower drives .* Take it over first"):
            ask()
    assert story.judged(HARMFUL).changes == []
    assert story.must_end().effects == ()
    assert story.blocked(Obstacle.DRIFT, "v8 serves everything.").changes == [Leave()]
    assert story.applied().state is S.ABANDONED


def test_a_promotion_that_a_crash_left_undone_is_judged_anew() -> None:
    story = at(S.SHIFTING).passes(20).judged(SAFE)
    if story.state is not S.PROMOTING:
        story.promote()
    story.passes(60).recovers()
    assert (story.state, story.changes) == (S.SHIFTING, [])
    assert story.ticks().state is not S.PROMOTING  # the evidence is an hour old


def test_what_is_held_says_why_after_a_crash_too() -> None:
    story = at(S.SHIFTING).blocked(Obstacle.HOOK, "Hook 'window' refuses this step.").recovers()
    assert (story.state, story.rollout.reason) == (S.HELD, "Hook 'window' refuses this step.")
    assert [note.reason for note in story.told] == ["Its driver had ended before it."]


def test_nothing_gets_traffic_before_its_smoke_tests_are_passed() -> None:
    story = at(S.PLANNED, SMOKE).starts()
    assert (story.state, story.changes, story.rollout.wanted) == (S.SHIFTING, [Smoke()], 0)
    assert story.ticks(60).changes == []
    assert story.judged(SAFE).changes == []
    assert story.tested().changes == [SetWeight(0.05)]
    assert [note.action for note in story.told] == ["tested v8", "raised to 5%"]


def test_a_failed_smoke_test_is_the_end() -> None:
    story = at(S.PLANNED, SMOKE).starts().tested("It answered 500.")
    assert story.changes == [RollBack()]
    assert (story.applied().state, story.rollout.reason) == (S.ROLLED_BACK, "It answered 500.")
    assert story.rollout.smoke_passed is False


def test_what_is_paused_while_it_is_tested_begins_when_it_is_resumed() -> None:
    story = at(S.PLANNED, SMOKE).starts().pause().tested()
    assert (story.state, story.changes) == (S.PAUSED, [])
    assert story.resume().ticks().changes == [SetWeight(0.05)]


@pytest.mark.parametrize("interrupts", [lambda s: s.blocked(Obstacle.CREDENTIALS).clears(), lambda s: s.recovers()])
def test_smoke_tests_that_were_interrupted_are_run_again(interrupts: Callable[[Story], Story]) -> None:
    assert interrupts(at(S.PLANNED, SMOKE).starts()).changes == [Smoke()]


def test_smoke_tests_that_were_passed_are_not_run_again() -> None:
    story = at(S.PLANNED, SMOKE).starts().tested().blocked(Obstacle.CREDENTIALS).clears()
    assert story.changes == [SetWeight(0.05)]


def test_a_rollback_that_a_crash_left_undone_is_made() -> None:
    story = at(S.ROLLING_BACK).recovers()
    assert (story.state, story.changes) == (S.ROLLING_BACK, [RollBack()])


@pytest.mark.parametrize(
    ("obstacle", "said"),
    [(Obstacle.CREDENTIALS, "The credentials are back."), (Obstacle.UNREACHABLE, "AWS answers again.")],
)
def test_what_is_over_by_itself_needs_no_operator(obstacle: Obstacle, said: str) -> None:
    story = at(S.SHIFTING).blocked(obstacle).passes(10).clears()
    assert (story.state, story.changes) == (S.SHIFTING, [])
    assert story.told[0].reason == said


def test_harm_under_drift_is_told_once_and_touches_nothing() -> None:
    story = at(S.SHIFTING).blocked().judged(HARMFUL)
    assert (story.state, story.changes) == (S.HELD, [])
    assert [(note.action, note.severity) for note in story.told] == [("harmful, but held", Severity.BAD)]
    assert story.rollout.waiting == "an operator: the canary is harmful"
    assert story.judged(HARMFUL).effects == ()
    assert story.judged(UNDECIDED).rollout.waiting == "an operator"


def test_drift_is_not_forgotten_over_other_trouble() -> None:
    story = at(S.SHIFTING).blocked(Obstacle.DRIFT).blocked(Obstacle.CREDENTIALS, "The session has expired.")
    assert story.rollout.obstacle is Obstacle.DRIFT
    assert at(S.HELD).blocked(Obstacle.DRIFT).rollout.obstacle is Obstacle.DRIFT


def test_harm_is_rolled_back_as_soon_as_it_is_seen_when_only_credentials_stood_in_the_way() -> None:
    assert at(S.HELD).judged(HARMFUL).changes == [RollBack()]


def test_a_rollback_that_is_blocked_is_the_operators_to_repeat() -> None:
    story = at(S.SHIFTING).judged(HARMFUL).blocked(Obstacle.CREDENTIALS)
    assert story.judged(HARMFUL).changes == []
    assert story.rollout.waiting == "an operator: the canary is harmful"
    assert story.resume().changes == [RollBack()]


def test_a_promotion_against_the_evidence_that_was_held_is_not_resumed() -> None:
    story = at(S.SHIFTING).judged(HARMFUL).blocked(Obstacle.CREDENTIALS).promote(without_evidence=True)
    story.blocked(Obstacle.CREDENTIALS).resume()
    assert story.changes == [RollBack()]
    assert (story.told[0].actor, story.told[0].reason) == (ENGINE, "The numbers say harmful.")


def test_a_blocked_change_has_not_happened() -> None:
    story = at(S.SHIFTING).passes(5).judged(UNDECIDED).blocked(Obstacle.CREDENTIALS)
    assert (story.rollout.weight, story.rollout.wanted, story.rollout.step) == (0.05, 0.05, 0)
    assert story.rollout.pending is None
    assert story.rollout.bake_ends_at is None


def test_what_was_held_begins_its_step_anew() -> None:
    story = at(S.SHIFTING).passes(5).judged(UNDECIDED).blocked(Obstacle.CREDENTIALS).passes(500).resume()
    assert (story.state, story.rollout.step, story.changes) == (S.SHIFTING, 0, [])
    assert story.rollout.bake_ends_at == story.now + _minutes(5)
    assert story.rollout.deadline_at == story.now + _minutes(120)
    assert story.passes(5).judged(UNDECIDED).changes == [SetWeight(0.25)]


def test_a_first_change_that_was_blocked_is_made_when_resumed() -> None:
    story = Story().starts().blocked(Obstacle.CREDENTIALS).resume()
    assert story.changes == [SetWeight(0.05)]
    assert story.applied().waits_for == 5


def test_all_at_once_goes_on_when_resumed() -> None:
    story = Story(plan("")).starts().blocked(Obstacle.CREDENTIALS)
    assert story.rollout.step == -1
    assert story.resume().changes == [Promote(final=False)]


@pytest.mark.parametrize("steps", ["", "5%/5m"])
def test_a_bake_after_promotion_that_was_held_begins_anew(steps: str) -> None:
    story = at(S.BAKING, plan(steps)).blocked(Obstacle.CREDENTIALS).passes(60).resume()
    assert (story.state, story.changes) == (S.BAKING, [])
    assert story.rollout.bake_ends_at == story.now + _minutes(5)
    assert story.ticks(5).applied().state is S.PROMOTED


# Times that a screen shows


def test_nothing_bakes_while_a_change_is_under_way() -> None:
    assert Story().starts().rollout.bake_ends_at is None
    assert at(S.ROLLING_BACK).rollout.bake_ends_at is None


def test_a_wait_never_outlasts_the_deadline() -> None:
    assert Story(plan("5%/5m", deadline=3)).starts().applied().waits_for == 3


def test_the_age_of_the_evidence_is_known_when_there_is_any() -> None:
    story = Story().starts().applied()
    assert story.rollout.evidence_age(story.now) is None
    story.judged(UNDECIDED, age=None)
    assert story.rollout.evidence_age(story.now) is None
    story.judged(UNDECIDED, age=3)
    assert story.rollout.evidence_age(story.now) == _minutes(3)
    assert not story.rollout.has_fresh_evidence(START + _minutes(10))


def test_a_rollout_is_a_value() -> None:
    story = at(S.SHIFTING)
    before, copy = story.rollout, replace(story.rollout)
    story.judged(HARMFUL)
    assert before == copy
    assert story.rollout != before
