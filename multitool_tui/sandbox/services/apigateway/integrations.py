"""What is behind a method: its integration, and how the answers of that are passed on."""

from __future__ import annotations

import re

from multitool_tui.sandbox.apis.state import Body
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.services.apigateway.common import given, method_of, not_found, refused
from multitool_tui.sandbox.services.apigateway.patching import Patches, text
from multitool_tui.sandbox.wire.messages import Params

_SETTABLE = (
    "type",
    "uri",
    "connectionType",
    "connectionId",
    "credentials",
    "requestParameters",
    "requestTemplates",
    "contentHandling",
    "tlsConfig",
)
_ARN = re.compile(r"arn:aws[a-z-]*:apigateway:[a-z0-9-]+:[a-z0-9.-]+:(?:path|action)/.+")
_LONGEST_MS = 29_000  # "Amazon API Gateway quotas"


def _milliseconds(value: str) -> int:
    if not 50 <= int(value) <= _LONGEST_MS:
        raise ValueError(value)
    return int(value)


_PATCHES = Patches(
    {
        "/uri": text,
        "/httpMethod": text,
        "/credentials": text,
        "/passthroughBehavior": text,
        "/contentHandling": text,
        "/connectionType": text,
        "/connectionId": text,
        "/cacheNamespace": text,
        "/timeoutInMillis": _milliseconds,
    },
    maps=("/requestParameters", "/requestTemplates"),
    addable=True,
)


def put_integration(region: Region, params: Params) -> Params:
    method = method_of(region, params)
    kind = params["type"]
    if kind != "MOCK" and not params.get("integrationHttpMethod"):
        raise refused("Enumeration value for HttpMethod must be non-empty")
    timeout = params.get("timeoutInMillis", _LONGEST_MS)
    if not 50 <= timeout <= _LONGEST_MS:
        raise refused(f"Timeout should be between 50 ms and {_LONGEST_MS} ms")
    body: Body = given(params, *_SETTABLE) | {
        "passthroughBehavior": params.get("passthroughBehavior", "WHEN_NO_MATCH"),
        "timeoutInMillis": timeout,
        "cacheNamespace": params.get("cacheNamespace", params["resourceId"]),
        "cacheKeyParameters": params.get("cacheKeyParameters", []),
    }
    if kind != "MOCK":
        body["httpMethod"] = params["integrationHttpMethod"]
    _check_uri(body)
    method["methodIntegration"] = body
    return body


def get_integration(region: Region, params: Params) -> Params:
    return _integration_of(region, params)


def update_integration(region: Region, params: Params) -> Params:
    changed = _PATCHES.applied(_integration_of(region, params), params.get("patchOperations", ()))
    _check_uri(changed)
    method_of(region, params)["methodIntegration"] = changed
    return changed


def delete_integration(region: Region, params: Params) -> Params:
    _integration_of(region, params)
    del method_of(region, params)["methodIntegration"]
    return {}


def put_integration_response(region: Region, params: Params) -> Params:
    responses = _integration_of(region, params).setdefault("integrationResponses", {})
    body = given(params, "statusCode", "selectionPattern", "responseParameters", "responseTemplates", "contentHandling")
    responses[params["statusCode"]] = body
    return body


def _integration_of(region: Region, params: Params) -> Body:
    method = method_of(region, params)
    if "methodIntegration" not in method:
        raise not_found("Integration")
    found: Body = method["methodIntegration"]
    return found


def _check_uri(body: Body) -> None:
    uri = body.get("uri", "")
    if body["type"] in ("AWS", "AWS_PROXY") and not _ARN.fullmatch(uri):
        raise refused("Invalid ARN specified in the request")

    if body["type"] in ("HTTP", "HTTP_PROXY") and not re.match(r"https?://|\$\{stageVariables\.", uri):
        raise refused("Invalid HTTP endpoint specified for URI")
