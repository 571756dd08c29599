"""CloudWatch alarms, metric and composite."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from multitool_tui.aws.resources import Alarm
from multitool_tui.aws.translate import answered, aws_errors
from multitool_tui.judgement.model import AlarmState

_KINDS = ("MetricAlarm", "CompositeAlarm")  # without AlarmTypes, DescribeAlarms leaves composites out


PAGE = 100
"""So many alarms are in one answer of DescribeAlarms, and may be named in one question (CloudWatch API reference)."""


async def alarms(client: Any) -> tuple[Alarm, ...]:
    """All alarms of the account and region, by name."""
    found: list[Alarm] = []
    token: dict[str, str] = {}
    while True:
        page, token = await _page(client, MaxRecords=PAGE, **token)
        found += page
        if not token:
            return tuple(sorted(found, key=lambda alarm: alarm.name))


async def alarms_named(client: Any, names: Iterable[str]) -> tuple[Alarm, ...]:
    """Those of these names that there are, by name: one call for a hundred."""
    wanted = sorted(names)
    found: list[Alarm] = []
    for first in range(0, len(wanted), PAGE):
        page, _ = await _page(client, AlarmNames=wanted[first : first + PAGE])
        found += page
    return tuple(sorted(found, key=lambda alarm: alarm.name))


async def _page(client: Any, **wanted: Any) -> tuple[list[Alarm], dict[str, str]]:
    """The alarms on a page, and how to ask for the next one: with nothing after the last."""
    with aws_errors():
        page = await client.describe_alarms(AlarmTypes=list(_KINDS), **wanted)
        found = [
            _alarm(item, composite=kind == "CompositeAlarm") for kind in _KINDS for item in page.get(f"{kind}s") or ()
        ]
    return found, {"NextToken": page["NextToken"]} if page.get("NextToken") else {}


def _alarm(item: dict[str, Any], *, composite: bool) -> Alarm:
    answered(item, "AlarmName", "StateValue")
    return Alarm(
        name=item["AlarmName"],
        state=AlarmState(item["StateValue"]),
        # StateUpdatedTimestamp also moves when only the reason changes; the transition is what an operator asks for.
        since=item.get("StateTransitionedTimestamp") or item.get("StateUpdatedTimestamp"),
        reason=item.get("StateReason", ""),
        composite=composite,
    )
