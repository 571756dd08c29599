"""The sandbox as a server: aiohttp on 127.0.0.1, in front of one scenario's account."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
import sys
import uuid
from dataclasses import replace
from datetime import UTC
from email.utils import format_datetime
from typing import Any, Self

from aiohttp import web
from pydantic import ValidationError

from multitool_tui.clock import Clock
from multitool_tui.permissions.policy import Policy
from multitool_tui.sandbox.account import build, empty
from multitool_tui.sandbox.authorization import check_keys
from multitool_tui.sandbox.calls import CallLog
from multitool_tui.sandbox.draw import source
from multitool_tui.sandbox.faults import Fault, Faults
from multitool_tui.sandbox.functions.names import Place
from multitool_tui.sandbox.functions.state import AliasState
from multitool_tui.sandbox.gateway import Gateway
from multitool_tui.sandbox.handlers.package import check
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.scenario import Scenario
from multitool_tui.sandbox.services.lambda_.code import Code, with_code
from multitool_tui.sandbox.visits.visit import is_visit, visit
from multitool_tui.sandbox.wire.messages import Answer, Request

# The largest request that Lambda takes.
_LARGEST_REQUEST = 70_167_211
_HOST = "127.0.0.1"


class Sandbox:
    """A local AWS with one account, for every client that can be given an endpoint URL.

    Args:
        scenario: what the account holds and how its versions behave.
        clock: the time the account lives in.
        seed: what all chance is drawn from; the same seed and the same calls give the same account.
        account: twelve digits.
        region: where the scenario's account is; in any other it is empty.
        alias_lag: for how many seconds after an UpdateAlias readers still see the alias as it was.
        policy: what callers may do; None lets them do everything.

    Raises:
        ValueError: in one sentence, when AWS would refuse what the scenario asks for, or when a condition of the policy
            cannot be evaluated here.
    """

    def __init__(
        self,
        scenario: Scenario,
        clock: Clock,
        seed: int = 7,
        account: str = "123456789012",
        region: str = "eu-west-1",
        *,
        alias_lag: float = 0.0,
        policy: Policy | None = None,
    ) -> None:
        if policy is not None:
            check_keys(policy)
        self.scenario = scenario
        self.calls = CallLog()
        self.faults = Faults(seed)
        self._clock = clock
        self._seed = seed
        self._account = account
        self._home = build(scenario, Place(account, region), seed, clock.now().timestamp(), alias_lag)
        self._regions = {region: self._home}
        self._policy = policy
        request_ids = source(seed, "requests")
        self._gateway = Gateway(
            self._region,
            clock.now,
            self.faults,
            self.calls,
            lambda: str(uuid.UUID(int=request_ids.getrandbits(128), version=4)),
            policy,
        )
        self._runner: web.AppRunner | None = None
        self._stopping = asyncio.Event()
        self._url = ""

    @property
    def url(self) -> str:
        """The endpoint URL; empty before the start."""
        return self._url

    async def start(self, port: int = 0) -> str:
        """Listen on 127.0.0.1, at a free port when `port` is 0, and return the endpoint URL.

        Raises:
            OSError: when the port is taken.
        """
        self._stopping = asyncio.Event()
        app = web.Application(client_max_size=_LARGEST_REQUEST)
        app.router.add_get("/_sandbox/health", self._health)
        app.router.add_get("/_sandbox/calls", self._list_calls)
        app.router.add_get("/_sandbox/faults", self._list_faults)
        app.router.add_post("/_sandbox/faults", self._add_fault)
        app.router.add_delete("/_sandbox/faults", self._clear_faults)
        app.router.add_route("*", "/{path:.*}", self._serve)
        # A client that goes away ends its hung request; what still hangs at the stop is cut off.
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, _HOST, port).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        self._url = f"http://{_HOST}:{runner.addresses[0][1]}"
        return self._url

    async def stop(self) -> None:
        """Stop listening, end every connection, also those that hang, and every process that runs a handler."""
        self._stopping.set()
        if self._runner is not None:
            runner, self._runner = self._runner, None
            await runner.cleanup()
        for region in self._regions.values():
            await region.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def alias(self, function: str, name: str) -> AliasState:
        """An alias as it is now, whatever readers over the wire may still see.

        Raises:
            KeyError: when there is no such function or alias.
        """
        self._home.advance(self._clock.now().timestamp())
        return self._home.functions[function].aliases[name].current

    def publish(self, function: str, package: bytes, handler: str) -> str:
        """Publish a zip file as a function's next version, a Python one with a handler of its own; its number.

        Raises:
            KeyError: when there is no such function.
            ValueError: in one sentence, when the zip file cannot be unpacked.
        """
        check(package)
        region = self._region(None)
        target = region.functions[function]
        runtime = f"python{sys.version_info.major}.{sys.version_info.minor}"
        configuration = {**target.latest.configuration, "Handler": handler, "Runtime": runtime}
        changed = with_code(replace(target.latest, configuration=configuration), Code(package), region.now)
        target.latest = replace(changed, revision_id=region.new_revision())
        return target.publish(None, region.now, region.new_revision).name

    def _region(self, name: str | None) -> Region:
        """The state of a region, brought to the present."""
        now = self._clock.now().timestamp()
        name = name or self._home.place.region
        if name not in self._regions:
            self._regions[name] = empty(self.scenario, Place(self._account, name), self._home, now)
        region = self._regions[name]
        region.url = self._url
        region.advance(now)
        return region

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        response = await self._answer(request)
        response.headers["Date"] = format_datetime(self._clock.now().astimezone(UTC), usegmt=True)
        return response

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return web.Response(status=413, headers={"x-amzn-ErrorType": "RequestEntityTooLargeException"})
        asked = Request(request.method, request.raw_path, headers, body)
        if is_visit(asked):
            return _response(await visit([self._region(name) for name in list(self._regions)], self._policy, asked))
        outcome = await self._gateway.handle(asked)
        if outcome.answer is not None:
            return _response(outcome.answer)
        if outcome.fault == "hang":
            await self._stopping.wait()
        _reset(request)
        return web.Response()

    async def _health(self, _request: web.Request) -> web.Response:
        now = self._clock.now().isoformat()
        return web.json_response({"scenario": self.scenario.name, "now": now, "region": self._home.place.region})

    async def _list_calls(self, _request: web.Request) -> web.Response:
        calls = [vars(call) | {"at": call.at.isoformat()} for call in self.calls]
        return web.json_response(calls, dumps=_dumps)

    async def _list_faults(self, _request: web.Request) -> web.Response:
        return web.json_response({name: fault.model_dump() for name, fault in self.faults.active().items()})

    async def _add_fault(self, request: web.Request) -> web.Response:
        try:
            fault = Fault.model_validate_json(await request.read())
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "the fault"
            return web.json_response({"error": f"{where}: {first['msg']}"}, status=400)
        return web.json_response({"id": self.faults.add(fault)}, status=201)

    async def _clear_faults(self, _request: web.Request) -> web.Response:
        self.faults.clear()
        return web.Response(status=204)


def _response(answer: Answer) -> web.Response:
    return web.Response(status=answer.status, body=answer.body, headers=answer.headers)


def _reset(request: web.Request) -> None:
    """Break the connection with a TCP reset, as a broken network does: closing without lingering sends one."""
    transport = request.transport
    if transport is None:
        return
    connection: socket.socket | None = transport.get_extra_info("socket")
    if connection is not None:
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def _dumps(value: Any) -> str:
    return json.dumps(value, default=str)
