"""rest-json, the protocol of Lambda, API Gateway and Application Signals: the operation is in the method and path,
parameters in path, query, headers and JSON body, or one of them is the body as it is ("payload")."""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import unquote

from botocore.model import OperationModel

from multitool_tui.sandbox.errors import AwsError, error_form
from multitool_tui.sandbox.wire import shapes
from multitool_tui.sandbox.wire.messages import Answer, Params, Request
from multitool_tui.sandbox.wire.models import error_shape, service_model

_READ = {
    "blob": lambda text: base64.b64decode(text, validate=True),
    "timestamp": lambda seconds: datetime.fromtimestamp(seconds, UTC),
}
_WRITE = {
    "blob": lambda value: base64.b64encode(value).decode(),
    "timestamp": lambda moment: moment.timestamp(),
}


def operation_name(service: str, request: Request) -> str | None:
    """The operation that the method and path stand for; None when there is none."""
    for method, pattern, name in _routes(service):
        if method == request.method and pattern.fullmatch(request.path):
            return name
    return None


def decode(request: Request, operation: OperationModel) -> Params:
    """Read the parameters.

    Raises:
        AwsError: SerializationException, when the body is not JSON or not of the operation's shape.
    """
    pattern = _path_pattern(operation.http["requestUri"])
    in_path = pattern.fullmatch(request.path)
    payload = operation.input_shape.serialization.get("payload") if operation.input_shape else None
    body = {} if payload else _json_object(request.body)
    params: Params = {}
    for name, shape in operation.input_shape.members.items() if operation.input_shape else ():
        location = shape.serialization.get("location")
        wire_name = shapes.wire_name(shape, name)
        if location == "uri" and in_path:
            params[name] = unquote(in_path[wire_name])
        elif location == "querystring" and wire_name in request.query:
            given = request.query_values(wire_name)
            params[name] = given if shape.type_name == "list" else _from_text(shape.type_name, given[-1])
        elif location == "header" and wire_name.lower() in request.headers:
            params[name] = _from_text(shape.type_name, request.headers[wire_name.lower()])
        elif name == payload:
            params[name] = request.body
        elif location is None and body.get(wire_name) is not None:
            params[name] = shapes.decode(shape, body[wire_name], _READ)
    return params


def encode(result: Params, operation: OperationModel, request_id: str) -> Answer:
    """Write an operation's result."""
    status = operation.http.get("responseCode", 200)
    headers = {"Content-Type": "application/json", "x-amzn-RequestId": request_id}
    shape = operation.output_shape
    if shape is None:
        return Answer(status, b"", headers)
    for name, value in result.items():
        location = shape.members[name].serialization.get("location")
        if location == "statusCode":
            status = value
        elif location == "header":
            headers[shapes.wire_name(shape.members[name], name)] = str(value)
    if status == 204:
        return Answer(status, b"", headers)
    if payload := shape.serialization.get("payload"):
        return Answer(status, result.get(payload, b""), headers)
    result = {name: value for name, value in result.items() if "location" not in shape.members[name].serialization}
    return Answer(status, json.dumps(shapes.encode(shape, result, _WRITE)).encode(), headers)


def encode_error(error: AwsError, service: str | None, _request: Request, request_id: str) -> Answer:
    """Write an error: its name in a header, its members in the body, cased as the model has them."""
    form = error_form(service, error.name)
    headers = {"Content-Type": "application/json", "x-amzn-RequestId": request_id, "x-amzn-ErrorType": error.name}
    body: dict[str, Any] = {}
    shape = error_shape(service, error.name)
    members = shape.members if shape else {}
    if "Type" in members:
        body["Type"] = "User" if form.sender else "Service"
    if error.message:
        body["Message" if "Message" in members else "message"] = error.message
    for name, value in error.members.items():
        if members[name].serialization.get("location") == "header":
            headers[shapes.wire_name(members[name], name)] = str(value)
        else:
            body[name] = value
    return Answer(form.status, json.dumps(body).encode(), headers)


@cache
def _routes(service: str) -> list[tuple[str, re.Pattern[str], str]]:
    model = service_model(service)
    operations = [model.operation_model(name) for name in model.operation_names]
    routes = [(each.http["method"], _path_pattern(each.http["requestUri"]), each.name) for each in operations]
    # A label matches anything, so fixed paths go first.
    return sorted(routes, key=lambda route: route[1].pattern.count("(?P<"))


@cache
def _path_pattern(uri: str) -> re.Pattern[str]:
    path = re.escape(uri.partition("?")[0]).replace(r"\{", "{").replace(r"\}", "}")
    return re.compile(re.sub(r"\{(\w+)(?:\\\+)?\}", r"(?P<\1>[^/]+)", path).rstrip("/") + "/?")


def _json_object(body: bytes) -> dict[str, Any]:
    if not body.strip():
        return {}
    try:
        value = json.loads(body)
    except ValueError as error:
        raise AwsError("SerializationException", "The request body is not valid JSON.") from error
    if not isinstance(value, dict):
        raise AwsError("SerializationException", "The request body is not a JSON object.")
    return value


def _from_text(kind: str, text: str) -> Any:
    try:
        if kind in ("integer", "long"):
            return int(text)
        if kind == "timestamp":
            return shapes.moment(text)
    except (ValueError, OverflowError) as error:
        raise AwsError("SerializationException", f"STRING_VALUE can not be converted to an {kind}") from error
    return text == "true" if kind == "boolean" else text
