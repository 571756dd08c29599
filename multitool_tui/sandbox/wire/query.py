"""The query protocol, of STS and of older CloudWatch clients: a form goes in, XML comes out."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from botocore.model import OperationModel, Shape

from multitool_tui.sandbox.errors import AwsError, error_form
from multitool_tui.sandbox.wire import shapes
from multitool_tui.sandbox.wire.messages import Answer, Params, Request
from multitool_tui.sandbox.wire.models import error_shape, service_model


def operation_name(_service: str, request: Request) -> str | None:
    """The operation that the form's Action names."""
    return _form(request).get("Action")


def decode(request: Request, operation: OperationModel) -> Params:
    """Read the parameters.

    Raises:
        AwsError: SerializationException, when a value is not of its shape's type.
    """
    if operation.input_shape is None:
        return {}
    return dict(_read(operation.input_shape, _form(request), "") or {})


def encode(result: Params, operation: OperationModel, request_id: str) -> Answer:
    """Write an operation's result."""
    namespace = operation.service_model.metadata["xmlNamespace"]
    wrapped = ""
    if operation.output_shape is not None:
        wrapper = operation.output_shape.serialization.get("resultWrapper", f"{operation.name}Result")
        wrapped = f"<{wrapper}>{_write_members(operation.output_shape, result)}</{wrapper}>"
    metadata = f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
    text = f'<{operation.name}Response xmlns="{namespace}">{wrapped}{metadata}</{operation.name}Response>'
    return Answer(200, text.encode(), _headers(request_id))


def encode_error(error: AwsError, service: str | None, _request: Request, request_id: str) -> Answer:
    """Write an error: <ErrorResponse> with the code of the query protocol."""
    # An operation that is not there is a wrong Action here.
    form = error_form(service, "InvalidAction" if error.name == "UnknownOperationException" else error.name)
    namespace = service_model(service).metadata["xmlNamespace"] if service else "http://webservices.amazon.com/"
    message = f"<Message>{escape(error.message)}</Message>" if error.message else ""
    shape = error_shape(service, error.name)
    members = _write_members(shape, error.members) if shape else ""
    text = (
        f'<ErrorResponse xmlns="{namespace}"><Error><Type>{"Sender" if form.sender else "Receiver"}</Type>'
        f"<Code>{form.code}</Code>{message}{members}</Error><RequestId>{request_id}</RequestId></ErrorResponse>"
    )
    return Answer(form.status, text.encode(), _headers(request_id))


def _headers(request_id: str) -> dict[str, str]:
    return {"Content-Type": "text/xml", "x-amzn-RequestId": request_id}


def _form(request: Request) -> dict[str, str]:
    body = request.body.decode("utf-8", "replace") if request.method == "POST" else ""
    return request.query | dict(parse_qsl(body, keep_blank_values=True))


def _read(shape: Shape, form: Mapping[str, str], prefix: str) -> Any:
    """The value of `shape` under `prefix`; None when the form has none."""
    kind = shape.type_name
    if kind == "structure":
        found = {
            name: _read(member, form, _join(prefix, shapes.wire_name(member, name)))
            for name, member in shape.members.items()
        }
        members = {name: value for name, value in found.items() if value is not None}
        return members or None
    if kind == "list":
        if form.get(prefix) == "":
            return []
        return _read_numbered(shape.member, form, _join(prefix, shapes.wire_name(shape.member, "member")))
    if kind == "map":
        entry = prefix if shape.serialization.get("flattened") else _join(prefix, "entry")
        keys = _read_numbered(shape.key, form, entry, ".key") or []
        values = _read_numbered(shape.value, form, entry, ".value") or []
        return dict(zip(keys, values, strict=False)) or None
    return _scalar(kind, form[prefix]) if prefix in form else None


def _read_numbered(shape: Shape, form: Mapping[str, str], prefix: str, suffix: str = "") -> list[Any] | None:
    values: list[Any] = []
    while (value := _read(shape, form, f"{prefix}.{len(values) + 1}{suffix}")) is not None:
        values.append(value)
    return values or None


def _join(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name


def _scalar(kind: str, text: str) -> Any:
    try:
        if kind in ("integer", "long"):
            return int(text)
        if kind in ("float", "double"):
            return float(text)
        if kind == "timestamp":
            return shapes.moment(text)
        if kind == "blob":
            return base64.b64decode(text, validate=True)
    except (ValueError, OverflowError) as error:
        raise AwsError("SerializationException", f"{text} can not be converted to {kind}") from error
    if kind == "boolean":
        if text.lower() not in ("true", "false"):
            raise AwsError("SerializationException", f"{text} can not be converted to boolean")
        return text.lower() == "true"
    return text


def _write_members(shape: Shape, value: Mapping[str, Any]) -> str:
    return "".join(
        _write(shape.members[name], item, shapes.wire_name(shape.members[name], name))
        for name, item in value.items()
        if item is not None
    )


def _write(shape: Shape, value: Any, tag: str) -> str:
    kind = shape.type_name
    if kind == "structure":
        inner = _write_members(shape, value)
    elif kind == "list":
        inner = "".join(_write(shape.member, item, shapes.wire_name(shape.member, "member")) for item in value)
    elif kind == "map":
        inner = "".join(
            f"<entry>{_write(shape.key, key, 'key')}{_write(shape.value, item, 'value')}</entry>"
            for key, item in value.items()
        )
    elif kind == "timestamp":
        inner = shapes.iso(value)
    elif kind == "boolean":
        inner = "true" if value else "false"
    elif kind == "blob":
        inner = base64.b64encode(value).decode()
    else:
        inner = escape(str(float(value) if kind in ("float", "double") else value))
    return f"<{tag}>{inner}</{tag}>"
