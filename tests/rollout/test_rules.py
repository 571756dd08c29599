"""The rules of the state machine, whatever happens in whatever order.

Hypothesis tells a rollout arbitrary stories. After each event the rules of the design are checked against what the
rollout did, and at the end of each story somebody of good will must be able to bring it to an end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from multitool_tui.judgement.model import Verdict
from multitool_tui.rollout.effects import (
    Adopt,
    Change,
    Leave,
    Notify,
    Promote,
    Publish,
    Restore,
    RollBack,
    SetWeight,
    Smoke,
    Upload,
)
from multitool_tui.rollout.events import (
    AbandonAsked,
    AdoptAsked,
    Adopted,
    Applied,
    Blocked,
    Cleared,
    Command,
    Event,
    GatePassed,
    Judged,
    Obstacle,
    PauseAsked,
    PromoteAsked,
    Published,
    Recovered,
    RestoreAsked,
    ResumeAsked,
    RollBackAsked,
    Seen,
    SmokeTested,
    Started,
    Unchanged,
    Unpublished,
    Uploaded,
    WeightAsked,
)
from multitool_tui.rollout.machine import IllegalTransition, Refusal
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.package import Package
from multitool_tui.rollout.plan import OnInconclusive, Plan, Ramp
from multitool_tui.rollout.receipts import ENGINE
from multitool_tui.rollout.smoke import SmokeTest
from multitool_tui.rollout.states import ENDED, TRANSITIONS, State
from tests.rollout.story import PACKAGE, Story, plan

PLANS = [
    plan(steps, ramp=ramp, deadline=40, policy=policy, bake_after=bake_after)
    for steps, ramp in (
        ("5%/0s 25%/5m/gate 50%/5m", None),
        ("10%/5m/gate", None),
        ("5%/5m 25%/5m", None),
        ("", None),
        ("", Ramp()),
    )
    for policy in OnInconclusive
    for bake_after in (0, 5)
]
PLANS += [replace(PLANS[index], smoke=(SmokeTest("answers"),)) for index in (0, 12, 18, 24)]
_OURS = frozenset(State) - {State.PLANNED, *ENDED}
_ANEW = Started | Published | SmokeTested | ResumeAsked | Cleared | Recovered | Applied
"""Events after which a rollout with nothing on the canary may begin anew."""
_TOLD_LATER = Adopt | Restore | Leave
"""Changes that go on record when they are made: the operator asked for them, or nothing is decided by them."""


SAFE, UNDECIDED = Verdict.SAFE, Verdict.UNDECIDED
_PACKAGES = st.sampled_from([None, PACKAGE])
_AFFORDED = st.sampled_from([None, 0.001, 0.04, 0.25])


def _is_on_target(pending: Change | None) -> bool:
    """Whether it is a change whose outcome is no more than that it was made."""
    return pending is not None and not isinstance(pending, Adopt | Upload | Publish)


class WatchedStory(Story):
    """A story in which every event is held against the rules."""

    def __init__(self, of: Plan, package: Package | None) -> None:
        super().__init__(of, package)
        self.target = 0.0
        """The canary's weight on the target, as far as this rollout's own changes go."""
        self.away: Obstacle | None = None
        """Drift or lost lease: the target is another hand's, and no operator has taken it back since."""

    def happens(self, event: Event) -> WatchedStory:
        before = self.rollout
        row = TRANSITIONS[before.state]
        try:
            super().happens(event)
        except IllegalTransition:
            nothing_to_apply = isinstance(event, Applied) and isinstance(
                before.pending, Adopt | Upload | Publish | Smoke | None
            )
            nothing_to_publish = not isinstance(before.pending, _PUBLISHING.get(type(event), object))
            assert type(event) not in row or nothing_to_apply or nothing_to_publish
            assert self.rollout is before
        except Refusal as refusal:
            self._check_refusal(before, event, refusal)
        else:
            assert self.state in row[type(event)]
            self._check(before, event)
        return self

    def _check_refusal(self, before: Rollout, event: Event, refusal: Refusal) -> None:
        assert isinstance(event, Command)
        assert str(refusal).endswith(".")
        assert self.rollout is before

    def _check(self, before: Rollout, event: Event) -> None:
        match event:
            case Applied():
                self.target = before.pending.weight if isinstance(before.pending, Restore) else before.wanted
            case Adopted(weight=weight) | Recovered(weight=weight):
                self.target = weight
        if isinstance(event, Command):
            self._check_that_it_was_seen(before, event)
        self._check_drift(before, event)
        self._check_one_change_at_a_time(before)
        self._check_receipts(before, event)
        for change in self.changes:
            if isinstance(change, SetWeight | Promote):
                assert self.rollout.canary
                assert not before.plan.smoke or self.rollout.smoke_passed or isinstance(event, PromoteAsked)
            match change:
                case Upload() | Publish():
                    self._check_publication(before, change)
                case SetWeight(weight) if weight > before.wanted:
                    self._check_raise(before, event)
                case Promote(final):
                    assert final != bool(before.plan.bake_after_promote)
                    self._check_promotion(before, event)
                case Restore():
                    assert isinstance(event, RestoreAsked)
                    assert not before.is_harmful
        if isinstance(event, Judged):
            self._check_harm(before, event)

    def _check_publication(self, before: Rollout, change: Upload | Publish) -> None:
        """Rule 3: what is a version is not published again, and what is not known to be uploaded not published."""
        assert not before.canary
        assert self.rollout.package
        assert isinstance(change, Publish) == self.rollout.package.uploaded

    @property
    def _fresh(self) -> bool:
        judgement = self.rollout.judgement
        return judgement.seen_to is not None and self.now - judgement.seen_to <= self.rollout.plan.analysis.max_age

    def _check_raise(self, before: Rollout, event: Event) -> None:
        """Rule 1: only the first weight is set without fresh evidence, and none on harm; the engine passes no gate."""
        if isinstance(event, _ANEW) or self._begins_after_a_pause(before):
            assert self.target == 0
            return
        assert self._fresh
        assert not self.rollout.is_harmful
        if not isinstance(event, WeightAsked):
            assert isinstance(event, GatePassed) or not before.at_gate
            if before.plan.ramp:
                assert self.rollout.wanted == self.rollout.judgement.weight_afforded
            else:
                assert before.bake_ends_at is not None
                assert before.bake_ends_at <= self.now

    @staticmethod
    def _begins_after_a_pause(before: Rollout) -> bool:
        """It was paused while it was tested."""
        return before.smoke_passed is True and before.wanted == 0

    def _check_promotion(self, before: Rollout, event: Event) -> None:
        """Rules 1 and 3: never without a verdict, but at an operator's word, by the policy, or all at once."""
        if isinstance(event, PromoteAsked):
            assert event.without_evidence or (self._fresh and not self.rollout.is_harmful)
        elif isinstance(event, _ANEW | Adopted) or self._begins_after_a_pause(before):
            assert not before.plan.steps
            assert not before.plan.ramp
        else:
            safe = self.rollout.judgement.verdict is Verdict.SAFE
            late = before.deadline_at is not None and self.now >= before.deadline_at
            by_policy = late and before.plan.on_inconclusive is OnInconclusive.PROMOTE
            assert self._fresh
            assert not self.rollout.is_harmful
            assert safe or by_policy
            assert isinstance(event, GatePassed) or not before.gate_ahead

    def _check_drift(self, before: Rollout, event: Event) -> None:
        """Rules 5 and 6: what another hand did, or another driver does, is left until an operator says otherwise."""
        match event:
            case RollBackAsked() | Adopted():
                self.away = None
            case Applied() if isinstance(before.pending, Restore | Leave):
                self.away = None
            case Recovered() if self.away is Obstacle.LEASE:
                self.away = None
            case Blocked(obstacle=Obstacle.LEASE):
                self.away = Obstacle.LEASE
            case Blocked(obstacle=Obstacle.DRIFT) if self.away is None:
                self.away = Obstacle.DRIFT
        if self.away:
            assert self.state is State.HELD
            assert self.rollout.obstacle is self.away
            asked = {AdoptAsked: Adopt, RestoreAsked: Restore, AbandonAsked: Leave, Blocked: Leave}
            assert [type(change) for change in self.changes] in ([], [asked.get(type(event))])

    def _check_one_change_at_a_time(self, before: Rollout) -> None:
        """Rule 2, and that what is wanted is what the pending change brings."""
        now = self.rollout
        assert len(self.changes) <= 1
        assert now.pending in (None, *self.changes) if self.changes else now.pending in (None, before.pending)
        match now.pending:
            case SetWeight(weight):
                assert now.wanted == weight
            case Promote():
                assert now.wanted == 1
            case RollBack():
                assert now.wanted == 0
            case _:
                assert now.wanted == now.weight

    def _check_receipts(self, before: Rollout, event: Event) -> None:
        """Every decision is told once, with its reason, before it is carried out."""
        notes = self.told
        for note in notes:
            assert note.at == self.now
            assert note.rollout == self.rollout.id
            assert note.action
            assert note.reason
        changes = [change for change in self.changes if not isinstance(change, _TOLD_LATER)]
        decisions = int(bool(changes) or self.state is not before.state)
        if isinstance(event, GatePassed) or (isinstance(event, SmokeTested) and event.passed):
            assert notes[0].action == ("gate passed" if isinstance(event, GatePassed) else "tested v8")
            notes = notes[1:]
        elif isinstance(event, Command) and notes:
            resumed_into_harm = isinstance(event, ResumeAsked) and before.is_harmful
            assert notes[0].actor == (ENGINE if resumed_into_harm else "ann")
        if decisions:
            assert len(notes) == 1
            assert self.rollout.reason == notes[0].reason
        else:
            assert len(notes) <= 1
        if changes:
            place = self.effects.index(changes[0])
            assert isinstance(self.effects[place - 1], Notify)

    def _check_harm(self, before: Rollout, event: Judged) -> None:
        """Harm takes the canary out, unless another hand was there, or taking it out was what could not be done."""
        if event.judgement.verdict is not Verdict.HARMFUL:
            return
        left_alone = before.state is State.HELD and (
            before.obstacle in (Obstacle.DRIFT, Obstacle.LEASE) or before.held_from is State.ROLLING_BACK
        )
        assert self.state is (State.HELD if left_alone else State.ROLLING_BACK)
        if left_alone:
            assert self.changes == []

    def _check_that_it_was_seen(self, before: Rollout, command: Command) -> None:
        """Rule 9: nobody's command about another rollout, canary or weight was obeyed."""
        seen = command.seen
        assert (seen.rollout, seen.canary) == (before.id, before.canary)
        assert seen.weight == before.wanted or isinstance(command, RollBackAsked)


_TROUBLES = (Obstacle.CREDENTIALS, Obstacle.REFUSED, Obstacle.DRIFT, Obstacle.LEASE)
_PUBLISHING: dict[type[Event], Any] = {
    Uploaded: Upload,
    Published: Publish,
    Unchanged: Publish,
    Unpublished: Upload | Publish,
    SmokeTested: Smoke,
}
"""What must be pending for each to happen."""
_ASKS = (
    *(Story.pass_gate, Story.resume, Story.pause, Story.promote),
    *(Story.adopt, Story.restore, Story.abandon),
)
_live = precondition(lambda self: not self.story.rollout.ended)


class AnyStory(RuleBasedStateMachine):
    story: WatchedStory

    @initialize(plan=st.sampled_from(PLANS), package=_PACKAGES)
    def begins(self, plan: Plan, package: Package | None) -> None:
        self.story = WatchedStory(plan, package)
        self.story.starts()

    @precondition(lambda self: self.story.rollout.ended)
    @rule(plan=st.sampled_from(PLANS), package=_PACKAGES)
    def begins_again(self, plan: Plan, package: Package | None) -> None:
        self.begins(plan, package)

    @_live
    @rule(minutes=st.sampled_from([5, 1, 10, 40]), tell=st.booleans())
    def time_passes(self, minutes: float, tell: bool) -> None:
        self.story.ticks(minutes) if tell else self.story.passes(minutes)

    @_live
    @rule(verdict=st.sampled_from([SAFE, UNDECIDED]), age=st.sampled_from([3, 7, None]), affords=_AFFORDED)
    def is_judged(self, verdict: Verdict, age: float | None, affords: float | None) -> None:
        self.story.judged(verdict, age=age, affords=affords)

    @_live
    @rule(minutes=st.sampled_from([5, 0, 10]), verdict=st.sampled_from([SAFE, UNDECIDED]), affords=_AFFORDED)
    def goes_well(self, minutes: float, verdict: Verdict, affords: float | None) -> None:
        pending = self.story.rollout.pending
        if isinstance(pending, Adopt):
            self.story.adopted(0.3 if self.story.rollout.canary else 0.0)
        elif isinstance(pending, Upload):
            self.story.uploaded()
        elif isinstance(pending, Publish):
            self.story.published()
        elif self.story.rollout.pending:
            self.story.applied()
        if not self.story.rollout.ended:
            self.story.passes(minutes).judged(verdict, affords=affords)

    @_live
    @rule(event=st.sampled_from([Story.uploaded, Story.published, Story.unchanged]))
    def is_published_or_not(self, event: Callable[[Story], Story]) -> None:
        event(self.story)

    @_live
    @rule(obstacle=st.sampled_from([Obstacle.CREDENTIALS, Obstacle.REFUSED]))
    def cannot_be_published(self, obstacle: Obstacle) -> None:
        self.story.unpublished(obstacle)

    @_live
    @rule(why=st.sampled_from(["", "It answered 500."]))
    def is_tested(self, why: str) -> None:
        self.story.tested(why)

    @_live
    @rule()
    def has_its_change(self) -> None:
        self.story.applied()

    @_live
    @rule(trouble=st.sampled_from([*_TROUBLES, Verdict.HARMFUL, "asked"]))
    def goes_badly(self, trouble: Obstacle | Verdict | str) -> None:
        match trouble:
            case Obstacle():
                self.story.blocked(trouble, "Something stood in the way.")
            case Verdict():
                self.story.judged(trouble)
            case _:
                self.story.roll_back()

    @_live
    @rule(ask=st.sampled_from([*_ASKS]))
    def is_asked(self, ask: Callable[[Story], Story]) -> None:
        ask(self.story)

    @_live
    @rule(done=st.booleans())
    def is_taken_up_again(self, done: bool) -> None:
        if self.story.away is not Obstacle.DRIFT:  # a driver that finds drift says so instead
            self.story.recovers(done=done)

    @_live
    @rule(how=st.sampled_from([Story.clears, Story.must_end]))
    def is_cleared_or_ended(self, how: Callable[[Story], Story]) -> None:
        how(self.story)

    @_live
    @rule(weight=st.sampled_from([0.0, 0.3, 1.0]))
    def is_adopted(self, weight: float) -> None:
        if isinstance(self.story.rollout.pending, Adopt) and (self.story.rollout.canary or not weight):
            self.story.adopted(weight)

    @_live
    @rule(weight=st.sampled_from([0.01, 0.05, 0.3, 0.9, 0.0, 1.0]))
    def is_given_a_weight(self, weight: float) -> None:
        self.story.weight(weight)

    @_live
    @rule()
    def is_promoted_whatever_the_evidence(self) -> None:
        self.story.promote(without_evidence=True)

    @rule(
        kind=st.sampled_from([PromoteAsked, RollBackAsked, PauseAsked, ResumeAsked, GatePassed]),
        seen=st.sampled_from([Seen("r1", 0.42, "8"), Seen("r2", 0.05, "8"), Seen("r1", 0.05, "9")]),
    )
    def is_told_what_was_meant_for_another(self, kind: type[Command], seen: Seen) -> None:
        self.story.happens(kind(at=self.story.now, actor="ann", seen=seen))

    @invariant()
    def a_weight_is_a_share(self) -> None:
        assert 0 <= self.story.rollout.weight <= 1
        assert 0 <= self.story.rollout.wanted <= 1

    @invariant()
    def what_was_read_back_is_what_was_made(self) -> None:
        assert self.story.rollout.weight == self.story.target

    @invariant()
    def an_ended_rollout_leaves_one_version(self) -> None:
        """Rule 8."""
        if self.story.rollout.ended and self.story.state is not State.ABANDONED:
            assert self.story.target == (1 if self.story.state is State.PROMOTED else 0)
            assert self.story.rollout.pending is None

    @invariant()
    def a_rollout_can_always_be_rolled_back(self) -> None:
        assert (self.story.state in _OURS) == (RollBackAsked in TRANSITIONS[self.story.state])

    def teardown(self) -> None:
        """No dead ends: with time, good news and an operator of good will every rollout ends."""
        if not hasattr(self, "story"):
            return
        story = self.story
        for _ in range(30):
            if story.rollout.obstacle is Obstacle.DRIFT:
                story.roll_back()
            if story.rollout.obstacle is Obstacle.LEASE:
                story.recovers()
            if story.state in (State.HELD, State.PAUSED):
                story.resume()
            if isinstance(story.rollout.pending, Upload):
                story.uploaded()
            if isinstance(story.rollout.pending, Publish):
                story.published()
            if isinstance(story.rollout.pending, Smoke):
                story.tested()
            if story.rollout.pending:
                story.applied()
            if story.rollout.at_gate:
                story.pass_gate()
            if not story.rollout.ended:
                story.passes(5).judged(SAFE).ticks()
        assert story.rollout.ended, story.rollout


TestAnyStory = AnyStory.TestCase
TestAnyStory.settings = settings(max_examples=150, stateful_step_count=40)


@pytest.mark.long
class TestManyStories(TestAnyStory):  # type: ignore[misc, valid-type]
    """The same, at length."""


TestManyStories.settings = settings(max_examples=2000, stateful_step_count=40)
