"""What there is to release in an account: its aliases, and the alarms that could watch over them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from multitool_tui.aws import alarms as aws_alarms
from multitool_tui.aws import functions
from multitool_tui.aws.session import AwsSession

_AT_ONCE = 4  # Lambda's control plane allows some 15 requests a second to the whole account


@dataclass(frozen=True, slots=True)
class Inventory:
    """`place`: account/region. `aliases`: (function, alias), by name. `alarms`: names."""

    place: str
    aliases: tuple[tuple[str, str], ...]
    alarms: tuple[str, ...]


async def inventory(session: AwsSession, needle: str) -> Inventory:
    """All aliases of the functions with `needle` in their name.

    Raises:
        AwsError: something of it cannot be read.
    """
    caller = await session.caller()
    names = [name async for page in functions.function_names(session.functions) for name in page if needle in name]
    turn = asyncio.Semaphore(_AT_ONCE)

    async def aliases_of(name: str) -> list[tuple[str, str]]:
        async with turn:
            return [(alias.function, alias.name) for alias in await functions.aliases(session.functions, name)]

    found, alarms = await asyncio.gather(
        asyncio.gather(*(aliases_of(name) for name in sorted(names))), aws_alarms.alarms(session.cloudwatch)
    )
    return Inventory(
        f"{caller.account}/{caller.region}",
        tuple(alias for each in found for alias in each),
        tuple(alarm.name for alarm in alarms),
    )
