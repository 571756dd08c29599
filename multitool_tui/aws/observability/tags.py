"""Tags: of alarms, dashboards, Contributor Insights rules and metric streams by ARN; of functions; of REST APIs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from multitool_tui.aws.observability.paging import every_position
from multitool_tui.aws.translate import aws_errors


async def tags(client: Any, arn: str) -> dict[str, str]:
    """The tags of a resource.

    Raises:
        NotFound: when there is no such resource.
    """
    with aws_errors():
        answer = await client.list_tags_for_resource(ResourceARN=arn)
        return {each["Key"]: each["Value"] for each in answer.get("Tags") or ()}


async def tag(client: Any, arn: str, changed: Mapping[str, str]) -> None:
    """Add tags to a resource, or give the ones it has new values; others stay."""
    with aws_errors():
        await client.tag_resource(
            ResourceARN=arn, Tags=[{"Key": key, "Value": value} for key, value in changed.items()]
        )


async def untag(client: Any, arn: str, keys: Iterable[str]) -> None:
    """Take tags off a resource."""
    with aws_errors():
        await client.untag_resource(ResourceARN=arn, TagKeys=list(keys))


async def function_tags(client: Any, arn: str) -> dict[str, str]:
    """The tags of a Lambda function, which `arn` names without a version.

    Raises:
        NotFound: when there is no such function.
    """
    with aws_errors():
        return dict((await client.list_tags(Resource=arn)).get("Tags") or {})


async def api_tags(client: Any) -> tuple[tuple[str, dict[str, str]], ...]:
    """The REST APIs of the account and region by name, each with its tags."""
    found = await every_position(client.get_rest_apis, "items", limit=500)
    return tuple(sorted(((api.get("name", ""), dict(api.get("tags") or {})) for api in found), key=lambda one: one[0]))
