"""The paths of an API."""

from __future__ import annotations

import re

from multitool_tui.sandbox.apis.state import Body
from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.services.apigateway.common import api_of, page_of, refused, resource_of
from multitool_tui.sandbox.wire.messages import Params

_PART = re.compile(r"[a-zA-Z0-9._:-]+|\{[a-zA-Z0-9._:-]+\+?\}")


def create_resource(region: Region, params: Params) -> Params:
    api = api_of(region, params)
    parent = resource_of(api, params, "parentId")
    part = params["pathPart"]
    if not _PART.fullmatch(part):
        raise refused(
            "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the "
            "beginning and the end."
        )
    siblings = [each for each in api.resources.values() if each.get("parentId") == parent["id"]]
    if part in {each["pathPart"] for each in siblings}:
        raise AwsError("ConflictException", f"Another resource with the same parent already has this name: {part}")
    name = region.apis.new_id(6)
    path = f"{parent['path'].rstrip('/')}/{part}"
    api.resources[name] = {"id": name, "parentId": parent["id"], "pathPart": part, "path": path}
    return api.resources[name]


def get_resource(region: Region, params: Params) -> Params:
    return _shown(resource_of(api_of(region, params), params), params)


def get_resources(region: Region, params: Params) -> Params:
    return page_of([_shown(each, params) for each in api_of(region, params).resources.values()], params, "resources")


def delete_resource(region: Region, params: Params) -> Params:
    """With everything below it."""
    api = api_of(region, params)
    gone = resource_of(api, params)
    if "parentId" not in gone:
        raise refused("Root resource cannot be deleted")
    for name, each in list(api.resources.items()):
        if name == gone["id"] or each["path"].startswith(f"{gone['path']}/"):
            del api.resources[name]
    return {}


def _shown(resource: Body, params: Params) -> Body:
    """Methods are only named, unless a caller asks for them."""
    if "methods" in params.get("embed", ()) or "resourceMethods" not in resource:
        return resource
    return resource | {"resourceMethods": {name: {} for name in resource["resourceMethods"]}}
