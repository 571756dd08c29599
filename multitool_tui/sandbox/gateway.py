"""From a request to its answer: routing, authentication, faults, authorization, validation, the operation, the log."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from inspect import isawaitable

from botocore.model import OperationModel

from multitool_tui.permissions.policy import Policy
from multitool_tui.sandbox.authorization import authorize, demands, denial
from multitool_tui.sandbox.calls import Call, CallLog, loggable
from multitool_tui.sandbox.errors import AwsError, error_form
from multitool_tui.sandbox.faults import FaultKind, Faults, fault_error
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.services.registry import HANDLERS
from multitool_tui.sandbox.services.sts import USER_NAME
from multitool_tui.sandbox.wire import rest_json
from multitool_tui.sandbox.wire.messages import Answer, Params, Request
from multitool_tui.sandbox.wire.models import operation_model
from multitool_tui.sandbox.wire.routing import Route, route
from multitool_tui.sandbox.wire.signature import Caller, caller_of
from multitool_tui.sandbox.wire.validation import validate

_log = logging.getLogger(__name__)
_UNANSWERED: tuple[FaultKind, ...] = ("hang", "reset", "applied_then_dropped")


@dataclass(frozen=True)
class Outcome:
    """What becomes of a request: an answer, or what happens to the connection instead of one."""

    answer: Answer | None
    fault: FaultKind | None = None


@dataclass
class _Asked:
    """What is known of a request so far, for its error and its entry in the log."""

    request: Request
    caller: Caller | None
    route: Route
    parameters: Params = field(default_factory=dict)
    fault: FaultKind | None = None

    @property
    def operation(self) -> str:
        return self.route.operation or ""


class Gateway:
    """Answers requests against the regions that `region_named` gives, brought to the present.

    With a `policy` it answers only what that allows.
    """

    def __init__(
        self,
        region_named: Callable[[str | None], Region],
        now: Callable[[], datetime],
        faults: Faults,
        calls: CallLog,
        new_request_id: Callable[[], str],
        policy: Policy | None,
    ) -> None:
        self._region_named = region_named
        self._now = now
        self._faults = faults
        self._calls = calls
        self._new_request_id = new_request_id
        self._policy = policy

    async def handle(self, request: Request) -> Outcome:
        """Answer one request. Never raises: a bug of ours is logged and answered as AWS answers its own."""
        caller = caller_of(request)
        asked = _Asked(request, caller, route(request, caller))
        request_id = self._new_request_id()
        error: AwsError | None = None
        try:
            answer = await self._answer(asked, request_id)
        except AwsError as raised:
            error = raised
        except Exception:  # noqa: BLE001 - a caller must get an answer whatever our bug is
            _log.exception("the sandbox failed at %s", asked.operation)
            error = AwsError("InternalFailure", "The request processing has failed because of an unknown error.")
        if error is not None:
            answer = asked.route.protocol.encode_error(error, asked.route.service, request, request_id)
        answer = _damaged(answer, asked.fault)
        unanswered = asked.fault in _UNANSWERED
        self._record(asked, 0 if unanswered else answer.status, error)
        return Outcome(None if unanswered else answer, asked.fault)

    async def _answer(self, asked: _Asked, request_id: str) -> Answer:
        service, protocol = asked.route.service, asked.route.protocol
        if asked.caller is None:
            raise AwsError("MissingAuthenticationTokenException", "Missing Authentication Token")
        if service is None or asked.route.operation not in HANDLERS[service]:
            raise AwsError("UnknownOperationException", f"The sandbox knows no operation {asked.operation}".rstrip())
        region = self._region_named(asked.caller.region)
        if not region.identities.accepts(asked.caller.access_key_id, USER_NAME):
            raise AwsError("UnrecognizedClientException", "The security token included in the request is invalid.")
        model = operation_model(service, asked.operation)
        asked.parameters = protocol.decode(asked.request, model)
        asked.fault = self._faults.strike(service, asked.operation)
        if asked.fault in ("hang", "reset"):
            return Answer(0, b"")
        if asked.fault == "denied":
            raise denial(region.place, next(demands(region, model, asked.request, asked.parameters)))
        if asked.fault is not None:
            error = fault_error(asked.fault, service)
            if error is not None:
                raise error
            if asked.fault == "html500":
                return Answer(500, b"<html><body><h1>Internal Server Error</h1></body></html>", _HTML)
        return await self._perform(asked, region, model, request_id)

    async def _perform(self, asked: _Asked, region: Region, model: OperationModel, request_id: str) -> Answer:
        if self._policy is not None:
            authorize(self._policy, region, model, asked.request, asked.parameters)
        validate(asked.parameters, model)
        result = HANDLERS[model.service_model.service_name][model.name](region, asked.parameters)
        if isawaitable(result):
            result = await result
        return asked.route.protocol.encode(result, model, request_id)

    def _record(self, asked: _Asked, status: int, error: AwsError | None) -> None:
        code = None
        if error is not None:
            # The code that a client of this service reports.
            named = asked.route.protocol is rest_json
            code = error.name if named else error_form(asked.route.service, error.name).code
        key = asked.caller.access_key_id if asked.caller else None
        service = asked.route.service or (asked.caller.service if asked.caller else "")
        self._calls.add(Call(self._now(), service, asked.operation, loggable(asked.parameters), status, code, key))


_HTML = {"Content-Type": "text/html"}


def _damaged(answer: Answer, fault: FaultKind | None) -> Answer:
    if fault == "truncated" and answer.status < 300:
        return Answer(200, answer.body[: len(answer.body) // 2], answer.headers)
    return answer
