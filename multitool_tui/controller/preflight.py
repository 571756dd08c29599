"""What is checked before a rollout makes its first change. Each obstacle is one sentence; nothing has been changed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from difflib import get_close_matches

from multitool_tui.aws import functions
from multitool_tui.aws import lease as leases
from multitool_tui.aws.errors import AccessDenied, AwsError, NotFound
from multitool_tui.aws.resources import Alias, Version
from multitool_tui.aws.session import AwsSession
from multitool_tui.controller.commands import Start
from multitool_tui.controller.port import CommandRefused, Misused, Taken
from multitool_tui.judgement.model import AlarmState
from multitool_tui.words import parse_target, percent


async def preflight(session: AwsSession, start: Start, alarms: Mapping[str, AlarmState], now: datetime) -> Alias:
    """Check that the rollout can be started.

    Returns:
        The alias as it is now.

    Raises:
        CommandRefused: why it cannot be, in one sentence.
    """
    try:
        function, name = parse_target(start.target)
    except ValueError as error:
        raise Misused(f"{error}.") from None
    if not start.canary.isdigit():
        raise Misused(f"{start.canary!r} is not a published version: choose a number. $LATEST cannot share traffic.")
    _check_alarms(start, alarms)
    try:
        alias = await _find_alias(session, function, name)
        _check_lease(alias, now)
        _check_alias(alias, start)
        await _check_versions(session, alias, start.canary)
    except AccessDenied as error:
        raise CommandRefused(f"{start.target} cannot be checked. {error}") from error
    except AwsError as error:
        raise CommandRefused(f"{start.target} cannot be read: {error}") from error
    return alias


def _check_alarms(start: Start, alarms: Mapping[str, AlarmState]) -> None:
    for name in start.plan.alarms:
        if name not in alarms:
            near = get_close_matches(name, alarms, 1)
            hint = f"; did you mean {near[0]}?" if near else "."
            raise CommandRefused(f"There is no alarm called {name}{hint}")
        if alarms[name] is AlarmState.ALARM and name not in start.plan.accepted_alarms:
            raise CommandRefused(f"Alarm {name} is firing already: accept it, or leave it out, to start over it.")


async def _find_alias(session: AwsSession, function: str, name: str) -> Alias:
    try:
        return await functions.get_alias(session.functions, function, name)
    except NotFound:
        pass
    try:
        known = [alias.name for alias in await functions.aliases(session.functions, function)]
    except NotFound as error:
        raise CommandRefused(
            f"There is no function {function} in {session.region}: check the name, the region and the account."
        ) from error
    has = f"it has {', '.join(known)}" if known else "it has none"
    raise CommandRefused(f"{function} has no alias {name}: {has}.")


def _check_lease(alias: Alias, now: datetime) -> None:
    lease, _ = leases.read(alias.description)
    if lease is None:
        return
    releases = f"a rollout of v{lease.canary} on {alias.target}"
    if lease.is_over(now):
        raise Taken(f"{lease.who} has left {releases} without a driver: take it over (d).")
    raise Taken(f"{lease.who} drives {releases}: watch it, or take it over (d).")


def _check_alias(alias: Alias, start: Start) -> None:
    if alias.weights:
        weighted = ", ".join(f"{percent(weight)} to v{version}" for version, weight in alias.weights.items())
        raise CommandRefused(
            f"{alias.target} already carries weights ({weighted}): another release is under way, or was left there. "
            "Finish or clear it first."
        )
    if alias.version == "$LATEST":
        raise CommandRefused(f"{alias.target} points to $LATEST, which cannot share traffic: publish a version for it.")
    if alias.version == start.canary:
        raise CommandRefused(f"{alias.target} is on v{start.canary} already: there is nothing to release.")


async def _check_versions(session: AwsSession, alias: Alias, canary: str) -> None:
    try:
        old, new = await asyncio.gather(
            functions.get_version(session.functions, alias.function, alias.version),
            functions.get_version(session.functions, alias.function, canary),
        )
    except NotFound as error:
        known = await functions.versions(session.functions, alias.function)
        has = f"it has {_span(known)}" if known else "it has none"
        raise CommandRefused(f"{alias.function} has no published version {canary}: {has}.") from error
    _check_alike(alias, old, new)


def _check_alike(alias: Alias, old: Version, new: Version) -> None:
    for what, before, after in (
        ("the execution role", old.role, new.role),
        ("the dead-letter queue", old.dead_letter, new.dead_letter),
    ):
        if before != after:
            raise CommandRefused(
                f"v{old.version} and v{new.version} of {alias.function} differ in {what} "
                f"({before or 'none'} and {after or 'none'}): Lambda does not let them share an alias."
            )


def _span(versions: tuple[str, ...]) -> str:
    return versions[0] if len(versions) == 1 else f"{versions[0]} to {versions[-1]}"
