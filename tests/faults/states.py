"""The rows of the fault suite: what a rollout is doing, and which write it is about to make on the alias."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from multitool_tui.aws import lease as leases
from multitool_tui.controller import commands
from multitool_tui.controller.port import CommandRefused
from multitool_tui.rollout.states import State
from multitool_tui.sandbox.faults import Fault
from tests.support.world import World

Act = Callable[[World], Awaitable[None]]


@dataclass(frozen=True)
class Cell:
    """One state and one kind of write.

    `reach` brings the world into the state, without a fault; `write` makes the rollout write, and returns at once.
    `lasts`: seconds in which it comes to that write.
    """

    state: str
    write: str
    reach: Act
    act: Act
    lasts: float = 60.0

    def __str__(self) -> str:
        return f"{self.state}-{self.write}".replace(" ", "_")


# How a state is reached


async def nothing(_: World) -> None:
    pass


async def at_first_weight(world: World) -> None:
    await start(world)
    await world.run_until(lambda: world.live.rollout.weight == 0.1)


async def before_a_raise(world: World) -> None:
    await world.start("10%/1m 50%/30m")
    await world.run_until(lambda: world.live.rollout.weight == 0.1)


async def at_later_weight(world: World) -> None:
    await before_a_raise(world)
    await world.run_until(lambda: world.live.rollout.weight == 0.5)


async def paused(world: World) -> None:
    await at_first_weight(world)
    await world.supervisor.obey(commands.Pause(seen=world.seen))


async def held(world: World) -> None:
    """Because a change was refused."""
    await at_first_weight(world)
    fault = world.sandbox.faults.add(Fault(kind="denied", operation="UpdateAlias"))
    await lower(world)
    await world.run_until(lambda: world.state is State.HELD)
    world.sandbox.faults.remove(fault)


async def baking(world: World) -> None:
    await at_first_weight(world)
    await promote(world)
    await world.run_until(lambda: world.state is State.BAKING)


# How it comes to a write


async def start(world: World) -> None:
    await world.start("10%/30m 50%/30m")


async def begin(world: World) -> None:
    """A start may be refused; nothing must be left of it then."""
    starting = asyncio.create_task(start(world))
    await world.run_until(starting.done)
    if error := starting.exception():
        assert isinstance(error, CommandRefused)


async def wait(_: World) -> None:
    """Time alone brings the write about."""


async def lower(world: World) -> None:
    await world.supervisor.obey(commands.SetWeight(seen=world.seen, weight=world.live.rollout.wanted / 2))


async def promote(world: World) -> None:
    await world.supervisor.obey(commands.Promote(seen=world.seen, without_evidence=True))


async def promote_and_roll_back(world: World) -> None:
    """The promotion is on its way, or stuck, when the operator changes their mind."""
    await promote(world)
    world.clock.advance(1)
    await asyncio.sleep(0)
    await roll_back(world)


async def roll_back(world: World) -> None:
    if world.live.rollout.ended:
        return
    await world.supervisor.obey(commands.RollBack(seen=world.seen))


async def roll_back_twice(world: World) -> None:
    """The second word comes while the first is being carried out."""
    await roll_back(world)
    world.clock.advance(1)
    await asyncio.sleep(0)
    await roll_back(world)


async def abandon(world: World) -> None:
    await world.supervisor.obey(commands.Abandon(seen=world.seen))


_RENEWAL = leases.RENEWAL.total_seconds() + 40
_RAISE = 7 * 60.0  # a bake of a minute, and the evidence for the next step

CELLS = (
    Cell("planned", "acquire", nothing, begin),
    Cell("shifting to the first step", "set weight", start, wait),
    Cell("shifting to a later step", "set weight", before_a_raise, wait, _RAISE),
    *(
        Cell(state, write, reach, act, lasts)
        for state, reach in (
            ("at the first step", at_first_weight),
            ("at a later step", at_later_weight),
            ("paused", paused),
        )
        for write, act, lasts in (
            ("set weight", lower, 60.0),
            ("promote", promote, 60.0),
            ("roll back", roll_back, 60.0),
            ("renew", wait, _RENEWAL),
        )
    ),
    Cell("held", "promote", held, promote),
    Cell("held", "roll back", held, roll_back),
    Cell("held", "renew", held, wait, _RENEWAL),
    Cell("held", "leave", held, abandon),
    Cell("promoting", "roll back", at_first_weight, promote_and_roll_back),
    Cell("baking", "roll back", baking, roll_back),
    Cell("baking", "renew", baking, wait, _RENEWAL),
    Cell("baking", "leave", baking, promote),
    Cell("rolling back", "roll back", at_first_weight, roll_back_twice),
)
