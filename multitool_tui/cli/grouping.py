"""`multitool run --group`: a group of the manifest, by this process alone or shared with others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from multitool_tui.cli.exits import Exit, Failure
from multitool_tui.cli.headless import Manner, drive, started
from multitool_tui.cli.manifests import manifest_of
from multitool_tui.cli.options import Globals
from multitool_tui.cli.planning import plan_over
from multitool_tui.clock import SystemClock
from multitool_tui.controller.commands import Start
from multitool_tui.rollout.model import Rollout

if TYPE_CHECKING:
    from multitool_tui.config import Manifest
    from multitool_tui.controller.group import Waves
    from multitool_tui.controller.supervisor import Supervisor


def run_group(
    options: Globals,
    group: str,
    releases: tuple[str, ...],
    given: dict[str, Any],
    manner: Manner,
    *,
    again: bool,
    shares: bool,
) -> None:
    """Release a group. `releases`: NAME=N of the rollouts whose version is not to be the newest.

    Raises:
        Failure: the manifest, or what was asked, is at fault; or one was not promoted.
    """
    manifest = manifest_of(options)
    if manifest is None:
        raise Failure("There is no multitool.toml here, and no --config: a group is one of a manifest's.", Exit.USAGE)
    try:
        names = manifest.waves(group)
    except ValueError as error:
        raise Failure(f"{error}.", Exit.USAGE) from None
    chosen = _chosen(releases, [name for wave in names for name in wave], group)
    plans = {name: plan_over(name, manifest.rollouts[name], given) for wave in names for name in wave}

    async def conduct(supervisor: Supervisor) -> Sequence[Rollout]:
        from multitool_tui.controller.group import Release, Runner

        async def start(name: str) -> Start:
            target, plan = plans[name]
            version = chosen.get(name) or await _newest(supervisor, manifest, name)
            return Start(target=target, plan=plan, canary=version, again=again)

        waves: Waves = [[await start(name) for name in wave] for wave in names]
        if shares:
            return await Runner(supervisor, started).run(waves)
        return await Release(supervisor, started).run(waves)

    drive(options, SystemClock(), conduct, manner)


def _chosen(releases: tuple[str, ...], names: list[str], group: str) -> dict[str, str]:
    chosen = {}
    for release in releases:
        name, _, number = release.partition("=")
        number = number.removeprefix("v")
        if not (number.isascii() and number.isdigit()):
            raise Failure(f"--release: {release!r} is not NAME=N, like {names[0]}=42.", Exit.USAGE)
        if name not in names:
            raise Failure(f"--release: {name!r} is not in the group {group}: it has {', '.join(names)}.", Exit.USAGE)
        chosen[name] = number
    return chosen


async def _newest(supervisor: Supervisor, manifest: Manifest, name: str) -> str:
    from multitool_tui.aws.errors import AwsError
    from multitool_tui.controller.port import CommandRefused, Misused

    function = manifest.rollouts[name].function
    if function is None:
        raise Misused(f"{name} names no function: say its version with --release {name}=N.")
    try:
        newest = await supervisor.newest(function)
    except AwsError as error:
        raise CommandRefused(str(error)) from error
    if not newest:
        raise Misused(f"{function} has no published version yet: publish one, or name it with --release {name}=N.")
    return newest
