"""Resources as they are described: whole, without what they keep secret; and what is not there says so."""

from __future__ import annotations

import json

from multitool_tui.controller.observe.describing import Kind, Resource
from tests.observe.visits import visit

SECRET = "hunter2-in-a-variable"


async def test_a_function_s_variables_are_names_only_wherever_they_are() -> None:
    async with visit() as stage:
        functions = await stage.observatory._desk.functions()
        await functions.update_function_configuration(
            FunctionName="checkout", Environment={"Variables": {"TOKEN": SECRET, "API_KEY": SECRET}}
        )
        stage.clock.advance(60)
        published = (await functions.publish_version(FunctionName="checkout"))["Version"]
        described = [
            await stage.observatory.describe(resource)
            for resource in (
                Resource(Kind.FUNCTION, "checkout", "checkout"),
                Resource(Kind.VERSIONS, "versions of checkout", "checkout"),
                Resource(Kind.ALIAS, "checkout:live", "checkout", "live", "checkout", ("41", published)),
            )
        ]
        hidden = {"API_KEY": "(not shown)", "TOKEN": "(not shown)"}
        function, versions, alias = described
        assert function["function"]["Environment"]["Variables"] == hidden
        assert versions["versions"][0]["Environment"]["Variables"] == hidden
        assert [each["Version"] for each in versions["versions"]][:2] == [published, "42"]
        assert list(alias) == ["alias", "v41", f"v{published}"]
        assert alias["alias"]["FunctionVersion"] == "41"
        assert alias[f"v{published}"]["Environment"]["Variables"] == hidden
        text = json.dumps(described)
        assert SECRET not in text
        assert "ResponseMetadata" not in text


async def test_a_stage_its_api_and_what_is_not_there() -> None:
    async with visit() as stage:
        gateway = await stage.observatory._desk.gateway()
        api = (await gateway.get_rest_apis())["items"][0]["id"]
        name = (await gateway.get_stages(restApiId=api))["item"][0]["stageName"]
        found = await stage.observatory.describe(Resource(Kind.STAGE, f"shop/{name}", api, name))
        assert found["stage"]["stageName"] == name
        assert (await stage.observatory.describe(Resource(Kind.API, "shop", api)))["api"]["id"] == api
        gone = await stage.observatory.describe(
            Resource(Kind.ALIAS, "checkout:gone", "checkout", "gone", "checkout", ("41",))
        )
        assert list(gone["alias"]) == ["cannot be read"]
        assert gone["v41"]["Version"] == "41"
