"""`multitool observe`: the tabs of the screen, printed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from click.testing import CliRunner, Result

from multitool_tui.cli import main
from multitool_tui.cli.observe import NAMES
from multitool_tui.clock import SystemClock
from multitool_tui.controller.observe.tabs import TABS
from multitool_tui.sandbox.faults import Fault
from multitool_tui.sandbox.scenario import load_scenario
from multitool_tui.sandbox.server import Sandbox
from tests.support.world import use_sandbox_credentials


@pytest.fixture(autouse=True)
def _sandbox_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    use_sandbox_credentials(monkeypatch)


@asynccontextmanager
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(scenario=load_scenario("healthy"), clock=SystemClock()) as one:
        yield one


async def observe(at: Sandbox, *arguments: str) -> Result:
    """Run it in a thread of its own: the sandbox answers from this one."""
    return await asyncio.to_thread(CliRunner().invoke, main, ["--endpoint-url", at.url, "observe", *arguments])


def test_every_tab_can_be_printed() -> None:
    assert [tab.name for tab in TABS] == list(NAMES)


async def test_a_tab_its_rows_and_what_a_key_of_one_opens() -> None:
    async with sandbox() as at:
        text = (await observe(at, "checkout:live", "alarms")).stdout
        assert "checkout-p99-duration" in text
        rows = [json.loads(one) for one in (await observe(at, "checkout:live", "alarms", "--json")).stdout.splitlines()]
        [alarm] = [row for row in rows if row["alarm"] == "checkout-p99-duration"]
        assert alarm["state"] == "OK"
        opened = await observe(at, "checkout:live", "alarms", alarm["key"])
        assert '"checkout-p99-duration" created' in opened.stdout


async def test_what_it_cannot_print_is_one_sentence() -> None:
    async with sandbox() as at:
        wrong = await observe(at, "checkout:live", "metrics", "bogus")
        assert (wrong.exit_code, wrong.stderr.count("\n")) == (2, 1)
        assert "opens no row" in wrong.stderr
        missing = await observe(at, "checkout:none", "alarms")
        assert (missing.exit_code, missing.stderr.count("\n")) == (3, 1)
        at.faults.add(Fault(kind="denied", operation="ListMetricStreams"))
        denied = await observe(at, "checkout", "streams")
        assert denied.exit_code == 3
        assert "cloudwatch:ListMetricStreams is not allowed to the caller." in denied.stdout
