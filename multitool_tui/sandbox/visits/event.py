"""What a function is handed of a request, and what is made of its answer.

Sources: Lambda developer guide, "Invoking Lambda function URLs" (payload format 2.0); API Gateway developer guide,
"Lambda proxy integrations" (payload format 1.0).
"""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import unquote

from multitool_tui.sandbox.handlers.worker import Invocation
from multitool_tui.sandbox.wire.messages import Answer, Request

_JSON = {"Content-Type": "application/json"}


def url_event(request: Request, path: str, function: str, now: float) -> dict[str, Any]:
    """Of a request to a function URL; `path` is what follows the URL."""
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": unquote(path),
        "rawQueryString": request.target.partition("?")[2],
        "headers": dict(request.headers),
        "queryStringParameters": request.query,
        "requestContext": {
            "apiId": function,
            "http": {"method": request.method, "path": unquote(path), "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"},
            "stage": "$default",
            "timeEpoch": int(now * 1000),
        },
    } | _body(request)


def stage_event(request: Request, path: str, stage: str, variables: dict[str, str]) -> dict[str, Any]:
    """Of a request to a stage; `path` is what follows the stage."""
    return {
        "resource": path,
        "path": unquote(path),
        "httpMethod": request.method,
        "headers": dict(request.headers),
        "queryStringParameters": request.query or None,
        "pathParameters": None,
        "stageVariables": variables or None,
        "requestContext": {"resourcePath": path, "httpMethod": request.method, "path": path, "stage": stage},
    } | _body(request)


def answer_of(ran: Invocation, *, needs_status: bool) -> Answer:
    """The answer that the function has given; `needs_status`: one without a statusCode is a bad one."""
    value = json.loads(ran.payload)
    if ran.failed or (needs_status and value is not None and not (isinstance(value, dict) and "statusCode" in value)):
        return Answer(502, b'{"message": "Internal server error"}', dict(_JSON))
    if not isinstance(value, dict) or "statusCode" not in value:
        return Answer(200, ran.payload.encode() if value is not None else b"", dict(_JSON))
    body = value.get("body") or ""
    text = body if isinstance(body, str) else json.dumps(body)
    content = base64.b64decode(text) if value.get("isBase64Encoded") else text.encode()
    headers = {str(name): str(each) for name, each in (value.get("headers") or {}).items()}
    return Answer(int(value["statusCode"]), content, dict(_JSON) | headers)


def refused(status: int, message: str) -> Answer:
    """An answer that no function has given."""
    return Answer(status, json.dumps({"message": message}).encode(), dict(_JSON))


def _body(request: Request) -> dict[str, Any]:
    try:
        return {"body": request.body.decode() or None, "isBase64Encoded": False}
    except UnicodeDecodeError:
        return {"body": base64.b64encode(request.body).decode(), "isBase64Encoded": True}
