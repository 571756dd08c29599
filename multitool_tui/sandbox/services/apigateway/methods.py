"""The methods of a path, and the answers that they declare."""

from __future__ import annotations

from multitool_tui.sandbox.apis.state import Body
from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.services.apigateway.common import api_of, given, method_of, refused, resource_of
from multitool_tui.sandbox.wire.messages import Params

_VERBS = ("ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_SETTABLE = (
    "httpMethod",
    "authorizationType",
    "authorizerId",
    "operationName",
    "requestParameters",
    "requestModels",
    "requestValidatorId",
    "authorizationScopes",
)


def put_method(region: Region, params: Params) -> Params:
    methods = resource_of(api_of(region, params), params).setdefault("resourceMethods", {})
    verb = params["httpMethod"]
    if verb not in _VERBS:
        raise refused(f"Invalid HttpMethod specified. Valid options are {','.join(_VERBS)}")
    if verb in methods:
        raise AwsError("ConflictException", "Method already exists for this resource")
    body: Body = given(params, *_SETTABLE) | {"apiKeyRequired": params.get("apiKeyRequired", False)}
    methods[verb] = body
    return body


def get_method(region: Region, params: Params) -> Params:
    return method_of(region, params)


def delete_method(region: Region, params: Params) -> Params:
    method_of(region, params)
    del resource_of(api_of(region, params), params)["resourceMethods"][params["httpMethod"]]
    return {}


def put_method_response(region: Region, params: Params) -> Params:
    responses = method_of(region, params).setdefault("methodResponses", {})
    if params["statusCode"] in responses:
        raise AwsError("ConflictException", "Response already exists for this resource")
    body = given(params, "statusCode", "responseParameters", "responseModels")
    responses[params["statusCode"]] = body
    return body
