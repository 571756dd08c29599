"""When a function gets a newer runtime."""

from __future__ import annotations

from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.functions.names import LATEST
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.services.lambda_.common import settings_of
from multitool_tui.sandbox.wire.messages import Params


def put_runtime_management_config(region: Region, params: Params) -> Params:
    settings = settings_of(region, params)[2]
    # API reference: the ARN is for Manual, and for nothing else.
    if (params["UpdateRuntimeOn"] == "Manual") != ("RuntimeVersionArn" in params):
        raise AwsError(
            "InvalidParameterValueException",
            "RuntimeVersionArn must be specified when UpdateRuntimeOn is Manual, and only then.",
        )
    names = ("UpdateRuntimeOn", "RuntimeVersionArn")
    settings.runtime_management = {name: params[name] for name in names if name in params}
    return get_runtime_management_config(region, params)


def get_runtime_management_config(region: Region, params: Params) -> Params:
    function, qualifier, settings = settings_of(region, params)
    arn = region.place.function_arn(function.name, qualifier or LATEST)
    return (settings.runtime_management or {"UpdateRuntimeOn": "Auto"}) | {"FunctionArn": arn}
