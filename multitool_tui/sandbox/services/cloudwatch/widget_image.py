"""GetMetricWidgetImage."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import ValidationError

from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.metrics import query
from multitool_tui.sandbox.observability.chart import Chart, Line, Mark, draw
from multitool_tui.sandbox.observability.png import colour
from multitool_tui.sandbox.observability.widget import Row, Widget
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.services.cloudwatch.labels import labels
from multitool_tui.sandbox.services.cloudwatch.metric_data import check_queries
from multitool_tui.sandbox.wire.messages import Params

_MOST_POINTS = 100_800


def get_metric_widget_image(region: Region, params: Params) -> Params:
    # "image/png is intended only for custom HTTP requests" (CloudWatch API reference).
    if params.get("OutputFormat", "png") != "png":
        raise _refused(f"The output format {params['OutputFormat']} is not supported by the sandbox.")
    try:
        widget = Widget.model_validate_json(params["MetricWidget"])
        rows = widget.rows()
        start, end = widget.times(datetime.fromtimestamp(region.now, UTC))
    except ValidationError as error:
        first = error.errors()[0]
        raise _refused(f"Invalid MetricWidget: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    except (ValueError, OverflowError) as error:
        raise _refused(f"Invalid MetricWidget: {error}") from error
    bounds = widget.y_axis.left
    chart = Chart(
        widget.title,
        widget.width,
        widget.height,
        start,
        end,
        _lines(region, rows, start.timestamp(), end.timestamp()),
        [Mark(each.label, each.value) for each in widget.annotations.horizontal],
        bounds.min,
        bounds.max,
        widget.theme,
    )
    return {"MetricWidgetImage": draw(chart)}


def _lines(region: Region, rows: list[Row], start: float, end: float) -> list[Line]:
    queries = [row.query for row in rows]
    check_queries(queries)
    given = [each["MetricStat"]["Period"] for each in queries if "MetricStat" in each]
    if given and (end - start) / min(given) > _MOST_POINTS:
        raise _refused("Invalid MetricWidget: the graph would have too many data points")
    series = query.answer(queries, region.metrics, start, end, region.now)
    periods = [query.period_of(each, queries) for each in queries]
    drawn = zip(rows, labels(queries), periods, strict=True)
    return [
        Line(label, colour(row.colour), period, series[row.query["Id"]].values)
        for row, label, period in drawn
        if row.visible
    ]


def _refused(message: str) -> AwsError:
    return AwsError("ValidationException", message)
