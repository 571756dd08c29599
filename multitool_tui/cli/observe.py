"""`multitool observe`: the tabs of the screen as text or JSON, for what AWS keeps about a target."""

from __future__ import annotations

from shutil import get_terminal_size
from typing import TYPE_CHECKING

import click

from multitool_tui.cli.calling import on_aws
from multitool_tui.cli.exits import Exit, Failure
from multitool_tui.cli.options import Globals
from multitool_tui.words import parse_alias

if TYPE_CHECKING:
    from multitool_tui.aws.session import AwsSession
    from multitool_tui.controller.observe.page import Page
    from multitool_tui.controller.observe.tab import Subject, Tab

NAMES = (
    "alarms",
    "metrics",
    "dashboards",
    "anomalies",
    "insights",
    "objectives",
    "wiring",
    "domains",
    "settings",
    "runtime",
    "streams",
    "tags",
)
"""The tabs, here so that the help does not load what reads them."""


@click.command()
@click.argument("target")
@click.argument("tab", type=click.Choice(NAMES))
@click.argument("key", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each row.")
@click.pass_obj
def observe(options: Globals, target: str, tab: str, key: str | None, *, as_json: bool) -> None:
    """Print what AWS keeps about TARGET: a function, or function:alias.

    TAB is one of the screen's tabs (key v). KEY opens a row of it, as --json names it: an alarm with its history, a
    metric by time.
    """
    from multitool_tui.clock import SystemClock

    clock = SystemClock()

    async def ask(session: AwsSession) -> Page:
        from multitool_tui.controller.observe.tab import Desk

        found, desk = _tab(tab), Desk(session, clock)
        subject = await _subject(session, target)
        if key is None:
            return await found.load(desk, subject)
        if found.look is None:
            raise Failure(f"There is nothing to open in {tab}.", Exit.USAGE)
        try:
            return await found.look(desk, subject, key)
        except (ValueError, TypeError, AttributeError):
            raise Failure(f"{key!r} opens no row of {tab}: --json has their keys.", Exit.USAGE) from None

    from multitool_tui.controller.observe.page import Trouble

    page = on_aws(options, clock, ask)
    if as_json:
        from multitool_tui.views.observe.document import rows

        for row in rows(page):
            click.echo(row)
    else:
        from multitool_tui.views.observe.page import plain

        click.echo(plain(page, get_terminal_size((120, 24)).columns))
    if any(isinstance(part, Trouble) for part in page.parts):
        click.get_current_context().exit(Exit.REFUSED)


def _tab(name: str) -> Tab:
    from multitool_tui.controller.observe.tabs import TABS

    return next(tab for tab in TABS if tab.name == name)


async def _subject(session: AwsSession, target: str) -> Subject:
    """A function, an alias, or the alias behind a stage."""
    from multitool_tui.aws.resources import Stage
    from multitool_tui.controller.observe.tab import Subject

    caller = await session.caller()
    function, alias, baseline, canary = target, "", "", ""
    if ":" in target or "/" in target:
        try:
            found = await session.read(target)
        except ValueError as error:
            raise Failure(f"{error}.", Exit.USAGE) from None
        if isinstance(found, Stage) and found.behind is None:
            raise Failure(f"{target} calls no alias that is known: name the function.", Exit.USAGE)
        at = found.behind.target if isinstance(found, Stage) and found.behind else target
        function, alias = parse_alias(at)
        baseline, canary = found.version, next(iter(found.weights), "")
    return Subject(function, alias, baseline, canary, caller.region, caller.account, caller.arn.split(":")[1])
