"""What must be so of an alias and its versions before a rollout may begin on it."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from difflib import get_close_matches

from multitool_tui.aws import functions
from multitool_tui.aws import lease as leases
from multitool_tui.aws.errors import AwsError, NotFound
from multitool_tui.aws.resources import Alias, Reading, Version
from multitool_tui.aws.session import AwsSession
from multitool_tui.controller.port import CommandRefused, NothingToDo, Taken
from multitool_tui.words import AliasName, percent


async def find_alias(session: AwsSession, target: AliasName) -> Alias:
    """The alias that a target names.

    Raises:
        CommandRefused: there is none, and what there is.
    """
    function, name = target.function, target.alias
    try:
        return await functions.get_alias(session.functions, function, name)
    except NotFound:
        pass
    try:
        known = [alias.name for alias in await functions.aliases(session.functions, function)]
    except NotFound as error:
        similar = await _similar(session, function)
        todo = f"did you mean {similar}?" if similar else "check the name, the region and the account."
        raise CommandRefused(f"There is no function {function} in {session.region}: {todo}") from error
    has = f"it has {', '.join(known)}" if known else "it has none"
    raise CommandRefused(f"{function} has no alias {name}: {has}.")


async def _similar(session: AwsSession, function: str) -> str:
    """The name that comes nearest, where one is near; "" also where the caller may not list functions."""
    names: list[str] = []
    with suppress(AwsError):
        async for page in functions.function_names(session.functions):
            names += page
    return next(iter(get_close_matches(function, names, 1)), "")


def check_free(alias: Alias, now: datetime) -> None:
    """Make sure that nothing is under way on it.

    Raises:
        CommandRefused: a rollout (`Taken`), or another release.
    """
    check_undriven(alias, now)
    if alias.weights:
        weighted = ", ".join(f"{percent(weight)} to v{version}" for version, weight in alias.weights.items())
        raise CommandRefused(
            f"{alias.target} already carries weights ({weighted}): another release is under way, or was left there. "
            "Finish or clear it first."
        )
    if alias.version == functions.LATEST:
        raise CommandRefused(f"{alias.target} points to $LATEST, which cannot share traffic: publish a version for it.")


def check_undriven(found: Reading, now: datetime) -> None:
    """Make sure that nobody drives a rollout there.

    Raises:
        Taken: somebody does, or did until lately.
    """
    lease, _ = leases.read(found.description)
    if lease is None:
        return
    what = f"v{lease.canary}" if lease.canary else "a zip file"
    if lease.strategy == leases.BEHIND:
        raise Taken(f"A rollout of {what} is under way on {lease.who}, which takes {found.target} with it.")
    releases = f"a rollout of {what} on {found.target}"
    if lease.is_over(now):
        raise Taken(f"{lease.who} has left {releases} without a driver: take it over (d).")
    raise Taken(f"{lease.who} drives {releases}: watch it, or take it over (d).")


async def find_version(session: AwsSession, found: Reading, number: str) -> Version:
    """The published version that may be the canary.

    Raises:
        CommandRefused: it may not.
    """
    if found.version == number:
        raise NothingToDo(f"{found.target} is on v{number} already: there is nothing to release.")
    try:
        return await functions.get_version(session.functions, found.function, number)
    except NotFound as error:
        known = await functions.versions(session.functions, found.function)
        has = f"it has {_span(known)}" if known else "it has none"
        raise CommandRefused(f"{found.function} has no published version {number}: {has}.") from error


def check_alike(old: Version, new: Version) -> None:
    """Make sure that Lambda lets two versions share an alias.

    Raises:
        CommandRefused: it does not, and why.
    """
    for what, before, after in (
        ("the execution role", old.role, new.role),
        ("the dead-letter queue", old.dead_letter, new.dead_letter),
    ):
        if before != after:
            raise CommandRefused(
                f"{_name(old)} and {_name(new)} of {old.function} differ in {what} "
                f"({before or 'none'} and {after or 'none'}): Lambda does not let them share an alias."
            )


def _name(version: Version) -> str:
    return version.version if version.version == functions.LATEST else f"v{version.version}"


def _span(versions: tuple[str, ...]) -> str:
    return versions[0] if len(versions) == 1 else f"{versions[0]} to {versions[-1]}"
