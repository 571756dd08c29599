"""What alarms have been through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from multitool_tui.aws.observability.paging import every
from multitool_tui.aws.translate import answered

Kind = Literal["StateUpdate", "ConfigurationUpdate", "Action"]
_ALARMS = ["MetricAlarm", "CompositeAlarm"]  # without them, composites are left out


@dataclass(frozen=True, slots=True)
class Event:
    """Something that an alarm did, or that was done to it. `data` is JSON."""

    alarm: str
    at: datetime
    kind: str
    summary: str
    data: str


async def events(
    client: Any, alarm: str, start: datetime, end: datetime, kind: Kind | None = None
) -> tuple[Event, ...]:
    """An alarm's history from `start` to `end`, oldest first; CloudWatch keeps it for 30 days, also of deleted ones."""
    given = {"HistoryItemType": kind} if kind else {}
    items = await every(
        client.describe_alarm_history,
        "AlarmHistoryItems",
        AlarmName=alarm,
        AlarmTypes=_ALARMS,
        StartDate=start,
        EndDate=end,
        ScanBy="TimestampAscending",
        **given,
    )
    return tuple(map(_event, items))


def _event(item: dict[str, Any]) -> Event:
    answered(item, "AlarmName", "Timestamp", "HistoryItemType")
    return Event(
        item["AlarmName"],
        item["Timestamp"],
        item["HistoryItemType"],
        item.get("HistorySummary", ""),
        item.get("HistoryData", ""),
    )
