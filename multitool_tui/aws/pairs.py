"""A plan's own metrics in CloudWatch: the queries of one version, and what their answers count.

Source: CloudWatch API reference, MetricDataQuery.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from multitool_tui.judgement.model import Tally
from multitool_tui.judgement.series import MOST_IN_A_MINUTE
from multitool_tui.rollout.metrics import MetricPair, MetricQuery

_QUOTED_OR_ID = re.compile(r"('[^']*'|\"[^\"]*\")|(?<![\w.])([a-z]\w*)")


def queries_of(pair: MetricPair, prefix: str, placeholders: Mapping[str, str], period: int) -> list[dict[str, Any]]:
    """The queries of one version, with `prefix` before their ids; only `bad` and `total` are answered.

    `period` is in seconds.
    """
    ids = {query.id: prefix + query.id for query in pair.queries}
    return [
        _query(query, ids, placeholders, period, wanted=query.id in (pair.bad, pair.total)) for query in pair.queries
    ]


def _query(
    query: MetricQuery, ids: Mapping[str, str], placeholders: Mapping[str, str], period: int, *, wanted: bool
) -> dict[str, Any]:
    asked: dict[str, Any] = {"Id": ids[query.id], "ReturnData": wanted}
    if query.account:
        asked["AccountId"] = query.account
    if query.expression:
        text = _filled(query.expression, placeholders)
        if text.lstrip().upper().startswith("SELECT"):
            return asked | {"Expression": text, "Period": period}
        return asked | {"Expression": _QUOTED_OR_ID.sub(lambda found: found[1] or ids.get(found[2], found[2]), text)}
    metric = {
        "Namespace": query.namespace,
        "MetricName": query.metric,
        "Dimensions": [{"Name": name, "Value": _filled(value, placeholders)} for name, value in query.dimensions],
    }
    unit = {"Unit": query.unit} if query.unit else {}
    return asked | {"MetricStat": {"Metric": metric, "Period": period, "Stat": query.stat, **unit}}


def _filled(text: str, placeholders: Mapping[str, str]) -> str:
    return re.sub(r"\{([a-z]+)\}", lambda found: placeholders.get(found[1], found[0]), text)


def tallies(
    pairs: Sequence[MetricPair], found: Mapping[str, Mapping[datetime, float]], moment: datetime
) -> tuple[Tally, ...]:
    """What the pairs count of one version in the period that begins at `moment`.

    Args:
        found: by "PAIR.ID", the values of a query by period.

    A bad count that is missing beside a total is zero: most are sent only when there is something to count. Without a
    total nothing was measured.
    """
    counted = []
    for pair in pairs:
        total = _whole(found.get(f"{pair.name}.{pair.total}", {}).get(moment))
        bad = _whole(found.get(f"{pair.name}.{pair.bad}", {}).get(moment)) or 0
        if total is not None:
            counted.append(Tally(pair.name, min(bad, total), total))
    return tuple(counted)


def _whole(value: float | None) -> int | None:
    return None if value is None else round(min(max(0.0, value), MOST_IN_A_MINUTE))
