from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from multitool_tui.aws.errors import NotFound, Refused
from multitool_tui.aws.observability.anomalies import Detector, detectors
from multitool_tui.aws.observability.insights import ManagedRule, managed_rules, report, rules
from multitool_tui.aws.observability.metrics import Metric, values
from tests.aws.observability.conftest import NOON, Account

RULE = "checkout-failures-by-payment-method"
START = NOON - timedelta(minutes=30)
MINUTE = timedelta(minutes=1)
LIVE = {"FunctionName": "checkout", "Resource": "checkout:live"}
TABLE = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"


async def test_who_contributed_how_much(account: Account) -> None:
    found = await report(account.cloudwatch, RULE, START, NOON, 5 * MINUTE, most=3)
    assert (found.labels, found.unique) == (("$.paymentMethod",), 6)
    assert [each.keys for each in found.contributors] == [("card",), ("paypal",), ("invoice",)]
    for each in found.contributors:
        assert sum(each.periods.values()) == each.total
        assert all(at.tzinfo for at in each.periods)
    errors = await values(account.cloudwatch, Metric("AWS/Lambda", "Errors", LIVE), "Sum", START, NOON, MINUTE)
    assert found.total == sum(errors.values()) > 0


async def test_a_report_that_cannot_be_made(account: Account) -> None:
    with pytest.raises(NotFound, match="none"):
        await report(account.cloudwatch, "none", START, NOON, MINUTE)
    with pytest.raises(Refused, match="MaxContributorCount"):
        await report(account.cloudwatch, RULE, START, NOON, MINUTE, most=101)


async def test_rules_on_every_page_and_those_that_aws_manages(account: Account) -> None:
    kept = account.sandbox._home.observability.insight_rules
    managed = {
        f"r{number:03}": replace(
            kept[RULE], name=f"r{number:03}", template=f"T{number:03}", resource=TABLE, enabled=bool(number)
        )
        for number in range(501)
    }
    kept.update(managed)
    found = await rules(account.cloudwatch)
    assert [each.name for each in found] == [RULE, *managed]
    assert [(each.managed, each.enabled) for each in found[:3]] == [(False, True), (True, False), (True, True)]
    assert json.loads(found[0].definition)["AggregateOn"] == "Count"
    offered = await managed_rules(account.cloudwatch, TABLE)
    assert len(offered) == 501
    assert offered[0] == ManagedRule("T000", "r000", enabled=False)
    assert await managed_rules(account.cloudwatch, TABLE + "-2") == ()


async def test_anomaly_detectors_on_every_page(account: Account) -> None:
    kept = account.sandbox._home.observability
    [one] = kept.anomaly_detectors
    kept.anomaly_detectors = [one, *(replace(one, stat=f"p{number}") for number in range(10, 99)), *([one] * 20)]
    found = await detectors(account.cloudwatch)
    assert len(found) == 110
    assert found[-1] == Detector("AWS/Lambda", "Duration", LIVE, "p99", trained=True)
    assert len(account.sandbox.calls) == 2
