"""Alarms over the wire: what they are put with, when they fire, what they say of it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.sandbox.conftest import Make
from tests.sandbox.support import Aws, lambda_metric

ORDERS: dict[str, Any] = {
    "AlarmName": "orders",
    "Namespace": "Shop",
    "MetricName": "Orders",
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 3,
    "DatapointsToAlarm": 2,
    "Threshold": 10.0,
    "ComparisonOperator": "GreaterThanThreshold",
}


async def feed(aws: Aws, *values: float | None) -> None:
    """One value a minute, each put within its minute; None puts nothing."""
    for value in values:
        if value is not None:
            data = [{"MetricName": "Orders", "Value": value, "Timestamp": aws.clock.now()}]
            await aws("cloudwatch", "put_metric_data", Namespace="Shop", MetricData=data)
        aws.clock.advance(60)


async def composite(aws: Aws, name: str, rule: str) -> None:
    await aws("cloudwatch", "put_composite_alarm", AlarmName=name, AlarmRule=rule)


async def test_a_new_alarm_is_unchecked(aws: Aws) -> None:
    await aws("cloudwatch", "put_metric_alarm", **ORDERS)
    alarm = await aws.alarm("orders")
    assert (alarm["StateValue"], alarm["StateReason"]) == ("INSUFFICIENT_DATA", "Unchecked: Initial alarm creation")
    assert alarm["AlarmArn"] == "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:orders"
    assert {name: alarm[name] for name in ORDERS} == ORDERS
    assert (alarm["Dimensions"], alarm["OKActions"], alarm["ActionsEnabled"]) == ([], [], True)


async def test_two_of_three_fire_and_two_quiet_ones_end_it(aws: Aws) -> None:
    await aws("cloudwatch", "put_metric_alarm", **ORDERS)
    await feed(aws, 1, 1, 1)
    assert (await aws.alarm("orders"))["StateValue"] == "OK"
    await feed(aws, 11)
    assert (await aws.alarm("orders"))["StateValue"] == "OK"
    await feed(aws, 1, 12)
    fired = await aws.alarm("orders")
    assert fired["StateValue"] == "ALARM"
    assert fired["StateTransitionedTimestamp"] == fired["StateUpdatedTimestamp"] == aws.clock.now()
    assert fired["StateReason"] == (
        "Threshold Crossed: 2 out of the last 3 datapoints [12.0 (05/01/26 12:05:00), 11.0 (05/01/26 12:03:00)] "
        "were greater than the threshold (10.0) "
        "(minimum 2 datapoints for OK -> ALARM transition)."
    )
    data = json.loads(fired["StateReasonData"])
    assert data["recentDatapoints"] == [11.0, 1.0, 12.0]
    assert (data["threshold"], data["period"], data["statistic"]) == (10.0, 60, "Sum")
    assert data["evaluatedDatapoints"][0] == {
        "timestamp": "2026-01-05T12:03:00.000+0000",
        "sampleCount": 1.0,
        "value": 11.0,
    }
    await feed(aws, 1, 1)
    assert (await aws.alarm("orders"))["StateValue"] == "OK"


async def test_the_state_does_not_depend_on_who_looks_when(make: Make) -> None:
    looked, unseen = await make(), await make()
    for aws in (looked, unseen):
        await aws("cloudwatch", "put_metric_alarm", **ORDERS)
    for value in (1, 11, 12, 1, 1, 1, 15, 16):
        data = [{"MetricName": "Orders", "Value": value, "Timestamp": looked.clock.now()}]
        for aws in (looked, unseen):
            await aws("cloudwatch", "put_metric_data", Namespace="Shop", MetricData=data)
        for _ in range(6):
            looked.clock.advance(10)
            await looked.alarm("orders")

    async def changes(aws: Aws) -> list[Any]:
        history = await aws("cloudwatch", "describe_alarm_history", AlarmName="orders", HistoryItemType="StateUpdate")
        return [(item["Timestamp"], item["HistorySummary"]) for item in history["AlarmHistoryItems"]]

    assert len(await changes(looked)) >= 4
    assert await changes(looked) == await changes(unseen)


@pytest.mark.parametrize(
    ("treatment", "state", "words"),
    [
        ("missing", "INSUFFICIENT_DATA", "Insufficient Data: 3 datapoints were unknown."),
        ("ignore", "OK", None),
        (
            "breaching",
            "ALARM",
            "Threshold Crossed: 2 missing datapoints were treated as [Breaching] "
            "(minimum 2 datapoints for OK -> ALARM transition).",
        ),
        ("notBreaching", "OK", None),
    ],
)
async def test_when_data_stops(aws: Aws, treatment: str, state: str, words: str | None) -> None:
    await aws("cloudwatch", "put_metric_alarm", **ORDERS, TreatMissingData=treatment)
    await feed(aws, 1, 1, 1)
    assert (await aws.alarm("orders"))["StateValue"] == "OK"
    await feed(aws, *[None] * 7)
    alarm = await aws.alarm("orders")
    assert alarm["StateValue"] == state
    if words is not None:
        assert alarm["StateReason"] == words


async def test_data_that_never_came(aws: Aws) -> None:
    never = {"TreatMissingData": "breaching", "EvaluationPeriods": 2}
    given = {name: value for name, value in (ORDERS | never).items() if name != "DatapointsToAlarm"}
    await aws("cloudwatch", "put_metric_alarm", **given)
    aws.clock.advance(60)
    assert (await aws.alarm("orders"))["StateReason"] == (
        "Threshold Crossed: no datapoints were received for 2 periods and 2 missing datapoints were treated as "
        "[Breaching]."
    )


@pytest.mark.parametrize(
    ("operator", "value", "fires"),
    [
        ("GreaterThanThreshold", 10.0, False),
        ("GreaterThanThreshold", 10.1, True),
        ("GreaterThanOrEqualToThreshold", 10.0, True),
        ("LessThanThreshold", 10.0, False),
        ("LessThanThreshold", 9.9, True),
        ("LessThanOrEqualToThreshold", 10.0, True),
    ],
)
async def test_comparisons(aws: Aws, operator: str, value: float, fires: bool) -> None:
    once = {"EvaluationPeriods": 1, "DatapointsToAlarm": 1, "ComparisonOperator": operator}
    await aws("cloudwatch", "put_metric_alarm", **ORDERS | once)
    await feed(aws, value)
    assert (await aws.alarm("orders"))["StateValue"] == ("ALARM" if fires else "OK")


async def test_alarms_see_lambda_metrics_as_late_as_everybody(make: Make) -> None:
    aws = await make("errors")
    metric = lambda_metric("Errors", "checkout:live", "42")
    alarm = ORDERS | metric | {"AlarmName": "canary", "EvaluationPeriods": 1, "DatapointsToAlarm": 1}
    await aws("cloudwatch", "put_metric_alarm", **alarm, TreatMissingData="notBreaching")
    await aws.weigh(0.2)
    fired_after = None
    for seconds in range(10, 600, 10):
        aws.clock.advance(10)
        if fired_after is None and (await aws.alarm("canary"))["StateValue"] == "ALARM":
            fired_after = seconds
    assert fired_after is not None
    assert 120 <= fired_after <= 60 + 170 + 60
    shown = await aws.series("Errors", minutes=15, version="42")
    data = json.loads((await aws.alarm("canary"))["StateReasonData"])
    assert data["recentDatapoints"] == [] or data["recentDatapoints"][-1] in shown.values()


async def test_an_alarm_on_metric_math(make: Make) -> None:
    aws = await make("errors")
    quiet = await aws.alarm("checkout-error-rate")
    assert quiet["StateValue"] == "OK"
    assert [each["Id"] for each in quiet["Metrics"]] == ["rate", "errors", "invocations"]
    await aws.weigh(1.0)
    aws.clock.advance(600)
    assert (await aws.alarm("checkout-error-rate"))["StateValue"] == "ALARM"
    # A composite follows at once, and says because of whom.
    front = await aws.alarm("shop-front")
    assert front["StateValue"] == "ALARM"
    assert front["StateReason"].startswith(
        "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:checkout-error-rate transitioned to ALARM at Monday 05 January"
    )
    [trigger] = json.loads(front["StateReasonData"])["triggeringAlarms"]
    assert trigger["state"]["value"] == "ALARM"


async def test_high_resolution_alarms_are_evaluated_every_ten_seconds(aws: Aws) -> None:
    fast = {"Period": 10, "EvaluationPeriods": 1, "DatapointsToAlarm": 1}
    await aws("cloudwatch", "put_metric_alarm", **ORDERS | fast)
    data = [{"MetricName": "Orders", "Value": 99.0, "Timestamp": aws.clock.now(), "StorageResolution": 1}]
    await aws("cloudwatch", "put_metric_data", Namespace="Shop", MetricData=data)
    aws.clock.advance(10)
    assert (await aws.alarm("orders"))["StateValue"] == "ALARM"


async def test_set_alarm_state_lasts_until_the_next_evaluation(aws: Aws) -> None:
    await aws("cloudwatch", "put_metric_alarm", **ORDERS)
    await feed(aws, 1, 1, 1)
    await aws("cloudwatch", "set_alarm_state", AlarmName="orders", StateValue="ALARM", StateReason="a drill")
    alarm = await aws.alarm("orders")
    assert (alarm["StateValue"], alarm["StateReason"]) == ("ALARM", "a drill")
    await feed(aws, 1)
    assert (await aws.alarm("orders"))["StateValue"] == "OK"


async def test_set_alarm_state_on_a_composite_lasts_until_a_child_changes(aws: Aws) -> None:
    await aws("cloudwatch", "put_metric_alarm", **ORDERS)
    await feed(aws, 1, 1, 1)
    await composite(aws, "all", "ALARM(orders)")
    assert (await aws.alarm("all"))["StateValue"] == "OK"
    await aws("cloudwatch", "set_alarm_state", AlarmName="all", StateValue="ALARM", StateReason="a drill")
    await feed(aws, 1, 1)
    assert (await aws.alarm("all"))["StateValue"] == "ALARM"
    await feed(aws, 11, 12, 1, 1, 1)
    assert (await aws.alarm("all"))["StateValue"] == "OK"


async def test_setting_the_state_of_no_alarm(aws: Aws) -> None:
    given = {"AlarmName": "nope", "StateReason": "x"}
    missing = await aws.refused("cloudwatch", "set_alarm_state", **given, StateValue="OK")
    assert (missing.code, missing.status) == ("ResourceNotFound", 404)
    wrong = await aws.refused("cloudwatch", "set_alarm_state", **given, StateValue="INVALID")
    assert (wrong.code, wrong.status) == ("ValidationError", 400)
    assert "at 'stateValue' failed to satisfy constraint: Member must satisfy enum value set:" in wrong.message


async def test_composites_of_composites_and_cycles(aws: Aws) -> None:
    await composite(aws, "upper", 'ALARM("shop-front") OR ALARM("webhooks-queue-age")')
    assert (await aws.alarm("upper"))["StateValue"] == "ALARM"
    await composite(aws, "top", "NOT ALARM(upper)")
    assert (await aws.alarm("top"))["StateValue"] == "OK"
    cycle = await aws.refused("cloudwatch", "put_composite_alarm", AlarmName="upper", AlarmRule="OK(top)")
    assert cycle.code == "ValidationError"
    itself = await aws.refused("cloudwatch", "put_composite_alarm", AlarmName="me", AlarmRule="OK(me)")
    assert itself.code == "ValidationError"
    unknown = await aws.refused("cloudwatch", "put_composite_alarm", AlarmName="me", AlarmRule="OK(nope)")
    assert "in the alarm rule do not exist" in unknown.message
    broken = await aws.refused("cloudwatch", "put_composite_alarm", AlarmName="me", AlarmRule="OK(top")
    assert broken.code == "ValidationError"


async def test_deleting_alarms(aws: Aws) -> None:
    needed = await aws.refused("cloudwatch", "delete_alarms", AlarmNames=["checkout-error-rate"])
    assert needed.code == "ValidationError"
    assert "shop-front" in needed.message
    await composite(aws, "second", "TRUE")
    both = await aws.refused("cloudwatch", "delete_alarms", AlarmNames=["shop-front", "second"])
    assert both.code == "ValidationError"
    missing = await aws.refused("cloudwatch", "delete_alarms", AlarmNames=["shop-front", "nope"])
    assert missing.code == "ResourceNotFound"
    left = await aws("cloudwatch", "describe_alarms", AlarmTypes=["CompositeAlarm"])
    assert [alarm["AlarmName"] for alarm in left["CompositeAlarms"]] == ["second"]
    await aws("cloudwatch", "delete_alarms", AlarmNames=["checkout-error-rate"])


async def test_only_metric_alarms_unless_composites_are_asked_for(aws: Aws) -> None:
    plain = await aws("cloudwatch", "describe_alarms")
    assert plain["CompositeAlarms"] == []
    assert len(plain["MetricAlarms"]) == 4
    by_state = await aws("cloudwatch", "describe_alarms", StateValue="ALARM")
    assert [alarm["AlarmName"] for alarm in by_state["MetricAlarms"]] == ["webhooks-queue-age"]
    by_name = await aws("cloudwatch", "describe_alarms", AlarmNames=["shop-front", "webhooks-queue-age"])
    assert [alarm["AlarmName"] for alarm in by_name["MetricAlarms"]] == ["webhooks-queue-age"]
    by_prefix = await aws("cloudwatch", "describe_alarms", AlarmNamePrefix="checkout")
    assert len(by_prefix["MetricAlarms"]) == 2
    both = await aws.refused("cloudwatch", "describe_alarms", AlarmNamePrefix="c", AlarmNames=["c"])
    assert both.code == "ValidationError"


async def test_the_account_begins_with_alarms_in_every_state_and_they_stay_so(aws: Aws) -> None:
    states = {
        "checkout-error-rate": "OK",
        "checkout-p99-duration": "OK",
        "report-nightly-missing": "INSUFFICIENT_DATA",
        "shop-front": "OK",
        "webhooks-queue-age": "ALARM",
    }
    begun = aws.clock.now()
    for _ in range(3):
        described = await aws("cloudwatch", "describe_alarms", AlarmTypes=["MetricAlarm", "CompositeAlarm"])
        alarms = described["MetricAlarms"] + described["CompositeAlarms"]
        assert {alarm["AlarmName"]: alarm["StateValue"] for alarm in alarms} == states
        aws.clock.advance(1200)
    since = (await aws.alarm("webhooks-queue-age"))["StateTransitionedTimestamp"]
    assert begun - since == timedelta(days=3)


@pytest.mark.parametrize(
    "change",
    [
        {"Threshold": None},
        {"EvaluationPeriods": None},
        {"ComparisonOperator": None},
        {"Statistic": None},
        {"ExtendedStatistic": "p99"},
        {"Statistic": None, "ExtendedStatistic": "p101"},
        {"Period": 15},
        {"Period": None},
        {"DatapointsToAlarm": 4},
        {"TreatMissingData": "guess"},
        {"ComparisonOperator": "LessThanLowerThreshold"},
        {"EvaluationPeriods": 1441},
        {"AlarmName": "shop-front"},
        {"Metrics": [{"Id": "q", "Expression": "1"}]},
        {"Namespace": None},
    ],
)
async def test_alarms_that_are_refused(aws: Aws, change: dict[str, Any]) -> None:
    given = {name: value for name, value in (ORDERS | change).items() if value is not None}
    assert (await aws.refused("cloudwatch", "put_metric_alarm", **given)).code == "ValidationError"


async def test_history_tells_of_changes_newest_first(aws: Aws) -> None:
    await aws("cloudwatch", "put_metric_alarm", **ORDERS)
    await feed(aws, 1, 1, 1, 11, 12)
    history = (await aws("cloudwatch", "describe_alarm_history", AlarmName="orders"))["AlarmHistoryItems"]
    assert [item["HistorySummary"] for item in history] == [
        "Alarm updated from OK to ALARM",
        "Alarm updated from INSUFFICIENT_DATA to OK",
        'Alarm "orders" created',
    ]
    change = json.loads(history[0]["HistoryData"])
    assert (change["oldState"]["stateValue"], change["newState"]["stateValue"]) == ("OK", "ALARM")
    assert change["newState"]["stateReasonData"]["recentDatapoints"] == [1.0, 11.0, 12.0]
    since = await aws(
        "cloudwatch",
        "describe_alarm_history",
        AlarmName="orders",
        StartDate=history[0]["Timestamp"],
        ScanBy="TimestampAscending",
    )
    assert len(since["AlarmHistoryItems"]) == 1
    await aws("cloudwatch", "delete_alarms", AlarmNames=["orders"])
    assert len((await aws("cloudwatch", "describe_alarm_history", AlarmName="orders"))["AlarmHistoryItems"]) == 3


async def test_new_parameters_leave_the_state(aws: Aws) -> None:
    await aws("cloudwatch", "put_metric_alarm", **ORDERS)
    await feed(aws, 11, 12, 13)
    before = await aws.alarm("orders")
    await aws("cloudwatch", "put_metric_alarm", **ORDERS | {"Threshold": 500.0})
    after = await aws.alarm("orders")
    assert (before["StateValue"], after["StateValue"], after["Threshold"]) == ("ALARM", "ALARM", 500.0)
    await feed(aws, 11)
    assert (await aws.alarm("orders"))["StateValue"] == "OK"
