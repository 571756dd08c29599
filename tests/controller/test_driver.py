"""One rollout's driver: what it does with a target that hangs, refuses, drifts; and which minutes it judges."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from multitool_tui.aws.errors import AccessDenied, AwsError, Conflict, CredentialsError, Drift, Throttled, Unanswered
from multitool_tui.aws.metrics import Period
from multitool_tui.aws.resources import Alias
from multitool_tui.clock import ManualClock
from multitool_tui.controller.driver import Driver
from multitool_tui.controller.recorder import Recorder
from multitool_tui.controller.timeline import Timeline
from multitool_tui.journal.store import Journal
from multitool_tui.judgement.engine import EvidenceJudge
from multitool_tui.judgement.model import AlarmState, Counts
from multitool_tui.rollout.events import Obstacle, RollBackAsked, Seen
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.plan import Plan, Step
from multitool_tui.rollout.receipts import Receipt
from multitool_tui.rollout.states import State
from tests.support.threads import AtOnce
from tests.support.waiting import settle

START = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@dataclass
class ScriptedTarget:
    """A target that does at once what it is told, but for the troubles laid in its way."""

    troubles: list[AwsError] = field(default_factory=list)
    hanging: bool = False
    made: list[str] = field(default_factory=list)
    alias: Alias = field(default_factory=lambda: Alias("checkout", "live", "41", "r0"))

    def aim(self, canary: str) -> None:
        self.made.append(f"aim at {canary}")

    async def read(self) -> Alias:
        if self.troubles:
            raise self.troubles.pop(0)
        return self.alias

    async def set_weight(self, weight: float) -> Alias:
        if self.hanging:
            await asyncio.Event().wait()
        return await self._make(f"weight {weight:g}", "41", {"42": weight})

    async def promote(self, *, final: bool) -> Alias:
        return await self._make("promote for good" if final else "promote", "42", {})

    async def roll_back(self) -> Alias:
        return await self._make("roll back", "41", {})

    async def acquire(self) -> Alias:
        return self.alias

    async def take_over(self, of: str | None) -> Alias:
        self.made.append(f"take over from {of}")
        return self.alias

    async def renew(self) -> Alias:
        return self.alias

    async def adopt(self) -> Alias:
        return await self._make("adopt", self.alias.version, dict(self.alias.weights))

    async def restore(self, weight: float) -> Alias:
        return await self._make(f"restore {weight:g}", "41", {"42": weight})

    async def leave(self) -> None:
        await self._make("leave", self.alias.version, dict(self.alias.weights))

    async def _make(self, what: str, version: str, weights: dict[str, float]) -> Alias:
        if self.troubles:
            raise self.troubles.pop(0)
        self.made.append(what)
        self.alias = Alias("checkout", "live", version, f"r{len(self.made)}", weights)
        return self.alias


@dataclass
class Stage:
    driver: Driver
    target: ScriptedTarget
    clock: ManualClock
    receipts: list[Receipt]

    async def pass_time(self, seconds: float, step: float = 5.0) -> None:
        while seconds > 0:
            self.clock.advance(min(step, seconds))
            seconds -= step
            await settle()

    @property
    def rollout(self) -> Rollout:
        return self.driver.rollout

    def periods(self, count: int, baseline: Counts | None, canary: Counts | None, first: int = 0) -> list[Period]:
        return [Period(START + (first + i) * MINUTE, baseline, canary) for i in range(count)]


@asynccontextmanager
async def stage(
    steps: Sequence[Step] = (Step(0.1, 2 * MINUTE), Step(0.5, 2 * MINUTE)),
    target: ScriptedTarget | None = None,
    alarms: tuple[str, ...] = (),
    bake_after_promote: timedelta = 5 * MINUTE,
    begin: timedelta = timedelta(),
    history: Sequence[Period] = (),
) -> AsyncIterator[Stage]:
    clock = ManualClock(START + begin)
    folder = TemporaryDirectory()
    target = target or ScriptedTarget()
    receipts: list[Receipt] = []
    plan = Plan(
        "steps",
        tuple(steps),
        alarms=alarms,
        bake_after_promote=bake_after_promote,
    )
    rollout = Rollout("r", "checkout:live", "41", "42", plan)
    journal = Journal.open(Path(folder.name))
    key = journal.begin(
        rollout, place="here", actor="dev@laptop", caller="arn", version="0", at=START, driver="d", slow_limit=None
    )
    driver = Driver(
        rollout,
        target,
        Timeline(plan.analysis, EvidenceJudge(plan.settings)),
        clock,
        source=target.alias.source,
        slow_limit=None,
        log=lambda _, receipt: receipts.append(receipt),
        changed=lambda: None,
        recorder=Recorder(journal, key, AtOnce(), lambda why: driver.journal_failed(why)),
    )
    driver.start("dev@laptop", dict.fromkeys(alarms, AlarmState.OK), history)
    running = asyncio.create_task(driver.run())
    await settle()
    try:
        yield Stage(driver, target, clock, receipts)
    finally:
        if driver.rollout.ended:
            await asyncio.wait_for(running, 1)  # the driver's own end comes with the rollout's
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await driver.stop()
        journal.close()
        folder.cleanup()


def seen(rollout: Rollout) -> Seen:
    return Seen(rollout.id, rollout.wanted, rollout.canary)


GOOD = Counts(100, 0)
BAD = Counts(100, 60)


async def test_a_healthy_canary_goes_up_the_steps_and_is_promoted() -> None:
    async with stage() as s:
        for minute in range(14):
            await s.pass_time(60)
            s.driver.see_periods(s.periods(minute + 1, Counts(900, 1), GOOD))
            await settle()
        assert s.target.made == ["weight 0.1", "weight 0.5", "promote", "leave"]
        await s.pass_time(6 * 60)
        assert s.rollout.state is State.PROMOTED
        assert s.driver.ended.is_set()


@pytest.mark.parametrize(
    "trouble", [Unanswered("cut"), Throttled("slowly"), Conflict("stale")], ids=lambda e: type(e).__name__
)
async def test_a_trouble_that_passes_is_sat_out(trouble: AwsError) -> None:
    async with stage(target=ScriptedTarget([trouble])) as s:
        await s.pass_time(10)
        assert s.target.made == ["weight 0.1"]


async def test_nothing_is_raised_while_no_minute_is_seen() -> None:
    async with stage() as s:
        await s.pass_time(60 * 60, step=30)
        assert s.target.made == ["weight 0.1"]
        assert s.rollout.waiting == "fresh evidence"


async def test_a_period_is_judged_only_once_it_is_sealed() -> None:
    async with stage() as s:
        await s.pass_time(60 + 149)
        s.driver.see_periods(s.periods(1, Counts(900), BAD))
        assert s.rollout.judgement.seen_to is None
        await s.pass_time(1)
        s.driver.see_periods(s.periods(1, Counts(900), BAD))
        await settle()
        assert s.rollout.state is State.ROLLED_BACK


async def test_a_rollback_does_not_wait_for_a_change_that_hangs() -> None:
    async with stage(target=ScriptedTarget(hanging=True)) as s:
        s.driver.tell(RollBackAsked(at=s.clock.now(), actor="dev", seen=seen(s.rollout)))
        await settle()
        assert s.target.made == ["roll back"]
        assert s.rollout.state is State.ROLLED_BACK


@pytest.mark.parametrize(
    "trouble", [Unanswered("cut"), AccessDenied("no"), CredentialsError("expired")], ids=lambda e: type(e).__name__
)
async def test_a_rollback_is_tried_until_it_is_done_and_says_what_is_in_the_way(trouble: AwsError) -> None:
    async with stage() as s:
        s.target.troubles = [trouble] * 8
        s.driver.tell(RollBackAsked(at=s.clock.now(), actor="dev", seen=seen(s.rollout)))
        await settle()
        assert str(trouble) in (s.driver.live.change_trouble or "")
        await s.pass_time(200)
        assert s.rollout.state is State.ROLLED_BACK
        assert s.driver.live.change_trouble is None


async def test_a_change_that_is_refused_holds_the_rollout_and_says_why() -> None:
    async with stage(target=ScriptedTarget([AccessDenied("Not allowed: the caller lacks lambda:UpdateAlias.")])) as s:
        assert s.rollout.state is State.HELD
        assert s.rollout.obstacle is Obstacle.REFUSED
        assert "lambda:UpdateAlias" in s.rollout.reason


@pytest.mark.parametrize("trouble", [Unanswered("no answer"), Throttled("AWS is throttling UpdateAlias.")])
async def test_a_change_without_an_answer_is_held_after_a_few_tries_until_aws_answers(trouble: AwsError) -> None:
    async with stage(target=ScriptedTarget([trouble] * 5)) as s:
        await s.pass_time(30)
        assert (s.rollout.state, s.rollout.obstacle) == (State.HELD, Obstacle.UNREACHABLE)
        assert s.target.made == []
        await s.driver.look()
        await settle()
        assert s.rollout.state is State.SHIFTING
        assert s.rollout.weight == 0.1


async def test_expired_credentials_hold_the_weight_where_it_is() -> None:
    async with stage() as s:
        s.driver.see_periods([])
        await s.pass_time(300)
        s.target.troubles = [CredentialsError("The AWS session has expired.")]
        s.driver.see_periods(s.periods(2, Counts(900), GOOD))
        await settle()
        assert s.rollout.obstacle is Obstacle.CREDENTIALS
        assert s.rollout.wanted == 0.1


async def test_drift_holds_and_leaves_the_target_as_it_was_found() -> None:
    async with stage() as s:
        found = Alias("checkout", "live", "41", "r9", weights={"42": 0.3})
        s.target.troubles = [Drift("checkout:live was changed by somebody else: it is now v41 with 30% to v42.", found)]
        await s.driver.look()
        assert s.driver.live.weight_read == 0.3
        assert s.rollout.state is State.HELD
        assert s.rollout.obstacle is Obstacle.DRIFT
        await s.pass_time(3600, step=60)
        assert s.target.made == ["weight 0.1"]


async def test_an_alarm_that_goes_off_after_the_start_rolls_back() -> None:
    async with stage(alarms=("checkout-5xx",)) as s:
        s.driver.see_alarms({"checkout-5xx": AlarmState.OK, "other": AlarmState.ALARM})
        assert s.target.made == ["weight 0.1"]
        s.driver.see_alarms({"checkout-5xx": AlarmState.ALARM})
        await settle()
        assert s.rollout.state is State.ROLLED_BACK
        assert "checkout-5xx" in s.rollout.reason


async def test_a_late_point_corrects_its_minute_and_counts_once() -> None:
    async with stage() as s:
        await s.pass_time(240)
        s.driver.see_periods(s.periods(1, Counts(900), Counts(60, 0)))
        s.driver.see_periods(s.periods(1, Counts(900), Counts(80, 2)))
        s.driver.see_periods(s.periods(1, Counts(900), Counts(80, 2)))
        judgement = s.rollout.judgement
        assert judgement.canary == Counts(80, 2)


async def test_after_promotion_what_the_alias_does_is_the_canarys_doing() -> None:
    history = [Period(START - (30 - i) * MINUTE, Counts(1000, 3), None) for i in range(30)]
    async with stage(steps=(), bake_after_promote=20 * MINUTE, begin=timedelta(seconds=10), history=history) as s:
        assert s.target.made == ["promote"]
        await s.pass_time(6 * 60)
        s.driver.see_periods(s.periods(1, Counts(1000, 900), None))  # the minute of the change belongs to nobody
        assert s.rollout.judgement.seen_to is None
        s.driver.see_periods(s.periods(2, Counts(1000, 900), None))
        await settle()
        assert s.rollout.state is State.ROLLED_BACK
        assert s.target.made == ["promote", "roll back"]
