"""`multitool doctor keys`: the caller's access keys listed, made, switched off and on, deleted.

A new secret goes to the terminal, once, and nowhere else.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from multitool_tui.cli.calling import on_aws
from multitool_tui.cli.exits import Exit, Failure
from multitool_tui.cli.options import Command, Globals, together

if TYPE_CHECKING:
    from datetime import datetime

    from multitool_tui.aws.keys import AccessKey
    from multitool_tui.aws.session import AwsSession

_YES = click.option("--yes", is_flag=True, help="Do not ask.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose keys they are. `own`: the id of the key that this session signs with."""

    user: str
    account: str
    own: str
    keys: tuple[AccessKey, ...]

    def key(self, identity: str) -> AccessKey:
        """A key by its id.

        Raises:
            Failure: there is none.
        """
        for key in self.keys:
            if key.id == identity:
                return key
        there = ", ".join(key.id for key in self.keys) or "none"
        raise Failure(f"{self.user} has no access key {identity}: there is {there}.", Exit.REFUSED)


@click.group(invoke_without_command=True)
@_JSON
@click.pass_context
def keys(context: click.Context, *, as_json: bool) -> None:
    """List the access keys of the caller, an IAM user, with their age."""
    if context.invoked_subcommand is None:
        for key, own, now in _with_holder(context.obj, _listed):
            document = {"id": key.id, "active": key.active, "created": key.created.isoformat(), "own": own}
            click.echo(json.dumps(document) if as_json else _described(key, now, own=own))


@keys.command()
@_YES
@click.option("--show-secret", is_flag=True, help="Print the secret although standard output is no terminal.")
@_JSON
@click.pass_obj
def create(options: Globals, *, yes: bool, show_secret: bool, as_json: bool) -> None:
    """Make a new access key. Its secret is shown this once, and stored nowhere."""
    if not show_secret and (as_json or not sys.stdout.isatty()):
        raise click.UsageError("the new secret is shown on a terminal only: with --show-secret it is printed anyway.")
    _may_change(options)

    async def ask(session: AwsSession, holder: Holder) -> None:
        from multitool_tui.aws.errors import Unanswered
        from multitool_tui.aws.keys import MOST
        from multitool_tui.aws.keys import create as make

        if len(holder.keys) >= MOST:
            raise Failure(f"{holder.user} has two access keys, as many as AWS allows: delete one first.", Exit.REFUSED)
        _confirm(f"Make a new access key for user {holder.user} in account {holder.account}?", yes=yes)
        try:
            made = await make(await session.client("iam", changing=True), holder.user)
        except Unanswered as error:
            text = f"{error} A key may have been made: `multitool doctor keys` shows it, and deletes it."
            raise Failure(text, Exit.UNREACHABLE) from None
        if as_json:
            click.echo(json.dumps({"id": made.id, "secret": made.secret}))
            return
        click.echo(f"Access key  {made.id}\nSecret      {made.secret}")
        click.echo("The secret is shown this once and stored nowhere: take it now.", err=True)

    _with_holder(options, ask)


def _of_one(command: Command) -> Command:
    return together(click.argument("identity", metavar="ID"), _YES, click.pass_obj)(command)


@keys.command()
@_of_one
def deactivate(options: Globals, identity: str, *, yes: bool) -> None:
    """Switch the access key ID off. `activate` switches it on again."""
    _change(options, identity, "Switch off", "off", yes=yes)


@keys.command()
@_of_one
def activate(options: Globals, identity: str, *, yes: bool) -> None:
    """Switch the access key ID on again."""
    _change(options, identity, "Switch on", "on", yes=yes)


@keys.command()
@_of_one
def delete(options: Globals, identity: str, *, yes: bool) -> None:
    """Delete the access key ID, for good."""
    _change(options, identity, "Delete", "deleted", yes=yes)


def _change(options: Globals, identity: str, verb: str, outcome: str, *, yes: bool) -> None:
    _may_change(options)

    async def ask(session: AwsSession, holder: Holder) -> None:
        from multitool_tui.aws import keys as aws_keys
        from multitool_tui.clock import SystemClock

        key = holder.key(identity)
        own = key.id == holder.own
        if own and outcome != "on":
            if yes:
                raise Failure(
                    f"This session itself signs with {key.id}, and would be shut out: without --yes it can be done.",
                    Exit.USAGE,
                )
            click.echo("This session itself signs with it: nothing works with it afterwards.", err=True)
        described = _described(key, SystemClock().now(), own=own)
        _confirm(f"{verb} {described}, of user {holder.user} in account {holder.account}?", yes=yes)
        client = await session.client("iam", changing=True)
        if outcome == "deleted":
            await aws_keys.delete(client, holder.user, key.id)
        else:
            await aws_keys.set_active(client, holder.user, key.id, active=outcome == "on")
        click.echo(f"{key.id} is {outcome}.")

    _with_holder(options, ask)


def _may_change(options: Globals) -> None:
    if options.read_only:
        raise Failure("This session is read-only: access keys are not changed.", Exit.USAGE)


def _confirm(question: str, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise Failure("There is no terminal to ask on: with --yes it is done without asking.", Exit.USAGE)
    if not click.confirm(question, err=True):
        raise Failure("Nothing was changed.", Exit.DONE)


def _with_holder(options: Globals, ask: Callable[[AwsSession, Holder], Awaitable[Any]]) -> Any:
    """What `ask` makes of the caller's keys.

    Raises:
        Failure: the caller is no IAM user, or AWS refuses.
    """
    from multitool_tui.aws.keys import keys as list_keys
    from multitool_tui.aws.keys import user_of
    from multitool_tui.clock import SystemClock

    async def find(session: AwsSession) -> Any:
        caller = await session.caller()
        user = user_of(caller.arn)
        if user is None:
            raise Failure(f"{caller.arn} is no IAM user: it has no access keys of its own.", Exit.REFUSED)
        found = await list_keys(await session.client("iam"), user)
        return await ask(session, Holder(user, caller.account, (await session.signing()).key, found))

    return on_aws(options, SystemClock(), find)


async def _listed(_session: AwsSession, holder: Holder) -> list[tuple[AccessKey, bool, datetime]]:
    from multitool_tui.clock import SystemClock

    now = SystemClock().now()
    return [(key, key.id == holder.own, now) for key in holder.keys]


def _described(key: AccessKey, now: datetime, *, own: bool) -> str:
    from multitool_tui.words import duration

    parts = [key.id, "active" if key.active else "inactive", f"{duration(now - key.created)} old"]
    return ", ".join([*parts, *(["this session signs with it"] if own else [])])
