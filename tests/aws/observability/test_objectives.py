from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from multitool_tui.aws.errors import AccessDenied, Conflict, Refused, Unanswered
from multitool_tui.aws.observability.objectives import create_alias_objective, objectives, service, services
from multitool_tui.aws.observability.paging import every
from multitool_tui.sandbox.faults import Fault
from tests.aws.observability.conftest import NOON, Account

WINDOW = (NOON - timedelta(hours=3), NOON)


async def test_services_and_one_of_them(account: Account) -> None:
    found = await services(account.signals, *WINDOW)
    assert [(each.name, each.environment) for each in found] == [
        ("checkout", "lambda:default"),
        ("payments", "lambda:default"),
    ]
    one = await service(account.signals, found[0].key, *WINDOW)
    assert replace(one, log_groups=()) == found[0]
    assert one.log_groups == ("/aws/lambda/checkout",)
    latency = one.metrics[0]
    assert (latency.kind, latency.namespace, latency.name) == ("LATENCY", "ApplicationSignals", "Latency")
    with pytest.raises(Refused, match="none"):
        await service(account.signals, {**one.key, "Name": "none"}, *WINDOW)


async def test_every_page_of_services_is_read(account: Account) -> None:
    kept = account.sandbox._home.observability
    kept.services = [replace(kept.services[0], name=f"s{number:03}") for number in range(101)]
    assert len(await services(account.signals, *WINDOW)) == 101
    assert len(account.sandbox.calls) == 3


async def test_an_objective_of_an_alias(account: Account) -> None:
    made = await create_alias_objective(account.signals, "checkout-live", "checkout", "live", 99.9, 28)
    assert (made.name, made.by_request, made.service, made.created) == ("checkout-live", True, "", NOON)
    assert await objectives(account.signals) == (made,)
    kept = account.sandbox._home.observability.objectives["checkout-live"]
    assert kept["Goal"]["AttainmentGoal"] == 99.9
    assert kept["Goal"]["Interval"] == {"RollingInterval": {"DurationUnit": "DAY", "Duration": 28}}
    with pytest.raises(Conflict, match="already exists"):
        await create_alias_objective(account.signals, "checkout-live", "checkout", "live", 99.0, 7)


async def test_a_denial_names_the_action_to_ask_for(account: Account) -> None:
    account.sandbox.faults.add(Fault(kind="denied", service="application-signals"))
    with pytest.raises(AccessDenied, match="application-signals:ListServices is not allowed"):
        await services(account.signals, *WINDOW)


async def test_a_list_that_turns_in_a_circle_ends() -> None:
    async def page(**_: Any) -> dict[str, Any]:
        return {"Items": [{}], "NextToken": "again"}

    with pytest.raises(Unanswered, match="the same page"):
        await every(page, "Items")
