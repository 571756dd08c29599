"""Changes of an alias: compare-and-swap, and believed only when read back."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from multitool_tui.aws import lease as leases
from multitool_tui.aws.alias_target import AliasTarget
from multitool_tui.aws.errors import AccessDenied, Drift, LeaseLost, Unanswered
from multitool_tui.aws.lease import Lease
from multitool_tui.aws.resources import Alias
from multitool_tui.clock import Clock

NOW = datetime(2026, 1, 5, tzinfo=UTC)
LEASE = Lease("41", "42", NOW, NOW, "0badcafe", "adaptive", "ann@laptop")


class NoTime(Clock):
    """A clock on which nothing takes time."""

    def now(self) -> datetime:
        return NOW

    async def sleep(self, seconds: float) -> None:
        pass


def refused(code: str, status: int = 400) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": "said"}, "ResponseMetadata": {"HTTPStatusCode": status}}, "UpdateAlias"
    )


class OneAlias:
    """Lambda with one alias. `script` says what happens to the next writes; `lag` serves so many stale reads."""

    def __init__(self) -> None:
        self.version, self.weights, self.revision, self.description = "41", dict[str, float](), 0, "prod"
        self.script: list[str] = []
        self.writes = 0
        self.stale: list[dict[str, Any]] = []
        self.between: Callable[[], Awaitable[Alias]] | None = None
        """What another one does just before the next write."""
        self.under_way: dict[str, Any] | None = None
        """A write whose client has gone away, and which comes about just before the next one."""

    async def get_alias(self, **_: Any) -> dict[str, Any]:
        if self.stale:
            return self.stale.pop()
        return self.answer()

    async def update_alias(self, **wanted: Any) -> dict[str, Any]:
        self.writes += 1
        before_this, self.between = self.between, None
        if before_this:
            await before_this()
        late, self.under_way = self.under_way, None
        if late:
            await self.update_alias(**late)
        trouble = self.script.pop(0) if self.script else ""
        if trouble == "cut off":
            self.under_way = wanted
            raise asyncio.CancelledError
        if trouble == "lost before":
            raise ReadTimeoutError(endpoint_url="x")
        if trouble == "denied":
            raise refused("AccessDeniedException", 403)
        if wanted["RevisionId"] != str(self.revision):
            raise refused("PreconditionFailedException", 412)
        before = self.answer()
        self.change(wanted["FunctionVersion"], wanted["RoutingConfig"]["AdditionalVersionWeights"])
        self.description = wanted["Description"]
        if trouble == "lost after":
            raise ReadTimeoutError(endpoint_url="x")
        if trouble == "repeated by the transport":  # applied, and then refused against our own write
            raise refused("PreconditionFailedException", 412)
        if trouble == "cut short":
            return {}
        if trouble == "stale":
            self.stale = [before, before]
        return self.answer()

    def change(self, version: str, weights: dict[str, float]) -> None:
        self.version, self.weights, self.revision = version, weights, self.revision + 1

    def answer(self) -> dict[str, Any]:
        return {
            "Name": "live",
            "FunctionVersion": self.version,
            "RevisionId": str(self.revision),
            "Description": self.description,
            "RoutingConfig": {"AdditionalVersionWeights": dict(self.weights)},
        }


def lease_of(description: str) -> str:
    """The driver that the description names."""
    lease, _ = leases.read(description)
    assert lease
    return lease.driver


@dataclass
class Stage:
    service: OneAlias
    target: AliasTarget


@asynccontextmanager
async def stage(*script: str) -> AsyncIterator[Stage]:
    service = OneAlias()
    service.script = list(script)
    yield Stage(
        service, AliasTarget(service, NoTime(), Alias("checkout", "live", "41", "0", description="prod"), LEASE)
    )


async def test_a_rollout_shifts_and_promotes_in_one_write_each() -> None:
    async with stage() as s:
        await s.target.set_weight(0.1)
        assert (s.service.version, s.service.weights) == ("41", {"42": 0.1})
        await s.target.promote(final=True)
        assert (s.service.version, s.service.weights) == ("42", {})
        assert s.service.writes == 2


@pytest.mark.parametrize("trouble", ["lost after", "repeated by the transport", "cut short"])
async def test_a_write_that_was_applied_without_an_answer_is_read_back_and_not_repeated(trouble: str) -> None:
    async with stage(trouble) as s:
        alias = await s.target.set_weight(0.1)
        assert alias.weights == {"42": 0.1}
        assert s.service.writes == 1


async def test_a_write_that_was_lost_is_made_again_after_reading() -> None:
    async with stage("lost before") as s:
        await s.target.set_weight(0.1)
        assert s.service.weights == {"42": 0.1}
        assert s.service.writes == 2


async def test_a_write_that_never_gets_an_answer_says_so_and_leaves_the_alias() -> None:
    async with stage(*["lost before"] * 9) as s:
        with pytest.raises(Unanswered):
            await s.target.set_weight(0.1)
        assert s.service.weights == {}


async def test_a_missing_permission_is_not_tried_again() -> None:
    async with stage("denied") as s:
        with pytest.raises(AccessDenied, match="UpdateAlias is not allowed"):
            await s.target.set_weight(0.1)
        assert s.service.writes == 1


@pytest.mark.parametrize(("version", "weights"), [("40", {}), ("41", {"42": 0.9}), ("41", {"43": 0.1})])
async def test_somebody_elses_change_is_drift_and_is_left_alone(version: str, weights: dict[str, float]) -> None:
    async with stage() as s:
        await s.target.set_weight(0.1)
        s.service.change(version, weights)
        with pytest.raises(Drift, match="somebody else"):
            await s.target.read()
        with pytest.raises(Drift):
            await s.target.set_weight(0.2)
        assert (s.service.version, s.service.weights) == (version, weights)


async def test_a_new_description_is_drift() -> None:
    async with stage() as s:
        s.service.description, s.service.revision = "theirs", 7
        with pytest.raises(Drift, match="description"):
            await s.target.read()
        with pytest.raises(Drift, match="description"):
            await s.target.set_weight(0.1)
        assert (s.service.weights, s.service.description) == ({}, "theirs")


async def test_an_alias_read_stale_after_our_own_write_is_no_drift() -> None:
    async with stage("stale") as s:
        await s.target.set_weight(0.1)
        assert (await s.target.read()).weights == {"42": 0.1}
        await s.target.roll_back()
        assert (s.service.version, s.service.weights) == ("41", {})


async def test_what_is_known_of_an_alias_does_not_grow_with_every_write() -> None:
    async with stage() as s:

        async def held_after(writes: int) -> int:
            for number in range(writes):
                await s.target.set_weight(0.1 + 0.1 * (number % 2))
            gc.collect()
            return tracemalloc.get_traced_memory()[0]

        await held_after(20)
        tracemalloc.start()
        try:
            before = await held_after(20)
            assert await held_after(300) - before < 10_000
        finally:
            tracemalloc.stop()


async def test_a_rollback_that_was_lost_is_not_taken_for_made_by_a_read_from_before_the_rollout() -> None:
    async with stage() as s:
        before = s.service.answer()
        await s.target.acquire()
        await s.target.set_weight(0.1)
        s.service.script, s.service.stale = ["lost before"], [before, s.service.answer()]
        await s.target.roll_back()
        assert (s.service.version, s.service.weights, s.service.description) == ("41", {}, "prod")


@pytest.mark.parametrize(("version", "weights"), [("42", {}), ("41", {"42": 0.5}), ("41", {})])
async def test_a_rollback_undoes_whatever_the_rollout_has_made_of_the_alias(
    version: str, weights: dict[str, float]
) -> None:
    async with stage() as s:
        s.service.change(version, weights)
        await s.target.roll_back()
        assert (s.service.version, s.service.weights) == ("41", {})


async def test_a_write_that_was_cut_off_and_comes_about_late_is_no_drift() -> None:
    async with stage("cut off") as s:
        with pytest.raises(asyncio.CancelledError):
            await s.target.set_weight(0.5)
        await s.target.roll_back()
        assert (s.service.version, s.service.weights, s.service.description) == ("41", {}, "prod")


async def test_a_write_that_was_cut_off_is_known_again_by_a_later_read() -> None:
    async with stage("cut off") as s:
        with pytest.raises(asyncio.CancelledError):
            await s.target.set_weight(0.5)
        late, s.service.under_way = s.service.under_way, None
        assert late
        await s.service.update_alias(**late)
        assert (await s.target.read()).weights == {"42": 0.5}
        s.service.change("41", {"42": 0.9})
        with pytest.raises(Drift):
            await s.target.read()


def other(service: OneAlias, driver: str) -> AliasTarget:
    """Another driver's, of the same rollout."""
    return AliasTarget(service, NoTime(), Alias("checkout", "live", "41", "0"), replace(LEASE, driver=driver))


async def test_of_two_that_take_over_from_one_driver_the_first_has_it() -> None:
    async with stage() as s:
        await s.target.acquire()
        first, second = other(s.service, "11111111"), other(s.service, "22222222")
        await first.take_over(of="0badcafe")
        with pytest.raises(LeaseLost):
            await second.take_over(of="0badcafe")
        with pytest.raises(LeaseLost):
            await s.target.read()
        assert lease_of(s.service.description) == "11111111"
        await first.roll_back()
        assert s.service.description == "prod"


async def test_what_its_driver_has_ended_is_not_taken_over() -> None:
    async with stage() as s:
        await s.target.acquire()
        late = other(s.service, "22222222")
        await s.target.roll_back()
        with pytest.raises(LeaseLost, match="has ended"):
            await late.take_over(of="0badcafe")
        assert s.service.description == "prod"
        await late.take_over(of=None)
        assert lease_of(s.service.description) == "22222222"


async def test_a_takeover_goes_on_over_a_last_write_of_the_old_driver_but_not_over_another_takeover() -> None:
    async with stage() as s:
        await s.target.acquire()
        first, second = other(s.service, "11111111"), other(s.service, "22222222")
        s.service.between = lambda: s.target.set_weight(0.1)
        assert (await first.take_over(of="0badcafe")).weights == {"42": 0.1}
        s.service.between = lambda: first.acquire()
        with pytest.raises(LeaseLost):
            await second.take_over(of="0badcafe")
        assert lease_of(s.service.description) == "11111111"


async def test_a_rollback_does_not_touch_another_release() -> None:
    async with stage() as s:
        s.service.change("43", {})
        with pytest.raises(Drift):
            await s.target.roll_back()
        assert s.service.version == "43"
