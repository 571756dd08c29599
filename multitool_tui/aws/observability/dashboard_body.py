"""The dashboard that MultiTool writes of a target: both versions side by side, and the rollout's own metrics.

Source: "Dashboard Body Structure and Syntax" of the CloudWatch API reference.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

_COLUMNS = 24
_HEIGHT = 6
NAMESPACE = "MultiTool"
"""Where rollouts write their own metrics."""
_COLOURS = ("#1f77b4", "#ff7f0e")  # the baseline's, the canary's


def dashboard_name(function: str, alias: str) -> str:
    """The name of a target's dashboard: letters, digits, - and _ are all that CloudWatch takes."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", f"MultiTool-{function}-{alias}")


def dashboard_body_of(function: str, alias: str, versions: Sequence[str], region: str) -> str:
    """The body for a Lambda alias. `versions`: the baseline's number, then the canary's where there is one."""
    names = " and ".join(
        f"v{version} ({word})" for version, word in zip(versions, ("baseline", "canary"), strict=False)
    )
    text = f"# {function}:{alias}\n{names or 'no version known'} · written by MultiTool, which writes all of it anew."
    widgets = [
        {"type": "text", "x": 0, "y": 0, "width": _COLUMNS, "height": 2, "properties": {"markdown": text}},
        _widget(0, 0, "Invocations", _each(function, alias, versions, "Invocations", "Sum"), region),
        _widget(1, 0, "Error rate, %", _rates(function, alias, versions), region),
        _widget(0, 1, "Errors", _each(function, alias, versions, "Errors", "Sum"), region),
        _widget(1, 1, "Duration p99, ms", _each(function, alias, versions, "Duration", "p99"), region),
        _widget(0, 2, "Throttles", [_row("Throttles", _whole(function, alias), stat="Sum")], region),
        _widget(1, 2, "Canary's weight, %", [_rollout("Weight", f"{function}:{alias}")], region),
        _widget(0, 3, "Evidence: share of the way to its limit, %", _evidence(f"{function}:{alias}"), region),
        _widget(1, 3, "Verdict: -1 harmful, 0 undecided, 1 safe", [_rollout("Verdict", f"{function}:{alias}")], region),
    ]
    return json.dumps({"start": "-PT3H", "widgets": widgets})


def _widget(column: int, line: int, title: str, metrics: list[list[Any]], region: str) -> dict[str, Any]:
    return {
        "type": "metric",
        "x": column * _COLUMNS // 2,
        "y": 2 + line * _HEIGHT,
        "width": _COLUMNS // 2,
        "height": _HEIGHT,
        "properties": {
            "title": title,
            "region": region,
            "view": "timeSeries",
            "stacked": False,
            "period": 60,
            "metrics": metrics,
            **({} if title.startswith("Verdict") else {"yAxis": {"left": {"min": 0}}}),
        },
    }


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
