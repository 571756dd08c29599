"""A rollout and what happens to it: the words in which the tests of the state machine are written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from multitool_tui.judgement.model import Judgement, Verdict
from multitool_tui.rollout.effects import Change, Effect, Notify, Wait
from multitool_tui.rollout.events import (
    AbandonAsked,
    AdoptAsked,
    Adopted,
    Applied,
    Blocked,
    Cleared,
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
    Seen,
    SmokeTested,
    Started,
    Ticked,
    Unchanged,
    Unpublished,
    Uploaded,
    WeightAsked,
)
from multitool_tui.rollout.machine import advance
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.package import Package
from multitool_tui.rollout.plan import OnInconclusive, Plan, Ramp, parse_steps
from multitool_tui.rollout.receipts import ENGINE, Receipt
from multitool_tui.rollout.states import State

PACKAGE = Package("checkout", "/home/ann/build.zip", 3_200_000, "new code", "old code", "settings")

START = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)


def plan(
    steps: str = "5%/5m 25%/5m",
    *,
    ramp: Ramp | None = None,
    deadline: float = 120,
    policy: OnInconclusive = OnInconclusive.ROLL_BACK,
    bake_after: float = 5,
) -> Plan:
    """A plan with the default analysis; times are minutes."""
    return Plan(
        strategy="own steps",
        steps=parse_steps(steps) if steps else (),
        ramp=ramp,
        deadline=timedelta(minutes=deadline),
        on_inconclusive=policy,
        bake_after_promote=timedelta(minutes=bake_after),
    )


class Story:
    """One rollout of v8 over v7 on checkout:live, the time, and what happened last: the event and its effects.

    v8 is published from `package`, or was before.
    """

    def __init__(self, of: Plan | None = None, package: Package | None = None) -> None:
        canary = "" if package else "8"
        self.rollout = Rollout("r1", "checkout:live", "7", canary, of or plan(), package)
        self.now = START
        self.before = self.rollout
        self.event: Event | None = None
        self.effects: tuple[Effect, ...] = ()

    # What is so

    @property
    def state(self) -> State:
        return self.rollout.state

    @property
    def changes(self) -> list[Change]:
        """The changes that the latest event led to."""
        return [effect for effect in self.effects if not isinstance(effect, Notify | Wait)]

    @property
    def told(self) -> list[Receipt]:
        """The receipts of the latest event."""
        return [effect.receipt for effect in self.effects if isinstance(effect, Notify)]

    @property
    def waits_for(self) -> float | None:
        """For how many minutes there is nothing to do, as said by the latest event."""
        waits = [effect.until for effect in self.effects if isinstance(effect, Wait)]
        return (waits[-1] - self.now).total_seconds() / 60 if waits else None

    @property
    def seen(self) -> Seen:
        return Seen(self.rollout.id, self.rollout.wanted, self.rollout.canary)

    # What happens

    def happens(self, event: Event) -> Story:
        after, self.effects = advance(self.rollout, event)
        self.before, self.event, self.rollout = self.rollout, event, after
        return self

    def starts(self) -> Story:
        """Begins, with a history that affords one percent to begin with."""
        said = Judgement(Verdict.UNDECIDED, "Nothing of the canary yet.", weight_afforded=0.01)
        return self.happens(Started(at=self.now, actor="ann", judgement=said))

    def uploaded(self) -> Story:
        return self.happens(Uploaded(at=self.now))

    def published(self) -> Story:
        return self.happens(Published(at=self.now, version="8"))

    def unchanged(self) -> Story:
        return self.happens(Unchanged(at=self.now))

    def tested(self, why: str = "") -> Story:
        """Passes its smoke tests; or fails them, and why."""
        return self.happens(SmokeTested(at=self.now, passed=not why, why=why or "1 smoke test passed."))

    def unpublished(self, obstacle: Obstacle = Obstacle.REFUSED, why: str = "AWS refuses it.") -> Story:
        return self.happens(Unpublished(at=self.now, obstacle=obstacle, why=why))

    def ticks(self, minutes: float = 0) -> Story:
        self.passes(minutes)
        return self.happens(Ticked(at=self.now))

    def passes(self, minutes: float) -> Story:
        """Time passes, and nobody tells the rollout."""
        self.now += timedelta(minutes=minutes)
        return self

    def judged(self, verdict: Verdict, *, age: float | None = 3, affords: float | None = None) -> Story:
        """A verdict on evidence that is `age` minutes old; None for no evidence at all."""
        seen_to = None if age is None else self.now - timedelta(minutes=age)
        said = Judgement(verdict, f"The numbers say {verdict}.", seen_to=seen_to, weight_afforded=affords)
        return self.happens(Judged(at=self.now, judgement=said))

    def applied(self) -> Story:
        return self.happens(Applied(at=self.now))

    def blocked(self, obstacle: Obstacle = Obstacle.DRIFT, why: str = "Somebody else changed it.") -> Story:
        return self.happens(Blocked(at=self.now, obstacle=obstacle, why=why))

    def adopted(self, weight: float) -> Story:
        return self.happens(Adopted(at=self.now, weight=weight))

    def recovers(self, *, done: bool = False) -> Story:
        """Another driver takes it up; `done`: it finds the pending change made."""
        weight = self.rollout.wanted if done else self.rollout.weight
        return self.happens(Recovered(at=self.now, actor="ben", weight=weight, why="Its driver had ended before it."))

    def clears(self) -> Story:
        return self.happens(Cleared(at=self.now))

    def must_end(self) -> Story:
        return self.happens(MustEnd(at=self.now, actor=ENGINE, why="SIGTERM."))

    def adopt(self) -> Story:
        return self.happens(AdoptAsked(at=self.now, actor="ann", seen=self.seen))

    def restore(self) -> Story:
        return self.happens(RestoreAsked(at=self.now, actor="ann", seen=self.seen))

    def abandon(self) -> Story:
        return self.happens(AbandonAsked(at=self.now, actor="ann", seen=self.seen))

    def pause(self) -> Story:
        return self.happens(PauseAsked(at=self.now, actor="ann", seen=self.seen))

    def resume(self) -> Story:
        return self.happens(ResumeAsked(at=self.now, actor="ann", seen=self.seen))

    def promote(self, *, without_evidence: bool = False) -> Story:
        return self.happens(PromoteAsked(at=self.now, actor="ann", seen=self.seen, without_evidence=without_evidence))

    def roll_back(self, reason: str = "") -> Story:
        return self.happens(RollBackAsked(at=self.now, actor="ann", seen=self.seen, reason=reason))

    def weight(self, weight: float) -> Story:
        return self.happens(WeightAsked(at=self.now, actor="ann", seen=self.seen, weight=weight))

    def pass_gate(self) -> Story:
        return self.happens(GatePassed(at=self.now, actor="ann", seen=self.seen))


def at(state: State, of: Plan | None = None) -> Story:
    """A rollout in `state`, come there by the shortest way; the evidence is fresh and undecided where there is any."""
    story = Story(of, PACKAGE if state in (State.PUBLISHING, State.UNCHANGED) else None)
    if state is State.PLANNED:
        return story
    story.starts()
    if story.state is State.SHIFTING:
        story.applied().judged(Verdict.UNDECIDED)
    match state:
        case State.SHIFTING | State.PUBLISHING:
            pass
        case State.UNCHANGED:
            story.uploaded().unchanged().applied()
        case State.PAUSED:
            story.pause()
        case State.HELD:
            story.blocked(Obstacle.CREDENTIALS)
        case State.ROLLING_BACK:
            story.roll_back()
        case State.ROLLED_BACK:
            story.roll_back().applied()
        case State.PROMOTING | State.BAKING | State.PROMOTED:
            if story.state is not State.PROMOTING:
                story.promote()
            if state is not State.PROMOTING:
                story.applied()
            if state is State.PROMOTED and story.state is State.BAKING:
                story.ticks(minutes=story.rollout.plan.bake_after_promote.total_seconds() / 60).applied()
        case State.ABANDONED:
            story.blocked().abandon().applied()
    assert story.state is state
    return story
