"""`multitool history` and `multitool receipt`: what is on record of past rollouts, and why each decision was made."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from multitool_tui.cli.exits import Exit, Failure
from multitool_tui.cli.options import Globals

if TYPE_CHECKING:
    from multitool_tui.journal.store import Journal


@click.command()
@click.option("--target", metavar="TEXT", help="Only targets with this in their name.")
@click.option("--state", metavar="STATE", help="Only rollouts in this state, like 'rolled back'.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, metavar="N", help="The latest so many.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def history(options: Globals, target: str | None, state: str | None, limit: int, *, as_json: bool) -> None:
    """List the rollouts of this machine's journal, the latest last."""
    from multitool_tui.views.history import row_document, row_line

    with open_journal(options) as journal:
        records = [
            record
            for record in journal.all()
            if (target is None or target in record.rollout.target)
            and (state is None or record.rollout.state == state.replace("_", " "))
        ][-limit:]
    if not records and not as_json:
        click.echo("No such rollout is on record.")
    for record in records:
        click.echo(json.dumps(row_document(record)) if as_json else row_line(record))


@click.command()
@click.argument("rollout")
@click.argument("number", type=click.IntRange(1), required=False, metavar="[N]")
@click.option("--json", "as_json", is_flag=True, help="JSON: one object a line, or the one decision.")
@click.pass_obj
def receipt(options: Globals, rollout: str, number: int | None, *, as_json: bool) -> None:
    """List the decisions of ROLLOUT; with N, take that one again from its numbers and say whether it is the same."""
    from multitool_tui.journal.again import decide_again, receipts
    from multitool_tui.journal.codec import Unreadable
    from multitool_tui.views.history import again_document, again_lines, receipt_document, receipt_line

    with open_journal(options) as journal:
        found = journal.find(rollout)
        if not found:
            raise Failure(f"No rollout {rollout} is on record: `multitool history` lists them.", Exit.USAGE)
        record, entries = found[-1], journal.entries(found[-1].key)
    try:
        if number is None:
            for count, each in enumerate(receipts(entries), 1):
                click.echo(json.dumps(receipt_document(count, each)) if as_json else receipt_line(count, each))
            return
        again = decide_again(entries, number)
    except IndexError:
        raise Failure(f"{rollout} has no decision {number}.", Exit.USAGE) from None
    except Unreadable as error:
        raise Failure(f"The record of {rollout} is damaged: {error}.", Exit.USAGE) from None
    if as_json:
        click.echo(json.dumps(again_document(number, again)))
    else:
        for line in again_lines(number, again, record):
            click.echo(line)


@contextmanager
def open_journal(options: Globals) -> Iterator[Journal]:
    """The journal of the state directory.

    Raises:
        Failure: it cannot be used.
    """
    from multitool_tui.cli.screen import state_dir
    from multitool_tui.journal.store import Journal, JournalError

    try:
        journal = Journal.open(state_dir(options))
        try:
            yield journal
        finally:
            journal.close()
    except JournalError as error:
        raise Failure(str(error), Exit.USAGE) from None
