"""The traffic obeys the weights, fails as the scenario says, and does not depend on who looks when."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import pytest

from multitool_tui.clock import ManualClock
from multitool_tui.sandbox.scenario import load_scenario
from multitool_tui.sandbox.server import Sandbox
from tests.sandbox.conftest import NOON, Make
from tests.sandbox.support import Aws, running

SETTLED = 180  # seconds after which every minute is published whole


async def totals(aws: Aws, version: str, minutes: int, target: str = "checkout:live") -> tuple[float, float]:
    """Invocations and errors of a version over the last minutes that are published whole."""
    invocations = await aws.series("Invocations", minutes=minutes, version=version, target=target)
    errors = await aws.series("Errors", minutes=minutes, version=version, target=target)
    return sum(invocations.values()), sum(errors.values())


@pytest.mark.parametrize("weight", [0.01, 0.1, 0.5, 0.9])
async def test_the_split_follows_the_weight(make: Make, weight: float) -> None:
    aws = await make()
    await aws.weigh(weight)
    aws.clock.advance(20 * 60 + SETTLED)
    canary, _ = await totals(aws, "42", 30)
    baseline, _ = await totals(aws, "41", 30)
    total = canary + baseline
    assert total > 100_000
    assert abs(canary - weight * total) < 4 * math.sqrt(total * weight * (1 - weight))


async def test_the_rate_is_about_what_the_scenario_says(aws: Aws) -> None:
    by_minute = await aws.series("Invocations", minutes=180)
    assert sum(by_minute.values()) / len(by_minute) == pytest.approx(9400, rel=0.13)
    assert max(by_minute.values()) < 1.3 * min(by_minute.values())
    assert len(set(by_minute.values())) > 100


async def test_afternoons_are_busier_than_nights() -> None:
    async def rate(hour: int) -> float:
        clock = ManualClock(NOON.replace(hour=hour))
        async with running(Sandbox(scenario=load_scenario("healthy"), clock=clock), clock) as aws:
            minutes = await aws.series("Invocations", minutes=60)
            return sum(minutes.values()) / len(minutes)

    assert 1.15 < await rate(16) / await rate(4) < 1.4


@pytest.mark.parametrize(
    ("scenario", "version", "rate"),
    [("errors", "42", 0.06), ("errors", "41", 0.003), ("healthy", "42", 0.003), ("zero-baseline", "42", 0.02)],
)
async def test_errors_come_as_often_as_the_scenario_says(make: Make, scenario: str, version: str, rate: float) -> None:
    aws = await make(scenario)
    await aws.weigh(0.5)
    aws.clock.advance(20 * 60 + SETTLED)
    invocations, errors = await totals(aws, version, 30)
    assert abs(errors - rate * invocations) < 4 * math.sqrt(rate * invocations)


async def test_a_baseline_without_errors_has_no_errors_series(make: Make) -> None:
    aws = await make("zero-baseline")
    await aws.weigh(0.1)
    aws.clock.advance(1200)
    assert await aws.series("Errors", minutes=180, version="41") == {}
    assert await aws.series("Errors", minutes=30, version="42") != {}
    assert (await aws.series("Errors", minutes=160, target="search:live")) != {}


async def test_a_slow_canary(make: Make) -> None:
    aws = await make("slow")
    await aws.weigh(0.2)
    aws.clock.advance(600)
    baseline = await aws.series("Duration", "p50", minutes=8, version="41", period=300)
    canary = await aws.series("Duration", "p50", minutes=8, version="42", period=300)
    for at in baseline:
        assert canary[at] / baseline[at] == pytest.approx(4, rel=0.15)
    slower_than_300 = await aws.series("Duration", "PR(:300)", minutes=8, version="42", period=300)
    assert all(30 < rank < 45 for rank in slower_than_300.values())


async def test_duration_counts_every_invocation_once(aws: Aws) -> None:
    await aws.weigh(0.05)
    aws.clock.advance(600)
    for version in ("41", "42"):
        invocations = await aws.series("Invocations", minutes=12, version=version)
        counted = await aws.series("Duration", "SampleCount", minutes=12, version=version)
        ranked = await aws.series("Duration", "PR(:200)", minutes=12, version=version)
        for at in invocations.keys() & counted.keys():
            assert counted[at] == invocations[at]
            # A rank is a whole number of invocations.
            below = ranked[at] / 100 * counted[at]
            assert below == pytest.approx(round(below), abs=1e-6)


async def test_a_slow_burn_begins_ten_minutes_after_the_first_weight(make: Make) -> None:
    aws = await make("slow-burn")
    aws.clock.advance(600)  # however long the version has been there
    await aws.weigh(0.5)
    begun = aws.clock.now()
    aws.clock.advance(20 * 60 + SETTLED)
    invocations = await aws.series("Invocations", minutes=30, version="42")
    errors = await aws.series("Errors", minutes=30, version="42")
    early = [at for at in invocations if at < begun + timedelta(minutes=10)]
    late = [at for at in invocations if at >= begun + timedelta(minutes=10)]
    assert len(early) == 10
    assert sum(errors.get(at, 0) for at in early) / sum(invocations[at] for at in early) < 0.005
    assert sum(errors[at] for at in late) / sum(invocations[at] for at in late) == pytest.approx(0.083, abs=0.004)


async def test_a_burst_is_of_both_versions_and_ends(make: Make) -> None:
    aws = await make("burst")
    aws.clock.advance(30)  # the burst then begins and ends within minutes
    await aws.weigh(0.5)
    begun = aws.clock.now()
    aws.clock.advance(12 * 60 + SETTLED)
    for version in ("41", "42"):
        invocations = await aws.series("Invocations", minutes=20, version=version)
        errors = await aws.series("Errors", minutes=20, version=version)
        rates = {(at - begun).total_seconds(): errors.get(at, 0) / invocations[at] for at in sorted(invocations)}
        assert all(rate < 0.01 for after, rate in rates.items() if not 120 < after < 420)
        assert all(rate == pytest.approx(0.2, abs=0.02) for after, rate in rates.items() if 180 < after < 360)
        assert rates[150] == pytest.approx(0.1, abs=0.02)


async def test_a_change_within_a_minute_splits_the_minute(aws: Aws) -> None:
    aws.clock.advance(45)
    await aws.weigh(0.4)
    aws.clock.advance(600)
    canary = await aws.series("Invocations", minutes=15, version="42")
    whole = await aws.series("Invocations", minutes=15)
    first, second = sorted(canary)[:2]
    assert canary[first] / whole[first] == pytest.approx(0.4 * 15 / 60, abs=0.015)
    assert canary[second] / whole[second] == pytest.approx(0.4, abs=0.02)
    # While it was not weighted, the alias told nobody which version ran.
    baseline = await aws.series("Invocations", minutes=15, version="41")
    assert baseline[first] + canary[first] == pytest.approx(whole[first] * 15 / 60, rel=0.05)


async def test_after_a_rollback_the_canary_gets_nothing(aws: Aws) -> None:
    await aws.weigh(0.3)
    aws.clock.advance(300)
    await aws.weigh(0)
    rolled_back = aws.clock.now()
    aws.clock.advance(900)
    canary = await aws.series("Invocations", minutes=30, version="42")
    assert len(canary) == 5
    assert max(canary) < rolled_back
    assert max(await aws.series("Invocations", minutes=30)) > rolled_back


async def test_a_clock_that_is_set_back_does_not_take_the_past_with_it(aws: Aws) -> None:
    aws.clock.advance(120)
    await aws.weigh(0.2)
    aws.clock.advance(-60)
    await aws.weigh(0.4)
    routings = aws.sandbox._home.functions["checkout"].routing["live"].entries
    assert [routing.at for routing in routings] == sorted(routing.at for routing in routings)
    assert [routing.weights for routing in routings][-2:] == [{"42": 0.2}, {"42": 0.4}]


async def test_a_deleted_alias_serves_nobody_until_it_is_back(aws: Aws) -> None:
    aws.clock.advance(30)
    await aws("lambda", "delete_alias", FunctionName="checkout", Name="live")
    aws.clock.advance(600)
    await aws("lambda", "create_alias", FunctionName="checkout", Name="live", FunctionVersion="42")
    back = aws.clock.now()
    aws.clock.advance(600)
    minutes = await aws.series("Invocations", minutes=25)
    gap = back - timedelta(seconds=600)
    assert not [at for at in minutes if gap < at <= back - timedelta(seconds=60)]
    # The minutes in which it went and came back are half as busy.
    went, whole = gap - timedelta(seconds=30), gap - timedelta(seconds=90)
    assert minutes[went] == pytest.approx(minutes[whole] / 2, rel=0.15)
    assert minutes[back - timedelta(seconds=30)] == pytest.approx(minutes[whole] / 2, rel=0.15)
    assert sum(at > back for at in minutes) >= 5


async def test_what_happens_does_not_depend_on_who_looks_when() -> None:
    async def story(looks: list[int]) -> dict[datetime, float]:
        clock = ManualClock(NOON)
        async with running(Sandbox(scenario=load_scenario("errors"), clock=clock), clock) as aws:
            clock.advance(30)
            await aws.weigh(0.1)
            for seconds in looks:
                clock.advance(seconds)
                await aws.series("Errors", minutes=30, version="42")
                await aws.series("Duration", "p99", minutes=30, target="search:live")
            return {
                **await aws.series("Errors", minutes=60, version="42"),
                NOON: (await aws.series("Duration", "Sum", minutes=60, version="41", period=3600)).popitem()[1],
            }

    assert await story([1800]) == await story([7] * 30 + [90] * 17 + [60])


async def test_a_seed_is_a_world_of_its_own() -> None:
    async def errors(seed: int) -> dict[datetime, float]:
        clock = ManualClock(NOON)
        async with running(Sandbox(scenario=load_scenario("errors"), clock=clock, seed=seed), clock) as aws:
            return await aws.series("Errors", minutes=60)

    assert await errors(7) == await errors(7)
    assert await errors(7) != await errors(8)


async def test_aggregates_are_the_sums_of_their_parts(aws: Aws) -> None:
    await aws.weigh(0.25)
    aws.clock.advance(900)
    at = aws.clock.now().replace(second=0) - timedelta(minutes=6)

    async def count(target: str | None = None, version: str | None = None) -> float:
        found = await aws.series("Invocations", minutes=15, target=target, version=version)  # type: ignore[arg-type]
        return found[at]

    live, beta = await count("checkout:live"), await count("checkout:beta")
    assert await count("checkout:live", "41") + await count("checkout:live", "42") == live
    assert await count("checkout") == live + beta
    functions = ["checkout", "search", "payments", "image-resize", "session-store", "webhooks", "emails", "stock-sync"]
    assert await count(None) == sum([await count(function) for function in functions])


@pytest.mark.parametrize(("switch", "seen"), [("weighted", False), ("always", True)])
async def test_whether_the_baseline_reports_its_version_without_weights(
    make: Make, tmp_path: object, switch: str, seen: bool
) -> None:
    aws = await make(write(tmp_path, executed_version=switch))
    assert bool(await aws.series("Invocations", minutes=60, version="1", target="only:live")) is seen
    assert await aws.series("Invocations", minutes=60, target="only:live")


@pytest.mark.parametrize("zeros", [False, True])
async def test_whether_zero_errors_are_published(make: Make, tmp_path: object, zeros: bool) -> None:
    aws = await make(write(tmp_path, zero_errors_published=zeros))
    errors = await aws.series("Errors", minutes=60, target="only:live")
    assert set(errors.values()) == ({0.0} if zeros else set())


async def test_throttled_requests_are_neither_invocations_nor_errors(make: Make, tmp_path: object) -> None:
    aws = await make(write(tmp_path, throttle_rate=0.25))
    throttles = sum((await aws.series("Throttles", minutes=60, target="only:live")).values())
    invocations = sum((await aws.series("Invocations", minutes=60, target="only:live")).values())
    assert throttles / (throttles + invocations) == pytest.approx(0.25, abs=0.01)


def write(folder: object, throttle_rate: float = 0.0, **keys: object) -> str:
    """A scenario of one function with one alias and no errors."""
    from pathlib import Path

    written = "\n".join(f"{key} = {str(value).lower() if isinstance(value, bool) else repr(value)}"
                        for key, value in keys.items())  # fmt: skip
    path = Path(str(folder)) / "mine.toml"
    path.write_text(
        f"""
description = "One function."
{written}
target = {{ function = "only", alias = "live", baseline = "1", canary = "2" }}
[[functions]]
name = "only"
versions = 2
behaviour.default = {{ error_rate = 0.0, throttle_rate = {throttle_rate} }}
aliases = [{{ name = "live", version = "1", rate = 600.0 }}]
"""
    )
    return str(path)
