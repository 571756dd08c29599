"""The REST APIs of a scenario, made by the calls that anybody would make."""

from __future__ import annotations

from typing import Any, cast

from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.scenario import ApiSpec
from multitool_tui.sandbox.services.registry import HANDLERS
from multitool_tui.sandbox.wire.messages import Params
from multitool_tui.sandbox.wire.models import operation_model
from multitool_tui.sandbox.wire.validation import validate


def put_api(region: Region, spec: ApiSpec) -> str:
    """Make an API with its stages, allow it to invoke, and return its id.

    Raises:
        ValueError: in one sentence, when AWS would refuse what the scenario asks for.
    """
    try:
        return _put(region, spec)
    except AwsError as error:
        raise ValueError(f"API {spec.name}: {error.message}") from error


def _put(region: Region, spec: ApiSpec) -> str:
    made = call(region, "apigateway", "CreateRestApi", name=spec.name, description=spec.description)
    api: str = made["id"]
    resource = made["rootResourceId"]
    for part in spec.path[1:].split("/"):
        resource = call(region, "apigateway", "CreateResource", restApiId=api, parentId=resource, pathPart=part)["id"]
    method = {"restApiId": api, "resourceId": resource, "httpMethod": spec.verb}
    call(region, "apigateway", "PutMethod", **method, authorizationType="NONE")
    function = region.place.function_arn(spec.function, spec.qualifier)
    path = f"lambda:path/2015-03-31/functions/{function}/invocations"
    uri = f"arn:aws:apigateway:{region.place.region}:{path}"
    call(region, "apigateway", "PutIntegration", **method, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    for stage in spec.stages:
        deployed = {"stageName": stage.name, "stageDescription": stage.description, "variables": stage.variables}
        call(region, "apigateway", "CreateDeployment", restApiId=api, **deployed)
    source = f"{region.place.execute_api_arn(api)}/*/{spec.verb}{spec.path}"
    for qualifier in spec.allowed:
        call(
            region,
            "lambda",
            "AddPermission",
            FunctionName=spec.function,
            Qualifier=qualifier,
            StatementId=f"{spec.name}-{api}",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=source,
        )
    return api


def call(region: Region, service: str, operation: str, **parameters: Any) -> Params:
    """Answer a call of the scenario's own."""
    validate(parameters, operation_model(service, operation))
    # Only invocations are awaited.
    return cast("Params", HANDLERS[service][operation](region, parameters))
