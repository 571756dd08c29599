"""What AWS checks before it serves a call: which actions, on which resources, and what a policy says of them.

Sources: Service Authorization Reference; Lambda developer guide, "Fine-tuning the Resources and Conditions sections of
policies"; CloudWatch API reference, on alarms. The words of a denial are those of IAM user guide, "Troubleshoot access
denied error messages".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from botocore.model import OperationModel

from multitool_tui.permissions.ledger import FREE, actions_of
from multitool_tui.permissions.policy import Policy, Ruling
from multitool_tui.permissions.policy import Request as Asked
from multitool_tui.permissions.row import Operation
from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.functions.names import Place
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.services.sts import USER_ID, USER_NAME, caller_arn
from multitool_tui.sandbox.wire.messages import Params, Request

_NAMESPACE = "cloudwatch:namespace"
_PASSED_TO = "iam:passedtoservice"
_PRINCIPAL = "lambda:principal"
_FUNCTION_ARN = "lambda:functionarn"
_OF_SOME_CALLS = (_NAMESPACE, _PASSED_TO, _PRINCIPAL, _FUNCTION_ARN)
_ALL = "*"
_TAGGED_WITH = {"CreateFunction": "lambda:TagResource", "CreateRole": "iam:TagRole"}


@dataclass(frozen=True)
class Demand:
    """An action that a call needs on a resource, and the condition keys that only such a call has. `instead` is a
    second name of the action, which does as well."""

    action: str
    resource: str = _ALL
    context: dict[str, str | None] = field(default_factory=dict)
    instead: str | None = None


def check_keys(policy: Policy) -> None:
    """Make sure that every condition of a policy can be evaluated here.

    Raises:
        ValueError: in one sentence, which condition key the sandbox does not know.
    """
    known = {*_of_the_caller(Place("", "")), *_OF_SOME_CALLS}
    for key in sorted(policy.condition_keys):
        if key.lower() not in known:
            raise ValueError(f"The policy has a condition on {key}, which the sandbox knows of no request.")


def demands(region: Region, model: OperationModel, request: Request, params: Params) -> Iterator[Demand]:
    """What a call needs to be allowed, in the order in which AWS looks at it."""
    place = region.place
    service, name = model.service_model.service_name, model.name
    if service == "apigateway":
        yield Demand(f"apigateway:{model.http['method']}", f"arn:aws:apigateway:{place.region}::{request.path}")
        if name == "CreateRestApi" and params.get("tags"):
            yield Demand("apigateway:PUT", f"arn:aws:apigateway:{place.region}::/tags/*")
        yield from _beside_the_verb(place, name, request.path, params)
        return
    if service == "application-signals":
        # AWS checks application-signals actions; the older cloudwatch names stand in policies as well.
        for resource in _resources(place, service, name, params):
            yield Demand(f"{service}:{name}", resource, instead=f"cloudwatch:{name}")
        return
    if name == "Invoke":
        name = "InvokeFunction"
    special = _special(region, name, params)
    for action in actions_of(Operation(service, name)) or (f"{service}:{name}",):
        for resource in _resources(place, service, name, params):
            yield Demand(action, resource, special)
    if service == "lambda" and name in ("CreateFunction", "UpdateFunctionConfiguration") and "Role" in params:
        yield Demand("iam:PassRole", params["Role"], {_PASSED_TO: "lambda.amazonaws.com"})
    if name in _TAGGED_WITH and params.get("Tags"):
        for resource in _resources(place, service, name, params):
            yield Demand(_TAGGED_WITH[name], resource)
    if name == "PutMetricStream" and "RoleArn" in params:
        yield Demand("iam:PassRole", params["RoleArn"], {_PASSED_TO: "streams.metrics.cloudwatch.amazonaws.com"})
    if service == "cloudwatch" and name.startswith("Put") and params.get("Tags"):
        for resource in _resources(place, service, name, params):
            yield Demand("cloudwatch:TagResource", resource)


# What a member, or a path of a patch, needs beside the verb. Source: Service Authorization Reference, API Gateway.
_TOUCHED = {
    "mutualTlsAuthentication": "AddCertificateToDomain",
    "policy": "UpdateDomainNamePolicy",
    "managementPolicy": "UpdateDomainNameManagementPolicy",
}


def _beside_the_verb(place: Place, name: str, path: str, params: Params) -> Iterator[Demand]:
    """What API Gateway checks beside the verb, where something delicate is written."""
    arn = f"arn:aws:apigateway:{place.region}::{path}"
    patches = params.get("patchOperations", [])
    touched = {each.get("path", "").split("/")[1] for each in patches if each.get("path", "").startswith("/")}
    if name in ("CreateRestApi", "UpdateRestApi") and ("policy" in params or "policy" in touched):
        yield Demand("apigateway:UpdateRestApiPolicy", arn)
    if name in ("CreateDomainName", "UpdateDomainName"):
        identity = params.get("domainNameId", "")
        domain = place.domain_arn(params.get("domainName", ""), identity) if identity else arn
        for member, action in _TOUCHED.items():
            if member in params or member in touched:
                removed = {"op": "remove", "path": f"/{member}"} in patches
                gone = removed and action == "AddCertificateToDomain"
                yield Demand(f"apigateway:{'RemoveCertificateFromDomain' if gone else action}", domain)
    if name.endswith("DomainNameAccessAssociation") and name.startswith(("Create", "Reject")):
        verb = name.removesuffix("DomainNameAccessAssociation")
        yield Demand(f"apigateway:{verb}AccessAssociation", params.get("domainNameArn", ""))


def authorize(policy: Policy, region: Region, model: OperationModel, request: Request, params: Params) -> None:
    """Hold a call against a policy.

    Raises:
        AwsError: AccessDeniedException.
    """
    if Operation(model.service_model.service_name, model.name) == FREE:
        return
    caller = _of_the_caller(region.place)
    for demand in demands(region, model, request, params):
        context = dict.fromkeys(_OF_SOME_CALLS) | caller | demand.context
        names = [name for name in (demand.action, demand.instead) if name]
        rulings = [policy.decide(Asked(name, demand.resource, context)).ruling for name in names]
        if Ruling.DENIED in rulings or Ruling.ALLOWED not in rulings:
            raise denial(region.place, demand, explicit=Ruling.DENIED in rulings)


def allows(policy: Policy, region: Region, action: str, resource: str) -> bool:
    """Whether a policy lets the caller do what is no operation of an API."""
    context = dict.fromkeys(_OF_SOME_CALLS) | _of_the_caller(region.place)
    return policy.decide(Asked(action, resource, context)).ruling is Ruling.ALLOWED


def denial(place: Place, demand: Demand, *, explicit: bool = False) -> AwsError:
    """The error of a call that is not allowed, or that a statement denies."""
    reason = (
        "with an explicit deny in an identity-based policy"
        if explicit
        else f"because no identity-based policy allows the {demand.action} action"
    )
    return AwsError(
        "AccessDeniedException",
        f"User: {caller_arn(place)} is not authorized to perform: {demand.action} on resource: {demand.resource} "
        f"{reason}",
    )


def _special(region: Region, name: str, params: Params) -> dict[str, str | None]:
    """The condition keys that only this operation has."""
    if name == "PutMetricData":
        return {_NAMESPACE: params.get("Namespace")}
    if name == "AddPermission":
        return {_PRINCIPAL: params.get("Principal")}
    if name == "CreateEventSourceMapping" and "FunctionName" in params:
        ref = region.place.function_ref(params["FunctionName"])
        return {_FUNCTION_ARN: region.place.function_arn(ref.name, ref.qualifier)}
    mapping = region.event_sources.get(params.get("UUID", "")) if "EventSourceMapping" in name else None
    return {_FUNCTION_ARN: mapping.body["FunctionArn"]} if mapping else {}


def _resources(place: Place, service: str, name: str, params: Params) -> list[str]:
    """The ARNs that a call is about; `*` where AWS looks at none."""
    if "EventSourceMapping" in name:
        return [place.event_source_mapping_arn(params["UUID"])] if "UUID" in params else [_ALL]
    if name == "ListTags":
        return [params["Resource"]]
    if service == "iam":
        return [
            place.role_arn(params["RoleName"]) if "Role" in name else place.user_arn(params.get("UserName", USER_NAME))
        ]
    if service == "lambda" and "FunctionName" in params:
        function = place.function_ref(params["FunctionName"], params.get("Qualifier"))
        return [place.function_arn(function.name, function.qualifier)]
    # Reading alarms, and composite alarms, want the permission on everything.
    if name in ("PutMetricAlarm", "SetAlarmState"):
        return [place.alarm_arn(params.get("AlarmName", ""))]
    if "Dashboard" in name and "DashboardName" in params:
        return [place.dashboard_arn(params["DashboardName"])]
    if name == "GetInsightRuleReport":
        return [place.insight_rule_arn(params.get("RuleName", ""))]
    if name in ("PutMetricStream", "GetMetricStream", "DeleteMetricStream"):
        return [place.stream_arn(params.get("Name", ""))]
    if name in ("StartMetricStreams", "StopMetricStreams") and params.get("Names"):
        return [place.stream_arn(stream) for stream in params["Names"]]
    if name == "GetService":
        return [place.service_arn(params.get("KeyAttributes", {}).get("Name", ""))]
    if name == "CreateServiceLevelObjective":
        return [place.objective_arn(params.get("Name", ""))]
    if service == "cloudwatch" and "ResourceARN" in params and "tag" in name.lower():
        return [params["ResourceARN"]]
    if name == "DeleteDashboards" and params.get("DashboardNames"):
        return [place.dashboard_arn(board) for board in params["DashboardNames"]]
    if name == "DeleteAlarms" and params.get("AlarmNames"):
        return [place.alarm_arn(alarm) for alarm in params["AlarmNames"]]
    return [_ALL]


def _of_the_caller(place: Place) -> dict[str, str | None]:
    """The condition keys that every request has, in lower case."""
    return {
        "aws:principalaccount": place.account,
        "aws:principalarn": caller_arn(place),
        "aws:principaltype": "User",
        "aws:requestedregion": place.region,
        "aws:userid": USER_ID,
        "aws:username": USER_NAME,
    }
