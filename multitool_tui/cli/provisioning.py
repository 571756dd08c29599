"""What `multitool setup` and `multitool teardown` share: the session and the record, and how it can go wrong."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

import click

from multitool_tui.cli.calling import on_aws
from multitool_tui.cli.exits import Exit, Failure
from multitool_tui.cli.options import Globals

if TYPE_CHECKING:
    from multitool_tui.aws.session import AwsSession
    from multitool_tui.controller.provision.session import Workshop

T = TypeVar("T")


def in_workshop(options: Globals, work: Callable[[Workshop], Awaitable[T]]) -> T:
    """What `work` makes of a workshop on the caller's session.

    Raises:
        Failure: AWS refused, is not reachable, or the journal is of no use.
    """
    from multitool_tui.cli.screen import actor, state_dir
    from multitool_tui.clock import SystemClock
    from multitool_tui.controller.provision.session import Workshop
    from multitool_tui.journal.store import JournalError

    clock = SystemClock()

    async def open_shop(session: AwsSession) -> T:
        return await work(Workshop(session, clock, state_dir(options), actor()))

    try:
        return on_aws(options, clock, open_shop)
    except JournalError as error:
        raise Failure(str(error), Exit.USAGE) from None


def may_go_on(question: str, *, yes: bool) -> None:
    """Ask, unless `yes` was said.

    Raises:
        Failure: the answer is no, or there is nobody to ask.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise Failure("Nobody can be asked here: say --yes to go on, or --dry-run to look.", Exit.USAGE)
    if not click.confirm(question, err=True):
        raise Failure("Nothing was changed.", Exit.USAGE)
