"""All tabs, in the order in which they are shown."""

from __future__ import annotations

from multitool_tui.controller.observe import (
    alarms,
    anomalies,
    dashboards,
    domains,
    insights,
    metrics,
    objectives,
    runtime,
    settings,
    streams,
    tags,
    wiring,
)
from multitool_tui.controller.observe.tab import Tab

TABS: tuple[Tab, ...] = (
    alarms.TAB,
    metrics.TAB,
    dashboards.TAB,
    anomalies.TAB,
    insights.TAB,
    objectives.TAB,
    wiring.TAB,
    domains.TAB,
    settings.TAB,
    runtime.TAB,
    streams.TAB,
    tags.TAB,
)
