"""What Lambda's operations share: finding functions, checking revisions, writing configurations."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.functions.settings import Settings
from multitool_tui.sandbox.functions.state import Function, Version
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.wire.messages import Params

MOST_ON_A_PAGE = 50

_STALE = (
    "The Revision Id provided does not match the latest Revision Id. "
    "Call the GetFunction/GetAlias API to retrieve the latest Revision Id"
)


def function_named(region: Region, text: str, suffix: str | None = None) -> Function:
    """The function that an unqualified FunctionName names. `suffix`: what the error's ARN ends with.

    Raises:
        AwsError: ResourceNotFoundException.
    """
    name = region.place.unqualified(text)
    function = region.functions.get(name)
    if function is None:
        raise not_found(region, name, suffix)
    return function


def settings_of(region: Region, params: Params) -> tuple[Function, str | None, Settings]:
    """What is set on the function, version or alias that a call names; with the function and the qualifier.

    Raises:
        AwsError: ResourceNotFoundException.
    """
    ref = region.place.function_ref(params["FunctionName"], params.get("Qualifier"))
    function = region.functions.get(ref.name)
    if function is None or function.version(ref.qualifier) is None:
        raise not_found(region, ref.name, ref.qualifier)
    return function, ref.qualifier, function.settings.setdefault(ref.qualifier or "", Settings())


def not_found(region: Region, name: str, qualifier: str | None = None) -> AwsError:
    """The error of a function, version or alias that is not there."""
    return AwsError("ResourceNotFoundException", f"Function not found: {region.place.function_arn(name, qualifier)}")


def check_revision(given: str | None, latest: str) -> None:
    """Compare and swap: a caller who names a revision must name the latest.

    Raises:
        AwsError: PreconditionFailedException.
    """
    if given is not None and given != latest:
        raise AwsError("PreconditionFailedException", _STALE)


def check_settled(region: Region, function: Function) -> None:
    """Nothing may be changed or published while a creation or an update is under way.

    Raises:
        AwsError: ResourceConflictException.
    """
    arn = region.place.function_arn(function.name)
    if function.latest.state == "Pending":
        raise AwsError(
            "ResourceConflictException",
            "The operation cannot be performed at this time. The function is currently in the following state: Pending",
        )
    if function.latest.update == "InProgress":
        raise AwsError(
            "ResourceConflictException",
            f"The operation cannot be performed at this time. An update is in progress for resource: {arn}",
        )


def configuration(region: Region, function: Function, version: Version, qualifier: str | None) -> Params:
    """FunctionConfiguration as single functions are answered; `qualifier` is what the ARN ends with."""
    result = listed_configuration(region, function, version, qualifier)
    result["State"] = version.state
    if "Runtime" in version.configuration:
        result["RuntimeVersionConfig"] = {"RuntimeVersionArn": _runtime_version(region, function, version)}
    if version.state == "Pending":
        result["StateReason"], result["StateReasonCode"] = "The function is being created.", "Creating"
        return result
    result["LastUpdateStatus"] = version.update
    if version.update == "InProgress":
        result["LastUpdateStatusReason"] = "The function is being created."
        result["LastUpdateStatusReasonCode"] = "Creating"
    return result


def _runtime_version(region: Region, function: Function, version: Version) -> str:
    """What a version runs on: the runtime it is held to, or the newest of its language."""
    settings = function.settings.get(version.name)
    pinned = (settings.runtime_management or {}).get("RuntimeVersionArn") if settings else None
    newest = hashlib.sha256(str(version.configuration["Runtime"]).encode()).hexdigest()
    return str(pinned or f"arn:aws:lambda:{region.place.region}::runtime:{newest}")


def listed_configuration(region: Region, function: Function, version: Version, qualifier: str | None) -> Params:
    """FunctionConfiguration as lists have it: without the states."""
    modified = datetime.fromtimestamp(version.modified, UTC)
    set_by_caller: dict[str, Any] = dict(version.configuration)
    return set_by_caller | {
        "FunctionName": function.name,
        "FunctionArn": region.place.function_arn(function.name, qualifier),
        "CodeSize": version.code_size,
        "CodeSha256": version.code_sha256,
        "LastModified": modified.strftime("%Y-%m-%dT%H:%M:%S.") + f"{modified.microsecond // 1000:03d}+0000",
        "Version": version.name,
        "RevisionId": version.revision_id,
    }
