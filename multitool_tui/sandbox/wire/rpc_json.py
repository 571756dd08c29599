"""AWS JSON 1.0, one of CloudWatch's protocols: the operation in X-Amz-Target, everything else in a JSON body."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

from botocore.model import OperationModel

from multitool_tui.sandbox.errors import AwsError, error_form
from multitool_tui.sandbox.wire import shapes
from multitool_tui.sandbox.wire.messages import Answer, Params, Request
from multitool_tui.sandbox.wire.models import error_shape

_READ = {
    "blob": lambda text: base64.b64decode(text, validate=True),
    "timestamp": lambda seconds: datetime.fromtimestamp(seconds, UTC),
}
_WRITE = {
    "blob": lambda value: base64.b64encode(value).decode(),
    "timestamp": lambda moment: moment.timestamp(),
}


def operation_name(_service: str, request: Request) -> str | None:
    """The operation that the target header names."""
    return request.headers.get("x-amz-target", "").rpartition(".")[2] or None


def decode(request: Request, operation: OperationModel) -> Params:
    """Read the parameters.

    Raises:
        AwsError: SerializationException, when the body is not JSON or not of the operation's shape.
    """
    try:
        body = json.loads(request.body or b"{}")
    except ValueError as error:
        raise AwsError("SerializationException", "The request body is not valid JSON.") from error
    return dict(shapes.decode(operation.input_shape, body, _READ)) if operation.input_shape else {}


def encode(result: Params, operation: OperationModel, request_id: str) -> Answer:
    """Write an operation's result."""
    body = shapes.encode(operation.output_shape, result, _WRITE) if operation.output_shape else {}
    return Answer(200, json.dumps(body).encode(), _headers(request_id))


def encode_error(error: AwsError, service: str | None, request: Request, request_id: str) -> Answer:
    """Write an error: its namespaced name under `__type`."""
    form = error_form(service, error.name)
    body: dict[str, Any] = {"__type": f"{form.namespace}#{error.name}"}
    if error.message:
        body["message"] = error.message
    shape = error_shape(service, error.name)
    if shape:
        body |= shapes.encode(shape, error.members, _WRITE)
    # For JSON 1.0 AWS answers unknown operations with 400 where rest-json has 404.
    status = 400 if error.name == "UnknownOperationException" else form.status
    headers = _headers(request_id) | query_error_header(error, service, request)
    return Answer(status, json.dumps(body).encode(), headers)


def query_error_header(error: AwsError, service: str | None, request: Request) -> dict[str, str]:
    """The header that tells clients of services with the awsQueryCompatible trait the error's old code."""
    if request.headers.get("x-amzn-query-mode", "").lower() != "true":
        return {}
    form = error_form(service, error.name)
    return {"x-amzn-query-error": f"{form.code};{'Sender' if form.sender else 'Receiver'}"}


def _headers(request_id: str) -> dict[str, str]:
    return {"Content-Type": "application/x-amz-json-1.0", "x-amzn-RequestId": request_id}
