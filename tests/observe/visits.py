"""An operator goes through a tab: reads it, opens its rows, and does all that it offers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from multitool_tui.aws.session import AwsSession, Options
from multitool_tui.clock import ManualClock
from multitool_tui.controller.observe.observatory import Observatory
from multitool_tui.controller.observe.page import Page, Table, Trouble
from multitool_tui.controller.observe.tab import Deed, Subject, Tab
from multitool_tui.controller.port import CommandRefused
from multitool_tui.permissions.policy import Policy
from multitool_tui.sandbox.scenario import load_scenario
from multitool_tui.sandbox.server import Sandbox
from tests.support.world import REGION, START

ACCOUNT = "123456789012"
FIREHOSE = f"arn:aws:firehose:{REGION}:{ACCOUNT}:deliverystream/lake"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/streams"
ANYBODY = '{"Version": "2012-10-17", "Statement": []}'
LIVE = Subject("checkout", "live", "41", "42", REGION, ACCOUNT)

FILLED_IN: dict[str, Mapping[str, str]] = {
    "create-stream": {"firehose": FIREHOSE, "role": ROLE},
    "delete-stream": {"sure": "multitool"},
    "delete-source": {"sure": "sqs checkout-retries"},
    "delete-url": {"sure": "beta"},
    "trust-store": {"store": "s3://trust/store.pem"},
    "domain-policy": {"policy": ANYBODY},
    "management-policy": {"policy": ANYBODY},
    "associate": {"endpoint": "vpce-0123456789abcdef0"},
    "api-policy": {"policy": ANYBODY},
    "tag": {"key": "team", "value": "shop"},
    "tag-more": {"key": "stage", "value": "prod"},
}
"""What an operator fills in, by the name of what he does, where the form does not say it already."""


_DEEPER = 2  # rows that he opens of what he opened
_MEANWHILE = 5.0  # seconds between what he does: event source mappings take a while to settle


@dataclass
class Visit:
    """An open session with its tabs, on a sandbox of its own."""

    observatory: Observatory
    sandbox: Sandbox
    clock: ManualClock

    async def through(self, tab: Tab, subject: Subject = LIVE) -> list[str]:
        """Go through the whole tab. Returns every sentence that says what could not be read or done."""
        said: list[str] = []
        self.clock.advance(_MEANWHILE)
        opened = await self.read(tab, subject, said)
        with TemporaryDirectory() as folder:
            for deed in tab.deeds:
                await self._do(deed, subject, opened, Path(folder), said)
                self.clock.advance(_MEANWHILE)
                opened = await self.read(tab, subject, said) if deed.changes else opened
        return said

    async def read(self, tab: Tab, subject: Subject, said: list[str]) -> list[str]:
        """Read the page, and open the first row of each of its tables. Returns all that something can be done with."""
        page = await self._page(tab, subject, None, said)
        found = keys(page)
        for key in first_of_each(page) if tab.look else ():
            deeper = keys(await self._page(tab, subject, key, said))
            found += deeper
            for inner in deeper[:_DEEPER]:
                await self._page(tab, subject, inner, said)
        return found

    async def _page(self, tab: Tab, subject: Subject, key: str | None, said: list[str]) -> Page | None:
        try:
            page = await self.observatory.load(tab, subject, key)
        except CommandRefused as refused:
            said.append(str(refused))
            return None
        said += [part.sentence for part in page.parts if isinstance(part, Trouble)]
        return page

    async def _do(self, deed: Deed, subject: Subject, opened: list[str], folder: Path, said: list[str]) -> None:
        key = next((key for key in opened if deed.is_for(key)), "") if deed.of is not None else ""
        if deed.of is not None and not key:
            said.append(f"There is nothing to {deed.name}.")
            return
        try:
            form = await self.observatory.ask(deed, subject, key)
            values = form.values() | dict(FILLED_IN.get(deed.name, {}))
            if "file" in values:
                values["file"] = str(folder / f"{deed.name}.png")
            await self.observatory.do(deed, subject, key, values)
        except CommandRefused as refused:
            said.append(str(refused))


def keys(page: Page | None) -> list[str]:
    """The keys of all rows of a page."""
    parts = page.parts if page else ()
    return [row.key for part in parts if isinstance(part, Table) for row in part.rows if row.key]


def first_of_each(page: Page | None) -> list[str]:
    """The first row of each table that has something to open."""
    tables = [part for part in page.parts if isinstance(part, Table)] if page else []
    return [table.rows[0].key for table in tables if table.rows and table.rows[0].key]


@asynccontextmanager
async def visit(
    scenario: str = "api", *, policy: Policy | None = None, read_only: bool = False
) -> AsyncIterator[Visit]:
    """Open a session on a sandbox; credentials must have been set."""
    clock = ManualClock(START)
    async with (
        Sandbox(scenario=load_scenario(scenario), clock=clock, region=REGION, policy=policy) as sandbox,
        AwsSession(Options(endpoint_url=sandbox.url), clock) as session,
    ):
        yield Visit(Observatory(session, clock, read_only=read_only), sandbox, clock)
