"""CloudWatch alarms, metric and composite."""

from __future__ import annotations

from typing import Any

from multitool_tui.aws.resources import Alarm
from multitool_tui.aws.translate import answered, aws_errors
from multitool_tui.judgement.model import AlarmState

_KINDS = ("MetricAlarm", "CompositeAlarm")  # without AlarmTypes, DescribeAlarms leaves composites out


async def alarms(client: Any) -> tuple[Alarm, ...]:
    """All alarms of the account and region, by name."""
    found: list[Alarm] = []
    token: dict[str, str] = {}
    while True:
        with aws_errors():
            page = await client.describe_alarms(AlarmTypes=list(_KINDS), MaxRecords=100, **token)
            for kind in _KINDS:
                found += [_alarm(item, composite=kind == "CompositeAlarm") for item in page.get(f"{kind}s") or ()]
        if not page.get("NextToken"):
            return tuple(sorted(found, key=lambda alarm: alarm.name))
        token = {"NextToken": page["NextToken"]}


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
