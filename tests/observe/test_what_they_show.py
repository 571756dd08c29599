"""What single tabs show and do, where it matters to who releases."""

from __future__ import annotations

import json

from multitool_tui.aws.observability.dashboard_body import dashboard_body_of
from multitool_tui.controller.observe import alarms, anomalies, dashboards, metrics, runtime
from multitool_tui.controller.observe.page import Chart, Picture, Table
from multitool_tui.sandbox.observability.dashboard_body import findings
from multitool_tui.views.observe.png import half_blocks
from tests.observe.visits import LIVE, first_of_each, keys, visit


async def test_a_new_alarm_s_threshold_is_the_highest_minute_of_the_last_day() -> None:
    async with visit() as stage:
        [create] = alarms.TAB.deeds
        form = await stage.observatory.ask(create, LIVE, "")
        threshold = float(form.values()["threshold"])
        assert threshold > 0
        await stage.observatory.do(create, LIVE, "", form.values())
        made = stage.sandbox._home.alarms.get("checkout-live-error-count")
        assert made is not None
        assert made.parameters["Threshold"] == threshold
        page = await stage.observatory.load(alarms.TAB, LIVE)
        assert {"checkout-live-error-count", "checkout-error-rate"} <= set(keys(page))


async def test_both_versions_are_pinned_to_one_runtime_and_let_go() -> None:
    async with visit() as stage:
        pin, unpin = runtime.TAB.deeds
        await stage.observatory.do(pin, LIVE, "", {})
        settings = stage.sandbox._home.functions["checkout"].settings
        pinned = [settings[version].runtime_management for version in ("41", "42")]
        assert pinned[0] == pinned[1]
        assert pinned[0] is not None
        assert pinned[0]["UpdateRuntimeOn"] == "Manual"
        await stage.observatory.do(unpin, LIVE, "", {})
        assert settings["42"].runtime_management == {"UpdateRuntimeOn": "Auto"}


async def test_a_metric_has_a_chart_and_a_picture_that_can_be_shown() -> None:
    async with visit() as stage:
        page = await stage.observatory.load(metrics.TAB, LIVE)
        opened = await stage.observatory.load(metrics.TAB, LIVE, first_of_each(page)[0])
        assert isinstance(opened.parts[0], Chart)
        assert opened.parts[0].curves[0].points
        drawn = await stage.observatory.load(metrics.TAB, LIVE, first_of_each(opened)[0])
        assert isinstance(drawn.parts[0], Picture)
        cells = half_blocks(drawn.parts[0].png, 60, 20)
        assert (len(cells), len(cells[0])) == (20, 60)
        assert len({colour for line in cells for cell in line for colour in cell}) > 3


async def test_an_anomaly_detector_shows_its_band() -> None:
    async with visit() as stage:
        page = await stage.observatory.load(anomalies.TAB, LIVE)
        opened = await stage.observatory.load(anomalies.TAB, LIVE, keys(page)[0])
        [chart] = opened.parts
        assert isinstance(chart, Chart)
        assert chart.band
        assert all(low < high for _, low, high in chart.band)


async def test_the_dashboard_of_the_target_has_both_versions_and_is_in_order() -> None:
    async with visit() as stage:
        [write] = dashboards.TAB.deeds
        form = await stage.observatory.ask(write, LIVE, "")
        assert form.confirm == "Create"
        await stage.observatory.do(write, LIVE, "", form.values())
        assert (await stage.observatory.ask(write, LIVE, "")).confirm == "Update"
        page = await stage.observatory.load(dashboards.TAB, LIVE)
        [table] = page.parts
        assert isinstance(table, Table)
        assert table.rows[0].cells[0] == "MultiTool-checkout-live"
    body = dashboard_body_of("checkout", "live", ("41", "42"), "eu-west-1")
    assert findings(body) == []
    assert {"41", "42"} <= set(json.dumps(json.loads(body)).replace('"', " ").split())
