"""What the account may use of Lambda and what it uses, and the tags of its functions."""

from __future__ import annotations

from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.services.lambda_.common import function_named, not_found
from multitool_tui.sandbox.wire.messages import Params

# Lambda developer guide, "Lambda quotas": the default ones; bytes.
_LIMITS = {
    "TotalCodeSize": 80_530_636_800,
    "CodeSizeUnzipped": 262_144_000,
    "CodeSizeZipped": 52_428_800,
    "ConcurrentExecutions": 1000,
    "UnreservedConcurrentExecutions": 1000,
}


def get_account_settings(region: Region, _params: Params) -> Params:
    functions = region.functions.values()
    versions = [version for each in functions for version in (each.latest, *each.versions.values())]
    usage = {"TotalCodeSize": sum(each.code_size for each in versions), "FunctionCount": len(functions)}
    return {"AccountLimit": _LIMITS, "AccountUsage": usage}


def list_tags(region: Region, params: Params) -> Params:
    return {"Tags": function_named(region, params["Resource"]).tags}


def get_provisioned_concurrency_config(region: Region, params: Params) -> Params:
    """None here has any."""
    function = function_named(region, params["FunctionName"])
    if function.version(params["Qualifier"]) is None:
        raise not_found(region, function.name, params["Qualifier"])
    raise AwsError(
        "ProvisionedConcurrencyConfigNotFoundException", "No Provisioned Concurrency Config found for this function"
    )
