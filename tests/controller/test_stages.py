"""Whole rollouts on a stage: to their end, through drift, crashes and other machines, with the alias behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from multitool_tui.clock import ManualClock
from multitool_tui.controller import commands
from multitool_tui.controller.commands import Start, TakeOver
from multitool_tui.controller.port import CommandRefused, Taken
from multitool_tui.rollout.events import Obstacle
from multitool_tui.rollout.plan import Behind, Plan, parse_steps
from multitool_tui.rollout.states import State
from multitool_tui.sandbox.scenario import Scenario, load_scenario
from multitool_tui.sandbox.server import Sandbox
from tests.support.crash import crash
from tests.support.world import REGION, START, World, screen, world

PLAN = Plan("steps", parse_steps("10%/3m 50%/3m"))
WORDS = "what the shop's pages use"


async def stage_of(one: World, api: str = "shop") -> dict[str, Any]:
    """The stage as API Gateway has it."""
    gateway = await one.session.client("apigateway")
    apis = (await gateway.get_rest_apis())["items"]
    [found] = [each["id"] for each in apis if each["name"] == api]
    answer: dict[str, Any] = await gateway.get_stage(restApiId=found, stageName="prod")
    return {key: answer.get(key) for key in ("deploymentId", "variables", "canarySettings", "description")}


async def patch(one: World, **operation: str) -> None:
    gateway = await one.session.client("apigateway")
    [api] = (await gateway.get_rest_apis())["items"]
    await gateway.update_stage(restApiId=api["id"], stageName="prod", patchOperations=[operation])


async def start(one: World, plan: Plan = PLAN, target: str = "shop/prod", canary: str = "42") -> str:
    return await one.supervisor.obey(Start(target=target, canary=canary, plan=plan))


@asynccontextmanager
async def played(scenario: str | Scenario) -> AsyncIterator[tuple[Sandbox, ManualClock]]:
    clock = ManualClock(START)
    loaded = load_scenario(scenario) if isinstance(scenario, str) else scenario
    async with Sandbox(scenario=loaded, clock=clock, seed=1, region=REGION) as sandbox:
        yield sandbox, clock


async def test_a_good_version_is_promoted_on_the_stage() -> None:
    async with world("stage") as one:
        before = await stage_of(one)
        await start(one)
        await one.run_until(lambda: one.live.rollout.ended)
        assert one.state is State.PROMOTED
        after = await stage_of(one)
        assert after["deploymentId"] != before["deploymentId"]
        assert {**after, "deploymentId": before["deploymentId"]} == before
        found = await one.session.read("shop/prod")
        assert (found.version, found.weights, found.description) == ("42", {}, WORDS)
        evidence = one.live.rollout.judgement
        assert evidence.canary.invocations > 1000


async def test_one_that_answers_5xx_is_rolled_back_and_the_stage_is_as_it_was() -> None:
    async with world("stage-errors") as one:
        before = await stage_of(one)
        await start(one)
        await one.run_until(lambda: one.live.rollout.ended)
        assert one.state is State.ROLLED_BACK
        assert one.live.rollout.is_harmful
        assert await stage_of(one) == before


@pytest.mark.parametrize(
    ("scenario", "end", "version"),
    [("api", State.PROMOTED, "42"), pytest.param("api-errors", State.ROLLED_BACK, "41", marks=pytest.mark.long)],
)
async def test_the_alias_that_the_stage_calls_is_moved_at_the_end_and_never_split(
    scenario: str, end: State, version: str
) -> None:
    async with world(scenario) as one:
        before = await stage_of(one)
        await start(one)
        seen = set[str]()

        def ended() -> bool:
            on, weights = one.on_alias()
            assert not weights
            seen.add(f"{on} at {one.live.rollout.weight:g}")
            return one.live.rollout.ended

        await one.run_until(ended)
        assert one.state is end
        assert "41 at 0.1" in seen
        assert one.on_alias() == (version, {})
        assert await stage_of(one) == before
        assert one.sandbox.alias("checkout", "live").description == "production"


@pytest.mark.long
async def test_an_alias_beside_the_stage_is_moved_as_well() -> None:
    async with world("stage") as one:
        await start(one, replace(PLAN, behind=Behind("checkout", "live")))
        with pytest.raises(Taken, match="under way on shop/prod, which takes checkout:live with it"):
            await start(one, target="checkout:live")
        await one.run_until(lambda: one.state is State.BAKING)
        assert one.on_alias() == ("42", {})
        await one.supervisor.obey(commands.RollBack(seen=one.seen))
        await one.run_until(lambda: one.live.rollout.ended)
        assert one.on_alias() == ("41", {})
        assert (await one.session.read("shop/prod")).version == "41"
        assert one.sandbox.alias("checkout", "live").description == "production"


async def test_what_another_hand_does_holds_it_and_can_be_adopted() -> None:
    async with world("stage") as one:
        await start(one)
        await one.run_until(lambda: one.live.rollout.weight == 0.1)
        await patch(one, op="replace", path="/canarySettings/percentTraffic", value="20")
        await one.run_until(lambda: one.state is State.HELD)
        assert one.live.rollout.obstacle is Obstacle.DRIFT
        assert "with 20% to v42's" in one.live.rollout.reason
        await one.supervisor.obey(commands.Adopt(seen=one.seen))
        await one.run_until(lambda: one.live.rollout.ended, within=7200)
        assert one.state is State.PROMOTED


@pytest.mark.long
async def test_a_canary_that_another_hand_removed_is_restored_or_left() -> None:
    async with world("stage") as one:
        await start(one)
        await one.run_until(lambda: one.live.rollout.weight == 0.1)
        await patch(one, op="remove", path="/canarySettings")
        await one.run_until(lambda: one.state is State.HELD)
        await one.supervisor.obey(commands.Restore(seen=one.seen))
        await one.run_until(lambda: one.state is State.SHIFTING and one.live.rollout.pending is None)
        assert (await stage_of(one))["canarySettings"]["percentTraffic"] == 10.0
        await patch(one, op="remove", path="/canarySettings")
        await one.run_until(lambda: one.state is State.HELD)
        await one.supervisor.obey(commands.Abandon(seen=one.seen))
        await one.run_until(lambda: one.live.rollout.ended)
        after = await stage_of(one)
        assert (one.state, after["canarySettings"], after["description"]) == (State.ABANDONED, None, WORDS)


async def test_what_a_crash_interrupted_is_taken_up_and_finished(tmp_path: Path) -> None:
    async with played("api") as (sandbox, clock):
        async with screen(sandbox, clock, tmp_path) as first:
            await start(first)
            await first.run_until(lambda: first.live.rollout.weight == 0.1)
            name = first.live.rollout.id
            await crash(first)
        async with screen(sandbox, clock, tmp_path) as second:
            await second.run_until(lambda: bool(second.supervisor.snapshot.rollouts))
            assert second.live.rollout.id == name
            await second.run_until(lambda: second.live.rollout.ended, within=7200)
            assert second.state is State.PROMOTED
            assert second.on_alias() == ("42", {})
            assert sandbox.alias("checkout", "live").description == "production"
            assert (await stage_of(second))["canarySettings"] is None


@pytest.mark.long
async def test_another_machine_takes_it_over_without_the_journal(tmp_path: Path) -> None:
    async with (
        played("stage") as (sandbox, clock),
        screen(sandbox, clock, tmp_path / "here", actor="ann@laptop") as ann,
        screen(sandbox, clock, tmp_path / "there", actor="ben@tower") as ben,
    ):
        before = await stage_of(ann)
        await start(ann)
        await ann.run_until(lambda: ann.live.rollout.weight == 0.1)
        with pytest.raises(Taken, match="ann@laptop drives a rollout of v42 on shop/prod"):
            await start(ben)
        ben.supervisor.look_at("shop/prod")
        await ann.run_until(lambda: bool(ben.supervisor.snapshot.rollouts))
        seen = ben.live
        assert seen.elsewhere
        assert (seen.elsewhere.who, seen.rollout.weight, seen.rollout.id) == ("ann@laptop", 0.1, ann.live.rollout.id)
        await ben.supervisor.obey(TakeOver(seen=ben.seen, driver=seen.elsewhere.driver))
        await ann.run_until(lambda: ann.live.rollout.obstacle is Obstacle.LEASE)
        await ben.supervisor.obey(commands.RollBack(seen=ben.seen))
        await ann.run_until(lambda: ben.live.rollout.ended)
        assert ben.state is State.ROLLED_BACK
        assert await stage_of(ben) == before


ODD = "shop/v2: «ünï» [b]100%[/b] & more"


def renamed(scenario: str, name: str) -> Scenario:
    loaded = load_scenario(scenario)
    [api] = loaded.apis
    target = loaded.target.model_copy(update={"api": name})
    return loaded.model_copy(update={"apis": (api.model_copy(update={"name": name}),), "target": target})


@pytest.mark.long
async def test_an_api_may_be_called_anything(tmp_path: Path) -> None:
    async with played(renamed("stage", ODD)) as (sandbox, clock), screen(sandbox, clock, tmp_path) as one:
        target = f"{ODD}/prod"
        assert [stage.target for each in one.supervisor.snapshot.apis for stage in each.stages or ()] == [target]
        await start(one, target=target)
        await one.run_until(lambda: one.live.rollout.ended)
        assert (one.state, one.live.rollout.target) == (State.PROMOTED, target)


async def test_two_apis_of_one_name_are_told_apart_by_their_ids() -> None:
    async with world("stage") as one:
        gateway = await one.session.client("apigateway")
        [shop] = (await gateway.get_rest_apis())["items"]
        other = (await gateway.create_rest_api(name="shop"))["id"]
        resources = (await gateway.get_resources(restApiId=other))["items"]
        method = {"restApiId": other, "resourceId": resources[0]["id"], "httpMethod": "GET"}
        await gateway.put_method(**method, authorizationType="NONE")
        await gateway.put_integration(**method, type="MOCK")
        await gateway.create_deployment(restApiId=other, stageName="prod")
        with pytest.raises(CommandRefused, match="2 REST APIs are called shop: say which by its id") as refused:
            await start(one)
        assert shop["id"] in str(refused.value)
        assert other in str(refused.value)
        await start(one, target=f"{shop['id']}/prod")
        assert one.live.rollout.target == f"{shop['id']}/prod"
        await one.run_until(lambda: one.live.rollout.ended)
        assert one.state is State.PROMOTED
        await one.supervisor.refresh()
        assert {each.api.id for each in one.supervisor.snapshot.apis} == {shop["id"], other}


async def test_a_stage_that_has_a_canary_is_refused() -> None:
    async with world("stage") as one:
        await patch(one, op="replace", path="/canarySettings/percentTraffic", value="5")
        with pytest.raises(CommandRefused, match="shop/prod has a canary already, with 5% of its requests"):
            await start(one)


async def test_an_alias_behind_with_weights_is_refused_for_that_would_split_twice() -> None:
    async with world("api") as one:
        await one.session.functions.update_alias(
            FunctionName="checkout", Name="live", RoutingConfig={"AdditionalVersionWeights": {"42": 0.1}}
        )
        with pytest.raises(CommandRefused, match="requests would be split twice"):
            await start(one)


async def test_names_that_are_none_and_versions_that_are_served_already() -> None:
    async with world("stage") as one:
        for target, canary, said in (
            ("shopp/prod", "42", "There is no REST API shopp"),
            ("shop/beta", "42", "shop has no stage beta: it has prod"),
            ("shop/prod", "41", "is on v41 already"),
            ("shop/prod", "99", "has no published version 99"),
        ):
            with pytest.raises(CommandRefused, match=said):
                await start(one, target=target, canary=canary)
        with pytest.raises(CommandRefused, match="none of its methods calls search"):
            await start(one, replace(PLAN, behind=Behind("search")))


@pytest.mark.long
async def test_without_any_data_of_the_canary_it_says_so_and_does_not_promote(tmp_path: Path) -> None:
    """The series of the canary is not in AWS's documentation: here CloudWatch has none."""
    loaded = load_scenario("stage")
    [api] = loaded.apis
    [quiet] = api.stages
    silent = api.model_copy(update={"stages": (quiet.model_copy(update={"rate": 0.0}),)})
    quiet_account = loaded.model_copy(update={"apis": (silent,)})
    async with played(quiet_account) as (sandbox, clock), screen(sandbox, clock, tmp_path) as one:
        await start(one, replace(PLAN, deadline=timedelta(minutes=25)))
        await one.run_until(lambda: bool(one.live.change_trouble), within=3600)
        assert "no series of the canary (ApiName shop, Stage prod/Canary)" in (one.live.change_trouble or "")
        await one.run_until(lambda: one.live.rollout.ended, within=3 * 3600)
        assert (one.state, one.live.rollout.is_harmful) == (State.ROLLED_BACK, False)
