"""Tags of alarms, dashboards, Contributor Insights rules and metric streams, all by ARN."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Protocol

from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.wire.messages import Params

_MOST = 50
_ARN = re.compile(
    r"arn:aws[a-z-]*:cloudwatch:(?P<region>[a-z0-9-]*):(?P<account>\d{12}):"
    r"(?P<kind>alarm:|dashboard/|insight-rule/|metric-stream/)(?P<name>.+)"
)


class _Tagged(Protocol):
    @property
    def tags(self) -> dict[str, str]: ...


def tag_resource(region: Region, params: Params) -> Params:
    tags = _tags_of(region, params["ResourceARN"])
    changed = tags | read_tags(params["Tags"])
    if len(changed) > _MOST:
        raise _refused(f"The number of tags exceeds the limit of {_MOST}.")
    tags.update(changed)
    return {}


def untag_resource(region: Region, params: Params) -> Params:
    tags = _tags_of(region, params["ResourceARN"])
    for key in params["TagKeys"]:
        tags.pop(key, None)
    return {}


def list_tags_for_resource(region: Region, params: Params) -> Params:
    tags = _tags_of(region, params["ResourceARN"])
    return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


def read_tags(given: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Tags as a caller gives them.

    Raises:
        AwsError: InvalidParameterValueException, when there are too many or a key is AWS's own.
    """
    tags = {each["Key"]: each["Value"] for each in given}
    if len(tags) > _MOST:
        raise _refused(f"The number of tags exceeds the limit of {_MOST}.")
    for key in tags:
        if key.lower().startswith("aws:"):
            raise _refused(f"The tag key {key} is invalid: keys that begin with aws: are reserved.")
    return tags


def _tags_of(region: Region, arn: str) -> dict[str, str]:
    """The tags that a resource keeps.

    Raises:
        AwsError: InvalidParameterValueException, when the ARN is none of these resources' here, or
            ResourceNotFoundException.
    """
    match = _ARN.fullmatch(arn)
    here = region.place
    # Dashboards are of no region.
    if match is None or (match["region"], match["account"]) != (
        "" if match["kind"] == "dashboard/" else here.region,
        here.account,
    ):
        raise _refused(f"The value {arn} for parameter ResourceARN is invalid.")
    kept = region.observability
    tagged: dict[str, Mapping[str, _Tagged]] = {
        "alarm:": {alarm.name: alarm for alarm in region.alarms.all()},
        "dashboard/": kept.dashboards,
        "insight-rule/": kept.insight_rules,
        "metric-stream/": kept.streams,
    }
    found = tagged[match["kind"]].get(match["name"])
    if found is None:
        raise AwsError("ResourceNotFoundException", f"The resource {arn} does not exist.")
    return found.tags


def _refused(message: str) -> AwsError:
    return AwsError("InvalidParameterValueException", message)
