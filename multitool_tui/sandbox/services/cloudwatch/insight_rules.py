"""Contributor Insights: describe rules, and report what they found."""

from __future__ import annotations

from datetime import UTC, datetime

from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.metrics import query
from multitool_tui.sandbox.metrics.series import MINUTE
from multitool_tui.sandbox.observability import insight
from multitool_tui.sandbox.observability.insight import InsightRule
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.services import paging
from multitool_tui.sandbox.wire.messages import Params

_ON_A_PAGE = {"rules": 500, "managed rules": 100}
_CONTRIBUTORS = 10
_MOST_CONTRIBUTORS = 100


def describe_insight_rules(region: Region, params: Params) -> Params:
    rules = [rule for _, rule in sorted(region.observability.insight_rules.items())]
    size = params.get("MaxResults", _ON_A_PAGE["rules"])
    shown, token = paging.page(rules, size, params.get("NextToken"), "rules", "InvalidNextToken")
    return {"InsightRules": [_written(rule) for rule in shown]} | ({"NextToken": token} if token else {})


def list_managed_insight_rules(region: Region, params: Params) -> Params:
    resource = params["ResourceARN"]
    if not resource.startswith("arn:"):
        raise _refused(f"The value {resource} for parameter ResourceARN is invalid.")
    rules = [rule for _, rule in sorted(region.observability.insight_rules.items()) if rule.resource == resource]
    size, token = params.get("MaxResults", _ON_A_PAGE["managed rules"]), params.get("NextToken")
    shown, following = paging.page(rules, size, token, "managed rules", "InvalidNextToken")
    written = [
        {
            "TemplateName": rule.template,
            "ResourceARN": rule.resource,
            "RuleState": {"RuleName": rule.name, "State": _state(rule)},
        }
        for rule in shown
    ]
    return {"ManagedRules": written} | ({"NextToken": following} if following else {})


def get_insight_rule_report(region: Region, params: Params) -> Params:
    rule = region.observability.insight_rules.get(params["RuleName"])
    metrics, order = params.get("Metrics", []), params.get("OrderBy", "Sum")
    most = params.get("MaxContributorCount", _CONTRIBUTORS)
    start, end = params["StartTime"].timestamp(), params["EndTime"].timestamp()
    period = params["Period"]
    if start >= end:
        raise _refused("The parameter StartTime must be less than the parameter EndTime.")
    if period % MINUTE:
        raise _refused(f"The value {period} for parameter Period is not supported: it must be a multiple of 60.")
    if not 1 <= most <= _MOST_CONTRIBUTORS:
        raise _refused(f"The parameter MaxContributorCount must be between 1 and {_MOST_CONTRIBUTORS}.")
    if order not in ("Sum", "Maximum"):
        raise _refused(f"The value {order} for parameter OrderBy is not supported.")
    if unknown := [name for name in metrics if name not in insight.METRICS]:
        raise _refused(f"The value {unknown[0]} for parameter Metrics is not supported.")
    if rule is None:
        raise AwsError("ResourceNotFoundException", f"The rule {params['RuleName']} does not exist.")
    first = int(start // MINUTE * MINUTE)
    total = query.statistic_of("Sum")
    events = query.read(region.metrics, rule.counted, total, MINUTE, None, first, end, region.now)
    found = insight.report(rule, events.values if rule.enabled else {}, first, period, region.seed)
    return {
        "KeyLabels": [rule.key],
        "AggregationStatistic": "COUNT",
        "AggregateValue": float(found.total),
        "ApproximateUniqueCount": len(found.counts),
        "Contributors": [
            {
                "Keys": [name],
                "ApproximateAggregateValue": float(sum(found.counts[name].values())),
                "Datapoints": [
                    {"Timestamp": _moment(at), "ApproximateValue": float(count)}
                    for at, count in sorted(found.counts[name].items())
                ],
            }
            for name in found.ranked(order)[:most]
        ],
        "MetricDatapoints": [{"Timestamp": _moment(at)} | found.metrics(at, metrics) for at in found.periods]
        if metrics
        else [],
    }


def _written(rule: InsightRule) -> Params:
    return {
        "Name": rule.name,
        "State": _state(rule),
        "Schema": rule.schema,
        "Definition": rule.definition,
        "ManagedRule": bool(rule.template),
    }


def _state(rule: InsightRule) -> str:
    return "ENABLED" if rule.enabled else "DISABLED"


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _refused(message: str) -> AwsError:
    return AwsError("InvalidParameterValueException", message)
