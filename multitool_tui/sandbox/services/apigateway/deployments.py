"""Deployments: snapshots of an API, for a stage or for its canary."""

from __future__ import annotations

from multitool_tui.sandbox.apis.state import Api, Body, Deployment
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.services.apigateway.canary import check_canary
from multitool_tui.sandbox.services.apigateway.common import api_of, deployment_of, given, moment, page_of, refused
from multitool_tui.sandbox.services.apigateway.stages import check_name, check_variables, new_stage
from multitool_tui.sandbox.wire.messages import Params


def create_deployment(region: Region, params: Params) -> Params:
    api = api_of(region, params)
    stage_name, canary = params.get("stageName"), params.get("canarySettings")
    _check_methods(api)
    check_variables(params.get("variables", {}))
    if stage_name:
        check_name(stage_name)
    if canary is not None:
        check_canary(canary)
        if stage_name not in api.stages:
            raise refused("Deployment with canary settings requires an existing stage")
    elif stage_name and "canarySettings" in api.stages.get(stage_name, {}):
        # Developer guide, "Set up an API Gateway canary release deployment".
        raise refused(f"Stage {stage_name} has an active canary. Disable the canary, or deploy with canary settings.")
    name = region.apis.new_id(6)
    body = given(params, "description") | {"id": name, "createdDate": moment(region)}
    api.deployments[name] = Deployment(body, api.snapshot())
    if stage_name:
        _put_on_stage(region, api, stage_name, name, params)
    return body


def get_deployment(region: Region, params: Params) -> Params:
    deployment = deployment_of(api_of(region, params), params["deploymentId"])
    if "apisummary" not in params.get("embed", ()):
        return deployment.body
    summary = {
        resource["path"]: {
            verb: {"authorizationType": method["authorizationType"], "apiKeyRequired": method["apiKeyRequired"]}
            for verb, method in resource["resourceMethods"].items()
        }
        for resource in deployment.resources.values()
        if resource.get("resourceMethods")
    }
    return deployment.body | {"apiSummary": summary}


def get_deployments(region: Region, params: Params) -> Params:
    found = api_of(region, params).deployments.values()
    return page_of([each.body for each in found], params, "deployments")


def delete_deployment(region: Region, params: Params) -> Params:
    api = api_of(region, params)
    name = params["deploymentId"]
    deployment_of(api, name)
    for stage in api.stages.values():
        if name in (stage["deploymentId"], stage.get("canarySettings", {}).get("deploymentId")):
            raise refused("Active stages pointing to this deployment must be moved or deleted")
    del api.deployments[name]
    return {}


def _check_methods(api: Api) -> None:
    methods = [each for resource in api.resources.values() for each in resource.get("resourceMethods", {}).values()]
    if not methods:
        raise refused("The REST API doesn't contain any methods")
    if any("methodIntegration" not in each for each in methods):
        raise refused("No integration defined for method")


def _put_on_stage(region: Region, api: Api, stage_name: str, deployment: str, params: Params) -> None:
    """The new deployment goes to the stage, or with canary settings to its canary."""
    canary = params.get("canarySettings")
    if canary is not None:
        stage = api.stages[stage_name]
        stage["canarySettings"] = (
            {"percentTraffic": 0.0, "useStageCache": False} | canary | {"deploymentId": deployment}
        )
        stage["lastUpdatedDate"] = moment(region)
        return
    settings: Body = given(params, "cacheClusterEnabled", "cacheClusterSize", "tracingEnabled")
    if "stageDescription" in params:
        settings["description"] = params["stageDescription"]
    if "variables" in params:
        settings["variables"] = params["variables"]
    if stage_name not in api.stages:
        api.stages[stage_name] = new_stage(region, stage_name, deployment)
    api.stages[stage_name] |= settings | {"deploymentId": deployment, "lastUpdatedDate": moment(region)}
