from __future__ import annotations

from dataclasses import replace

import pytest

from multitool_tui.aws.errors import NotFound, Refused
from multitool_tui.aws.observability.streams import (
    Settings,
    delete_stream,
    put_stream,
    settings,
    start_streams,
    stop_streams,
    streams,
)
from multitool_tui.aws.observability.tags import tag, tags, untag
from multitool_tui.sandbox.observability import state
from tests.aws.observability.conftest import NOON, Account

LAKE = Settings(
    "to-lake",
    "arn:aws:firehose:eu-west-1:123456789012:deliverystream/lake",
    "arn:aws:iam::123456789012:role/streams",
    include={"AWS/Lambda": ("Errors", "Duration"), "AWS/ApiGateway": ()},
)


async def test_a_stream_from_its_making_to_its_end(account: Account) -> None:
    arn = await put_stream(account.cloudwatch, LAKE)
    assert await settings(account.cloudwatch, "to-lake") == LAKE
    [found] = await streams(account.cloudwatch)
    assert (found.name, found.arn, found.running, found.created) == ("to-lake", arn, True, NOON)
    await stop_streams(account.cloudwatch, ["to-lake"])
    changed = replace(LAKE, include={}, exclude={"AWS/SQS": ()}, format="opentelemetry1.0")
    await put_stream(account.cloudwatch, changed)
    assert await settings(account.cloudwatch, "to-lake") == changed
    assert [each.running for each in await streams(account.cloudwatch)] == [False]
    await start_streams(account.cloudwatch, ["to-lake"])
    assert [each.running for each in await streams(account.cloudwatch)] == [True]
    await delete_stream(account.cloudwatch, "to-lake")
    await delete_stream(account.cloudwatch, "to-lake")
    assert await streams(account.cloudwatch) == ()


async def test_what_is_no_stream(account: Account) -> None:
    with pytest.raises(NotFound, match="none"):
        await settings(account.cloudwatch, "none")
    with pytest.raises(Refused, match="mutually exclusive"):
        await put_stream(account.cloudwatch, replace(LAKE, exclude={"AWS/SQS": ()}))
    with pytest.raises(Refused, match="none"):
        await start_streams(account.cloudwatch, ["none"])


async def test_every_page_of_streams_is_read(account: Account) -> None:
    parameters = {"FirehoseArn": LAKE.firehose, "RoleArn": LAKE.role, "OutputFormat": "json"}
    names = [f"s{number:04}" for number in range(501)]
    account.sandbox._home.observability.streams.update(
        {name: state.Stream(parameters | {"Name": name}, 0.0, 0.0, {}) for name in names}
    )
    assert [each.name for each in await streams(account.cloudwatch)] == names
    assert len(account.sandbox.calls) == 2


async def test_tags_come_and_go(account: Account) -> None:
    arn = await put_stream(account.cloudwatch, LAKE)
    await tag(account.cloudwatch, arn, {"team": "shop", "tier": "1"})
    await tag(account.cloudwatch, arn, {"tier": "2"})
    await untag(account.cloudwatch, arn, ["team"])
    assert await tags(account.cloudwatch, arn) == {"tier": "2"}
    with pytest.raises(NotFound):
        await tags(account.cloudwatch, arn + "-2")
