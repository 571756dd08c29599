"""`multitool status`: what is under way, from any shell."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING

import click

from multitool_tui.cli.completion import names
from multitool_tui.cli.exits import Exit, Failure
from multitool_tui.cli.options import Globals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from multitool_tui.clock import Clock
    from multitool_tui.views.status import Seen

_PAUSE = 1.0  # seconds between two looks at this machine
_PAUSE_AWS = 15.0  # and at AWS


@click.command()
@click.argument("name", metavar="[ROLLOUT|TARGET|GROUP]", required=False, shell_complete=names)
@click.option("--watch", is_flag=True, help="Go on showing it; with a name, until that has ended.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line; with --watch, one for each change.")
@click.pass_obj
def status(options: Globals, name: str | None, *, watch: bool, as_json: bool) -> None:
    """Show the rollouts that are under way on this machine, or those that NAME means.

    What processes on this machine drive is asked of them, without AWS. A TARGET that none of them drives is looked up
    in AWS: the mark on its alias says who drives it, and CloudWatch how it does. With --watch and a name it ends as
    `run` does: 0 promoted, 10 to 14 otherwise.
    """
    from multitool_tui.clock import SystemClock

    clock = SystemClock()
    if not watch:
        seen = _look(options, name, clock)
        _show(seen, as_json=as_json)
        if not seen and not as_json:
            click.echo("No rollout is under way on this machine. `multitool history` lists those of before.")
        return
    try:
        ended = asyncio.run(_watch(options, name, clock, as_json=as_json))
    except KeyboardInterrupt:
        return
    from multitool_tui.cli.headless import exit_of

    for each in ended:
        if (code := exit_of(each.rollout)) is not Exit.DONE:
            raise Failure(f"{each.rollout.target}: {each.rollout.state}. {each.rollout.reason}", code)


async def _watch(options: Globals, name: str | None, clock: Clock, *, as_json: bool) -> Sequence[Seen]:
    """Show every change; return what has ended, once all that is meant by a name has."""
    shown = None
    while True:
        seen = await asyncio.to_thread(_look, options, name, clock)
        state = [(each.live.rollout, each.live.elsewhere and each.live.elsewhere.who) for each in seen]
        if state != shown:
            if sys.stdout.isatty() and not as_json:
                click.clear()
            _show(seen, as_json=as_json)
            shown = state
        if name and seen and all(each.rollout.ended for each in seen):
            return seen
        near = all(each.live.elsewhere is None or each.live.elsewhere.near for each in seen)
        await asyncio.sleep(_PAUSE if near else _PAUSE_AWS)


def _show(seen: Sequence[Seen], *, as_json: bool) -> None:
    from shutil import get_terminal_size

    from multitool_tui.views.status import status_document, status_lines

    if as_json:
        for each in seen:
            click.echo(json.dumps(status_document(each)))
    elif seen:
        width = get_terminal_size().columns if sys.stdout.isatty() else None
        for line in status_lines(seen, width):
            click.echo(line)
    sys.stdout.flush()


def _look(options: Globals, name: str | None, clock: Clock) -> Sequence[Seen]:
    from multitool_tui.cli.screen import state_dir
    from multitool_tui.cli.shells import called, driven_here, targets_of

    found = asyncio.run(driven_here(state_dir(options)))
    targets = targets_of(name, options) if name else ()
    seen = [each.seen for each in (called(name, targets, found) if name else found)]
    here = {(each.place, each.rollout.id) for each in seen}
    recorded = [each for each in _recorded(options, clock) if (each.place, each.rollout.id) not in here]
    if name is None:
        return [*seen, *(each for each in recorded if not each.rollout.ended)]
    missing = [target for target in targets if all(each.rollout.target != target for each in seen)]
    seen += _in_aws(options, missing, recorded, clock)
    if not (seen or targets):
        seen = [each for each in recorded if each.rollout.id == name][-1:]
    if not seen:
        raise Failure(
            f"There is no rollout, target or group {name!r}: `multitool status` shows what is under way here.",
            Exit.USAGE,
        )
    return seen


def _recorded(options: Globals, clock: Clock) -> list[Seen]:
    """What the journal of this machine knows, oldest first; driven by nobody, as far as can be heard."""
    from multitool_tui.cli.history import open_journal
    from multitool_tui.controller.snapshot import LiveRollout, Traffic
    from multitool_tui.views.status import Seen

    with open_journal(options) as journal:
        records = journal.all()
    return [
        Seen(
            LiveRollout(one.rollout, Traffic(one.rollout.target, one.rollout.baseline, one.rollout.canary)),
            clock.now(),
            one.place,
        )
        for one in records
    ]


def _in_aws(options: Globals, targets: Sequence[str], recorded: Sequence[Seen], clock: Clock) -> list[Seen]:
    """What AWS says of targets that nobody drives here; where it knows of no rollout, the latest on record."""
    if not targets:
        return []
    from multitool_tui.aws.session import AwsSession
    from multitool_tui.cli.calling import on_aws
    from multitool_tui.cli.manifests import manifest_of
    from multitool_tui.controller.glance import glance
    from multitool_tui.controller.snapshot import LiveRollout
    from multitool_tui.views.status import Seen

    manifest = manifest_of(options)
    plans = manifest.plans() if manifest else {}

    async def ask(session: AwsSession) -> list[Seen]:
        looks = await asyncio.gather(*(glance(session, clock, target, plans) for target in targets))
        seen = []
        for target, look in zip(targets, looks, strict=True):
            past = [each for each in recorded if each.rollout.target == target]
            if isinstance(look, LiveRollout):
                seen.append(Seen(look, clock.now()))
            elif past:
                seen.append(past[-1])
            else:
                weights = "".join(f", with v{version}" for version in look.weights)
                click.echo(f"{target} serves v{look.version}{weights}: no rollout is under way on it.", err=True)
        return seen

    try:
        return on_aws(options, clock, ask)
    except ValueError as error:
        raise Failure(f"{error}.", Exit.USAGE) from None
