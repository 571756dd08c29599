from __future__ import annotations

import json

import pytest

from multitool_tui.aws.errors import NotFound, Refused
from multitool_tui.aws.observability.dashboards import Warned, dashboard_body, dashboards, put_dashboard
from multitool_tui.sandbox.observability import state
from tests.aws.observability.conftest import NOON, Account

BODY = json.dumps({"widgets": [{"type": "text", "properties": {"markdown": "# ünïcode [bold]"}}]})


async def test_a_dashboard_is_put_and_read_back(account: Account) -> None:
    assert await put_dashboard(account.cloudwatch, "mine", BODY) == ()
    assert await dashboard_body(account.cloudwatch, "mine") == BODY
    [found] = await dashboards(account.cloudwatch, "mi")
    assert (found.name, found.modified, found.size) == ("mine", NOON, len(BODY.encode()))
    assert found.arn == "arn:aws:cloudwatch::123456789012:dashboard/mine"


async def test_a_dashboard_that_is_not_there(account: Account) -> None:
    with pytest.raises(NotFound, match="none"):
        await dashboard_body(account.cloudwatch, "none")


async def test_a_body_that_is_none_says_where_it_is_wrong(account: Account) -> None:
    with pytest.raises(Refused, match="/widgets/0/type"):
        await put_dashboard(account.cloudwatch, "mine", '{"widgets": [{"type": "chart"}]}')
    assert await dashboards(account.cloudwatch, "mine") == ()


async def test_what_is_taken_with_a_warning(account: Account) -> None:
    [warned] = await put_dashboard(account.cloudwatch, "shop", '{"widgets": [], "colour": 1}')
    assert warned == Warned("/colour", "Should NOT have additional properties")


async def test_every_page_is_read(account: Account) -> None:
    many = {f"d{number:04}": state.Dashboard(f"d{number:04}", BODY, 0.0, {}) for number in range(2001)}
    account.sandbox._home.observability.dashboards.update(many)
    assert [each.name for each in await dashboards(account.cloudwatch, "d")] == list(many)
    assert [each.name for each in await dashboards(account.cloudwatch, "d200")] == ["d2000"]
    assert [call.operation for call in account.sandbox.calls] == ["ListDashboards"] * 4
