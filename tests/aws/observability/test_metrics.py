from __future__ import annotations

from datetime import timedelta

import pytest

from multitool_tui.aws.errors import Refused
from multitool_tui.aws.observability.alarms import alarms_of
from multitool_tui.aws.observability.history import events
from multitool_tui.aws.observability.metrics import Metric, Value, metrics, picture, put_values, values
from multitool_tui.judgement.model import AlarmState
from multitool_tui.sandbox.metrics import series
from multitool_tui.sandbox.metrics.distribution import Distribution
from tests.aws.observability.conftest import NOON, Account

MINUTE = timedelta(minutes=1)
LIVE = {"FunctionName": "checkout", "Resource": "checkout:live"}
ERRORS = Metric("AWS/Lambda", "Errors", LIVE)
ORDERS = Metric("Shop", "Orders", {"Stage": "prod"})


async def test_metrics_are_found_by_what_is_known_of_them(account: Account) -> None:
    by_name = await metrics(account.cloudwatch, "AWS/Lambda", "Errors", LIVE)
    assert ERRORS in by_name
    assert all(each.name == "Errors" and each.dimensions.items() >= LIVE.items() for each in by_name)
    assert await metrics(account.cloudwatch, "Nowhere") == ()


async def test_every_page_of_metrics_is_read(account: Account) -> None:
    names = [f"m{number:04}" for number in range(501)]
    for name in names:
        datum = series.Metric.of("Shop", name), int(NOON.timestamp()), "Count", Distribution({1.0: 1}), NOON.timestamp()
        account.sandbox._home.metrics.custom.put(*datum)
    account.clock.advance(600)
    assert [each.name for each in await metrics(account.cloudwatch, "Shop")] == names
    assert len(account.sandbox.calls) == 2


async def test_a_value_is_put_and_read(account: Account) -> None:
    for minute, value in ((1, 5.0), (1, 7.0), (2, 1.0)):
        await put_values(account.cloudwatch, "Shop", [Value(ORDERS, NOON - minute * MINUTE, value, "Count")])
    account.clock.advance(60)
    start = NOON - timedelta(minutes=5)
    read = await values(account.cloudwatch, ORDERS, "Sum", start, NOON, MINUTE)
    assert list(read.items()) == [(NOON - 2 * MINUTE, 1.0), (NOON - MINUTE, 12.0)]
    assert await values(account.cloudwatch, ORDERS, "p100", start, NOON, MINUTE) == {
        NOON - 2 * MINUTE: 1.0,
        NOON - MINUTE: 7.0,
    }
    with pytest.raises(Refused, match="AWS/"):
        await put_values(account.cloudwatch, "AWS/Lambda", [Value(ERRORS, NOON, 1.0)])


async def test_long_times_are_read_in_parts(account: Account) -> None:
    start = NOON - timedelta(minutes=3000)
    read = await values(account.cloudwatch, ERRORS, "Sum", start, NOON, MINUTE)
    in_one = await values(account.cloudwatch, ERRORS, "Sum", NOON - timedelta(minutes=1440), NOON, MINUTE)
    assert read == in_one
    assert list(read) == sorted(read)
    assert len(read) > 150
    assert [call.operation for call in account.sandbox.calls] == ["GetMetricStatistics"] * 4


async def test_a_picture_of_a_metric(account: Account) -> None:
    row = ["AWS/Lambda", "Errors", "FunctionName", "checkout"]
    assert (await picture(account.cloudwatch, {"metrics": [row]})).startswith(b"\x89PNG\r\n")
    with pytest.raises(Refused, match="metrics"):
        await picture(account.cloudwatch, {})


async def test_an_alarm_s_history_on_every_page(account: Account) -> None:
    book = account.sandbox._home.alarms
    alarm = book.get("shop-front")
    assert alarm is not None
    account.clock.advance(1)
    start = account.clock.now()
    for _ in range(75):
        for state in ("ALARM", "OK"):
            book.set_state(alarm, state, "because", "", account.clock.now().timestamp())
    found = await events(account.cloudwatch, "shop-front", start, account.clock.now(), "StateUpdate")
    assert [each.summary for each in found] == [
        "Alarm updated from OK to ALARM",
        "Alarm updated from ALARM to OK",
    ] * 75
    assert {(each.alarm, each.kind) for each in found} == {("shop-front", "StateUpdate")}
    assert len(account.sandbox.calls) == 2
    assert await events(account.cloudwatch, "none", start, account.clock.now()) == ()


async def test_which_alarms_are_on_a_metric(account: Account) -> None:
    (found,) = await alarms_of(account.cloudwatch, Metric("AWS/Lambda", "Duration", LIVE))
    assert (found.name, found.state, found.rule.threshold) == ("checkout-p99-duration", AlarmState.OK, 3000.0)
    assert (found.rule.statistic, found.rule.comparison, found.rule.breaching) == ("p99", ">", 3)
    assert await alarms_of(account.cloudwatch, ORDERS) == ()
