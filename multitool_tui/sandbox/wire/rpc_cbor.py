"""smithy-rpc-v2-cbor, CloudWatch's newest protocol: the operation in the path, a CBOR body."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import cbor2
from botocore.model import OperationModel

from multitool_tui.sandbox.errors import AwsError, error_form
from multitool_tui.sandbox.wire import shapes
from multitool_tui.sandbox.wire.messages import Answer, Params, Request
from multitool_tui.sandbox.wire.models import error_shape
from multitool_tui.sandbox.wire.rpc_json import query_error_header

_PATH = re.compile(r"/service/(?P<service>\w+)/operation/(?P<operation>\w+)")


def _moment(value: Any) -> datetime:
    if not isinstance(value, datetime):
        raise TypeError("a timestamp has CBOR tag 1")
    return value.astimezone(UTC)


_READ: dict[str, shapes.Scalar] = {"blob": bytes, "timestamp": _moment}
_WRITE: dict[str, shapes.Scalar] = {"blob": bytes, "timestamp": lambda moment: cbor2.CBORTag(1, moment.timestamp())}


def operation_name(_service: str, request: Request) -> str | None:
    """The operation that the path names."""
    match = _PATH.fullmatch(request.path)
    return match["operation"] if match else None


def decode(request: Request, operation: OperationModel) -> Params:
    """Read the parameters.

    Raises:
        AwsError: SerializationException, when the body is not CBOR or not of the operation's shape.
    """
    try:
        body = cbor2.loads(request.body) if request.body else {}
    except (cbor2.CBORDecodeError, ValueError, OverflowError) as error:
        raise AwsError("SerializationException", "The request body is not valid CBOR.") from error
    return dict(shapes.decode(operation.input_shape, body, _READ)) if operation.input_shape else {}


def encode(result: Params, operation: OperationModel, request_id: str) -> Answer:
    """Write an operation's result."""
    body = shapes.encode(operation.output_shape, result, _WRITE) if operation.output_shape else {}
    return Answer(200, cbor2.dumps(body), _headers(request_id))


def encode_error(error: AwsError, service: str | None, request: Request, request_id: str) -> Answer:
    """Write an error: its namespaced name under `__type`."""
    form = error_form(service, error.name)
    body: dict[str, Any] = {"__type": f"{form.namespace}#{error.name}"}
    if error.message:
        body["message"] = error.message
    shape = error_shape(service, error.name)
    if shape:
        body |= shapes.encode(shape, error.members, _WRITE)
    return Answer(form.status, cbor2.dumps(body), _headers(request_id) | query_error_header(error, service, request))


def _headers(request_id: str) -> dict[str, str]:
    return {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor", "x-amzn-RequestId": request_id}
