"""Create, read, list and delete REST APIs."""

from __future__ import annotations

import json

from multitool_tui.sandbox.apis.state import Api, Body
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.services.apigateway.common import api_of, given, moment, page_of, refused
from multitool_tui.sandbox.services.apigateway.patching import Patches, switch, text
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

_PATCHES = Patches(
    {
        "/name": text,
        "/description": text,
        "/apiKeySource": text,
        "/policy": text,
        "/disableExecuteApiEndpoint": switch,
        "/minimumCompressionSize": int,
    },
    removable=("/policy",),
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


def update_rest_api(region: Region, params: Params) -> Params:
    api = api_of(region, params)
    changed = _PATCHES.applied(api.body, params.get("patchOperations", []))
    if not changed["name"].strip():
        raise refused("Name cannot be empty")
    if "policy" in changed:
        changed["policy"] = _policy(changed["policy"])
    api.body = changed
    return api.body


def _policy(text: str) -> str:
    """A resource policy; API Gateway answers it with its quotes escaped."""
    if text.startswith('{\\"'):
        return text  # as it was answered before
    try:
        if "Statement" not in json.loads(text):
            raise ValueError
    except (ValueError, TypeError):
        said = "Invalid policy document. Please check the policy syntax and ensure that Principals are valid."
        raise refused(said) from None
    return json.dumps(json.dumps(json.loads(text), separators=(",", ":")))[1:-1]


def delete_rest_api(region: Region, params: Params) -> Params:
    del region.apis.all[api_of(region, params).body["id"]]
    return {}
