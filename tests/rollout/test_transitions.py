"""The table of transitions: every row is walked, and nothing else is possible."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from multitool_tui.judgement.model import Judgement, Verdict
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
    MustEnd,
    Obstacle,
    PauseAsked,
    PromoteAsked,
    Published,
    Recovered,
    RestoreAsked,
    ResumeAsked,
    RollBackAsked,
    SmokeTested,
    Started,
    Ticked,
    Unchanged,
    Unpublished,
    Uploaded,
    WeightAsked,
)
from multitool_tui.rollout.machine import IllegalTransition, Refusal
from multitool_tui.rollout.plan import OnInconclusive, Plan, Ramp
from multitool_tui.rollout.smoke import SmokeTest
from multitool_tui.rollout.states import ENDED, TRANSITIONS, State
from tests.rollout.story import PACKAGE, Story, at, plan

S = State
SAFE, UNDECIDED, HARMFUL = Verdict.SAFE, Verdict.UNDECIDED, Verdict.HARMFUL

ALL_AT_ONCE = plan("")
GATE = plan("5%/5m/gate 25%/5m")
LAST_GATE = plan("5%/5m/gate")
HOLDS = plan("5%/5m", deadline=60, policy=OnInconclusive.HOLD)
GATE_HOLDS = plan("5%/5m/gate", deadline=60, policy=OnInconclusive.HOLD)
NO_BAKE_AFTER = plan(bake_after=0)
RAMP = plan("", ramp=Ramp())


def _late(story: Story) -> Story:
    """The deadline passes before anybody tells the rollout."""
    return story.passes(120)


SMOKE = replace(plan("5%/5m"), smoke=(SmokeTest("answers"),))
SMOKE_ALL_AT_ONCE = replace(ALL_AT_ONCE, smoke=SMOKE.smoke)


def _last_step() -> Story:
    """Baked at the only step, with nothing decided."""
    return at(S.SHIFTING, plan("5%/5m")).passes(5)


def _held(state: State, of: Plan | None = None) -> Story:
    """Held in this state because the credentials have expired."""
    return at(state, of).blocked(Obstacle.CREDENTIALS)


def _lost(state: State, of: Plan | None = None) -> Story:
    """Taken over from this state by another driver."""
    return at(state, of).blocked(Obstacle.LEASE, "ben drives it now.")


def _insisted() -> Story:
    """An operator promotes what the evidence condemns."""
    return at(S.SHIFTING).judged(HARMFUL).blocked(Obstacle.CREDENTIALS).promote(without_evidence=True)


def _publishing(of: Plan | None = None) -> Story:
    return Story(of, PACKAGE).starts()


def _unpublished(of: Plan | None = None) -> Story:
    """Held before it was published because the credentials have expired."""
    return _publishing(of).unpublished(Obstacle.CREDENTIALS)


WALKS: dict[str, Callable[[], Story]] = {
    "starts": lambda: at(S.PLANNED).starts(),
    "starts all at once": lambda: at(S.PLANNED, ALL_AT_ONCE).starts(),
    "found before it began": lambda: at(S.PLANNED).recovers(),
    "ends before it began": lambda: at(S.PLANNED).recovers().applied(),
    "cannot be cleared before it began": lambda: at(S.PLANNED).recovers().blocked(),
    #
    "begins with a package": lambda: Story(None, PACKAGE).starts(),
    "publishing, time passes": lambda: at(S.PUBLISHING).ticks(1),
    "publishing, is judged": lambda: at(S.PUBLISHING).judged(UNDECIDED),
    "publishing, an alarm goes off": lambda: at(S.PUBLISHING).judged(HARMFUL),
    "has uploaded": lambda: at(S.PUBLISHING).uploaded(),
    "has published": lambda: at(S.PUBLISHING).uploaded().published(),
    "has published, all at once": lambda: _publishing(ALL_AT_ONCE).uploaded().published(),
    "has nothing to publish": lambda: at(S.PUBLISHING).uploaded().unchanged(),
    "has ended without change": lambda: at(S.PUBLISHING).uploaded().unchanged().applied(),
    "cannot publish": lambda: at(S.PUBLISHING).unpublished(),
    "cannot publish without credentials": lambda: at(S.PUBLISHING).unpublished(Obstacle.CREDENTIALS),
    "has ended unpublished": lambda: at(S.PUBLISHING).unpublished().applied(),
    "publishing, is blocked": lambda: at(S.PUBLISHING).blocked(),
    "publishing, is taken up again": lambda: at(S.PUBLISHING).recovers(),
    "publishing, must end": lambda: at(S.PUBLISHING).must_end(),
    "unpublished, must end": lambda: at(S.PUBLISHING).unpublished().must_end(),
    "publishing, is rolled back by hand": lambda: at(S.PUBLISHING).roll_back(),
    "held while publishing, its credentials are back": lambda: _unpublished().clears(),
    "held while publishing, is resumed": lambda: _unpublished().resume(),
    "held while publishing, is taken back": lambda: _publishing().blocked(Obstacle.LEASE).recovers(),
    "drifted while publishing, is adopted": lambda: _publishing().blocked().adopt().adopted(0.0),
    "drifted while publishing, is restored": lambda: _publishing().blocked().restore().applied(),
    #
    "passes its smoke tests": lambda: at(S.PLANNED, SMOKE).starts().tested(),
    "passes its smoke tests all at once": lambda: at(S.PLANNED, SMOKE_ALL_AT_ONCE).starts().tested(),
    "fails its smoke tests": lambda: at(S.PLANNED, SMOKE).starts().tested("It answered 500."),
    "passes its smoke tests while paused": lambda: at(S.PLANNED, SMOKE).starts().pause().tested(),
    "fails its smoke tests while paused": lambda: at(S.PLANNED, SMOKE).starts().pause().tested("It answered 500."),
    #
    "bakes": lambda: at(S.SHIFTING).ticks(1),
    "promotes on time": lambda: at(S.SHIFTING, plan("5%/5m")).passes(4).judged(SAFE).ticks(1),
    "rolls back at the deadline": lambda: _late(at(S.SHIFTING)).ticks(),
    "holds at the deadline": lambda: at(S.SHIFTING, HOLDS).ticks(60),
    "goes on with a judgement": lambda: at(S.SHIFTING).judged(SAFE),
    "promotes with a judgement": lambda: _last_step().judged(SAFE),
    "rolls back on harm": lambda: at(S.SHIFTING).judged(HARMFUL),
    "holds with a judgement at the deadline": lambda: at(S.SHIFTING, HOLDS).passes(60).judged(UNDECIDED),
    "has its weight": lambda: at(S.PLANNED).starts().applied(),
    "is blocked": lambda: at(S.SHIFTING).blocked(),
    "is paused": lambda: at(S.SHIFTING).pause(),
    "is given a weight": lambda: at(S.SHIFTING).weight(0.1),
    "is given a weight that the ramp would take back": lambda: at(S.SHIFTING, RAMP).weight(0.1),
    "is let through a gate": lambda: at(S.SHIFTING, GATE).pass_gate(),
    "is let through the last gate": lambda: at(S.SHIFTING, LAST_GATE).passes(5).judged(SAFE).pass_gate(),
    "is let through a gate too late": lambda: at(S.SHIFTING, GATE).passes(120).pass_gate(),
    "is let through a gate too late, and held": lambda: at(S.SHIFTING, GATE_HOLDS).passes(60).pass_gate(),
    "is promoted by hand": lambda: at(S.SHIFTING).promote(),
    "is rolled back by hand": lambda: at(S.SHIFTING).roll_back(),
    "is taken up again": lambda: at(S.SHIFTING).recovers(),
    "must end": lambda: at(S.SHIFTING).must_end(),
    #
    "paused, is taken up again": lambda: at(S.PAUSED).recovers(),
    "paused, must end": lambda: at(S.PAUSED).must_end(),
    "paused, time passes": lambda: at(S.PAUSED).ticks(500),
    "paused, is judged": lambda: at(S.PAUSED).judged(SAFE),
    "paused, is harmful": lambda: at(S.PAUSED).judged(HARMFUL),
    "paused, has its weight": lambda: at(S.PLANNED).starts().pause().applied(),
    "paused, is blocked": lambda: at(S.PAUSED).blocked(),
    "paused, is resumed": lambda: at(S.PAUSED).resume(),
    "paused, is given a weight": lambda: at(S.PAUSED).weight(0.01),
    "paused, is let through a gate": lambda: at(S.PAUSED, GATE).pass_gate(),
    "paused, is promoted by hand": lambda: at(S.PAUSED).promote(),
    "paused, is rolled back by hand": lambda: at(S.PAUSED).roll_back(),
    #
    "held, time passes": lambda: at(S.HELD).ticks(500),
    "held, is judged": lambda: at(S.HELD).judged(SAFE),
    "held, is harmful": lambda: at(S.HELD).judged(HARMFUL),
    "held, is blocked": lambda: at(S.HELD).blocked(),
    "held, is resumed": lambda: at(S.HELD).resume(),
    "held all at once, is resumed": lambda: at(S.PROMOTING, ALL_AT_ONCE).blocked(Obstacle.CREDENTIALS).resume(),
    "held while baking, is resumed": lambda: at(S.BAKING).blocked(Obstacle.CREDENTIALS).resume(),
    "held while rolling back, is resumed": lambda: at(S.ROLLING_BACK).blocked(Obstacle.REFUSED).resume(),
    "held, its credentials are back": lambda: at(S.HELD).clears(),
    "held, other credentials": lambda: at(S.SHIFTING).blocked().clears(),
    "held all at once, its credentials are back": lambda: _held(S.PROMOTING, ALL_AT_ONCE).clears(),
    "held while baking, its credentials are back": lambda: _held(S.BAKING).clears(),
    "held while rolling back, its credentials are back": lambda: _held(S.ROLLING_BACK).clears(),
    "held, is taken up again": lambda: at(S.HELD).recovers(),
    "held, is taken back": lambda: _lost(S.SHIFTING).recovers(),
    "held all at once, is taken back": lambda: _lost(S.PROMOTING, ALL_AT_ONCE).recovers(),
    "held while baking, is taken back": lambda: _lost(S.BAKING).recovers(),
    "held while rolling back, is taken back": lambda: _lost(S.ROLLING_BACK).recovers(),
    "held, must end": lambda: at(S.HELD).must_end(),
    "held by drift, must end": lambda: at(S.SHIFTING).blocked().must_end(),
    "drifted, is to be adopted": lambda: at(S.SHIFTING).blocked().adopt(),
    "drifted, is adopted": lambda: at(S.SHIFTING).blocked().adopt().adopted(0.3),
    "drifted all at once, is adopted": lambda: at(S.PROMOTING, ALL_AT_ONCE).blocked().adopt().adopted(0.3),
    "drifted to everything, is adopted": lambda: at(S.SHIFTING).blocked().adopt().adopted(1.0),
    "drifted to nothing, is adopted": lambda: at(S.SHIFTING).blocked().adopt().adopted(0.0),
    "drifted, is to be restored": lambda: at(S.SHIFTING).blocked().restore(),
    "drifted, is restored": lambda: at(S.SHIFTING).blocked().restore().applied(),
    "drifted before everything, is restored": lambda: at(S.PROMOTING, ALL_AT_ONCE).blocked().restore().applied(),
    "drifted while baking, is restored": lambda: at(S.BAKING).blocked().restore().applied(),
    "drifted while rolling back, is restored": lambda: at(S.ROLLING_BACK).blocked().restore().applied(),
    "drifted, is to be abandoned": lambda: at(S.SHIFTING).blocked().abandon(),
    "drifted, is abandoned": lambda: at(S.SHIFTING).blocked().abandon().applied(),
    "held, is promoted by hand": lambda: at(S.HELD).promote(),
    "held, is rolled back by hand": lambda: at(S.HELD).roll_back(),
    #
    "promoting, time passes": lambda: at(S.PROMOTING).ticks(1),
    "promoting, is judged": lambda: at(S.PROMOTING).judged(SAFE),
    "promoting, is harmful": lambda: at(S.PROMOTING).judged(HARMFUL),
    "serves everything": lambda: at(S.PROMOTING).applied(),
    "is promoted without a bake": lambda: at(S.PROMOTING, NO_BAKE_AFTER).applied(),
    "promoting, found done": lambda: at(S.PROMOTING).recovers(done=True),
    "promoting, found not done": lambda: at(S.PROMOTING).recovers(),
    "promoting all at once, found not done": lambda: at(S.PROMOTING, ALL_AT_ONCE).recovers(),
    "promoting what is harmful, found": lambda: _insisted().recovers(),
    "baking what is harmful, found": lambda: _insisted().applied().recovers(),
    "promoting, must end": lambda: at(S.PROMOTING).must_end(),
    "promoting, is blocked": lambda: at(S.PROMOTING).blocked(),
    "promoting, is rolled back by hand": lambda: at(S.PROMOTING).roll_back(),
    #
    "bakes after promotion": lambda: at(S.BAKING).ticks(1),
    "has baked": lambda: at(S.BAKING).ticks(5),
    "is promoted": lambda: at(S.BAKING).ticks(5).applied(),
    "baking, is taken up again": lambda: at(S.BAKING).recovers(),
    "baking, must end": lambda: at(S.BAKING).must_end(),
    "baking, is judged": lambda: at(S.BAKING).judged(UNDECIDED),
    "baking, is harmful": lambda: at(S.BAKING).judged(HARMFUL),
    "baking, is blocked": lambda: at(S.BAKING).blocked(),
    "baking, is promoted by hand": lambda: at(S.BAKING).promote(),
    "baking, is rolled back by hand": lambda: at(S.BAKING).roll_back(),
    #
    "rolling back, time passes": lambda: at(S.ROLLING_BACK).ticks(1),
    "rolling back, is judged": lambda: at(S.ROLLING_BACK).judged(HARMFUL),
    "is rolled back": lambda: at(S.ROLLING_BACK).applied(),
    "rolling back, is taken up again": lambda: at(S.ROLLING_BACK).recovers(),
    "rolling back, must end": lambda: at(S.ROLLING_BACK).must_end(),
    "rolling back, is blocked": lambda: at(S.ROLLING_BACK).blocked(),
    "rolling back, is rolled back by hand": lambda: at(S.ROLLING_BACK).roll_back(),
}

Move = tuple[State, type[Event], State]

TABLE: set[Move] = {
    (state, event, after) for state, row in TRANSITIONS.items() for event, afters in row.items() for after in afters
}


def _move(story: Story) -> Move:
    assert story.event is not None
    return story.before.state, type(story.event), story.state


@pytest.mark.parametrize("walk", WALKS.values(), ids=WALKS)
def test_each_walk_is_in_the_table(walk: Callable[[], Story]) -> None:
    assert _move(walk()) in TABLE


def test_the_whole_table_is_walked() -> None:
    assert {_move(walk()) for walk in WALKS.values()} == TABLE


def _event(kind: type[Event], story: Story) -> Event:
    """An event of this kind that is about the story as it stands."""
    if kind is Judged:
        return Judged(at=story.now, judgement=Judgement(SAFE, "Fine.", seen_to=story.now))
    if kind is Blocked:
        return Blocked(at=story.now, obstacle=Obstacle.DRIFT, why="Somebody else changed it.")
    if kind is Adopted:
        return Adopted(at=story.now, weight=0.1)
    if kind is Recovered:
        return Recovered(at=story.now, actor="ben", weight=0.1, why="Its driver had ended.")
    if kind is MustEnd:
        return MustEnd(at=story.now, actor="ben", why="SIGTERM.")
    if kind is Started:
        return Started(at=story.now, actor="ann", judgement=Judgement(UNDECIDED, "Nothing yet."))
    if kind is Published:
        return Published(at=story.now, version="8")
    if kind is Unpublished:
        return Unpublished(at=story.now, obstacle=Obstacle.REFUSED, why="AWS refuses it.")
    if kind is SmokeTested:
        return SmokeTested(at=story.now, passed=True, why="1 smoke test passed.")
    if kind is WeightAsked:
        return WeightAsked(at=story.now, actor="ann", seen=story.seen, weight=0.01)
    if issubclass(kind, Command):
        return kind(at=story.now, actor="ann", seen=story.seen)
    return kind(at=story.now)


EVENTS: list[type[Event]] = [
    *(Started, Uploaded, Published, Unchanged, Unpublished, SmokeTested),
    *(Ticked, Judged, Applied, Blocked, Adopted, Recovered, Cleared, MustEnd),
    *(PauseAsked, ResumeAsked, WeightAsked, GatePassed, PromoteAsked, RollBackAsked),
    *(AdoptAsked, RestoreAsked, AbandonAsked),
]
ELSEWHERE = [(state, kind) for state, row in TRANSITIONS.items() for kind in EVENTS if kind not in row]


def test_every_kind_of_event_is_tried() -> None:
    assert {kind for row in TRANSITIONS.values() for kind in row} == set(EVENTS)


@pytest.mark.parametrize(("state", "kind"), ELSEWHERE, ids=[f"{kind.__name__} {state}" for state, kind in ELSEWHERE])
def test_an_event_without_a_row_raises_and_changes_nothing(state: State, kind: type[Event]) -> None:
    story = at(state)
    before = story.rollout
    if issubclass(kind, Command):
        with pytest.raises(Refusal, match=f"^The rollout is {state}: it cannot be .* now\\.$"):
            story.happens(_event(kind, story))
    else:
        with pytest.raises(IllegalTransition, match=f"^{kind.__name__} while {state}$"):
            story.happens(_event(kind, story))
    assert story.rollout is before


def test_nothing_was_changed_that_nobody_asked_for() -> None:
    story = at(S.SHIFTING)
    with pytest.raises(IllegalTransition, match="no change pending"):
        story.applied()


def test_promoted_rolled_back_abandoned_and_unchanged_are_the_ends() -> None:
    assert {S.PROMOTED, S.ROLLED_BACK, S.ABANDONED, S.UNCHANGED} == ENDED
    assert at(S.PROMOTED).rollout.ended
    assert not at(S.BAKING).rollout.ended


def test_every_state_with_traffic_on_the_canary_can_be_rolled_back() -> None:
    for state in set(State) - ENDED - {S.PLANNED}:
        assert RollBackAsked in TRANSITIONS[state]
        assert at(state).rollout.on_target
