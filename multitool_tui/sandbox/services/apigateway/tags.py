"""Tags of APIs and stages, by ARN."""

from __future__ import annotations

import re

from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.services.apigateway.common import not_found, refused
from multitool_tui.sandbox.wire.messages import Params

_ARN = re.compile(
    r"arn:aws[a-z-]*:apigateway:(?P<region>[a-z0-9-]+)::/restapis/(?P<api>[^/]+)(?:/stages/(?P<stage>[^/]+))?"
)
_MOST = 50


def get_tags(region: Region, params: Params) -> Params:
    return {"tags": _tags_of(region, params)}


def tag_resource(region: Region, params: Params) -> Params:
    tags = _tags_of(region, params)
    if any(key.lower().startswith("aws:") for key in params["tags"]):
        raise refused("aws: prefixed tag key names are not allowed for external use.")
    if len(tags | params["tags"]) > _MOST:
        raise refused(f"The number of tags exceeds the limit of {_MOST}.")
    tags.update(params["tags"])
    return {}


def untag_resource(region: Region, params: Params) -> Params:
    tags = _tags_of(region, params)
    for key in params["tagKeys"]:
        tags.pop(key, None)
    return {}


def _tags_of(region: Region, params: Params) -> dict[str, str]:
    match = _ARN.fullmatch(params["resourceArn"])
    if match is None or match["region"] != region.place.region:
        raise refused("Invalid resource ARN")
    api = region.apis.all.get(match["api"])
    if api is None:
        raise not_found("API", f" {region.place.account}:{match['api']}")
    body = api.body
    if match["stage"] is not None:
        if match["stage"] not in api.stages:
            raise not_found("stage")
        body = api.stages[match["stage"]]
    tags: dict[str, str] = body.setdefault("tags", {})
    return tags
