"""Create, read, update, list and delete functions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.functions.names import LATEST
from multitool_tui.sandbox.functions.state import Function, Version
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.services import paging
from multitool_tui.sandbox.services.lambda_.code import uploaded, with_code
from multitool_tui.sandbox.services.lambda_.common import (
    MOST_ON_A_PAGE,
    check_revision,
    check_settled,
    configuration,
    function_named,
    listed_configuration,
    not_found,
)
from multitool_tui.sandbox.wire.messages import Params

# The members of FunctionConfiguration that callers set, answered as they were set.
_SETTABLE = (
    "Runtime",
    "Role",
    "Handler",
    "Description",
    "Timeout",
    "MemorySize",
    "DeadLetterConfig",
    "KMSKeyArn",
    "EphemeralStorage",
    "LoggingConfig",
    "Architectures",
    "PackageType",
)


def default_configuration(name: str) -> dict[str, Any]:
    """What a function has that nobody set."""
    return {
        "Description": "",
        "Timeout": 3,
        "MemorySize": 128,
        "PackageType": "Zip",
        "Architectures": ["x86_64"],
        "EphemeralStorage": {"Size": 512},
        "TracingConfig": {"Mode": "PassThrough"},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}"},
    }


def create_function(region: Region, params: Params) -> Params:
    name = region.place.unqualified(params["FunctionName"])
    if name in region.functions:
        raise AwsError("ResourceConflictException", f"Function already exist: {name}")
    if params.get("PackageType", "Zip") == "Zip" and not {"Runtime", "Handler"} <= params.keys():
        raise AwsError(
            "InvalidParameterValueException",
            "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
        )
    _check_role(region, params["Role"])
    code = uploaded(params["Code"], "CreateFunction")
    latest = Version(
        LATEST,
        default_configuration(name) | _set(params),
        code.sha256,
        len(code.package),
        region.now,
        region.new_revision(),
        "Pending",
        package=code.package,
    )
    function = region.functions[name] = Function(name, latest, tags=params.get("Tags", {}))
    function.begin(region.now)
    if params.get("Publish"):
        version = function.publish(None, region.now, region.new_revision)
        # Answered as the new version, but by the ARN of the function.
        return configuration(region, function, version, None)
    return configuration(region, function, function.latest, None)


def get_function(region: Region, params: Params) -> Params:
    function, version, qualifier = _find(region, params)
    location = f"https://awslambda-{region.place.region}-tasks.s3.{region.place.region}.amazonaws.com/snapshots/"
    answer = {
        "Configuration": configuration(region, function, version, qualifier),
        "Code": {"RepositoryType": "S3", "Location": f"{location}{region.place.account}/{function.name}"},
    }
    return answer | ({"Tags": function.tags} if function.tags else {})


def get_function_configuration(region: Region, params: Params) -> Params:
    return configuration(region, *_find(region, params))


def list_functions(region: Region, params: Params) -> Params:
    functions = [region.functions[name] for name in sorted(region.functions)]
    if "MasterRegion" in params and params.get("FunctionVersion") != "ALL":
        raise AwsError("InvalidParameterValueException", "FunctionVersion must be ALL when MasterRegion is specified.")
    every = params.get("FunctionVersion") == "ALL"
    entries = [
        listed_configuration(region, each, version, version.name if every else None)
        for each in functions
        for version in ([each.latest, *each.versions.values()] if every else [each.latest])
    ]
    return page_of(entries, params, "Functions")


def update_function_code(region: Region, params: Params) -> Params:
    function = function_named(region, params["FunctionName"])
    check_revision(params.get("RevisionId"), function.latest.revision_id)
    check_settled(region, function)
    changed = with_code(function.latest, uploaded(params, "UpdateFunctionCode"), region.now)
    if params.get("DryRun"):
        return configuration(region, function, changed, None)
    _begin_update(region, function, changed)
    if params.get("Publish"):
        version = function.publish(None, region.now, region.new_revision)
        return configuration(region, function, version, version.name)
    return configuration(region, function, function.latest, None)


def update_function_configuration(region: Region, params: Params) -> Params:
    function = function_named(region, params["FunctionName"])
    check_revision(params.get("RevisionId"), function.latest.revision_id)
    check_settled(region, function)
    if "Role" in params:
        _check_role(region, params["Role"])
    merged = {**function.latest.configuration, **_set(params)}
    _begin_update(region, function, replace(function.latest, configuration=merged, modified=region.now))
    return configuration(region, function, function.latest, None)


def delete_function(region: Region, params: Params) -> Params:
    ref = region.place.function_ref(params["FunctionName"], params.get("Qualifier"))
    if ref.qualifier == LATEST:
        raise AwsError(
            "InvalidParameterValueException", "$LATEST version cannot be deleted without deleting the function."
        )
    function = region.functions.get(ref.name)
    if function is None:
        raise not_found(region, ref.name)
    if ref.qualifier is None:
        for alias in list(function.aliases):
            function.delete_alias(alias, region.now)
        del region.functions[ref.name]
    elif not ref.qualifier.isdecimal():
        raise AwsError("InvalidParameterValueException", "Deletion of aliases is not currently supported.")
    else:
        if aliases := function.aliases_of(ref.qualifier):
            raise AwsError(
                "ResourceConflictException",
                f"Version {ref.qualifier} can not be deleted because it is used by alias: {', '.join(aliases)}",
            )
        function.versions.pop(ref.qualifier, None)
        function.settings.pop(ref.qualifier, None)
    return {"StatusCode": 204}


def page_of(entries: list[Params], params: Params, member: str) -> Params:
    """One of Lambda's pages: MaxItems and never more than 50, though the model allows 10,000."""
    size = min(MOST_ON_A_PAGE, params.get("MaxItems", MOST_ON_A_PAGE))
    items, marker = paging.page(entries, size, params.get("Marker"), member, "InvalidParameterValueException")
    return {member: items} | ({"NextMarker": marker} if marker else {})


def _find(region: Region, params: Params) -> tuple[Function, Version, str | None]:
    ref = region.place.function_ref(params["FunctionName"], params.get("Qualifier"))
    function = region.functions.get(ref.name)
    version = function.version(ref.qualifier) if function else None
    if function is None or version is None:
        raise not_found(region, ref.name, ref.qualifier)
    return function, version, ref.qualifier


def _check_role(region: Region, arn: str) -> None:
    """A role must trust Lambda, and a new one cannot be assumed at once. One that nobody made here is taken for one
    that was there before."""
    role = region.identities.role_of(arn)
    if role is not None and ("lambda.amazonaws.com" not in role.trusts or region.now < role.settles_at):
        raise AwsError(
            "InvalidParameterValueException", "The role defined for the function cannot be assumed by Lambda."
        )


def _set(params: Params) -> dict[str, Any]:
    given = {name: params[name] for name in _SETTABLE if name in params}
    if "Environment" in params:
        given["Environment"] = {"Variables": params["Environment"].get("Variables", {})}
    if "VpcConfig" in params:
        given["VpcConfig"] = params["VpcConfig"]
    if "TracingConfig" in params:
        given["TracingConfig"] = params["TracingConfig"]
    if "Layers" in params:
        given["Layers"] = [{"Arn": arn} for arn in params["Layers"]]
    return given


def _begin_update(region: Region, function: Function, changed: Version) -> None:
    function.latest = replace(changed, update="InProgress", revision_id=region.new_revision())
    function.begin(region.now)
