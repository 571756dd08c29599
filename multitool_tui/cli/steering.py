"""`promote`, `rollback`, `pause`, `weight`, `gate`, `adopt`, `restore`, `abandon`, and `resume` of what is live: from
another shell."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

import click

from multitool_tui.cli.completion import names
from multitool_tui.cli.exits import Exit, Failure, exit_of_error, fail_together
from multitool_tui.cli.manner import without_a_screen
from multitool_tui.cli.options import Globals, together

if TYPE_CHECKING:
    from multitool_tui.cli.headless import Manner
    from multitool_tui.cli.shells import Found
    from multitool_tui.controller.neighbours.messages import Told
    from multitool_tui.controller.supervisor import Supervisor
    from multitool_tui.rollout.events import Seen
    from multitool_tui.rollout.model import Rollout

    Find = Callable[[Supervisor, str], Awaitable[str]]
    """Finds a rollout by a name, and has this process drive it."""

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
        from multitool_tui.cli.headless import interrupted

        take_over = partial(interrupted, take_over=True)
        begin = partial(_begin, take_over, seen, make, must_say=False)
        _end_from_here(options, name, begin, Exit.ROLLED_BACK_BY_OPERATOR)


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


@click.command()
@of_a_command
@without_a_screen
@click.pass_obj
def adopt(options: Globals, name: str, seen: str | None, manner: Manner | None) -> None:
    """Take what another hand made of the target as the rollout's own, and go on from there.

    A rollout that no process drives any more, as after `run --headless` ended with 13, needs --headless: it is taken
    up and driven from here.
    """
    from multitool_tui.controller.commands import Adopt

    _go_on(options, name, seen, lambda what: Adopt(seen=what), "adopt", manner)


@click.command()
@of_a_command
@without_a_screen
@click.pass_obj
def restore(options: Globals, name: str, seen: str | None, manner: Manner | None) -> None:
    """Make the target again what the rollout had made of it, over another hand's change, and go on.

    A rollout that no process drives any more, as after `run --headless` ended with 13, needs --headless: it is taken
    up and driven from here.
    """
    from multitool_tui.controller.commands import Restore

    _go_on(options, name, seen, lambda what: Restore(seen=what), "restore", manner)


@click.command()
@of_a_command
@click.pass_obj
def abandon(options: Globals, name: str, seen: str | None) -> None:
    """End a rollout that is held, and leave the target as it is, without the rollout's mark."""
    from multitool_tui.cli.headless import left_here
    from multitool_tui.controller.commands import Abandon

    def make(what: Seen) -> Told:
        return Abandon(seen=what)

    if found := asyncio.run(_find(options, name)):
        _tell(options, found, seen, make)
    else:
        _end_from_here(options, name, partial(_begin, left_here, seen, make), Exit.DRIFT)


def _go_on(
    options: Globals, name: str, seen: str | None, make: Callable[[Seen], Told], verb: str, manner: Manner | None
) -> None:
    """Have what is held go on, in the process that drives it; where none does and there is a `manner`, in this one.

    Raises:
        Failure: it cannot; or it did not end promoted.
    """
    from multitool_tui.cli.shells import targets_of

    if found := asyncio.run(_find(options, name)):
        _tell(options, found, seen, make)
        return
    if manner is None:
        raise Failure(
            f"No process on this machine drives {name}. `multitool {verb} {name} --headless` takes it up, and drives "
            "it on from here; so do `multitool` and its key d.",
            Exit.REFUSED,
        )
    if len(targets := targets_of(name, options) or (name,)) > 1:
        raise Failure(f"{name} is {', '.join(targets)}: name one of them, to be driven from here.", Exit.USAGE)
    from multitool_tui.cli.headless import drive, left_here, one
    from multitool_tui.clock import SystemClock

    drive(options, SystemClock(), one(partial(_begin, left_here, seen, make, targets[0])), manner)


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
    if must_say and seen is None:
        for each in found:
            _check_said(each.seen.rollout)
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


def _check_said(rollout: Rollout) -> None:
    """Refuse a command on production that does not say what was seen.

    Raises:
        Failure
    """
    from multitool_tui.views.status import version_at_weight

    if rollout.plan.production:
        shown = version_at_weight(rollout)
        raise Failure(f"{rollout.target} is production: say what you saw, as in --seen {shown}.", Exit.USAGE)


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


async def _begin(
    find: Find,
    seen: str | None,
    make: Callable[[Seen], Told],
    name: str,
    supervisor: Supervisor,
    *,
    must_say: bool = True,
) -> str:
    """Take up what `find` finds of this name, and obey the command in this process."""
    rollout = await find(supervisor, name)
    live = supervisor.driver(rollout).rollout
    if must_say and seen is None:
        _check_said(live)
    if not live.ended:
        await supervisor.obey(make(_seen(live, seen)))
    return rollout


def _end_from_here(
    options: Globals, name: str, begin: Callable[[str, Supervisor], Awaitable[str]], asked_for: Exit
) -> None:
    """Take up what no process on this machine drives, and end it; `asked_for` is how that ends."""
    from multitool_tui.cli.headless import drive, one
    from multitool_tui.cli.shells import targets_of
    from multitool_tui.clock import SystemClock

    failures: list[Failure] = []
    for what in targets_of(name, options) or (name,):
        try:
            drive(options, SystemClock(), one(partial(begin, what)))
        except Failure as ended:
            if ended.exit_code == asked_for:
                click.echo(ended.message)
            else:
                failures.append(ended)
    fail_together(failures)
