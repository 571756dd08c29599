"""The dashboards that MultiTool writes: how their charts are placed, and that of a target with both versions side by
side and the rollout's own metrics.

Source: "Dashboard Body Structure and Syntax" of the CloudWatch API reference.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

_COLUMNS = 24
_HEIGHT, _LINE = 6, 2
_PERIOD = 60  # seconds
NAMESPACE = "MultiTool"
"""Where rollouts write their own metrics."""
_COLOURS = ("#1f77b4", "#ff7f0e")  # the baseline's, the canary's


def dashboard_name(function: str, alias: str) -> str:
    """The name of a target's dashboard: letters, digits, - and _ are all that CloudWatch takes."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", f"MultiTool-{function}-{alias}")


def board(text: str, charts: Sequence[tuple[str, list[Any]]], region: str, alarms: Sequence[str] = ()) -> str:
    """A dashboard's body: a text in Markdown, a line of alarms by ARN where there are any, and charts two by two, each
    a title with the rows of its metrics."""
    placed = [_across("text", 0, {"markdown": text})]
    if alarms:
        placed.append(_across("alarm", _LINE, {"title": "Alarms", "alarms": list(alarms)}))
    top = _LINE * len(placed)
    half = _COLUMNS // 2
    placed += [
        {
            "type": "metric",
            "x": half * (at % 2),
            "y": top + _HEIGHT * (at // 2),
            "width": half,
            "height": _HEIGHT,
            "properties": {
                "title": title,
                "region": region,
                "view": "timeSeries",
                "stacked": False,
                "period": _PERIOD,
                "metrics": metrics,
            },
        }
        for at, (title, metrics) in enumerate(charts)
    ]
    return json.dumps({"start": "-PT3H", "widgets": placed})


def _across(kind: str, y: int, properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "x": 0, "y": y, "width": _COLUMNS, "height": _LINE, "properties": properties}


def dashboard_body_of(function: str, alias: str, versions: Sequence[str], region: str) -> str:
    """The body for a Lambda alias. `versions`: the baseline's number, then the canary's where there is one."""
    names = " and ".join(
        f"v{version} ({word})" for version, word in zip(versions, ("baseline", "canary"), strict=False)
    )
    target = f"{function}:{alias}"
    text = f"# {target}\n{names or 'no version known'} · written by MultiTool, which writes all of it anew."
    charts = [
        ("Invocations", _each(function, alias, versions, "Invocations", "Sum")),
        ("Error rate, %", _rates(function, alias, versions)),
        ("Errors", _each(function, alias, versions, "Errors", "Sum")),
        ("Duration p99, ms", _each(function, alias, versions, "Duration", "p99")),
        ("Throttles", [_row("Throttles", _whole(function, alias), stat="Sum")]),
        ("Canary's weight, %", [_rollout("Weight", target)]),
        ("Evidence: share of the way to its limit, %", _evidence(target)),
        ("Verdict: -1 harmful, 0 undecided, 1 safe", [_rollout("Verdict", target)]),
    ]
    return board(text, charts, region)


def _whole(function: str, alias: str) -> list[str]:
    return ["FunctionName", function, "Resource", f"{function}:{alias}"]


def _row(metric: str, dimensions: list[str], **options: Any) -> list[Any]:
    return ["AWS/Lambda", metric, *dimensions, options]


def _each(function: str, alias: str, versions: Sequence[str], metric: str, stat: str) -> list[list[Any]]:
    """A metric of each version; of the alias as a whole where no version is known."""
    whole = _whole(function, alias)
    if not versions:
        return [_row(metric, whole, stat=stat)]
    return [
        _row(metric, [*whole, "ExecutedVersion", version], stat=stat, label=f"v{version}", color=colour)
        for version, colour in zip(versions, _COLOURS, strict=False)
    ]


def _rates(function: str, alias: str, versions: Sequence[str]) -> list[list[Any]]:
    whole = _whole(function, alias)
    rows: list[list[Any]] = []
    for number, version in enumerate(versions or ("",)):
        of = [*whole, "ExecutedVersion", version] if version else whole
        label = f"v{version}" if version else alias
        rows += [
            [{"expression": f"100 * FILL(e{number}, 0) / i{number}", "label": label, "color": _COLOURS[number]}],
            _row("Errors", of, stat="Sum", id=f"e{number}", visible=False),
            _row("Invocations", of, stat="Sum", id=f"i{number}", visible=False),
        ]
    return rows


def _rollout(metric: str, target: str) -> list[Any]:
    return [NAMESPACE, metric, "Target", target, {"stat": "Maximum", "label": metric}]


def _evidence(target: str) -> list[list[Any]]:
    return [_rollout(name, target) for name in ("Harm", "Safety")]
