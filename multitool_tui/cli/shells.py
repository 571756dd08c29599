"""What the other processes on this machine drive, and which of it a name on the command line means."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from multitool_tui.cli.exits import Exit, Failure
from multitool_tui.cli.manifests import manifest_of
from multitool_tui.cli.options import Globals

if TYPE_CHECKING:
    from multitool_tui.views.status import Seen


@dataclass(frozen=True, slots=True)
class Found:
    """A rollout, and the socket of the process that drives it."""

    seen: Seen
    door: Path


async def driven_here(folder: Path) -> list[Found]:
    """All rollouts that processes of this user drive with this state directory, as they are now.

    Raises:
        Failure: one of them cannot be understood, or does not answer.
    """
    from multitool_tui.controller.neighbours.peer import doors

    lists = await asyncio.gather(*(_behind(door) for door in doors(folder)))
    return sorted((found for each in lists for found in each), key=lambda found: found.seen.rollout.target)


async def _behind(door: Path) -> list[Found]:
    from multitool_tui.controller.neighbours.peer import Unheard, visit
    from multitool_tui.controller.snapshot import Elsewhere
    from multitool_tui.rollout.events import Obstacle
    from multitool_tui.views.status import Seen

    try:
        async with visit(door) as peer:
            news = await peer.news()
            near = Elsewhere(peer.who, "", news.at, near=True)
    except Unheard as error:
        if door.exists():  # noqa: ASYNC240 - a folder on this machine
            raise Failure(str(error), Exit.UNREACHABLE) from None
        return []  # it has ended in this moment
    return [
        Found(Seen(replace(live, elsewhere=near), news.at, news.place), door)
        for live in news.rollouts
        if live.rollout.obstacle is not Obstacle.LEASE
    ]


def targets_of(name: str, options: Globals) -> tuple[str, ...]:
    """The targets that a name stands for: a target itself, or a rollout of the manifest; none for a rollout's id.

    Raises:
        Failure: the manifest is at fault.
    """
    if ":" in name or "/" in name:
        return (name,)
    manifest = manifest_of(options)
    return manifest.targets_of(name) if manifest else ()


def called(name: str, targets: Iterable[str], found: Iterable[Found]) -> list[Found]:
    """Those that the name means.

    Raises:
        Failure: a target's rollouts in two accounts or regions are meant alike.
    """
    wanted = set(targets)
    meant = [each for each in found if name == each.seen.rollout.id or each.seen.rollout.target in wanted]
    going = [each for each in meant if not each.seen.rollout.ended] or meant
    for target in wanted:
        places = sorted({each.seen.place for each in going if each.seen.rollout.target == target})
        if len(places) > 1:
            ids = ", ".join(each.seen.rollout.id for each in going if each.seen.rollout.target == target)
            raise Failure(f"{target} is under way in {' and '.join(places)}: name the rollout, {ids}.", Exit.USAGE)
    return going
