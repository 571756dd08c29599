"""Stages: create, read, list, patch and delete. A canary release is moved and promoted by patches of its stage."""

from __future__ import annotations

import re
from collections.abc import Mapping

from multitool_tui.sandbox.apis.state import Body
from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.services.apigateway.canary import check_canary, completed, percent
from multitool_tui.sandbox.services.apigateway.common import (
    api_of,
    deployment_of,
    given,
    moment,
    not_found,
    refused,
)
from multitool_tui.sandbox.services.apigateway.patching import Patches, switch, text
from multitool_tui.sandbox.wire.messages import Params

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
_VARIABLE = re.compile(r"[A-Za-z0-9_]+")
_VARIABLE_VALUE = re.compile(r"[A-Za-z0-9\-._~:/?#&=,]+")  # API reference, CreateStage
_SETTABLE = ("description", "cacheClusterEnabled", "cacheClusterSize", "variables", "documentationVersion", "tags")
_OVERRIDES = "/canarySettings/stageVariableOverrides"
_PATCHES = Patches(
    {
        "/deploymentId": text,
        "/description": text,
        "/documentationVersion": text,
        "/clientCertificateId": text,
        "/cacheClusterEnabled": switch,
        "/cacheClusterSize": text,
        "/tracingEnabled": switch,
        "/accessLogSettings/destinationArn": text,
        "/accessLogSettings/format": text,
        "/canarySettings/percentTraffic": percent,
        "/canarySettings/deploymentId": text,
        "/canarySettings/useStageCache": switch,
    },
    maps=("/variables", _OVERRIDES),
    removable=("/canarySettings", "/accessLogSettings", _OVERRIDES),
    copies={"/deploymentId": "/canarySettings/deploymentId", "/variables": _OVERRIDES},
)


def create_stage(region: Region, params: Params) -> Params:
    api = api_of(region, params)
    name = params["stageName"]
    check_name(name)
    check_variables(params.get("variables", {}))
    deployment_of(api, params["deploymentId"])
    if name in api.stages:
        raise AwsError("ConflictException", "Stage already exists")
    body = new_stage(region, name, params["deploymentId"]) | given(params, *_SETTABLE)
    body["tracingEnabled"] = params.get("tracingEnabled", False)
    if "canarySettings" in params:
        check_canary(params["canarySettings"])
        body["canarySettings"] = params["canarySettings"]
        completed(body)
        deployment_of(api, body["canarySettings"]["deploymentId"])
    api.stages[name] = body
    return body


def get_stage(region: Region, params: Params) -> Params:
    return _stage_of(region, params)


def get_stages(region: Region, params: Params) -> Params:
    """All of them: this list has no pages."""
    stages = api_of(region, params).stages.values()
    wanted = params.get("deploymentId")
    return {"item": [each for each in stages if wanted in (None, each["deploymentId"])]}


def update_stage(region: Region, params: Params) -> Params:
    api = api_of(region, params)
    changed = _PATCHES.applied(_stage_of(region, params), params.get("patchOperations", ()))
    completed(changed)
    canary = changed.get("canarySettings", {})
    for name in (changed["deploymentId"], canary.get("deploymentId")):
        if name is not None and name not in api.deployments:
            raise refused("Deployment id does not exist")
    check_variables(changed.get("variables", {}))
    check_variables(canary.get("stageVariableOverrides", {}))
    changed["lastUpdatedDate"] = moment(region)
    api.stages[changed["stageName"]] = changed
    return changed


def delete_stage(region: Region, params: Params) -> Params:
    del api_of(region, params).stages[_stage_of(region, params)["stageName"]]
    return {}


def new_stage(region: Region, name: str, deployment: str) -> Body:
    """A stage with nothing set."""
    return {
        "deploymentId": deployment,
        "stageName": name,
        "cacheClusterEnabled": False,
        "cacheClusterStatus": "NOT_AVAILABLE",
        "methodSettings": {},
        "tracingEnabled": False,
        "createdDate": moment(region),
        "lastUpdatedDate": moment(region),
    }


def check_name(name: str) -> None:
    """Letters, digits, hyphens and underscores.

    Raises:
        AwsError: BadRequestException.
    """
    if not _NAME.fullmatch(name):
        raise refused("Stage name only allows a-zA-Z0-9-_")


def check_variables(variables: Mapping[str, str]) -> None:
    """Names and values of stage variables.

    Raises:
        AwsError: BadRequestException.
    """
    for name, value in variables.items():
        if not _VARIABLE.fullmatch(name):
            raise refused("Stage variable name must be alphanumeric and can contain underscores")
        if not _VARIABLE_VALUE.fullmatch(value):
            raise refused(r"Stage variable value is invalid: it must match [A-Za-z0-9\-._~:/?#&=,]+")


def _stage_of(region: Region, params: Params) -> Body:
    stages = api_of(region, params).stages
    if params["stageName"] not in stages:
        raise not_found("stage")
    return stages[params["stageName"]]
