"""The charts under one another: which have room, what the cursor reads, and what is marked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from multitool_tui.controller.snapshot import Traffic
from multitool_tui.judgement.model import Tally
from multitool_tui.rollout.metrics import MetricPair
from multitool_tui.rollout.plan import Analysis
from multitool_tui.views.charts import Look, charts, minute_at, moved, readout
from multitool_tui.views.evidence import evidence_pane
from multitool_tui.views.scene import Scene
from multitool_tui.views.text import Line, width_of
from multitool_tui.words import percent
from tests.tui.scenes import NOW, TARGET, hostile, idle, judged_for_minutes, mid_canary

SCENE = Scene(NOW, judged_for_minutes(), TARGET)
PLAIN = Look()
LEGENDS = ("errors", "slow, over", "weight", "evidence, log")


def text(spans: Line) -> str:
    return "".join(span.text for span in spans)


def drawn(height: int, look: Look = PLAIN, scene: Scene = SCENE, width: int = 100) -> list[str]:
    return [text(one) for one in charts(scene, look, width, height)]


def shown(lines: list[str]) -> list[str]:
    """The charts that are there, from the top on."""
    return [name for one in lines for name in LEGENDS if one.startswith(name) and "⠒⠒⠒" in one]


def traffic() -> Traffic:
    found = SCENE.traffic
    assert found is not None
    return found


@pytest.mark.parametrize(("height", "count"), [(8, 1), (19, 2), (28, 3), (37, 4), (60, 4)])
def test_as_many_charts_as_have_room_share_one_axis(height: int, count: int) -> None:
    lines = drawn(height)
    assert shown(lines) == list(LEGENDS[:count])
    assert sum("└" in one for one in lines) == 1
    assert len(lines) == height


@pytest.mark.parametrize("turn", range(-4, 5))
def test_each_chart_can_be_brought_first(turn: int) -> None:
    assert shown(drawn(8, Look(turn))) == [LEGENDS[turn % 4]]


def test_alarms_are_drawn_under_the_same_time_axis() -> None:
    strip = [one for one in drawn(42) if one.startswith("checkout-latency")]
    assert len(strip) == 1
    states = "".join(char for char in strip[0] if char in "✔✖")
    assert states.strip("✔").count("✖") == states.count("✖") > 0  # well, then firing, then well again
    assert states[0] == states[-1] == "✔"


@pytest.mark.parametrize("height", [8, 30])
def test_whatever_else_goes_wrong_has_a_line_once_it_has_happened(height: int) -> None:
    snapshot = judged_for_minutes()
    live = snapshot.rollouts[0]
    seen, latest = live.traffic.minutes, live.traffic.minutes[-1]
    assert latest.canary is not None
    throttled = replace(latest, canary=replace(latest.canary, throttles=latest.canary.invocations))
    worse = replace(live, traffic=replace(live.traffic, minutes=(*seen[:-1], throttled)))
    scene = Scene(NOW, replace(snapshot, rollouts=(worse,)), TARGET)
    assert not any(one.startswith("throttled") for one in drawn(height))
    lines = [one for one in drawn(height, scene=scene) if one.startswith("throttled")]
    assert len(lines) == 1
    assert "v42 canary  50.00%" in lines[0]
    said = " ".join(map(text, readout(scene, Look(0, latest.start), 400)))
    assert f"{latest.canary.invocations:,} throttled" in said


def test_a_metric_of_the_plan_has_a_line_of_its_own() -> None:
    snapshot = judged_for_minutes()
    live = snapshot.rollouts[0]
    seen, latest = live.traffic.minutes, live.traffic.minutes[-1]
    assert latest.canary is not None
    counted = replace(latest, canary=replace(latest.canary, tallies=(Tally("orders", 3, 12),)))
    plan = replace(live.rollout.plan, analysis=Analysis(metrics=(MetricPair("orders"),)))
    own = replace(
        live,
        rollout=replace(live.rollout, plan=plan),
        traffic=replace(live.traffic, minutes=(*seen[:-1], counted)),
    )
    scene = Scene(NOW, replace(snapshot, rollouts=(own,)), TARGET)
    (line,) = [one for one in drawn(8, scene=scene) if one.startswith("metric orders")]
    assert "v42 canary  25.00%" in line
    assert "baseline no data" in line
    assert "orders 3 of 12" in " ".join(map(text, readout(scene, Look(0, latest.start), 400)))


def test_decisions_are_marked_on_the_weight() -> None:
    top = drawn(8, Look(2))[1]
    assert top.count("┊") >= 4


def test_the_cursor_reads_a_minutes_numbers() -> None:
    minute = traffic().minutes[-3]
    look = Look(0, minute.start)
    said = " ".join(map(text, readout(SCENE, look, 400)))
    assert minute.canary is not None
    assert f"v42 {minute.canary.invocations:,} requests, {minute.canary.errors} failed" in said
    assert f"{minute.start:%H:%M} UTC · weight {percent(minute.weight)}" in said
    assert ":1" in said
    assert any("│" in one[8:] for one in drawn(8, look))
    assert readout(SCENE, PLAIN, 400) == ()


def test_the_cursor_moves_by_minutes_and_leaves_at_the_latest() -> None:
    starts = [minute.start for minute in traffic().minutes]
    assert moved(traffic(), None, -1) == starts[-1]
    assert moved(traffic(), starts[-1], -1) == starts[-2]
    assert moved(traffic(), starts[0], -1) == starts[0]
    assert moved(traffic(), starts[-1], 1) is None
    assert moved(None, None, -1) is None
    between = minute_at(traffic(), starts[3] + timedelta(seconds=20))
    assert between is not None
    assert between.start == starts[3]


@pytest.mark.parametrize("scene", [SCENE, Scene(NOW, mid_canary(), TARGET), Scene(NOW, idle(), "checkout:beta")])
@pytest.mark.parametrize("width", [12, 40, 77, 190])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_charts_fit_every_pane(scene: Scene, width: int, *, ascii_only: bool) -> None:
    scene = Scene(scene.now, scene.snapshot, scene.target, ascii_only)
    for height in (3, 9, 20, 45):
        lines = evidence_pane(scene, width, height, Look(0, NOW)).lines
        assert all(width_of(one) <= width for one in lines)


def test_hostile_names_are_drawn_as_text() -> None:
    scene = Scene(NOW, hostile(), hostile().rollouts[0].rollout.target)
    assert "\x1b" not in "".join(drawn(40, Look(0, NOW), scene))
