"""What API Gateway's operations share: finding things, naming them, and pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from multitool_tui.sandbox.apis.state import Api, Body, Deployment
from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.services import paging
from multitool_tui.sandbox.wire.messages import Params

_USUAL_PAGE = 25
_LARGEST_PAGE = 500


def api_of(region: Region, params: Params) -> Api:
    """The API that a call names.

    Raises:
        AwsError: NotFoundException.
    """
    name = params["restApiId"]
    if name not in region.apis.all:
        raise not_found("API", f" {region.place.account}:{name}")
    return region.apis.all[name]


def resource_of(api: Api, params: Params, member: str = "resourceId") -> Body:
    """The resource that a call names.

    Raises:
        AwsError: NotFoundException.
    """
    if params[member] not in api.resources:
        raise not_found("Resource")
    return api.resources[params[member]]


def method_of(region: Region, params: Params) -> Body:
    """The method of a resource that a call names.

    Raises:
        AwsError: NotFoundException.
    """
    methods: Body = resource_of(api_of(region, params), params).get("resourceMethods", {})
    if params["httpMethod"] not in methods:
        raise not_found("Method")
    found: Body = methods[params["httpMethod"]]
    return found


def deployment_of(api: Api, name: str) -> Deployment:
    """A deployment of an API.

    Raises:
        AwsError: NotFoundException.
    """
    if name not in api.deployments:
        raise not_found("Deployment")
    return api.deployments[name]


def not_found(kind: str, which: str = "") -> AwsError:
    """The error of what is not there."""
    return AwsError("NotFoundException", f"Invalid {kind} identifier specified{which}")


def refused(message: str) -> AwsError:
    """The error of a call that makes no sense."""
    return AwsError("BadRequestException", message)


def moment(region: Region) -> datetime:
    """Now, to the second, as API Gateway writes its dates."""
    return datetime.fromtimestamp(int(region.now), UTC)


def given(params: Params, *names: str) -> Body:
    """Those members of a call that a caller gave."""
    return {name: params[name] for name in names if name in params}


def page_of(items: Sequence[Body], params: Params, kind: str) -> Params:
    """One of API Gateway's pages: 25 items, or `limit`, up to 500; `position` is where the next begins.

    Raises:
        AwsError: BadRequestException, for a position that is none of ours.
    """
    size = min(_LARGEST_PAGE, max(1, params.get("limit", _USUAL_PAGE)))
    shown, position = paging.page(items, size, params.get("position"), kind, "BadRequestException")
    return {"items": shown} | ({"position": position} if position else {})
