"""Calls of one version of a function: invoked, handed an event, or asked through the function URL of an alias.

A request to a URL whose AuthType is AWS_IAM is signed (Lambda developer guide, "Control access to Lambda function
URLs"). Nothing is repeated here: whether a function may be called twice is its owner's to say.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import aiohttp
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from yarl import URL

from multitool_tui.aws.errors import AccessDenied, Refused
from multitool_tui.aws.functions import get_alias
from multitool_tui.aws.translate import answered, aws_errors

_ACCEPTED = 202


@dataclass(frozen=True, slots=True)
class Reply:
    """What a call came to. `error`: what the function failed with, in place of an answer.

    `status` is HTTP's, or a proxy's as the function gives it; `body` is read as JSON where it is that.
    """

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    error: str | None = None


class Invoker:
    """`functions`: the client for reading. `calls`: one that waits as long as a function may take."""

    def __init__(self, functions: Any, calls: Any, credentials: Any, region: str) -> None:
        self._functions = functions
        self._calls = calls
        self._credentials = credentials
        self._region = region

    async def invoke(self, function: str, version: str, payload: bytes) -> Reply:
        """Invoke, and wait for the answer.

        Raises:
            AwsError: it could not be called.
        """
        with aws_errors():
            answer = await self._calls.invoke(FunctionName=function, Qualifier=version, Payload=payload)
            answered(answer, "StatusCode", "Payload")
            body = _read(await answer["Payload"].read())
        if "FunctionError" in answer:
            return Reply(answer["StatusCode"], error=_said(body))
        return _of_a_proxy(body) or Reply(answer["StatusCode"], body)

    async def send(self, function: str, version: str, payload: bytes, *, by_invoke_async: bool = False) -> Reply:
        """Hand the payload over as an event; nobody hears what becomes of it.

        Raises:
            AwsError: it was not taken.
        """
        with aws_errors():
            if by_invoke_async:  # it has no Qualifier: the name may carry one
                await self._calls.invoke_async(FunctionName=f"{function}:{version}", InvokeArgs=payload)
            else:
                await self._calls.invoke(
                    FunctionName=function, Qualifier=version, InvocationType="Event", Payload=payload
                )
        return Reply(_ACCEPTED)

    async def ask(
        self,
        function: str,
        version: str,
        alias: str,
        *,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
    ) -> Reply:
        """Make a request to the function URL of an alias that sends everything to `version`.

        Raises:
            Refused: it is on another version.
            AwsError: the URL cannot be read, or does not answer.
        """
        found = await get_alias(self._functions, function, alias)
        if found.version != version or found.weights:
            raise Refused(f"Alias {alias} of {function} is on v{found.version}, not on v{version} alone.")
        with aws_errors():
            config = await self._functions.get_function_url_config(FunctionName=function, Qualifier=alias)
            answered(config, "FunctionUrl", "AuthType")
            url = urljoin(config["FunctionUrl"], path.lstrip("/"))
            request = AWSRequest(
                method, url, {"Content-Type": "application/json", **headers} if body else headers, body
            )
            if config["AuthType"] == "AWS_IAM":
                keys = await self._credentials.get_frozen_credentials()
                SigV4Auth(keys, "lambda", self._region).add_auth(request)
            async with (
                aiohttp.ClientSession(auto_decompress=True) as session,
                session.request(
                    method,
                    URL(url, encoded=True),
                    data=body or None,
                    headers=dict(request.headers.items()),
                    allow_redirects=False,
                ) as answer,
            ):
                if answer.headers.get("x-amzn-ErrorType") == "AccessDeniedException":
                    raise AccessDenied("lambda:InvokeFunctionUrl is not allowed to the caller.")
                return Reply(answer.status, _read(await answer.read()), _lower(answer.headers))


def _of_a_proxy(body: Any) -> Reply | None:
    """The answer in it, where a function answers as API Gateway and function URLs want it."""
    if not isinstance(body, dict) or type(body.get("statusCode")) is not int:
        return None
    within = body.get("body")
    headers = body.get("headers")
    return Reply(
        body["statusCode"],
        _read(within.encode()) if isinstance(within, str) else within,
        _lower(headers) if isinstance(headers, dict) else {},
    )


def _lower(headers: Mapping[Any, Any]) -> dict[str, str]:
    return {str(name).lower(): str(value) for name, value in headers.items()}


def _read(data: bytes) -> Any:
    """JSON, or else text."""
    try:
        return json.loads(data) if data else None
    except (ValueError, RecursionError):
        return data.decode(errors="replace")


def _said(body: Any) -> str:
    """What a function failed with: Lambda's error object, where it is that."""
    if isinstance(body, dict):
        said = [str(body[key]) for key in ("errorType", "errorMessage") if body.get(key)]
        return ": ".join(said) or "an error without a name"
    return str(body)
