"""Create, read, list and delete REST APIs."""

from __future__ import annotations

from multitool_tui.sandbox.apis.state import Api, Body
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.services.apigateway.common import api_of, given, moment, page_of, refused
from multitool_tui.sandbox.wire.messages import Params

_SETTABLE = (
    "name",
    "description",
    "version",
    "binaryMediaTypes",
    "minimumCompressionSize",
    "policy",
    "tags",
)


def create_rest_api(region: Region, params: Params) -> Params:
    if not params["name"].strip():
        raise refused("Name cannot be empty")
    root = region.apis.new_id(10)
    body: Body = given(params, *_SETTABLE) | {
        "id": region.apis.new_id(10),
        "createdDate": moment(region),
        "apiKeySource": params.get("apiKeySource", "HEADER"),
        "endpointConfiguration": params.get("endpointConfiguration", {"types": ["EDGE"]}),
        "disableExecuteApiEndpoint": params.get("disableExecuteApiEndpoint", False),
        "rootResourceId": root,
    }
    region.apis.all[body["id"]] = Api(body, resources={root: {"id": root, "path": "/"}})
    return body


def get_rest_api(region: Region, params: Params) -> Params:
    return api_of(region, params).body


def get_rest_apis(region: Region, params: Params) -> Params:
    return page_of([api.body for api in region.apis.all.values()], params, "APIs")


def delete_rest_api(region: Region, params: Params) -> Params:
    del region.apis.all[api_of(region, params).body["id"]]
    return {}
