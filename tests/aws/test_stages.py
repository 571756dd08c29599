"""Stages by the names that operators use: through every page, and by what they call."""

from __future__ import annotations

import pytest

from multitool_tui.aws.errors import NotFound, Refused
from multitool_tui.aws.resources import RestApi
from multitool_tui.aws.stages import Stages, resources, rest_apis
from multitool_tui.rollout.plan import Behind
from multitool_tui.words import StageName
from tests.aws.gateway import Gateway

MANY = 1100  # three pages of the largest size


@pytest.fixture
def gateway() -> Gateway:
    return Gateway.of("api")


def stages_of(gateway: Gateway) -> Stages:
    return Stages(gateway.client("apigateway"), gateway.client("lambda"))


async def test_an_api_is_found_on_whatever_page_it_is() -> None:
    gateway = Gateway.of("api")
    shop = gateway.region.apis.all.popitem()
    for number in range(MANY):
        gateway.by_hand("CreateRestApi", name=f"other {number}")
    gateway.region.apis.all.update([shop])
    found = await stages_of(gateway).read(StageName("shop", "prod"))
    assert (found.target, found.version, found.function) == ("shop/prod", "41", "checkout")
    listed = [api async for page in rest_apis(gateway.client("apigateway")) for api in page]
    assert len(listed) == MANY + 1
    assert gateway.script.calls.count("GetRestApis") == 6


async def test_resources_are_read_through_every_page(gateway: Gateway) -> None:
    api = gateway.api.body
    for number in range(MANY):
        gateway.by_hand("CreateResource", restApiId=api["id"], parentId=api["rootResourceId"], pathPart=f"p{number}")
    found = await resources(gateway.client("apigateway"), RestApi(api["id"], "shop"))
    assert len(found) == MANY + 2
    assert (await stages_of(gateway).read(StageName("shop", "prod"))).version == "41"


async def test_the_id_does_as_well_as_the_name(gateway: Gateway) -> None:
    found = await stages_of(gateway).read(StageName(gateway.api.body["id"], "prod"))
    assert found.target == "shop/prod"


async def test_of_two_of_one_name_the_one_with_the_rollout_is_meant(gateway: Gateway) -> None:
    stages, shop = stages_of(gateway), gateway.api
    twin = gateway.by_hand("CreateRestApi", name="shop")["id"]
    gateway.region.apis.all[twin].stages["prod"] = dict(shop.stages["prod"])
    with pytest.raises(Refused, match="2 REST APIs are called shop: say which by its id"):
        await stages.read(StageName("shop", "prod"))
    mark = "[multitool v41>v42 tkq2v0-tkq38s 3f2a81bc adaptive ann@laptop] [checkout:live b7ritp> alias=live]"
    shop.stages["prod"]["description"] = mark
    found = await stages.read(StageName("shop", "prod"))
    assert found.target == "shop/prod"
    assert found.api.id == shop.body["id"]


async def test_a_function_is_chosen_where_several_are_called(gateway: Gateway) -> None:
    api = gateway.api.body["id"]
    root = gateway.api.body["rootResourceId"]
    method = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
    gateway.by_hand("PutMethod", **method, authorizationType="NONE")
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:search:live"
    uri = f"arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{arn}/invocations"
    gateway.by_hand("PutIntegration", **method, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    stages = stages_of(gateway)
    either = await stages.read(StageName("shop", "prod"))
    assert (either.functions, either.version, either.function) == (("checkout", "search"), "", "")
    one = await stages.read(StageName("shop", "prod"), Behind("search"))
    assert (one.function, one.version, one.behind and one.behind.target) == ("search", "103", "search:live")


async def test_what_is_not_there_is_said_with_what_is(gateway: Gateway) -> None:
    with pytest.raises(NotFound, match="There is no REST API shopp: check the name"):
        await stages_of(gateway).read(StageName("shopp", "prod"))
    with pytest.raises(NotFound, match="shop has no stage beta: it has prod"):
        await stages_of(gateway).read(StageName("shop", "beta"))
