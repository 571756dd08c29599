"""Event source mappings: queues and streams that a function reads. They are kept, nothing is read from them."""

from __future__ import annotations

from datetime import UTC, datetime

from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.functions.settings import Body, EventSourceMapping
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.services.lambda_.common import not_found
from multitool_tui.sandbox.services.lambda_.functions import page_of
from multitool_tui.sandbox.wire.messages import Params

_SETTLES_AFTER = 2.0
_BATCHES = {"sqs": 10}  # records by default; every other source has 100
_STREAMS = ("dynamodb", "kinesis")
# What the function's role must be allowed to do, and the words in which AWS misses it.
_POLLING = {
    "sqs": (
        "sqs:ReceiveMessage",
        "The function execution role does not have permissions to call ReceiveMessage on SQS",
    ),
    "kinesis": (
        "kinesis:GetRecords",
        "Cannot access stream {source}. Please ensure the role can perform the GetRecords, GetShardIterator, "
        "DescribeStream, ListShards, and ListStreams Actions on your stream in IAM.",
    ),
    "dynamodb": (
        "dynamodb:GetRecords",
        "Cannot access stream {source}. Please ensure the role can perform the GetRecords, GetShardIterator, "
        "DescribeStream, and ListStreams Actions on your stream in IAM.",
    ),
}
_NOT_KEPT = ("UUID", "FunctionName", "Enabled", "Tags")


def create_event_source_mapping(region: Region, params: Params) -> Params:
    source = params.get("EventSourceArn", "")
    if not source and "SelfManagedEventSource" not in params:
        raise AwsError("InvalidParameterValueException", "Either EventSourceArn or SelfManagedEventSource is required.")
    kind = source.split(":")[2] if source.count(":") >= 5 else ""
    if kind in _STREAMS and "StartingPosition" not in params:
        raise AwsError("InvalidParameterValueException", f"StartingPosition is required for {kind} event sources.")
    function = _function_arn(region, params["FunctionName"])
    _check_role(region, function, kind, source)
    for other in _mappings(region):
        if source and (other.get("EventSourceArn"), other["FunctionArn"]) == (source, function):
            raise AwsError(
                "ResourceConflictException",
                f'An event source mapping with event source arn (" {source} ") and function (" {function} ") already '
                f"exists. Please update or delete the existing mapping with UUID {other['UUID']}",
            )
    name = region.new_revision()
    body = {key: value for key, value in params.items() if key not in _NOT_KEPT} | {
        "UUID": name,
        "EventSourceMappingArn": region.place.event_source_mapping_arn(name),
        "FunctionArn": function,
        "BatchSize": params.get("BatchSize", _BATCHES.get(kind, 100)),
        "StateTransitionReason": "USER_INITIATED",
    }
    mapping = region.event_sources[name] = EventSourceMapping(body, "Creating", region.now, None)
    return _begin(region, mapping, "Creating", _wanted(params))


def get_event_source_mapping(region: Region, params: Params) -> Params:
    return _find(region, params)[1]


def update_event_source_mapping(region: Region, params: Params) -> Params:
    mapping, seen = _find(region, params)
    _check_settled(seen)
    mapping.body |= {key: value for key, value in params.items() if key not in _NOT_KEPT}
    if "FunctionName" in params:
        mapping.body["FunctionArn"] = _function_arn(region, params["FunctionName"])
    then = _wanted(params) if "Enabled" in params else seen["State"]
    return _begin(region, mapping, "Updating", then)


def delete_event_source_mapping(region: Region, params: Params) -> Params:
    mapping, seen = _find(region, params)
    _check_settled(seen)
    return _begin(region, mapping, "Deleting", None)


def list_event_source_mappings(region: Region, params: Params) -> Params:
    found = _mappings(region)
    if "EventSourceArn" in params:
        found = [each for each in found if each.get("EventSourceArn") == params["EventSourceArn"]]
    if "FunctionName" in params:
        wanted = _function_arn(region, params["FunctionName"])
        found = [each for each in found if each["FunctionArn"] == wanted]
    return page_of(found, params, "EventSourceMappings")


def _check_role(region: Region, function: str, kind: str, source: str) -> None:
    ref = region.place.function_ref(function)
    version = region.functions[ref.name].version(ref.qualifier)
    role = region.identities.role_of(version.configuration["Role"]) if version else None
    action, refusal = _POLLING.get(kind, ("", ""))
    if role is not None and action and not role.may(action):
        raise AwsError("InvalidParameterValueException", refusal.format(source=source))


def _mappings(region: Region) -> list[Body]:
    seen = [each.seen(region.now) for each in region.event_sources.values()]
    return [each for each in seen if each is not None]


def _find(region: Region, params: Params) -> tuple[EventSourceMapping, Body]:
    mapping = region.event_sources.get(params["UUID"])
    seen = mapping.seen(region.now) if mapping else None
    if mapping is None or seen is None:
        raise AwsError("ResourceNotFoundException", "The resource you requested does not exist.")
    return mapping, seen


def _begin(region: Region, mapping: EventSourceMapping, state: str, then: str | None) -> Body:
    mapping.body["LastModified"] = datetime.fromtimestamp(region.now, UTC)
    mapping.state, mapping.settles_at, mapping.then = state, region.now + _SETTLES_AFTER, then
    return mapping.body | {"State": state}


def _check_settled(seen: Body) -> None:
    if seen["State"] not in ("Enabled", "Disabled"):
        raise AwsError(
            "ResourceInUseException",
            f"Cannot change the event source mapping because it is in use: it is {seen['State']}.",
        )


def _wanted(params: Params) -> str:
    return "Enabled" if params.get("Enabled", True) else "Disabled"


def _function_arn(region: Region, text: str) -> str:
    ref = region.place.function_ref(text)
    function = region.functions.get(ref.name)
    if function is None or function.version(ref.qualifier) is None:
        raise not_found(region, ref.name, ref.qualifier)
    return region.place.function_arn(ref.name, ref.qualifier)
