"""Rollouts without a screen: what happens is told line by line, signals end them safely, and the exit code says how."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from multitool_tui.cli.exits import Exit, Failure, exit_of_error
from multitool_tui.cli.log import open_log
from multitool_tui.cli.metrics import serve_metrics
from multitool_tui.cli.options import Globals
from multitool_tui.cli.reporting import Report, report
from multitool_tui.cli.screen import open_supervisor
from multitool_tui.clock import Clock
from multitool_tui.controller.over import until_over
from multitool_tui.controller.port import CommandRefused, ConnectFailed, Misused, NothingToDo
from multitool_tui.controller.snapshot import Entry, Snapshot
from multitool_tui.rollout.events import Obstacle
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.receipts import ENGINE, Receipt
from multitool_tui.rollout.states import State
from multitool_tui.views.progress import ended_line
from multitool_tui.words import duration, is_target, percent

if TYPE_CHECKING:
    from multitool_tui.controller.commands import Start
    from multitool_tui.controller.supervisor import Supervisor

_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
_HELD = {
    Obstacle.DRIFT: Exit.DRIFT,
    Obstacle.LEASE: Exit.TAKEN,
    Obstacle.INCONCLUSIVE: Exit.INCONCLUSIVE,
    Obstacle.HOOK: Exit.INCONCLUSIVE,
    Obstacle.REFUSED: Exit.REFUSED,
    Obstacle.UNREACHABLE: Exit.UNREACHABLE,
}
_WORST_FIRST = (
    Exit.BUG,
    Exit.REFUSED,
    Exit.UNREACHABLE,
    Exit.TAKEN,
    Exit.DRIFT,
    Exit.ROLLED_BACK,
    Exit.ROLLED_BACK_BY_OPERATOR,
    Exit.INCONCLUSIVE,
    Exit.DONE,
)

Conduct = Callable[["Supervisor"], Awaitable[Sequence[Rollout]]]
"""Begins rollouts, and returns how they are when all are over."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How rollouts are driven without a screen: told as JSON, ended when they take longer than `timeout`, and their
    metrics served at a host and port."""

    as_json: bool = False
    timeout: timedelta | None = None
    metrics: tuple[str, int] | None = None


PLAIN = Manner()


def one(begin: Callable[[Supervisor], Awaitable[str]]) -> Conduct:
    """One rollout: `begin` returns its id."""

    async def conduct(supervisor: Supervisor) -> Sequence[Rollout]:
        return [await until_over(supervisor, await begin(supervisor))]

    return conduct


def drive(options: Globals, clock: Clock, conduct: Conduct, manner: Manner = PLAIN) -> None:
    """Drive rollouts to their ends.

    Raises:
        Failure: one ended otherwise than promoted, or never began.
    """
    open_log(options.log_file)
    teller = report(as_json=manner.as_json)
    ended: Sequence[Rollout] = ()
    try:
        ended, code, reason = asyncio.run(_drive(options, clock, conduct, manner, teller))
    except NothingToDo as nothing:
        code, reason = Exit.DONE, str(nothing)
        teller.noted(Entry(clock.now(), ENGINE, "nothing to do", reason))
    except CommandRefused as refused:
        code, reason = exit_of_error(refused), str(refused)
    except ConnectFailed as failed:
        code, reason = Exit(failed.exit_code), str(failed)
    teller.ended(ended, code, reason, clock.now())
    if code is not Exit.DONE:
        raise Failure(reason, code)


async def _drive(
    options: Globals, clock: Clock, conduct: Conduct, manner: Manner, teller: Report
) -> tuple[Sequence[Rollout], Exit, str]:
    supervisor = await open_supervisor(options, clock)
    _Telling(teller).begin(supervisor)
    try:
        serving = await serve_metrics(supervisor, *manner.metrics) if manner.metrics else None
    except OSError as error:
        await supervisor.close()
        raise ConnectFailed(f"Metrics cannot be served at that place: {error.strerror}.", Exit.USAGE) from None
    supervisor.open(sweeps=False)
    loop = asyncio.get_running_loop()
    stopped: asyncio.Future[None] = loop.create_future()
    ending: set[asyncio.Task[None]] = set()
    # A start that is cut off leaves at most its mark, which the next process on this machine takes off.
    conducting = asyncio.ensure_future(conduct(supervisor))

    cause: list[str] = []

    async def end(why: str, actor: str | None) -> None:
        cause.append(why)
        conducting.cancel()
        await supervisor.interrupt(why, actor)
        if not stopped.done():
            stopped.set_result(None)

    def interrupt(number: signal.Signals) -> None:
        # Whoever sends ctrl-c twice does not want to wait; a CI sends a harder signal after a softer one.
        if ending and number is signal.SIGINT and not stopped.done():
            stopped.set_result(None)
        elif not ending:
            ending.add(asyncio.create_task(end(f"{number.name} ended its driver.", None)))

    async def time_out(limit: timedelta) -> None:
        await clock.sleep(limit.total_seconds())
        if not ending:
            ending.add(asyncio.create_task(end(f"It took longer than the {duration(limit)} it was given.", ENGINE)))

    for number in _SIGNALS:
        loop.add_signal_handler(number, interrupt, number)
    limiting = asyncio.create_task(time_out(manner.timeout)) if manner.timeout else None
    try:
        rollouts: Sequence[Rollout] = await conducting
    except asyncio.CancelledError:
        if not ending:
            raise
        await stopped
        rollouts = supervisor.driven
    finally:
        for task in [*ending, *([limiting] if limiting else [])]:
            task.cancel()
        if serving:
            await serving.cleanup()
        await supervisor.close()
    if not rollouts and not cause:
        return (), Exit.DONE, "There was nothing left to do."
    if not rollouts:
        return (), Exit.INCONCLUSIVE, f"{' '.join(cause)} That was before a rollout was under way."
    worst = min(rollouts, key=lambda rollout: _WORST_FIRST.index(exit_of(rollout)))
    return rollouts, exit_of(worst), ended_line(worst)


@dataclass(slots=True)
class _Telling:
    """Tells a report what a supervisor makes known, each thing once."""

    teller: Report
    judged_to: dict[str, object] = field(default_factory=dict)
    decided: set[tuple[object, str, str | None]] = field(default_factory=set)
    latest: Entry | None = None
    sent: dict[str, int] = field(default_factory=dict)
    """The quarters of its package that each rollout has uploaded."""

    def begin(self, supervisor: Supervisor) -> None:
        supervisor.on_decision(self._decision)
        supervisor.subscribe(self._snapshot)

    def _decision(self, rollout: Rollout, receipt: Receipt) -> None:
        self.decided.add((receipt.at, receipt.action, rollout.id))
        self.teller.decided(rollout, receipt)

    def _snapshot(self, snapshot: Snapshot) -> None:
        new: list[Entry] = []
        for entry in reversed(snapshot.entries):
            if entry is self.latest:
                break
            new.append(entry)
        if new:
            self.latest = new[0]
        for entry in reversed(new):
            if (entry.at, entry.action, entry.rollout) not in self.decided:
                self.teller.noted(entry)
        for live in snapshot.rollouts:
            rollout = live.rollout
            quarters = int((live.sent or 0.0) * 4)
            if quarters > self.sent.get(rollout.id, 0):
                self.sent[rollout.id] = quarters
                done = Entry(snapshot.at, ENGINE, "uploading", percent(quarters / 4), target=rollout.target)
                self.teller.noted(done)
            seen_to = rollout.judgement.seen_to
            if seen_to and not rollout.ended and self.judged_to.get(rollout.id) != seen_to:
                self.judged_to[rollout.id] = seen_to
                self.teller.judged(rollout, snapshot.at)


async def started(supervisor: Supervisor, start: Start) -> str:
    """A rollout that is begun once all that can be said of it is known.

    Raises:
        CommandRefused: why it cannot be.
    """
    findings = await supervisor.preflight(start)
    if refusal := next((finding.refusal for finding in findings if finding.refusal), None):
        raise refusal
    return await supervisor.obey(start)


async def interrupted(supervisor: Supervisor, name: str | None, *, take_over: bool = False) -> str:
    """The rollout that was taken up again: of this id or on this target, or the only one.

    A target whose rollout this machine knows nothing of is looked for in AWS; `take_over`: though it is driven still.

    Raises:
        CommandRefused: there is none, or more than one; `Taken` where another driver has it.
    """
    live = await _taken_up(supervisor)
    found = [rollout for rollout, target in live.items() if name in (None, rollout, target)]
    if len(found) == 1:
        return found[0]
    if name and is_target(name):
        return await supervisor.take_up(name, at_once=take_over)
    if not live:
        raise CommandRefused("No rollout was interrupted on this machine, in this account and region.")
    raise CommandRefused(f"There is no such rollout under way: there is {', '.join(live)}.")


async def left_here(supervisor: Supervisor, name: str) -> str:
    """The rollout, of this id or on this target, that a process of this machine has left.

    Raises:
        CommandRefused: this machine knows of none.
    """
    live = await _taken_up(supervisor)
    if found := [rollout for rollout, target in live.items() if name in (rollout, target)]:
        return found[0]
    raise CommandRefused(f"No rollout called {name} was left on this machine, in this account and region.")


async def _taken_up(supervisor: Supervisor) -> dict[str, str]:
    """What this machine's journal has under way, taken up by this process: each rollout's id, and its target."""
    if supervisor.snapshot.read_only:
        raise Misused("This session is read-only: nothing can be taken up from here.")
    await supervisor.identify()  # where AWS cannot be asked there is nothing to wait for
    await supervisor.recovered.wait()
    here = (one.rollout for one in supervisor.snapshot.rollouts if one.elsewhere is None)
    return {one.id: one.target for one in here if not one.ended and one.obstacle is not Obstacle.LEASE}


def exit_of(rollout: Rollout) -> Exit:
    """How a rollout ended, or where it is held, as a script is told."""
    match rollout.state:
        case State.PROMOTED:
            return Exit.DONE
        case State.UNCHANGED:
            return Exit.DONE
        case State.ABANDONED if rollout.obstacle and not rollout.canary:
            return _HELD.get(rollout.obstacle, Exit.REFUSED)  # it could not be published
        case State.ABANDONED:
            return Exit.DRIFT
        case State.ROLLED_BACK if rollout.smoke_passed is False:
            return Exit.ROLLED_BACK
        case State.ROLLED_BACK if rollout.actor != ENGINE:
            return Exit.ROLLED_BACK_BY_OPERATOR
        case State.ROLLED_BACK if rollout.is_harmful:
            return Exit.ROLLED_BACK
        case State.HELD if rollout.obstacle:
            return _HELD.get(rollout.obstacle, Exit.REFUSED)
        case _:
            return Exit.INCONCLUSIVE
