"""An operator goes through the tabs of what AWS keeps about a target."""

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
from multitool_tui.controller.observe.observatory import Observatory
from multitool_tui.controller.observe.tab import Tab
from multitool_tui.permissions import features
from multitool_tui.permissions.row import Feature
from tests.observe.visits import Visit
from tests.permissions.story import Story, Told
from tests.support.world import World


def _going_through(feature: Feature, tab: Tab) -> Story:
    async def going_through(stage: World) -> Told:
        observatory = Observatory(stage.session, stage.clock, read_only=False)
        said = await Visit(observatory, stage.sandbox, stage.clock).through(tab)
        return Told(not said, tuple(said))

    return Story(feature, going_through, function="checkout", scenario="api")


STORIES = (
    _going_through(features.ALARMS, alarms.TAB),
    _going_through(features.METRICS, metrics.TAB),
    _going_through(features.DASHBOARDS, dashboards.TAB),
    _going_through(features.ANOMALIES, anomalies.TAB),
    _going_through(features.INSIGHTS, insights.TAB),
    _going_through(features.OBJECTIVES, objectives.TAB),
    _going_through(features.WIRING, wiring.TAB),
    _going_through(features.DOMAINS, domains.TAB),
    _going_through(features.SETTINGS, settings.TAB),
    _going_through(features.RUNTIME, runtime.TAB),
    _going_through(features.STREAMS, streams.TAB),
    _going_through(features.TAGS, tags.TAB),
)
