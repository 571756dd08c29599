"""Contributor Insights: rules, and who contributed how much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from multitool_tui.aws.observability.paging import every
from multitool_tui.aws.translate import answered, aws_errors


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule. `definition` is JSON, in the rule syntax of Contributor Insights."""

    name: str
    enabled: bool
    managed: bool
    definition: str


@dataclass(frozen=True, slots=True)
class ManagedRule:
    """A rule that an AWS service offers for a resource. `name` is empty while it is not made."""

    template: str
    name: str
    enabled: bool


@dataclass(frozen=True, slots=True)
class Contributor:
    """One contributor: the values of the rule's keys, what it contributed in all, and by period.
    AWS calls the figures approximate."""

    keys: tuple[str, ...]
    total: float
    periods: Mapping[datetime, float]


@dataclass(frozen=True, slots=True)
class Report:
    """The greatest contributors, the greatest first, out of `unique`; `total` is of all of them. `labels` name the
    keys."""

    labels: tuple[str, ...]
    total: float
    unique: int
    contributors: tuple[Contributor, ...]


async def rules(client: Any) -> tuple[Rule, ...]:
    """All rules of the account and region, by name."""
    found = []
    for item in await every(client.describe_insight_rules, "InsightRules"):
        answered(item, "Name", "State")
        found.append(
            Rule(
                item["Name"],
                item["State"] == "ENABLED",
                bool(item.get("ManagedRule")),
                item.get("Definition", ""),
            )
        )
    return tuple(sorted(found, key=lambda rule: rule.name))


async def managed_rules(client: Any, resource: str) -> tuple[ManagedRule, ...]:
    """The rules that AWS manages for the resource with this ARN, by template."""
    found = []
    for item in await every(client.list_managed_insight_rules, "ManagedRules", ResourceARN=resource):
        answered(item, "TemplateName")
        state = item.get("RuleState") or {}
        found.append(ManagedRule(item["TemplateName"], state.get("RuleName", ""), state.get("State") == "ENABLED"))
    return tuple(sorted(found, key=lambda rule: rule.template))


async def report(client: Any, rule: str, start: datetime, end: datetime, period: timedelta, most: int = 10) -> Report:
    """What a rule found from `start` to `end`: its `most` greatest contributors, 100 at the most.

    Raises:
        NotFound: when there is no such rule.
    """
    with aws_errors():
        answer = await client.get_insight_rule_report(
            RuleName=rule,
            StartTime=start,
            EndTime=end,
            Period=int(period.total_seconds()),
            MaxContributorCount=most,
            OrderBy="Sum",
        )
        answered(answer, "AggregateValue", "ApproximateUniqueCount")
    return Report(
        tuple(answer.get("KeyLabels") or ()),
        float(answer["AggregateValue"]),
        int(answer["ApproximateUniqueCount"]),
        tuple(_contributor(each) for each in answer.get("Contributors") or ()),
    )


def _contributor(item: dict[str, Any]) -> Contributor:
    points = item.get("Datapoints") or ()
    return Contributor(
        tuple(item.get("Keys") or ()),
        float(item.get("ApproximateAggregateValue", 0.0)),
        {each["Timestamp"]: float(each["ApproximateValue"]) for each in points},
    )
