"""A rollout without a screen: one line for each decision, signals that end it safely, and an exit code."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import click

from multitool_tui.cli.exits import Exit, Failure, exit_of_error
from multitool_tui.cli.log import open_log
from multitool_tui.cli.options import Globals
from multitool_tui.cli.screen import open_supervisor
from multitool_tui.clock import Clock
from multitool_tui.controller.port import CommandRefused, ConnectFailed, Misused
from multitool_tui.controller.snapshot import Entry, Snapshot
from multitool_tui.rollout.events import Obstacle
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.receipts import ENGINE
from multitool_tui.rollout.states import State
from multitool_tui.views.text import clean

if TYPE_CHECKING:
    from multitool_tui.controller.supervisor import Supervisor

_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
_HELD = {
    Obstacle.DRIFT: Exit.DRIFT,
    Obstacle.LEASE: Exit.TAKEN,
    Obstacle.INCONCLUSIVE: Exit.INCONCLUSIVE,
    Obstacle.REFUSED: Exit.REFUSED,
}
"""Nobody is at the keyboard: these end the process, and leave the rollout held. Credentials may come back."""


def drive(options: Globals, clock: Clock, begin: Callable[[Supervisor], Awaitable[str]]) -> None:
    """Begin a rollout and follow it to its end.

    Raises:
        Failure: it ended otherwise than promoted, or never began.
    """
    open_log(options.log_file)
    try:
        code, reason = asyncio.run(_drive(options, clock, begin))
    except CommandRefused as refused:
        raise Failure(str(refused), exit_of_error(refused)) from None
    except ConnectFailed as failed:
        raise Failure(str(failed), Exit(failed.exit_code)) from None
    if code is not Exit.DONE:
        raise Failure(reason, code)


async def _drive(options: Globals, clock: Clock, begin: Callable[[Supervisor], Awaitable[str]]) -> tuple[Exit, str]:
    supervisor = await open_supervisor(options, clock)
    told: list[Entry] = []
    news = asyncio.Event()

    def tell(snapshot: Snapshot) -> None:
        for entry in snapshot.entries:
            if entry not in told:
                told.append(entry)
                click.echo(
                    f"{entry.at:%H:%M:%S} {clean(entry.target or '')} {clean(entry.action)}: {clean(entry.reason)}"
                )
        news.set()

    supervisor.subscribe(tell)
    supervisor.open()
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    interrupting: set[asyncio.Task[None]] = set()

    # A start that is cut off leaves at most its mark, which the next process on this machine takes off.
    beginning = asyncio.ensure_future(begin(supervisor))

    def interrupt(number: signal.Signals) -> None:
        async def end() -> None:
            beginning.cancel()
            await supervisor.interrupt(f"{number.name} ended its driver.")
            stopped.set()
            news.set()

        if interrupting:  # a second signal: whoever sends it does not want to wait
            stopped.set()
            news.set()
        interrupting.add(asyncio.create_task(end()))

    for number in _SIGNALS:
        loop.add_signal_handler(number, interrupt, number)
    try:
        rollout = supervisor.driver(await beginning)
        while not (rollout.rollout.ended or stopped.is_set() or _holds(rollout.rollout)):
            news.clear()
            await news.wait()
        tell(supervisor.snapshot)
        end = rollout.rollout
        return exit_of(end), sentence(end)
    except asyncio.CancelledError:
        if not interrupting:
            raise
        return Exit.INCONCLUSIVE, "A signal ended it before a rollout was under way."
    finally:
        for task in interrupting:
            task.cancel()
        await supervisor.close()


async def interrupted(supervisor: Supervisor, name: str | None, *, take_over: bool = False) -> str:
    """The rollout that was taken up again: of this id or on this target, or the only one.

    A target whose rollout this machine knows nothing of is looked for in AWS; `take_over`: though it is driven still.

    Raises:
        CommandRefused: there is none, or more than one; `Taken` where another driver has it.
    """
    if supervisor.snapshot.read_only:
        raise Misused("This session is read-only: nothing can be taken up from here.")
    await supervisor.identify()  # where AWS cannot be asked there is nothing to wait for
    await supervisor.recovered.wait()
    here = (one.rollout for one in supervisor.snapshot.rollouts if one.elsewhere is None)
    live = {one.id: one.target for one in here if not one.ended and one.obstacle is not Obstacle.LEASE}
    found = [rollout for rollout, target in live.items() if name in (None, rollout, target)]
    if len(found) == 1:
        return found[0]
    if name and ":" in name:
        return await supervisor.take_up(name, at_once=take_over)
    if not live:
        raise CommandRefused("No rollout was interrupted on this machine, in this account and region.")
    raise CommandRefused(f"There is no such rollout under way: there is {', '.join(live)}.")


def sentence(rollout: Rollout) -> str:
    """How a rollout is, in one sentence."""
    return clean(f"{rollout.target}: {rollout.state}. {rollout.reason}")


def exit_of(rollout: Rollout) -> Exit:
    """How a rollout ended, or where it is held, as a script is told."""
    match rollout.state:
        case State.PROMOTED:
            return Exit.DONE
        case State.ABANDONED:
            return Exit.DRIFT
        case State.ROLLED_BACK if rollout.actor != ENGINE:
            return Exit.ROLLED_BACK_BY_OPERATOR
        case State.ROLLED_BACK if rollout.is_harmful:
            return Exit.ROLLED_BACK
        case State.HELD if rollout.obstacle:
            return _HELD.get(rollout.obstacle, Exit.REFUSED)
        case _:
            return Exit.INCONCLUSIVE


def _holds(rollout: Rollout) -> bool:
    return rollout.state is State.HELD and rollout.obstacle in _HELD
