"""Rollbacks in bad weather: lost answers, late writes, old reads, and changes that are cut off, all at random."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from copy import deepcopy
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from multitool_tui.aws.alias_target import AliasTarget
from multitool_tui.aws.canary_release import SETTLED, CanaryRelease
from multitool_tui.aws.errors import AwsError
from multitool_tui.aws.functions import get_alias
from multitool_tui.aws.lease import Lease
from multitool_tui.aws.stage_target import StageTarget
from multitool_tui.aws.stages import Stages
from multitool_tui.aws.target import Target
from multitool_tui.clock import Clock
from multitool_tui.words import StageName
from tests.aws.gateway import NOW, Gateway, refusal

LEASE = Lease("41", "42", NOW, NOW, "0badcafe", "adaptive", "ann@laptop")
LOST = ReadTimeoutError(endpoint_url="x")
SEEDS = [pytest.param(range(25), id="a few"), pytest.param(range(25, 1000), id="many", marks=pytest.mark.long)]

Send = Callable[[], Awaitable[Any]]


class Storm(Clock):
    """The weather over a region, and its clock. After `SETTLED` what is late has come about, and no read is older."""

    def __init__(self, gateway: Gateway, seed: int) -> None:
        self.random, self.blows = Random(seed), False
        self._gateway, self._now = gateway, NOW
        self._late: list[Send] = []
        self._shown: list[dict[str, Any]] = []
        """What reads have answered since it has settled."""

    def now(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        if seconds >= SETTLED:
            await self.settle()

    async def settle(self) -> None:
        """Let everything come about."""
        while self._late:
            await self._come_about()
        self._shown = [await self.shown()]

    async def shown(self) -> dict[str, Any]:
        """The alias and the stage as they are, by what reads them; and the methods."""
        alias = await self._gateway.client("lambda").get_alias(FunctionName="checkout", Name="live")
        return {"get_alias": alias, "get_stage": deepcopy(self._gateway.stage), "uris": self._gateway.uris}

    async def call(self, operation: str, send: Send) -> Any:
        """What becomes of a call."""
        if self._late and self.random.random() < 0.4:
            await self._come_about()
        luck = self.random.random() if self.blows else 1.0
        if operation.startswith("get_"):
            if luck < 0.05:
                raise LOST
            old = luck < 0.35 and operation in self._shown[0]
            return deepcopy(self.random.choice(self._shown)[operation]) if old else await send()
        if luck < 0.1:
            self._late.append(send)
        elif luck < 0.25:
            await self._sent(send)
        if luck < 0.35:
            raise asyncio.CancelledError if self.random.random() < 0.4 else LOST
        if luck < 0.4:
            raise refusal("TooManyRequestsException", 429, operation)
        return await self._sent(send)

    async def _come_about(self) -> None:
        with suppress(ClientError):  # it was too late
            await self._sent(self._late.pop(0))

    async def _sent(self, send: Send) -> Any:
        answer = await send()
        self._shown.append(await self.shown())
        return answer


class Client:
    """A client in the storm."""

    def __init__(self, storm: Storm, client: Any) -> None:
        self._storm, self._client = storm, client

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        async def call(**params: Any) -> Any:
            return await self._storm.call(operation, lambda: getattr(self._client, operation)(**params))

        return call


async def target(kind: str, gateway: Gateway, storm: Storm) -> Target:
    """The alias or the stage, with the mark on it."""
    functions, gate = (Client(storm, gateway.client(service)) for service in ("lambda", "apigateway"))
    one: Target
    if kind == "alias":
        one = AliasTarget(functions, storm, await get_alias(functions, "checkout", "live"), LEASE)
    else:
        stage = await Stages(gate, functions).read(StageName("shop", "prod"))
        assert stage.before
        one = StageTarget(gate, storm, stage, LEASE, stage.before, CanaryRelease(gate, functions, LEASE))
    await one.acquire()
    return one


@pytest.mark.parametrize("seeds", SEEDS)
@pytest.mark.parametrize("kind", ["alias", "stage", "stage-errors"])
async def test_what_was_rolled_back_is_as_it_was_however_long_it_takes(kind: str, seeds: range) -> None:
    for seed in seeds:
        gateway = Gateway.of("stage" if kind == "alias" else kind)
        storm = Storm(gateway, seed)
        before = as_given_back(await storm.shown())
        await storm.settle()
        one = await target(kind, gateway, storm)
        storm.blows = True
        for _ in range(storm.random.randint(1, 4)):
            await change(one, storm)
        for attempt in range(40):  # whoever presses the key again where it says "drift"
            storm.blows = attempt < 20
            with suppress(AwsError, asyncio.CancelledError):
                await one.roll_back()
                break
            await storm.sleep(0.5)
        else:
            pytest.fail(f"seed {seed}: it cannot be rolled back")
        await storm.settle()
        assert as_given_back(await storm.shown()) == before, f"seed {seed}"


async def change(one: Target, storm: Storm) -> None:
    """One that may come to anything."""
    with suppress(AwsError, asyncio.CancelledError):
        match storm.random.choice(["weight", "weight", "weight", "promote", "renew", "read"]):
            case "weight":
                await one.set_weight(storm.random.choice([0.1, 0.25, 0.5]))
            case "promote":
                await one.promote(final=False)
            case "renew":
                await storm.sleep(150)
                await one.renew()
            case "read":
                await storm.sleep(storm.random.choice([0.2, 10.0]))
                await one.read()


def as_given_back(shown: dict[str, Any]) -> Any:
    alias, stage = shown["get_alias"], shown["get_stage"]
    weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    return (
        (alias["FunctionVersion"], weights, alias.get("Description")),
        [stage.get(key) for key in ("deploymentId", "variables", "description", "canarySettings")],
        shown["uris"],
    )
