"""Which service, protocol and operation a request is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from botocore.model import OperationModel

from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.wire import query, rest_json, rpc_cbor, rpc_json
from multitool_tui.sandbox.wire.messages import Answer, Params, Request
from multitool_tui.sandbox.wire.models import MODEL_OF, service_model
from multitool_tui.sandbox.wire.signature import Caller


class WireProtocol(Protocol):
    """What each protocol's module offers."""

    def operation_name(self, _service: str, request: Request, /) -> str | None: ...
    def decode(self, request: Request, operation: OperationModel, /) -> Params: ...
    def encode(self, result: Params, operation: OperationModel, request_id: str, /) -> Answer: ...
    def encode_error(self, error: AwsError, service: str | None, request: Request, request_id: str, /) -> Answer: ...


@dataclass(frozen=True)
class Route:
    """Where a request goes. `service` is the name of its model, None for a service that is not answered here;
    `operation` is None when the request names none."""

    service: str | None
    protocol: WireProtocol
    operation: str | None


def route(request: Request, caller: Caller | None) -> Route:
    """Recognise a request by what it is signed for, and by its form when it is not signed."""
    protocol = _protocol(request)
    if caller is not None:
        service = MODEL_OF.get(caller.service)
    elif protocol is rest_json:
        service = "lambda"
    else:
        service = "cloudwatch"
    # Some services speak only this, whatever a request looks like.
    if service is not None and service_model(service).metadata["protocol"] == "rest-json":
        protocol = rest_json
    return Route(service, protocol, protocol.operation_name(service, request) if service else None)


def _protocol(request: Request) -> WireProtocol:
    if request.headers.get("smithy-protocol") == "rpc-v2-cbor":
        return rpc_cbor
    if "x-amz-target" in request.headers:
        return rpc_json
    if request.path == "/" and (request.method == "POST" or "Action" in request.query):
        return query
    return rest_json
