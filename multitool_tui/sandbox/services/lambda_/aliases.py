"""Create, read, update, list and delete aliases: where canary traffic is set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.functions.names import LATEST
from multitool_tui.sandbox.functions.state import Alias, AliasState, Function
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.services.lambda_.common import check_revision, function_named, not_found
from multitool_tui.sandbox.services.lambda_.functions import page_of
from multitool_tui.sandbox.wire.messages import Params


def create_alias(region: Region, params: Params) -> Params:
    # The error of a missing function names the version, as AWS's does.
    function = function_named(region, params["FunctionName"], params["FunctionVersion"])
    name = params["Name"]
    weights = _weights(params) or {}
    _check_routing(region, function, params["FunctionVersion"], weights)
    if name in function.aliases:
        arn = region.place.function_arn(function.name, name)
        raise AwsError("ResourceConflictException", f"Alias already exists: {arn}")
    state = AliasState(name, params["FunctionVersion"], weights, params.get("Description", ""), region.new_revision())
    function.set_alias(state, region.now)
    return _written(region, function, state)


def get_alias(region: Region, params: Params) -> Params:
    function, alias = _find(region, params, "Cannot find alias arn")
    return _written(region, function, alias.seen_at(region.now - region.alias_lag))


def update_alias(region: Region, params: Params) -> Params:
    function, alias = _find(region, params, "Alias not found")
    current = alias.current
    check_revision(params.get("RevisionId"), current.revision_id)
    weights = _weights(params)
    state = replace(
        current,
        version=params.get("FunctionVersion", current.version),
        weights=current.weights if weights is None else weights,
        description=params.get("Description", current.description),
    )
    _check_routing(region, function, state.version, state.weights)
    state = replace(state, revision_id=region.new_revision())
    function.set_alias(state, region.now)
    return _written(region, function, state)


def delete_alias(region: Region, params: Params) -> Params:
    # AWS answers 204 also when the alias is not there.
    function_named(region, params["FunctionName"]).delete_alias(params["Name"], region.now)
    return {}


def list_aliases(region: Region, params: Params) -> Params:
    function = function_named(region, params["FunctionName"])
    states = [function.aliases[name].seen_at(region.now - region.alias_lag) for name in sorted(function.aliases)]
    wanted = params.get("FunctionVersion")
    if wanted is not None:
        states = [state for state in states if wanted == state.version or wanted in state.weights]
    return page_of([_written(region, function, state) for state in states], params, "Aliases")


def _find(region: Region, params: Params, error: str) -> tuple[Function, Alias]:
    """The alias and its function. AWS has a wording of its own for each operation when there is none."""
    name = region.place.unqualified(params["FunctionName"])
    function = region.functions.get(name)
    alias = function.aliases.get(params["Name"]) if function else None
    if function is None or alias is None:
        arn = region.place.function_arn(name, params["Name"])
        raise AwsError("ResourceNotFoundException", f"{error}: {arn}")
    return function, alias


def _weights(params: Params) -> Mapping[str, float] | None:
    """The weights that are asked for; None when the caller leaves them as they are."""
    routing = params.get("RoutingConfig")
    return None if routing is None else routing.get("AdditionalVersionWeights", {})


def _check_routing(region: Region, function: Function, version: str, weights: Mapping[str, float]) -> None:
    if len(weights) > 1:
        raise AwsError(
            "InvalidParameterValueException", "Number of items in AdditionalVersionWeights cannot be greater than 1"
        )
    if version in weights:
        raise AwsError(
            "InvalidParameterValueException",
            f"Invalid function version {version}. Function version {version} is already included in routing "
            "configuration.",
        )
    if weights and version == LATEST:
        raise AwsError(
            "InvalidParameterValueException", "$LATEST is not supported for an alias pointing to more than 1 version"
        )
    for name in (version, *weights):
        if function.version(name) is None or not (name == LATEST or name in function.versions):
            raise not_found(region, function.name, name)
    for name in weights:
        _check_alike(function, version, name)


def _check_alike(function: Function, version: str, other: str) -> None:
    """Both versions of a weighted alias must have the same execution role and the same dead-letter queue, or none
    (Lambda developer guide, "Implement Lambda canary deployments using a weighted alias")."""
    one, two = function.versions[version].configuration, function.versions[other].configuration
    if one.get("Role") != two.get("Role"):
        raise AwsError(
            "InvalidParameterValueException", "Specified versions must be associated with the same execution role"
        )
    if _dead_letters(one) != _dead_letters(two):
        raise AwsError(
            "InvalidParameterValueException", "Specified versions must be associated with the same dead letter queue"
        )


def _dead_letters(configuration: Mapping[str, Mapping[str, str]]) -> str | None:
    return configuration.get("DeadLetterConfig", {}).get("TargetArn") or None


def _written(region: Region, function: Function, state: AliasState) -> Params:
    routing = {"RoutingConfig": {"AdditionalVersionWeights": dict(state.weights)}} if state.weights else {}
    return {
        "AliasArn": region.place.function_arn(function.name, state.name),
        "Name": state.name,
        "FunctionVersion": state.version,
        "Description": state.description,
        "RevisionId": state.revision_id,
    } | routing
