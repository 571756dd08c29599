"""Changes of a stage: a canary release that is made, moved, promoted and taken out, whatever goes wrong on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from multitool_tui.aws import lease as leases
from multitool_tui.aws import stage_mark
from multitool_tui.aws.canary_release import CanaryRelease
from multitool_tui.aws.errors import AccessDenied, Conflict, Drift, LeaseLost, Refused, Throttled, Unanswered
from multitool_tui.aws.lease import Lease
from multitool_tui.aws.resources import Stage
from multitool_tui.aws.stage_target import StageTarget
from multitool_tui.aws.stages import Stages
from multitool_tui.rollout.plan import Behind
from multitool_tui.words import StageName
from tests.aws.gateway import NOW, Gateway, NoTime

LEASE = Lease("41", "42", NOW, NOW, "0badcafe", "adaptive", "ann@laptop")
BEFORE = {"variables": {"version": "41", "log_level": "info"}, "description": "what the shop's pages use"}


async def target(gateway: Gateway, driver: str = LEASE.driver) -> StageTarget:
    """The stage as the target of a driver that has just read it."""
    stages = Stages(gateway.client("apigateway"), gateway.client("lambda"))
    stage = await stages.read(StageName("shop", "prod"))
    assert stage.before
    lease = replace(LEASE, driver=driver)
    release = CanaryRelease(gateway.client("apigateway"), gateway.client("lambda"), lease)
    return StageTarget(gateway.client("apigateway"), NoTime(gateway.catch_up), stage, lease, stage.before, release)


@pytest.fixture
def gateway() -> Gateway:
    return Gateway.of("stage-errors")  # by a stage variable


@pytest.fixture
def by_uri() -> Gateway:
    return Gateway.of("stage")


def is_as_before(gateway: Gateway) -> bool:
    stage = gateway.stage
    return "canarySettings" not in stage and {key: stage.get(key) for key in BEFORE} == BEFORE


async def test_the_mark_goes_on_and_the_owner_s_words_stay(gateway: Gateway) -> None:
    await (await target(gateway)).acquire()
    lease, before, owners = stage_mark.read(gateway.stage["description"])
    assert lease
    assert (lease.driver, lease.baseline, lease.canary) == ("0badcafe", "41", "42")
    assert before
    assert (before.function, before.variables) == ("checkout", {"version": "41"})
    assert owners == "what the shop's pages use"


async def test_a_stage_variable_leads_the_canary_alone_to_the_new_version(gateway: Gateway) -> None:
    one = await target(gateway)
    await one.acquire()
    made = await one.set_weight(0.1)
    assert (made.version, made.weights) == ("41", {"42": 0.1})
    stage = gateway.stage
    assert stage["canarySettings"]["percentTraffic"] == 10.0
    assert stage["canarySettings"]["stageVariableOverrides"] == {"version": "42", "log_level": "info"}
    assert stage["variables"] == BEFORE["variables"]
    assert gateway.uris == {"checkout:${stageVariables.version}"}
    assert "UpdateIntegration" not in gateway.script.calls


async def test_the_uris_are_written_anew_for_the_deployment_and_put_back_at_once(by_uri: Gateway) -> None:
    one = await target(by_uri)
    await one.acquire()
    await one.set_weight(0.1)
    assert by_uri.uris == {"checkout:41"}
    deployed = by_uri.api.deployments[by_uri.stage["canarySettings"]["deploymentId"]]
    assert "checkout:42" in str(deployed.resources)
    assert await _promoted_and_rolled_back(one, by_uri) == ({"checkout:42"}, {"checkout:41"})


async def _promoted_and_rolled_back(one: StageTarget, gateway: Gateway) -> tuple[set[str], set[str]]:
    """What the methods call after the promotion, and after the rollback that followed."""
    before = stage_mark.read(gateway.stage["description"])[1]
    assert before
    promoted = await one.promote(final=False)
    assert (promoted.version, promoted.weights) == ("42", {})
    assert gateway.stage["deploymentId"] == before.canary
    uris = gateway.uris
    rolled_back = await one.roll_back()
    assert (rolled_back.version, rolled_back.weights) == ("41", {})
    assert gateway.stage["deploymentId"] == before.deployment
    return uris, gateway.uris


async def test_promotion_copies_the_canary_over_the_stage_in_one_update(gateway: Gateway) -> None:
    one = await target(gateway)
    await one.acquire()
    await one.set_weight(0.25)
    canary = gateway.stage["canarySettings"]["deploymentId"]
    updates = gateway.script.calls.count("UpdateStage")
    await one.promote(final=True)
    assert gateway.script.calls.count("UpdateStage") == updates + 1
    stage = gateway.stage
    assert (stage["deploymentId"], stage["variables"]) == (canary, {"version": "42", "log_level": "info"})
    assert "canarySettings" not in stage
    assert stage["description"] == BEFORE["description"]


async def test_all_at_once_makes_its_canary_first(by_uri: Gateway) -> None:
    one = await target(by_uri)
    await one.acquire()
    await one.promote(final=True)
    assert "checkout:42" in str(by_uri.api.deployments[by_uri.stage["deploymentId"]].resources)
    assert by_uri.uris == {"checkout:42"}


@pytest.mark.parametrize("weight", [0.0, 0.1])
async def test_a_rollback_gives_everything_back(gateway: Gateway, weight: float) -> None:
    deployment = gateway.stage["deploymentId"]
    one = await target(gateway)
    await one.acquire()
    if weight:
        await one.set_weight(weight)
    await one.roll_back()
    assert is_as_before(gateway)
    assert gateway.stage["deploymentId"] == deployment


OPERATIONS = ("UpdateStage", "CreateDeployment", "UpdateIntegration", "GetStage", "AddPermission", "GetResources")
TROUBLES = ("throttled", "limited", "conflict", "lost before", "lost after", "down")


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("operation", OPERATIONS)
async def test_whatever_goes_wrong_once_the_rollout_comes_to_its_end(
    by_uri: Gateway, operation: str, trouble: str
) -> None:
    """As a driver does it: what passes is tried again."""
    one = await target(by_uri)
    await one.acquire()
    for change in (lambda: one.set_weight(0.1), lambda: one.set_weight(0.5), lambda: one.promote(final=False)):
        by_uri.script.add(operation, trouble)
        await _persist(change)
        by_uri.script.troubles.clear()
    assert by_uri.uris == {"checkout:42"}
    by_uri.script.add(operation, trouble)
    await _persist(one.roll_back)
    by_uri.script.troubles.clear()
    assert by_uri.uris == {"checkout:41"}
    assert "canarySettings" not in by_uri.stage
    assert by_uri.stage["description"] == BEFORE["description"]


async def _persist(change: Any) -> None:
    for _ in range(4):
        try:
            await change()
        except (Drift, LeaseLost):
            raise
        except Exception as error:  # noqa: BLE001 - what passes, passes
            last = error
        else:
            return
    raise last


async def test_a_throttle_that_stays_is_said(gateway: Gateway) -> None:
    one = await target(gateway)
    await one.acquire()
    gateway.script.add("UpdateStage", *5 * ["throttled"])
    with pytest.raises(Throttled, match="throttling UpdateStage"):
        await one.set_weight(0.1)


@pytest.mark.parametrize("scenario", ["stage", "stage-errors"])
@pytest.mark.parametrize(
    ("operation", "skip"), [("AddPermission", 0), ("CreateDeployment", 0), ("UpdateStage", 0), ("UpdateIntegration", 0)]
)
async def test_killed_at_any_write_the_next_driver_takes_the_canary_out(
    scenario: str, operation: str, skip: int
) -> None:
    gateway = Gateway.of(scenario)
    description, uris, variables = gateway.stage["description"], gateway.uris, gateway.stage.get("variables")
    one = await target(gateway)
    await one.acquire()
    gateway.script.add(operation, *skip * [""], "cut off")
    try:
        await one.set_weight(0.1)
    except asyncio.CancelledError:
        gateway.script.troubles.clear()
    another = await target(gateway, driver="1badcafe")
    await another.take_over("0badcafe")
    await another.roll_back()
    assert "canarySettings" not in gateway.stage
    assert (gateway.stage["description"], gateway.uris) == (description, uris)
    assert gateway.stage.get("variables") == variables


async def test_another_machine_promotes_what_this_one_began(by_uri: Gateway) -> None:
    one = await target(by_uri)
    await one.acquire()
    await one.set_weight(0.1)
    another = await target(by_uri, driver="1badcafe")
    found = await another.take_over("0badcafe")
    assert found.weights == {"42": 0.1}
    await another.promote(final=True)
    assert by_uri.uris == {"checkout:42"}
    with pytest.raises(LeaseLost, match="ended"):
        await one.take_over("0badcafe")


async def test_after_the_promotion_another_machine_can_still_roll_back(gateway: Gateway) -> None:
    deployment = gateway.stage["deploymentId"]
    one = await target(gateway)
    await one.acquire()
    await one.set_weight(0.1)
    await one.promote(final=False)
    another = await target(gateway, driver="1badcafe")
    assert (await another.take_over("0badcafe")).version == "42"
    await another.roll_back()
    assert is_as_before(gateway)
    assert gateway.stage["deploymentId"] == deployment


async def test_who_was_taken_over_from_hears_of_it_and_changes_nothing(gateway: Gateway) -> None:
    one = await target(gateway)
    await one.acquire()
    await (await target(gateway, driver="1badcafe")).take_over("0badcafe")
    after = dict(gateway.stage)
    await one.read()  # once, it may be an old answer
    for change in (one.read, one.roll_back, lambda: one.set_weight(0.5)):
        with pytest.raises(LeaseLost, match="ann@laptop drives shop/prod now"):
            await change()
    assert gateway.stage == after


DRIFTS = {
    "another share": (("replace", "/canarySettings/percentTraffic", "75"), "with 75% to v42's"),
    "a removed canary": (("remove", "/canarySettings", ""), "without a canary"),
    "another variable": (("replace", "/variables/log_level", "debug"), "is now on v41's deployment"),
    "another description": (("replace", "/description", "mine now"), "its description changed"),
}


@pytest.mark.parametrize(("patch", "said"), DRIFTS.values(), ids=DRIFTS)
async def test_what_another_hand_did_is_drift_and_is_left(
    gateway: Gateway, patch: tuple[str, str, str], said: str
) -> None:
    one = await target(gateway)
    await one.acquire()
    await one.set_weight(0.1)
    gateway.patch(patch)
    after = dict(gateway.stage)
    assert (await one.read()).weights == {"42": 0.1}  # once, it may be an old answer
    for change in (one.read, lambda: one.set_weight(0.5), lambda: one.promote(final=True)):
        with pytest.raises(Drift, match=f"changed by somebody else.*{said}"):
            await change()
    assert gateway.stage == after


async def test_drift_is_restored(gateway: Gateway) -> None:
    one = await target(gateway)
    await one.acquire()
    await one.set_weight(0.1)
    canary = gateway.stage["canarySettings"]
    gateway.patch(("remove", "/canarySettings", ""))
    await one.read()
    with pytest.raises(Drift):
        await one.read()
    assert (await one.restore(0.1)).weights == {"42": 0.1}
    assert gateway.stage["canarySettings"] == canary


async def test_drift_is_adopted(gateway: Gateway) -> None:
    one = await target(gateway)
    await one.acquire()
    await one.set_weight(0.1)
    gateway.patch(("replace", "/canarySettings/percentTraffic", "30"))
    await one.read()
    with pytest.raises(Drift):
        await one.read()
    assert (await one.adopt()).weights == {"42": 0.3}
    assert (await one.read()).weights == {"42": 0.3}


async def test_a_variable_of_the_owner_s_that_was_adopted_is_not_lost_at_the_promotion(gateway: Gateway) -> None:
    one = await target(gateway)
    await one.acquire()
    await one.set_weight(0.1)
    gateway.patch(("replace", "/variables/log_level", "debug"))
    await one.adopt()
    await one.promote(final=True)
    assert gateway.stage["variables"] == {"version": "42", "log_level": "debug"}


async def test_killed_before_the_methods_are_written_for_good_the_mark_is_still_there(by_uri: Gateway) -> None:
    one = await target(by_uri)
    await one.acquire()
    await one.set_weight(0.1)
    by_uri.script.add("UpdateIntegration", "cut off")
    with pytest.raises(asyncio.CancelledError):
        await one.promote(final=True)
    another = await target(by_uri, driver="1badcafe")
    assert (await another.take_over("0badcafe")).version == "42"
    await another.promote(final=True)
    assert by_uri.uris == {"checkout:42"}
    assert by_uri.stage["description"] == BEFORE["description"]


async def test_an_old_answer_after_drift_was_restored_is_no_drift(gateway: Gateway) -> None:
    one = await target(gateway)
    await one.acquire()
    await one.set_weight(0.1)
    gateway.patch(("remove", "/canarySettings", ""))
    without = dict(gateway.stage)
    await one.read()
    with pytest.raises(Drift):
        await one.read()
    await one.restore(0.1)
    gateway.script.old["GetStage"] = [without]
    assert (await one.read()).weights == {"42": 0.1}


@pytest.mark.parametrize("old", [1, 2], ids=["the first look", "the look before the write"])
async def test_a_rollback_is_not_taken_for_made_by_an_answer_from_before_the_rollout(
    gateway: Gateway, old: int
) -> None:
    before = deepcopy(gateway.stage)
    one = await target(gateway)
    await one.acquire()
    await one.set_weight(0.1)
    gateway.script.old["GetStage"] = [deepcopy(gateway.stage), before][-old:]
    await one.roll_back()
    assert is_as_before(gateway)


async def test_a_rollback_that_was_lost_is_not_taken_for_made_by_an_answer_from_before_the_rollout(
    gateway: Gateway,
) -> None:
    before = deepcopy(gateway.stage)
    one = await target(gateway)
    await one.acquire()
    await one.set_weight(0.1)
    during = deepcopy(gateway.stage)
    gateway.script.add("UpdateStage", "lost before")
    gateway.script.old["GetStage"] = [during, during, before]
    await one.roll_back()
    assert is_as_before(gateway)


async def cut_off(change: Coroutine[Any, Any, Stage], gateway: Gateway, operation: str) -> None:
    """Begin a change, whose next call of an operation comes about when nobody waits for it any more."""
    gateway.script.add(operation, "late")
    with pytest.raises(asyncio.CancelledError):
        await change


@pytest.mark.parametrize("when", ["before it", "before it is read back", "after it"])
async def test_a_change_that_was_cut_off_and_comes_about_late_is_rolled_back_too(gateway: Gateway, when: str) -> None:
    one = await target(gateway)
    await one.acquire()
    await one.set_weight(0.1)
    await cut_off(one.set_weight(0.5), gateway, "UpdateStage")
    if when == "before it":
        gateway.script.between["UpdateStage"] = gateway.catch_up
    elif when == "before it is read back":
        gateway.script.between["UpdateStage"] = lambda: gateway.script.between.update(GetStage=gateway.catch_up)
    await one.roll_back()
    gateway.catch_up()
    assert is_as_before(gateway)


async def test_a_change_that_was_cut_off_and_comes_about_after_the_promotion_is_seen(gateway: Gateway) -> None:
    one = await target(gateway)
    await one.acquire()
    await one.set_weight(0.1)
    await cut_off(one.set_weight(0.5), gateway, "UpdateStage")
    with pytest.raises(Drift):
        await one.promote(final=True)
    assert not gateway.script.late


async def test_a_change_that_was_cut_off_does_not_mark_a_stage_that_was_left(gateway: Gateway) -> None:
    one = await target(gateway)
    await one.acquire()
    await cut_off(one.set_weight(0.1), gateway, "UpdateStage")
    await one.leave()
    gateway.catch_up()
    assert gateway.stage["description"] == BEFORE["description"]


@pytest.mark.parametrize("operation", ["CreateDeployment", "UpdateIntegration"])
async def test_a_canary_that_was_cut_off_while_it_was_made_leaves_nothing(by_uri: Gateway, operation: str) -> None:
    one = await target(by_uri)
    await one.acquire()
    await cut_off(one.set_weight(0.1), by_uri, operation)
    await one.roll_back()
    by_uri.catch_up()
    assert "canarySettings" not in by_uri.stage
    assert (by_uri.uris, by_uri.stage["description"]) == ({"checkout:41"}, BEFORE["description"])


async def test_a_canary_that_does_not_show_yet_is_taken_out(gateway: Gateway) -> None:
    one = await target(gateway)
    await one.acquire()
    without = deepcopy(gateway.stage)
    gateway.script.old["GetStage"] = [without, without, without]
    with pytest.raises(Conflict, match="not on shop/prod yet"):
        await one.set_weight(0.1)
    assert "canarySettings" in gateway.stage
    await one.roll_back()
    assert is_as_before(gateway)


async def test_a_deployment_that_comes_about_after_the_one_that_was_made_in_its_place_is_ours(gateway: Gateway) -> None:
    one = await target(gateway)
    await one.acquire()
    await cut_off(one.set_weight(0.1), gateway, "CreateDeployment")
    gateway.script.between["UpdateStage"] = gateway.catch_up
    with pytest.raises(Drift):
        await one.set_weight(0.1)
    await one.roll_back()
    assert is_as_before(gateway)


async def test_a_deployment_without_an_answer_is_of_the_methods_as_they_call_the_canary(by_uri: Gateway) -> None:
    one = await target(by_uri)
    await one.acquire()
    by_uri.script.add("CreateDeployment", "late without an answer")
    with pytest.raises(Unanswered):
        await one.set_weight(0.1)
    assert by_uri.uris == {"checkout:41"}
    await one.set_weight(0.1)
    assert "checkout:42" in str(by_uri.api.deployments[by_uri.stage["canarySettings"]["deploymentId"]].resources)
    assert by_uri.script.calls.count("CreateDeployment") == 1


async def test_killed_before_the_methods_are_put_back_the_mark_is_still_there(by_uri: Gateway) -> None:
    one = await target(by_uri)
    await one.acquire()
    await one.set_weight(0.1)
    await one.promote(final=False)
    by_uri.script.add("UpdateIntegration", "cut off")
    with pytest.raises(asyncio.CancelledError):
        await one.roll_back()
    another = await target(by_uri, driver="1badcafe")
    await another.take_over("0badcafe")
    await another.roll_back()
    assert by_uri.uris == {"checkout:41"}
    assert by_uri.stage["description"] == BEFORE["description"]


async def test_of_two_that_take_over_at_once_the_one_that_has_lost_is_told_who_drives(gateway: Gateway) -> None:
    await (await target(gateway)).acquire()
    first, second = await target(gateway, "1badcafe"), await target(gateway, "2badcafe")
    marked = deepcopy(gateway.stage)
    await second.take_over("0badcafe")
    gateway.script.old["GetStage"] = [marked, marked]
    gateway.script.add("UpdateStage", "lost before")
    with pytest.raises(LeaseLost, match="drives shop/prod now"):
        await first.take_over("0badcafe")


async def test_a_note_that_somebody_took_out_of_the_mark_is_written_again(gateway: Gateway) -> None:
    one = await target(gateway)
    await one.acquire()
    lease, before, owners = stage_mark.read(gateway.stage["description"])
    assert lease
    gateway.patch(("replace", "/description", leases.write(replace(lease, until=NOW), owners, stage_mark.LONGEST)))
    await one.read()
    await one.renew()
    assert stage_mark.read(gateway.stage["description"])[1:] == (before, owners)


async def test_a_deployment_of_somebody_else_is_not_adopted_nor_rolled_back(gateway: Gateway) -> None:
    one = await target(gateway)
    await one.acquire()
    await one.set_weight(0.1)
    made = gateway.by_hand("CreateDeployment", restApiId=gateway.api.body["id"])
    gateway.patch(("replace", "/deploymentId", made["id"]))
    for change in (one.adopt, one.roll_back):
        with pytest.raises(Drift, match=f"on another deployment {made['id']} with 10% to v42's"):
            await change()
    await one.leave()
    assert gateway.stage["deploymentId"] == made["id"]
    assert gateway.stage["description"] == BEFORE["description"]


async def test_a_change_between_the_read_and_the_write_is_seen_after_it(gateway: Gateway) -> None:
    """The one thing that reading instead of compare-and-swap cannot keep from happening; it does not stay unseen."""
    one = await target(gateway)
    await one.acquire()
    await one.set_weight(0.1)
    gateway.script.between["UpdateStage"] = lambda: gateway.patch(("replace", "/variables/log_level", "debug"))
    with pytest.raises(Drift):
        await one.set_weight(0.2)


async def test_a_deleted_stage_is_drift_and_can_be_left(gateway: Gateway) -> None:
    one = await target(gateway)
    await one.acquire()
    del gateway.api.stages["prod"]
    with pytest.raises(Drift, match="was deleted by somebody else"):
        await one.read()
    await one.leave()


async def test_the_same_permission_twice_is_one(gateway: Gateway) -> None:
    for _ in range(2):
        one = await target(gateway)
        await one.acquire()
        await one.set_weight(0.1)
        await one.roll_back()
    assert gateway.script.calls.count("AddPermission") == 1
    [statement] = gateway.region.functions["checkout"].settings["42"].policy.values()
    assert statement["Sid"] == f"multitool-{gateway.api.body['id']}-prod"
    source = statement["Condition"]["ArnLike"]["AWS:SourceArn"]
    assert source == f"arn:aws:execute-api:eu-west-1:123456789012:{gateway.api.body['id']}/prod/*"


async def test_another_permission_of_its_name_is_said(gateway: Gateway) -> None:
    name = f"multitool-{gateway.api.body['id']}-prod"
    await gateway.client("lambda").add_permission(
        FunctionName="checkout", Qualifier="42", StatementId=name, Action="lambda:InvokeFunction", Principal="*"
    )
    one = await target(gateway)
    await one.acquire()
    with pytest.raises(Refused, match=f"v42 of checkout has a permission {name} already, which says something else"):
        await one.set_weight(0.1)
    assert "canarySettings" not in gateway.stage


async def test_without_the_permission_to_give_one_nothing_is_deployed(gateway: Gateway) -> None:
    one = await target(gateway)
    await one.acquire()
    gateway.script.add("AddPermission", "denied")
    with pytest.raises(AccessDenied, match="AddPermission is not allowed"):
        await one.set_weight(0.1)
    assert "CreateDeployment" not in gateway.script.calls


async def test_a_description_as_long_as_it_may_be_comes_back_whole(gateway: Gateway) -> None:
    words = "Ünsere Stage, ☂ and more. " * 35
    gateway.patch(("replace", "/description", words))
    one = await target(gateway)
    await one.acquire()
    assert len(gateway.stage["description"]) <= stage_mark.LONGEST
    await one.set_weight(0.1)
    await one.roll_back()
    assert gateway.stage["description"] == words


async def test_an_alias_beside_is_kept_in_the_mark(by_uri: Gateway) -> None:
    stages = Stages(by_uri.client("apigateway"), by_uri.client("lambda"))
    stage = await stages.read(StageName("shop", "prod"), Behind("checkout", "live"))
    assert stage.before
    assert (stage.before.alias, stage.before.through) == ("live", False)
    written = stage_mark.write(LEASE, stage.before, "words")
    assert stage_mark.read(written)[1:] == (stage.before, "words")
