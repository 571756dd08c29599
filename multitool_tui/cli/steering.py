"""`promote`, `rollback`, `pause`, `weight`, `gate`, and `resume` of what is live: commands from another shell."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from multitool_tui.cli.completion import names
from multitool_tui.cli.exits import Exit, Failure, exit_of_error, fail_together
from multitool_tui.cli.options import Globals, together

if TYPE_CHECKING:
    from multitool_tui.cli.shells import Found
    from multitool_tui.controller.neighbours.messages import Told
    from multitool_tui.controller.supervisor import Supervisor
    from multitool_tui.rollout.events import Seen
    from multitool_tui.rollout.model import Rollout

_SEEN = re.compile(r"v?(?P<canary>\d+)@(?P<weight>[^@\s]+)")

of_a_command = together(
    click.argument("name", metavar="ROLLOUT|TARGET|GROUP", shell_complete=names),
    click.option(
        "--seen",
        metavar="vN@WEIGHT",
        help="What you saw, as `status` shows it: refused if that has moved on. Otherwise what is read just before.",
    ),
)


@click.command()
@of_a_command
@click.option("--without-evidence", is_flag=True, help="Although there is no fresh evidence, or it is bad.")
@click.pass_obj
def promote(options: Globals, name: str, seen: str | None, *, without_evidence: bool) -> None:
    """Make the canary the only version, now."""
    from multitool_tui.controller.commands import Promote

    steer(options, name, seen, lambda what: Promote(seen=what, without_evidence=without_evidence))


@click.command()
@of_a_command
@click.option("--reason", default="", metavar="TEXT", help="Why, for the journal.")
@click.pass_obj
def rollback(options: Globals, name: str, seen: str | None, *, reason: str) -> None:
    """Take the canary out.

    A rollout that no process on this machine drives is taken over, from whatever machine has it, and rolled back from
    here.
    """
    from multitool_tui.controller.commands import RollBack

    def make(what: Seen) -> Told:
        return RollBack(seen=what, reason=reason)

    found = asyncio.run(_find(options, name))
    if found:
        _tell(options, found, seen, make, must_say=False)
    else:
        _roll_back_from_here(options, name, seen, make)


@click.command()
@of_a_command
@click.pass_obj
def pause(options: Globals, name: str, seen: str | None) -> None:
    """Stay at this weight until it is resumed; harm is still rolled back."""
    from multitool_tui.controller.commands import Pause

    steer(options, name, seen, lambda what: Pause(seen=what), must_say=False)


@click.command()
@of_a_command
@click.argument("share", metavar="WEIGHT")
@click.pass_obj
def weight(options: Globals, name: str, seen: str | None, share: str) -> None:
    """Set the canary's weight by hand, in percent: up only on fresh evidence."""
    from multitool_tui.controller.commands import SetWeight
    from multitool_tui.words import parse_percent

    try:
        wanted = parse_percent(share)
    except ValueError as error:
        raise Failure(f"{error}.", Exit.USAGE) from None
    steer(options, name, seen, lambda what: SetWeight(seen=what, weight=wanted))


@click.command()
@of_a_command
@click.pass_obj
def gate(options: Globals, name: str, seen: str | None) -> None:
    """Let the rollout through the gate it waits at."""
    from multitool_tui.controller.commands import PassGate

    steer(options, name, seen, lambda what: PassGate(seen=what))


def resume_live(options: Globals, name: str) -> bool:
    """Resume what is paused or held in a process on this machine. False where no process here drives it."""
    from multitool_tui.controller.commands import Resume
    from multitool_tui.rollout.states import State

    found = asyncio.run(_find(options, name))
    for each in found:
        if each.seen.rollout.state not in (State.PAUSED, State.HELD):
            who = each.seen.live.elsewhere
            raise Failure(
                f"{each.seen.rollout.target} is {each.seen.rollout.state}, and {who.who if who else 'a process'} "
                "drives it: there is nothing to resume.",
                Exit.TAKEN,
            )
    if found:
        _tell(options, found, None, lambda what: Resume(seen=what), must_say=False)
    return bool(found)


def steer(
    options: Globals, name: str, seen: str | None, make: Callable[[Seen], Told], *, must_say: bool = True
) -> None:
    """Have the processes on this machine that drive what `name` means carry a command out.

    Raises:
        Failure: none does; or one has refused.
    """
    found = asyncio.run(_find(options, name))
    if not found:
        raise Failure(
            f"No process on this machine drives {name}. `multitool status {name}` says who does; "
            f"`multitool resume {name}` takes up what nobody drives.",
            Exit.REFUSED,
        )
    _tell(options, found, seen, make, must_say=must_say)


async def _find(options: Globals, name: str) -> list[Found]:
    from multitool_tui.cli.screen import state_dir
    from multitool_tui.cli.shells import called, driven_here, targets_of

    return [
        each
        for each in called(name, targets_of(name, options), await driven_here(state_dir(options)))
        if not each.seen.rollout.ended
    ]


def _tell(
    options: Globals, found: list[Found], seen: str | None, make: Callable[[Seen], Told], *, must_say: bool = True
) -> None:
    """Give the command to each, and say how each is once its target has been changed.

    `must_say`: in production only when it was said what was seen.
    """
    from multitool_tui.views.status import version_at_weight

    if seen is None and must_say:
        for each in found:
            if each.seen.rollout.plan.production:
                shown = version_at_weight(each.seen.rollout)
                raise Failure(
                    f"{each.seen.rollout.target} is production: say what you saw, as in --seen {shown}.", Exit.USAGE
                )
    if options.read_only:
        raise Failure("This session is read-only: nothing can be changed from here.", Exit.REFUSED)

    async def all_of_them() -> list[Rollout | BaseException]:
        return await asyncio.gather(
            *(_tell_one(options, each, make(_seen(each.seen.rollout, seen))) for each in found), return_exceptions=True
        )

    from multitool_tui.controller.neighbours.peer import Unheard
    from multitool_tui.controller.port import CommandRefused
    from multitool_tui.views.progress import ended_line

    failures: list[Failure] = []
    for each, outcome in zip(found, asyncio.run(all_of_them()), strict=True):
        target = each.seen.rollout.target
        match outcome:
            case CommandRefused():
                failures.append(Failure(f"{target}: {outcome}", exit_of_error(outcome)))
            case Unheard():
                failures.append(Failure(f"{target}: {outcome}", Exit.UNREACHABLE))
            case BaseException():
                raise outcome
            case rollout:
                failures += _said(ended_line(rollout), rollout)
    fail_together(failures)


def _said(what: str, rollout: Rollout) -> list[Failure]:
    """Say how the rollout is; a command that was obeyed but came to nothing is a failure."""
    from multitool_tui.cli.headless import exit_of
    from multitool_tui.rollout.states import State

    if rollout.state is State.HELD and rollout.obstacle:
        return [Failure(what, exit_of(rollout))]
    click.echo(what)
    return []


async def _tell_one(options: Globals, found: Found, command: Told) -> Rollout:
    """Give a command to the process that drives a rollout, and wait until the change that it asks for is made."""
    from multitool_tui.cli.screen import actor
    from multitool_tui.controller.neighbours.messages import Order
    from multitool_tui.controller.neighbours.peer import visit

    rollout = found.seen.rollout
    async with visit(found.door) as peer:
        await peer.tell(Order(command, actor()))
        async for news in peer.follow():
            rollout = next((one.rollout for one in news.rollouts if one.rollout.id == rollout.id), rollout)
            if rollout.pending is None:
                return rollout
    return await asyncio.to_thread(_on_record, options, rollout)  # it has ended, and its process with it


def _on_record(options: Globals, rollout: Rollout) -> Rollout:
    from multitool_tui.cli.history import open_journal

    with open_journal(options) as journal:
        return journal.find(rollout.id)[-1].rollout


def _seen(rollout: Rollout, said: str | None) -> Seen:
    """What the operator saw: as was said, or the rollout as it was read a moment ago.

    Raises:
        Failure: it cannot be read, or it is something else by now.
    """
    from multitool_tui.rollout.events import Seen
    from multitool_tui.views.status import version_at_weight
    from multitool_tui.words import parse_percent

    if said is None:
        return Seen(rollout.id, rollout.wanted, rollout.canary)
    match = _SEEN.fullmatch(said.strip())
    try:
        weight = parse_percent(match["weight"]) if match else None
    except ValueError:
        weight = None
    if match is None or weight is None:
        raise Failure(f"--seen: {said!r} is not what `status` shows: write it like v42@10%.", Exit.USAGE)
    now = version_at_weight(rollout)
    # What `status` shows is rounded; the rollout itself takes its own number for the same.
    exact = rollout.wanted if now == f"v{match['canary']}@{match['weight'].removesuffix('%')}%" else weight
    return Seen(rollout.id, exact, match["canary"])


def _roll_back_from_here(options: Globals, name: str, seen: str | None, make: Callable[[Seen], Told]) -> None:
    from multitool_tui.cli.headless import drive, interrupted, one
    from multitool_tui.cli.shells import targets_of
    from multitool_tui.clock import SystemClock

    async def begin(what: str, supervisor: Supervisor) -> str:
        rollout = await interrupted(supervisor, what, take_over=True)
        live = supervisor.driver(rollout).rollout
        if not live.ended:
            await supervisor.obey(make(_seen(live, seen)))
        return rollout

    failures: list[Failure] = []
    for what in targets_of(name, options) or (name,):
        begin_this: Any = partial(begin, what)
        try:
            drive(options, SystemClock(), one(begin_this))
        except Failure as ended:
            if ended.exit_code == Exit.ROLLED_BACK_BY_OPERATOR:
                click.echo(ended.message)
            else:
                failures.append(ended)
    fail_together(failures)
