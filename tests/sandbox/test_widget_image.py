"""GetMetricWidgetImage: a PNG that shows the metric."""

from __future__ import annotations

import asyncio
import json
import math
import struct
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitool_tui.clock import ManualClock
from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.observability.chart import Chart, Line, Mark, draw
from multitool_tui.sandbox.observability.png import Canvas, colour
from multitool_tui.sandbox.observability.widget import Widget
from multitool_tui.sandbox.scenario import load_scenario
from multitool_tui.sandbox.server import Sandbox
from multitool_tui.sandbox.services.cloudwatch.widget_image import get_metric_widget_image
from tests.sandbox.conftest import NOON, Make
from tests.sandbox.support import PROTOCOLS, Aws, speaking

ERRORS = ["AWS/Lambda", "Errors", "FunctionName", "checkout", "Resource", "checkout:live"]
RED = "#ff0000"
REGION = Sandbox(scenario=load_scenario("errors"), clock=ManualClock(NOON))._home


@dataclass(frozen=True)
class Picture:
    width: int
    height: int
    lines: list[bytes]

    def where(self, wanted: str) -> list[tuple[int, int]]:
        """The pixels of a colour."""
        pixel = bytes(colour(wanted))
        return [
            (x, y) for y, line in enumerate(self.lines) for x in range(self.width) if line[3 * x : 3 * x + 3] == pixel
        ]


def read(png: bytes) -> Picture:
    """A PNG of the one kind that is written here; every checksum is looked at."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, chunks = 8, {}
    while at < len(png):
        (size,) = struct.unpack_from(">I", png, at)
        body = png[at + 4 : at + 8 + size]
        assert struct.unpack_from(">I", png, at + 8 + size) == (zlib.crc32(body),)
        chunks[body[:4]] = body[4:]
        at += size + 12
    assert list(chunks) == [b"IHDR", b"IDAT", b"IEND"]
    width, height, depth, kind, *rest = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert (depth, kind, rest) == (8, 2, [0, 0, 0])
    data = zlib.decompress(chunks[b"IDAT"])
    size = 3 * width + 1
    assert len(data) == size * height
    assert {data[start] for start in range(0, len(data), size)} == {0}
    return Picture(width, height, [data[start + 1 : start + size] for start in range(0, len(data), size)])


async def image(aws: Aws, **widget: Any) -> Picture:
    answer = await aws("cloudwatch", "get_metric_widget_image", MetricWidget=json.dumps(widget))
    return read(answer["MetricWidgetImage"])


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_an_image_in_every_protocol(aws: Aws, protocol: str) -> None:
    client = speaking(aws, protocol)
    widget = json.dumps({"metrics": [ERRORS]})
    answer = await asyncio.to_thread(client.get_metric_widget_image, MetricWidget=widget, OutputFormat="png")
    picture = read(answer["MetricWidgetImage"])
    assert (picture.width, picture.height) == (600, 400)
    assert picture.where("#1f77b4")
    client.close()


async def test_the_line_is_where_the_data_is(make: Make) -> None:
    aws = await make("errors")
    row = [*ERRORS, {"color": RED, "stat": "Sum", "period": 60}]
    calm = await image(aws, metrics=[row], start="-PT1H", yAxis={"left": {"min": 0, "max": 1000}})
    await aws.weigh(0.5)
    aws.clock.advance(1200)
    failing = await image(aws, metrics=[row], start="-PT1H", yAxis={"left": {"min": 0, "max": 1000}})
    # The swatch of the legend is at the bottom of both.
    assert min(y for _, y in failing.where(RED)) < min(y for _, y in calm.where(RED)) - 50
    left = {x for x, y in calm.where(RED)}
    assert max(left) <= 600
    assert min(left) >= 60


async def test_what_is_hidden_is_not_drawn_but_may_be_used(aws: Aws) -> None:
    hidden = [*ERRORS, {"id": "errors", "visible": False, "color": "#00ff00", "stat": "Sum"}]
    double = [{"expression": "errors * 2", "label": "twice", "color": RED}]
    picture = await image(aws, metrics=[hidden, double], width=300, height=200)
    assert (picture.width, picture.height) == (300, 200)
    assert picture.where(RED)
    assert not picture.where("#00ff00")


async def test_a_metric_without_data_is_an_empty_graph(aws: Aws) -> None:
    picture = await image(aws, metrics=[["Shop", "Nothing", {"color": RED}]], theme="dark", title="nothing yet")
    swatch = picture.where(RED)
    assert len(swatch) == 100
    assert picture.lines[0][:3] == bytes((22, 25, 31))


def test_shorthand_repeats_the_row_above() -> None:
    rows = [
        ["AWS/Lambda", "Errors", "FunctionName", "a", {"stat": "Sum"}],
        [".", "Throttles", ".", "."],
        ["...", "b"],
        [{"expression": "m1 + m2", "id": "both"}],
        [".", ".", ".", "c"],
    ]
    queries = [row.query for row in Widget.model_validate({"metrics": rows}).rows()]
    metrics = [each["MetricStat"]["Metric"] for each in queries if "MetricStat" in each]
    assert [(each["MetricName"], each["Dimensions"][0]["Value"]) for each in metrics] == [
        ("Errors", "a"),
        ("Throttles", "a"),
        ("Throttles", "b"),
        ("Throttles", "c"),
    ]
    assert [each["Id"] for each in queries] == ["m1", "m2", "m3", "both", "m5"]


@pytest.mark.parametrize(
    "widget",
    [
        "no json",
        "[]",
        "{}",
        {"metrics": []},
        {"metrics": [["AWS/Lambda"]]},
        {"metrics": [["..."]]},
        {"metrics": [[".", "Errors"]]},
        {"metrics": [[*ERRORS, {"color": "red"}]]},
        {"metrics": [ERRORS], "width": 2001},
        {"metrics": [ERRORS], "start": "yesterday"},
        {"metrics": [ERRORS], "start": "-PT1H", "end": "-PT2H"},
        {"metrics": [ERRORS], "start": "2026-01-05T11:00:00Z", "end": "2026-01-05T10:00:00Z"},
        {"metrics": [ERRORS], "period": 1, "start": "-P400D"},
        {"metrics": [ERRORS], "stat": "Median"},
        {"metrics": [ERRORS], "view": "singleValue"},
        {"metrics": [ERRORS] * 101},
        {"metrics": [[*ERRORS, {"id": "E"}]]},
        {"metrics": [[{"expression": "nothing + 1"}]]},
    ],
)
async def test_what_is_no_widget(aws: Aws, widget: Any) -> None:
    text = widget if isinstance(widget, str) else json.dumps(widget)
    refusal = await aws.refused("cloudwatch", "get_metric_widget_image", MetricWidget=text)
    assert (refusal.code, refusal.status) == ("ValidationError", 400)


async def test_raw_images_are_for_http_alone(aws: Aws) -> None:
    widget = json.dumps({"metrics": [ERRORS]})
    refusal = await aws.refused("cloudwatch", "get_metric_widget_image", MetricWidget=widget, OutputFormat="image/png")
    assert "image/png" in refusal.message


SPOT = st.integers(-60, 60)


@given(st.integers(1, 40), st.integers(1, 40), st.tuples(SPOT, SPOT, SPOT, SPOT), st.text())
def test_whatever_is_drawn_outside_is_lost(width: int, height: int, at: tuple[int, int, int, int], text: str) -> None:
    canvas = Canvas(width, height, (255, 255, 255))
    canvas.line(*at, (255, 0, 0))
    canvas.text(at[0], at[1], text[:10], (0, 0, 0))
    canvas.box(*at, (0, 0, 255))
    picture = read(canvas.png())
    assert (picture.width, picture.height) == (width, height)


@given(st.integers(1, 60), st.integers(1, 60), st.sampled_from(["", "t"]))
def test_a_picture_may_be_too_small_for_what_is_in_it(width: int, height: int, title: str) -> None:
    start, end = datetime(2026, 1, 5, 10, tzinfo=UTC), datetime(2026, 1, 5, 11, tzinfo=UTC)
    noon = int(start.timestamp())
    values = {noon - 10**12: 5.0, noon + 60: 1e300, noon + 120: -1e300, noon + 180: math.inf, noon + 240: math.nan}
    picture = read(
        draw(Chart(title, width, height, start, end, [Line("x", (1, 2, 3), 10**13, values)], [Mark("m", 5.0)]))
    )
    assert (picture.width, picture.height) == (width, height)


ROW = st.lists(
    st.sampled_from([*ERRORS, ".", "..."])
    | st.fixed_dictionaries({"expression": st.sampled_from(["m1 * 1e308", "m1 / 0", "e1", ")"])})
    | st.fixed_dictionaries({"id": st.sampled_from(["m1", "e1", ""]), "period": st.sampled_from([1, 60, 604800])}),
    max_size=7,
) | st.just(ERRORS)
LEFT = st.fixed_dictionaries({}, optional={"min": st.floats(), "max": st.floats()})
MEMBERS: dict[str, st.SearchStrategy[Any]] = {
    "start": st.sampled_from(["-PT1M", "-P9999M", "-PT3H", "0001-01-01", "2026-01-05T11:30:00+14:00", "x"]),
    "end": st.sampled_from(["-PT0H", "2026-01-05T11:59:00Z", "9999-12-31T23:59:59-12:00"]),
    "width": st.integers(1, 99),
    "yAxis": st.fixed_dictionaries({"left": LEFT}),
}


@given(st.fixed_dictionaries({"metrics": st.lists(ROW, max_size=3)}, optional=MEMBERS))
def test_any_widget_is_drawn_or_refused(widget: dict[str, Any]) -> None:
    try:
        answer = get_metric_widget_image(REGION, {"MetricWidget": json.dumps(widget)})
    except AwsError as error:
        refusal = error.name
    else:
        refusal = "ValidationException"
        assert read(answer["MetricWidgetImage"]).height == 400
    assert refusal == "ValidationException"
