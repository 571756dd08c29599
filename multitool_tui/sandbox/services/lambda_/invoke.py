"""Invoke functions: Python code that was uploaded is really run, any other invocation is drawn as the traffic is."""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import dataclass
from typing import Any

from multitool_tui.sandbox.draw import source
from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.functions.program import program_of
from multitool_tui.sandbox.functions.state import Function, Version
from multitool_tui.sandbox.handlers.runs import Outcome
from multitool_tui.sandbox.handlers.worker import Invocation
from multitool_tui.sandbox.metrics.series import MINUTE
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.scenario import Behaviour
from multitool_tui.sandbox.services.lambda_.common import not_found
from multitool_tui.sandbox.traffic.alias_traffic import AliasTraffic
from multitool_tui.sandbox.traffic.durations import draw_durations
from multitool_tui.sandbox.traffic.invoked import Invoked
from multitool_tui.sandbox.traffic.parcel import Parcel
from multitool_tui.sandbox.traffic.routing import RoutingHistory
from multitool_tui.sandbox.wire.messages import Params

# Lambda developer guide, "Lambda quotas".
_LARGEST_EVENT = {"RequestResponse": 6 * 1024 * 1024, "Event": 1024 * 1024, "DryRun": 6 * 1024 * 1024}
_LOG_TAIL = 4096


@dataclass(frozen=True)
class _Target:
    """What an invocation goes to. `weighted`: one of two versions, by the weights of the alias."""

    function: Function
    version: Version
    qualifier: str | None
    weighted: bool


async def invoke(region: Region, params: Params) -> Params:
    how = params.get("InvocationType", "RequestResponse")
    target = _target(region, params)
    event = _event(params.get("Payload", b""), _LARGEST_EVENT[how])
    if how == "DryRun":
        return {"StatusCode": 204}
    # What has begun runs to its end, also when the caller goes away.
    running = region.spawn(_run(region, target, event))
    if how == "Event":
        return {"StatusCode": 202}
    ran = await asyncio.shield(running)
    answer: Params = {"StatusCode": 200, "ExecutedVersion": target.version.name, "Payload": ran.payload.encode()}
    if ran.failed:
        answer["FunctionError"] = "Unhandled"
    if params.get("LogType") == "Tail":
        answer["LogResult"] = base64.b64encode(ran.log.encode()[-_LOG_TAIL:]).decode()
    return answer


async def run_event(region: Region, name: str, qualifier: str | None, event: Any) -> Invocation:
    """Invoke a function as another service does.

    Raises:
        AwsError: there is no such function or qualifier, or it is not there yet.
    """
    target = _target(region, {"FunctionName": name, "Qualifier": qualifier})
    return await asyncio.shield(region.spawn(_run(region, target, event)))


async def invoke_async(region: Region, params: Params) -> Params:
    """The older way to hand over an event."""
    target = _target(region, params)
    region.spawn(_run(region, target, _event(params["InvokeArgs"], _LARGEST_EVENT["Event"])))
    return {"Status": 202}


def _target(region: Region, params: Params) -> _Target:
    ref = region.place.function_ref(params["FunctionName"], params.get("Qualifier"))
    function = region.functions.get(ref.name)
    alias = function.aliases.get(ref.qualifier or "") if function else None
    weights = alias.current.weights if alias else {}
    named = ref.qualifier
    for version, weight in weights.items():
        if region.chance.random() < weight:
            named = version
    found = function.version(named) if function else None
    if function is None or found is None:
        raise not_found(region, ref.name, ref.qualifier)
    if found.state == "Pending":
        raise AwsError(
            "ResourceConflictException",
            "The operation cannot be performed at this time. The function is currently in the following state: Pending",
        )
    return _Target(function, found, ref.qualifier, bool(weights))


def _event(payload: bytes, most: int) -> Any:
    if len(payload) > most:
        raise AwsError(
            "RequestTooLargeException", f"Request must be smaller than {most} bytes for the InvokeFunction operation"
        )
    try:
        return json.loads(payload) if payload else {}
    except (ValueError, RecursionError) as error:
        raise AwsError("InvalidRequestContentException", f"Could not parse request body into json: {error}") from error


async def _run(region: Region, target: _Target, event: Any) -> Invocation:
    """Run or draw one invocation, and count it in the minute in which it began."""
    line, began, request_id = _line(region, target), region.now, region.new_revision()
    program = program_of(region.place, target.function, target.version)
    behaviour = _behaviour(region, target)
    if program is None:
        ran = _drawn(region, target, behaviour, request_id)
    else:
        ran = await asyncio.to_thread(region.handlers.worker(program).invoke, event, request_id)
    outcome = Outcome(ran.failed, ran.server_error, ran.ms)
    longest = _timeout_ms(target)
    parcel = Parcel(
        version=target.version.name,
        weighted=target.weighted,
        late=False,
        invocations=1,
        errors=int(ran.failed),
        throttles=0,
        behaviour=behaviour,
        longest_ms=longest,
        key=("invoked", request_id),
        seed=region.seed,
        outcomes=(outcome,),
    )
    line.add(began, parcel)
    return ran


def _line(region: Region, target: _Target) -> Invoked:
    """Where invocations of this function under this qualifier are counted."""
    name, qualifier = target.function.name, target.qualifier
    resource = f"{name}:{qualifier}" if qualifier else name
    for line in region.traffic:
        if isinstance(line, Invoked) and line.resource == resource:
            return line
    history = target.function.routing.get(qualifier or "", RoutingHistory())
    made = Invoked(name, resource, history, int(region.now) // MINUTE * MINUTE)
    region.traffic.append(made)
    return made


def _behaviour(region: Region, target: _Target) -> Behaviour:
    """How the version behaves in the scenario's traffic; as any other does when it has none."""
    for line in region.traffic:
        if isinstance(line, AliasTraffic) and line.function == target.function.name:
            return line.behaviour(target.version.name, region.now)
    return Behaviour()


def _drawn(region: Region, target: _Target, how: Behaviour, request_id: str) -> Invocation:
    random = source(region.seed, "invoked", request_id)
    failed = random.random() < how.error_rate
    longest = _timeout_ms(target)
    [ms] = draw_durations(random, 1, how.median_ms, how.sigma, how.cold_share, how.cold_ms, longest)
    payload = json.dumps({"errorType": "Error", "errorMessage": "The scenario has it fail."}) if failed else "null"
    log = f"START RequestId: {request_id} Version: {target.version.name}\nEND RequestId: {request_id}\n"
    return Invocation(payload, failed, ms, log, init_ms=None)


def _timeout_ms(target: _Target) -> float:
    return float(target.version.configuration["Timeout"] * 1000)
