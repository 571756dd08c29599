"""Commands that ask something of AWS and end: one session, and what goes wrong as one sentence and an exit code."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from multitool_tui.cli.exits import Failure, exit_of_error
from multitool_tui.cli.options import Globals

if TYPE_CHECKING:
    from multitool_tui.aws.session import AwsSession
    from multitool_tui.clock import Clock

T = TypeVar("T")


def on_aws(options: Globals, clock: Clock, ask: Callable[[AwsSession], Awaitable[T]]) -> T:
    """Open the caller's session, and return what `ask` makes of it.

    Raises:
        Failure: AWS refused, or is not reachable.
    """
    import asyncio

    from multitool_tui.aws.errors import AwsError
    from multitool_tui.aws.session import AwsSession
    from multitool_tui.cli.log import quiet_sdk

    quiet_sdk()

    async def run() -> T:
        async with AwsSession(options.aws(), clock) as session:
            return await ask(session)

    try:
        return asyncio.run(run())
    except AwsError as error:
        raise Failure(str(error), exit_of_error(error)) from None
