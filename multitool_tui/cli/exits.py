"""The exit codes that this product promises, and the one way in which a command ends badly."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import click

from multitool_tui.cli.saying import say


class Exit(IntEnum):
    """What a script may rely on."""

    DONE = 0
    BUG = 1
    USAGE = 2
    REFUSED = 3
    """AWS refused: credentials, permission, not found."""
    UNREACHABLE = 4
    ROLLED_BACK = 10
    """On evidence, or an alarm."""
    ROLLED_BACK_BY_OPERATOR = 11
    INCONCLUSIVE = 12
    DRIFT = 13
    """Held, or abandoned: somebody else changed the target."""
    TAKEN = 14
    """Another driver holds the target."""


def exit_of_error(error: BaseException) -> Exit:
    """How a command ends that `error` has stopped: as the nearest known cause in its chain says."""
    from multitool_tui.aws.errors import Drift, LeaseLost, Throttled, Unanswered
    from multitool_tui.controller.port import Misused, Taken
    from multitool_tui.journal.store import JournalError

    cause: BaseException | None = error
    while cause is not None:
        match cause:
            case Misused() | JournalError():
                return Exit.USAGE
            case Unanswered() | Throttled():
                return Exit.UNREACHABLE
            case Taken() | LeaseLost():
                return Exit.TAKEN
            case Drift():
                return Exit.DRIFT
        cause = cause.__cause__
    return Exit.REFUSED


class Failure(click.ClickException):
    """Ends the command with one sentence on standard error and an exit code; never a traceback."""

    def __init__(self, message: str, code: Exit) -> None:
        super().__init__(message)
        self.exit_code = code  # type: ignore[misc]  # click declares it for the class

    def show(self, file: object = None) -> None:  # noqa: ARG002 - click's signature
        say(f"multitool: {self.message}", err=True)


def fail_together(failures: Sequence[Failure]) -> None:
    """End with the last of several failures, after all of them were said; go on if there is none."""
    for failure in failures[:-1]:
        failure.show()
    if failures:
        raise failures[-1]
