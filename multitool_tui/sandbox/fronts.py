"""The REST APIs of a scenario, made by the calls that anybody would make."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.functions.names import Place
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.scenario import ApiSpec, StageSpec
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
            StatementId=f"front-{api}",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=source,
        )
    for stage in spec.stages:
        _put_domains(region, api, stage)
    return api


def _put_domains(region: Region, api: str, stage: StageSpec) -> None:
    """What is in front of the stage: a custom domain, and a private one that an endpoint of another account reaches."""
    certificate = f"arn:aws:acm:{region.place.region}:{region.place.account}:certificate/{UUID(int=1)}"
    for name, member, kind in (
        (stage.domain, "regionalCertificateArn", "REGIONAL"),
        (stage.private_domain, "certificateArn", "PRIVATE"),
    ):
        if not name:
            continue
        asked = {"domainName": name, member: certificate, "endpointConfiguration": {"types": [kind]}}
        made = call(region, "apigateway", "CreateDomainName", **asked)
        which = {key: made[key] for key in ("domainName", "domainNameId") if key in made}
        call(region, "apigateway", "CreateBasePathMapping", **which, restApiId=api, stage=stage.name)
        if kind == "PRIVATE":
            endpoint, other = "vpce-0a1b2c3d4e5f67890", Place("210987654321", region.place.region)
            arn = other.access_association_arn(f"{name}+{made['domainNameId']}", endpoint)
            region.apis.associations[arn] = {
                "domainNameAccessAssociationArn": arn,
                "domainNameArn": made["domainNameArn"],
                "accessAssociationSourceType": "VPCE",
                "accessAssociationSource": endpoint,
            }


def call(region: Region, service: str, operation: str, **parameters: Any) -> Params:
    """Answer a call of the scenario's own."""
    validate(parameters, operation_model(service, operation))
    # Only invocations are awaited.
    return cast("Params", HANDLERS[service][operation](region, parameters))
