"""REST APIs on the sandbox: resources, methods, integrations, deployments, stages and their canaries."""

from __future__ import annotations

from typing import Any

import pytest

from multitool_tui.sandbox.faults import Fault
from tests.permissions.support import policy, statement
from tests.sandbox.conftest import Make
from tests.sandbox.support import Aws

REGION = "arn:aws:apigateway:eu-west-1:"
FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:checkout:${stageVariables.alias}"
URI = f"{REGION}lambda:path/2015-03-31/functions/{FUNCTION}/invocations"


class Front:
    """An API with one method, GET /orders, and what a test does with it."""

    def __init__(self, aws: Aws, api: str, resource: str) -> None:
        self._aws = aws
        self.api = api
        self.method = {"resourceId": resource, "httpMethod": "GET"}

    async def __call__(self, operation: str, **params: Any) -> Any:
        return await self._aws("apigateway", operation, restApiId=self.api, **params)

    async def refused(self, operation: str, **params: Any) -> tuple[str, int, str]:
        refusal = await self._aws.refused("apigateway", operation, restApiId=self.api, **params)
        return refusal.code, refusal.status, refusal.message

    async def patched(self, *operations: dict[str, str]) -> Any:
        return await self("update_stage", stageName="prod", patchOperations=list(operations))


@pytest.fixture
async def front(aws: Aws) -> Front:
    return await build(aws)


async def build(aws: Aws) -> Front:
    made = await aws("apigateway", "create_rest_api", name="front")
    api = {"restApiId": made["id"]}
    resource = await aws("apigateway", "create_resource", **api, parentId=made["rootResourceId"], pathPart="orders")
    front = Front(aws, made["id"], resource["id"])
    await front("put_method", **front.method, authorizationType="NONE")
    await front("put_integration", **front.method, type="AWS_PROXY", integrationHttpMethod="POST", uri=URI)
    return front


async def released(front: Front) -> tuple[str, str]:
    """A stage `prod` with a canary; the two deployments."""
    base = await front("create_deployment", stageName="prod", variables={"alias": "live", "level": "info"})
    canary = await front(
        "create_deployment",
        stageName="prod",
        canarySettings={"percentTraffic": 10.0, "stageVariableOverrides": {"alias": "next"}},
    )
    return base["id"], canary["id"]


def replace(path: str, value: str) -> dict[str, str]:
    return {"op": "replace", "path": path, "value": value}


async def test_a_deployment_with_a_stage_name_makes_the_stage(front: Front) -> None:
    made = await front("create_deployment", stageName="prod", stageDescription="for customers")
    stage = await front("get_stage", stageName="prod")
    assert (stage["deploymentId"], stage["description"]) == (made["id"], "for customers")
    assert "canarySettings" not in stage
    assert [each["stageName"] for each in (await front("get_stages"))["item"]] == ["prod"]


async def test_a_canary_leaves_the_stage_where_it_is(front: Front) -> None:
    base, canary = await released(front)
    stage = await front("get_stage", stageName="prod")
    assert stage["deploymentId"] == base
    assert stage["canarySettings"] == {
        "deploymentId": canary,
        "percentTraffic": 10.0,
        "stageVariableOverrides": {"alias": "next"},
        "useStageCache": False,
    }


async def test_a_canary_needs_a_stage_that_is_there(front: Front) -> None:
    code, status, _ = await front.refused("create_deployment", stageName="nope", canarySettings={"percentTraffic": 1.0})
    assert (code, status) == ("BadRequestException", 400)
    assert (await front("get_deployments"))["items"] == []


async def test_no_other_deployment_goes_to_a_stage_with_a_canary(front: Front) -> None:
    base, _ = await released(front)
    code, _, message = await front.refused("create_deployment", stageName="prod")
    assert code == "BadRequestException"
    assert "canary" in message
    assert (await front("get_stage", stageName="prod"))["deploymentId"] == base


async def test_a_canary_is_given_more_traffic(front: Front) -> None:
    await released(front)
    stage = await front.patched(replace("/canarySettings/percentTraffic", "25.5"))
    assert stage["canarySettings"]["percentTraffic"] == 25.5


@pytest.mark.parametrize("share", ["-1", "100.1", "nan", "inf", "many"])
async def test_a_share_is_of_a_hundred(front: Front, share: str) -> None:
    await released(front)
    code, _, _ = await front.refused(
        "update_stage", stageName="prod", patchOperations=[replace("/canarySettings/percentTraffic", share)]
    )
    assert code == "BadRequestException"
    assert (await front("get_stage", stageName="prod"))["canarySettings"]["percentTraffic"] == 10.0


async def test_a_promotion_copies_the_canary_to_the_stage(front: Front) -> None:
    _, canary = await released(front)
    stage = await front.patched(
        {"op": "copy", "from": "/canarySettings/stageVariableOverrides", "path": "/variables"},
        {"op": "copy", "from": "/canarySettings/deploymentId", "path": "/deploymentId"},
        {"op": "remove", "path": "/canarySettings"},
    )
    assert stage["deploymentId"] == canary
    assert stage["variables"] == {"alias": "next"}
    assert "canarySettings" not in stage


async def test_a_rollback_removes_the_canary_and_nothing_else(front: Front) -> None:
    base, _ = await released(front)
    stage = await front.patched({"op": "remove", "path": "/canarySettings"})
    assert (stage["deploymentId"], stage["variables"]) == (base, {"alias": "live", "level": "info"})
    assert "canarySettings" not in stage


async def test_patches_are_done_together_or_not_at_all(front: Front) -> None:
    await released(front)
    before = await front("get_stage", stageName="prod")
    operations = [replace("/description", "x"), replace("/deploymentId", "nope00")]
    assert (await front.refused("update_stage", stageName="prod", patchOperations=operations))[
        0
    ] == "BadRequestException"
    assert await front("get_stage", stageName="prod") == before


@pytest.mark.parametrize(
    "operation",
    [
        replace("/stageName", "other"),
        replace("description", "no slash"),
        {"op": "add", "path": "/variables/x", "value": "1"},
        {"op": "copy", "from": "/deploymentId", "path": "/canarySettings/deploymentId"},
        {"op": "move", "from": "/canarySettings/deploymentId", "path": "/deploymentId"},
        {"op": "remove", "path": "/deploymentId"},
        {"op": "replace", "path": "/variables/x"},
    ],
)
async def test_a_patch_that_a_stage_does_not_know_is_refused(front: Front, operation: dict[str, str]) -> None:
    await released(front)
    code, _, _ = await front.refused("update_stage", stageName="prod", patchOperations=[operation])
    assert code == "BadRequestException"


async def test_there_is_nothing_to_copy_without_a_canary(front: Front) -> None:
    await front("create_deployment", stageName="prod")
    copy = {"op": "copy", "from": "/canarySettings/deploymentId", "path": "/deploymentId"}
    assert (await front.refused("update_stage", stageName="prod", patchOperations=[copy]))[0] == "BadRequestException"


async def test_a_canary_can_be_made_by_a_patch(front: Front) -> None:
    base = await front("create_deployment", stageName="prod")
    other = await front("create_deployment")
    stage = await front.patched(
        replace("/canarySettings/percentTraffic", "5"),
        replace("/canarySettings/deploymentId", other["id"]),
        replace("/canarySettings/stageVariableOverrides/alias", "next"),
    )
    assert stage["deploymentId"] == base["id"]
    assert stage["canarySettings"] == {
        "percentTraffic": 5.0,
        "deploymentId": other["id"],
        "useStageCache": False,
        "stageVariableOverrides": {"alias": "next"},
    }


async def test_a_variable_is_replaced_and_removed(front: Front) -> None:
    await released(front)
    stage = await front.patched(replace("/variables/level", "debug"), {"op": "remove", "path": "/variables/alias"})
    assert stage["variables"] == {"level": "debug"}
    code, _, _ = await front.refused(
        "update_stage", stageName="prod", patchOperations=[replace("/variables/level", "not allowed!")]
    )
    assert code == "BadRequestException"


async def test_an_integration_moves_to_another_version(front: Front) -> None:
    uri = URI.replace("${stageVariables.alias}", "42")
    changed = await front("update_integration", **front.method, patchOperations=[replace("/uri", uri)])
    assert changed["uri"] == uri
    assert (await front("get_method", **front.method))["methodIntegration"]["uri"] == uri
    code, _, _ = await front.refused(
        "update_integration", **front.method, patchOperations=[replace("/uri", "https://example.com")]
    )
    assert code == "BadRequestException"


async def test_a_deployment_is_a_snapshot(front: Front) -> None:
    made = await front("create_deployment")
    await front("delete_method", **front.method)
    asked = await front("get_deployment", deploymentId=made["id"], embed=["apisummary"])
    assert asked["apiSummary"] == {"/orders": {"GET": {"authorizationType": "NONE", "apiKeyRequired": False}}}
    assert "apiSummary" not in await front("get_deployment", deploymentId=made["id"])


async def test_methods_are_listed_only_when_asked_for(front: Front) -> None:
    def methods(answer: Any) -> Any:
        return [each.get("resourceMethods") for each in answer["items"]]

    assert methods(await front("get_resources")) == [None, {"GET": {}}]
    assert methods(await front("get_resources", embed=["methods"]))[1]["GET"]["methodIntegration"]["uri"] == URI


async def test_what_is_served_is_not_deleted(front: Front) -> None:
    base, canary = await released(front)
    for deployment in (base, canary):
        assert (await front.refused("delete_deployment", deploymentId=deployment))[0] == "BadRequestException"
    await front("delete_stage", stageName="prod")
    for deployment in (base, canary):
        await front("delete_deployment", deploymentId=deployment)
    assert (await front.refused("get_stage", stageName="prod"))[:2] == ("NotFoundException", 404)


async def test_an_api_without_methods_is_not_deployed(aws: Aws) -> None:
    made = await aws("apigateway", "create_rest_api", name="empty")
    refusal = await aws.refused("apigateway", "create_deployment", restApiId=made["id"], stageName="prod")
    assert (refusal.code, refusal.message) == ("BadRequestException", "The REST API doesn't contain any methods")


async def test_apis_come_in_pages(aws: Aws) -> None:
    for number in range(3):
        await aws("apigateway", "create_rest_api", name=f"api-{number}")
    names: list[str] = []
    position: dict[str, str] = {}
    while True:
        answer = await aws("apigateway", "get_rest_apis", limit=2, **position)
        names += [each["name"] for each in answer["items"]]
        assert len(answer["items"]) <= 2
        if "position" not in answer:
            break
        position = {"position": answer["position"]}
    assert [name for name in names if name.startswith("api-")] == ["api-0", "api-1", "api-2"]
    assert (await aws.refused("apigateway", "get_rest_apis", position="nonsense")).code == "BadRequestException"


async def test_a_deleted_api_is_gone_in_every_region(aws: Aws, front: Front) -> None:
    assert (await aws("apigateway", "get_rest_apis", region="us-east-1"))["items"] == []
    await front("delete_rest_api")
    assert (await front.refused("get_rest_api"))[:2] == ("NotFoundException", 404)


async def test_apis_and_stages_are_tagged(aws: Aws, front: Front) -> None:
    await front("create_deployment", stageName="prod")
    for arn in (f"{REGION}:/restapis/{front.api}", f"{REGION}:/restapis/{front.api}/stages/prod"):
        await aws("apigateway", "tag_resource", resourceArn=arn, tags={"team": "shop", "tier": "1"})
        await aws("apigateway", "untag_resource", resourceArn=arn, tagKeys=["tier", "other"])
        assert (await aws("apigateway", "get_tags", resourceArn=arn))["tags"] == {"team": "shop"}
    refusal = await aws.refused("apigateway", "get_tags", resourceArn=f"{REGION}:/restapis/nope")
    assert refusal.code == "NotFoundException"


async def test_the_action_is_the_verb_on_the_path(make: Make) -> None:
    reads = policy(statement(Action="apigateway:GET", Resource=f"{REGION}:/restapis*"))
    aws = await make(policy=reads)
    assert "items" in await aws("apigateway", "get_rest_apis")
    refusal = await aws.refused("apigateway", "create_rest_api", name="front")
    assert refusal.code == "AccessDeniedException"
    assert f"apigateway:POST on resource: {REGION}:/restapis" in refusal.message


async def test_throttling_says_how_long_to_wait(aws: Aws) -> None:
    aws.sandbox.faults.add(Fault(kind="throttle", service="apigateway", times=1))
    refusal = await aws.refused("apigateway", "get_rest_apis")
    assert (refusal.code, refusal.status) == ("TooManyRequestsException", 429)
    assert refusal.response["ResponseMetadata"]["HTTPHeaders"]["retry-after"] == "1"


async def test_what_the_model_refuses_is_a_bad_request(aws: Aws, front: Front) -> None:
    code, status, _ = await front.refused("put_integration", **front.method, type="CARRIER_PIGEON")
    assert (code, status) == ("BadRequestException", 400)
