"""Anomaly detectors: what CloudWatch has learnt to be usual for the target's metrics."""

from __future__ import annotations

from datetime import timedelta

from multitool_tui.aws.observability.anomalies import Band, Detector, band, detectors
from multitool_tui.aws.observability.metrics import Metric
from multitool_tui.controller.observe.keys import pack, unpack
from multitool_tui.controller.observe.page import Chart, Curve, Page, Part, Row, Table
from multitool_tui.controller.observe.tab import Desk, Subject, Tab

_TITLE = "Anomaly detectors"
_SPAN = timedelta(hours=3)
_PERIOD = timedelta(minutes=1)


async def load(desk: Desk, subject: Subject) -> Page:
    """The detectors of the function's metrics; then all others."""
    return await desk.page((_TITLE, _all(desk, subject)))


async def _all(desk: Desk, subject: Subject) -> Part:
    found = sorted(await detectors(await desk.cloudwatch()), key=lambda one: not _is_of(one, subject))
    rows = tuple(
        Row(
            (one.metric, one.stat, " ".join(one.dimensions.values()), "trained" if one.trained else "learning"),
            pack("detector", one.namespace, one.metric, dict(one.dimensions), one.stat) if one.stat else "",
        )
        for one in found
    )
    empty = "There is no anomaly detector: CloudWatch makes one with the first alarm or graph that has a band."
    return Table(_TITLE, ("metric", "statistic", "of", "state"), rows, empty)


def _is_of(one: Detector, subject: Subject) -> bool:
    return one.dimensions.get("FunctionName") == subject.function


async def look(desk: Desk, subject: Subject, key: str) -> Page:
    """A detector's metric, with what is usual for it."""
    del subject
    _, (namespace, name, dimensions, statistic) = unpack(key)
    metric = Metric(namespace, name, dimensions)
    title = f"{statistic} of {name}, and what is usual"
    return await desk.page((title, _by_time(desk, metric, statistic, title)), title=name)


async def _by_time(desk: Desk, metric: Metric, statistic: str, title: str) -> Part:
    end = desk.now.replace(second=0, microsecond=0)
    found: Band = await band(await desk.cloudwatch(), metric, statistic, end - _SPAN, end, _PERIOD)
    curve = Curve(f"{statistic} {metric.name}", tuple(found.values.items()))
    usual = tuple((at, low, high) for at, (low, high) in found.usual.items())
    return Chart(title, (curve,), _PERIOD, end - _SPAN, end, band=usual)


TAB = Tab("anomalies", "Anomalies", "what CloudWatch has learnt to be usual, and what is not", load, look)
