"""A plan's own metrics: what else than errors, slow requests and the like may go wrong, by two queries to CloudWatch.

Source: CloudWatch API reference, MetricDataQuery.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST_METRICS = 5
"""Of a plan: each has its share of the false-alarm budget, and more would hardly be heard."""


@dataclass(frozen=True, slots=True)
class MetricQuery:
    """One of the queries: a statistic of a metric, or an `expression` over the others of the same metric.

    The values of `dimensions`, and the expression, may have the names of `Source.placeholders` in braces.
    """

    id: str
    expression: str = ""
    namespace: str = ""
    metric: str = ""
    dimensions: tuple[tuple[str, str], ...] = ()
    stat: str = "Sum"
    unit: str = ""
    account: str = ""


def is_metric(name: str) -> bool:
    """Whether a metric of a plan may be called so."""
    return re.fullmatch(r"[A-Za-z0-9_-]{1,40}", name) is not None


@dataclass(frozen=True, slots=True)
class MetricPair:
    """A metric of the plan's own: so many were bad, of so many. `bad` and `total` are the ids of two of its queries.

    Without queries it is not read from CloudWatch: whoever sends the minutes counts it.
    """

    name: str
    bad: str = ""
    total: str = ""
    queries: tuple[MetricQuery, ...] = ()
