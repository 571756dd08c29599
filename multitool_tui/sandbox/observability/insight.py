"""Contributor Insights: rules, and the reports of what contributed how much.

A rule of the sandbox counts the events of one metric, Sum by Sum, and shares them out among its contributors. Semantics
as in the CloudWatch API reference, GetInsightRuleReport.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from multitool_tui.sandbox.draw import multinomial, source
from multitool_tui.sandbox.metrics.series import Metric


@dataclass(frozen=True)
class InsightRule:
    """A rule. `contributors` are the shares of each, by the value of its key; `resource` and `template` are of rules
    that an AWS service manages."""

    name: str
    enabled: bool
    key: str
    log_group: str
    counted: Metric
    contributors: Mapping[str, float]
    resource: str = ""
    template: str = ""
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def schema(self) -> str:
        name = "ServiceLogRule" if self.template else "CloudWatchLogRule"
        return json.dumps({"Name": name, "Version": 1})

    @property
    def definition(self) -> str:
        return json.dumps(
            {
                "Schema": json.loads(self.schema),
                "LogGroupNames": [self.log_group],
                "LogFormat": "JSON",
                "Contribution": {"Keys": [self.key], "Filters": []},
                "AggregateOn": "Count",
            }
        )


@dataclass(frozen=True)
class Report:
    """What a rule found: counts by contributor, and by period (epoch seconds) within."""

    counts: Mapping[str, Mapping[int, int]]

    @property
    def total(self) -> int:
        return sum(sum(each.values()) for each in self.counts.values())

    @property
    def periods(self) -> list[int]:
        return sorted({at for each in self.counts.values() for at in each})

    def ranked(self, order: str) -> list[str]:
        """Contributors, the greatest first: by `Sum`, or by the `Maximum` of their periods."""
        measure = sum if order == "Sum" else max
        return sorted(self.counts, key=lambda name: (-measure(self.counts[name].values()), name))

    def metrics(self, at: int, names: list[str]) -> dict[str, Any]:
        """The metrics of one period. One event counts as one, so the least and greatest observation are 1."""
        counts = [each[at] for each in self.counts.values() if at in each]
        total = float(sum(counts))
        known = {
            "UniqueContributors": float(len(counts)),
            "MaxContributorValue": float(max(counts)),
            "SampleCount": total,
            "Average": total / len(counts),
            "Sum": total,
            "Minimum": 1.0,
            "Maximum": 1.0,
        }
        return {name: known[name] for name in names}


METRICS = ("UniqueContributors", "MaxContributorValue", "SampleCount", "Sum", "Minimum", "Maximum", "Average")


def report(rule: InsightRule, events: Mapping[int, float], start: int, period: int, seed: int) -> Report:
    """Share out `events` (by minute) among the contributors of a rule, in periods of so many seconds from `start`.

    A minute is always shared out alike, whoever asks and for whatever window.
    """
    names = list(rule.contributors)
    whole = sum(rule.contributors.values())
    counts: dict[str, dict[int, int]] = {}
    for minute, number in events.items():
        drawn = source(seed, "insight", rule.name, minute)
        shares = [rule.contributors[name] / whole for name in names]
        bucket = start + (minute - start) // period * period
        for name, count in zip(names, multinomial(drawn, int(number), shares), strict=True):
            if count:
                own = counts.setdefault(name, {})
                own[bucket] = own.get(bucket, 0) + count
    return Report(counts)
