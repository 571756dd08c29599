"""`multitool teardown`: removes what setup has made, and that alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from multitool_tui.cli.exits import Exit, Failure
from multitool_tui.cli.options import Globals
from multitool_tui.cli.provisioning import in_workshop, may_go_on

if TYPE_CHECKING:
    from multitool_tui.controller.provision.session import Workshop
    from multitool_tui.controller.provision.walk import Progress


@click.command()
@click.argument("name")
@click.option("--dry-run", is_flag=True, help="Say what would be removed, and remove nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def teardown(options: Globals, name: str, *, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Remove what `multitool setup NAME` has made on this machine's record, and nothing else.

    Alarms, dashboards and roles stay, since MultiTool's policy has no permission to remove them: the commands that do
    are said.
    """
    if options.read_only and not dry_run:
        raise Failure("This session is read-only: --dry-run says what would be removed.", Exit.USAGE)
    in_workshop(options, lambda shop: _remove(shop, name, dry_run=dry_run, yes=yes, as_json=as_json))


async def _remove(shop: Workshop, name: str, *, dry_run: bool, yes: bool, as_json: bool) -> None:
    from multitool_tui.aws.errors import AwsError
    from multitool_tui.controller.provision.walk import Status
    from multitool_tui.views.provision import document, left_over, line, where

    told: list[Progress] = []

    def tell(progress: Progress) -> None:
        told.append(progress)
        if as_json:
            click.echo(json.dumps(document(progress)))
        elif progress.status is not Status.REMOVING:
            click.echo(line(progress))

    async with shop.open(name) as work:
        planned = work.to_tear_down()
        if not planned:
            known = ", ".join(await shop.services())
            others = f"there is {known}" if known else "there is none"
            raise Failure(f"Setup has made no {name} here, as far as this machine's record goes: {others}.", Exit.USAGE)
        removing = any(each.status is Status.TO_REMOVE for each in planned)
        if dry_run or (removing and not yes):
            for each in planned:
                click.echo(json.dumps(document(each)) if as_json else line(each))
            if dry_run:
                return
            may_go_on(f"Remove this in {where(work.site.caller)}?", yes=yes)
        try:
            await work.tear_down(tell)
        except AwsError as error:
            raise type(error)(f"{error} What was removed is on record: the same command goes on from here.") from None
        if not as_json:
            gone = any(each.status is Status.REMOVED and each.part.kind == "function" for each in told)
            for sentence in left_over(told, name if gone else None):
                click.echo(sentence)
