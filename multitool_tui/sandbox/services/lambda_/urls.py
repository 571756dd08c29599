"""Function URLs: the configuration of those of a function and of its aliases."""

from __future__ import annotations

from datetime import UTC, datetime

from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.functions.settings import Body
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.services.lambda_.common import function_named, settings_of
from multitool_tui.sandbox.services.lambda_.functions import page_of
from multitool_tui.sandbox.wire.messages import Params


def create_function_url_config(region: Region, params: Params) -> Params:
    function, qualifier, settings = settings_of(region, params)
    if qualifier is not None and qualifier not in function.aliases:
        raise AwsError("InvalidParameterValueException", "A function URL is of a function or of one of its aliases.")
    arn = region.place.function_arn(function.name, qualifier)
    if settings.url is not None:
        raise AwsError(
            "ResourceConflictException",
            f"Failed to create function url config for [functionArn = {arn}]. Error message:  "
            "FunctionUrlConfig exists for this Lambda function",
        )
    name = region.new_revision().replace("-", "")
    now = datetime.fromtimestamp(region.now, UTC).isoformat(timespec="milliseconds")
    settings.url = {
        "FunctionUrl": f"/_url/{name}/",
        "FunctionArn": arn,
        "AuthType": params["AuthType"],
        "CreationTime": now,
        "LastModifiedTime": now,
        "InvokeMode": params.get("InvokeMode", "BUFFERED"),
    }
    if "Cors" in params:
        settings.url["Cors"] = params["Cors"]
    return {name: value for name, value in _answer(region, settings.url).items() if name != "LastModifiedTime"}


def get_function_url_config(region: Region, params: Params) -> Params:
    return _answer(region, _url(region, params))


def delete_function_url_config(region: Region, params: Params) -> Params:
    _url(region, params)
    settings_of(region, params)[2].url = None
    return {}


def list_function_url_configs(region: Region, params: Params) -> Params:
    function = function_named(region, params["FunctionName"])
    found = [function.settings[name].url for name in sorted(function.settings)]
    return page_of([_answer(region, each) for each in found if each is not None], params, "FunctionUrlConfigs")


def _answer(region: Region, config: Body) -> Body:
    """A URL's configuration as it is told: AWS's would be https://<id>.lambda-url.<region>.on.aws/, this one answers on
    this machine, where the sandbox is by now."""
    return {**config, "FunctionUrl": region.url + config["FunctionUrl"]}


def _url(region: Region, params: Params) -> Body:
    found = settings_of(region, params)[2].url
    if found is None:
        raise AwsError("ResourceNotFoundException", "The resource you requested does not exist.")
    return found
