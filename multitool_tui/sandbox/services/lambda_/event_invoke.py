"""What becomes of asynchronous invocations: how often and for how long they are tried, and where they go then."""

from __future__ import annotations

from datetime import UTC, datetime

from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.functions.names import LATEST
from multitool_tui.sandbox.functions.settings import Body
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.services.lambda_.common import function_named, settings_of
from multitool_tui.sandbox.services.lambda_.functions import page_of
from multitool_tui.sandbox.wire.messages import Params

_SETTABLE = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")


def put_function_event_invoke_config(region: Region, params: Params) -> Params:
    return _write(region, params, {"DestinationConfig": {"OnSuccess": {}, "OnFailure": {}}})


def update_function_event_invoke_config(region: Region, params: Params) -> Params:
    return _write(region, params, _config(region, params))


def get_function_event_invoke_config(region: Region, params: Params) -> Params:
    return _config(region, params)


def delete_function_event_invoke_config(region: Region, params: Params) -> Params:
    _config(region, params)
    settings_of(region, params)[2].event_invoke = None
    return {}


def list_function_event_invoke_configs(region: Region, params: Params) -> Params:
    function = function_named(region, params["FunctionName"])
    found = [function.settings[name].event_invoke for name in sorted(function.settings)]
    return page_of([each for each in found if each is not None], params, "FunctionEventInvokeConfigs")


def _write(region: Region, params: Params, base: Body) -> Params:
    function, qualifier, settings = settings_of(region, params)
    given = {name: params[name] for name in _SETTABLE if name in params}
    if not given:
        raise AwsError(
            "InvalidParameterValueException",
            "You must specify at least one of error handling or destination setting.",
        )
    settings.event_invoke = {
        **base,
        **given,
        "FunctionArn": region.place.function_arn(function.name, qualifier or LATEST),
        "LastModified": datetime.fromtimestamp(region.now, UTC),
    }
    return settings.event_invoke


def _config(region: Region, params: Params) -> Body:
    function, qualifier, settings = settings_of(region, params)
    if settings.event_invoke is None:
        arn = region.place.function_arn(function.name, qualifier or LATEST)
        raise AwsError("ResourceNotFoundException", f"The function {arn} doesn't have an EventInvokeConfig")
    return settings.event_invoke
