"""Errors as AWS names them. Services raise them, the wire protocols write them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from multitool_tui.sandbox.wire.models import service_model


class AwsError(Exception):
    """An error that goes to the client.

    Args:
        name: the exception's shape name, as in "ResourceNotFoundException".
        message: what AWS would say.
        members: further members of the exception's shape.
    """

    def __init__(self, name: str, message: str, **members: Any) -> None:
        super().__init__(f"{name}: {message}")
        self.name = name
        self.message = message
        self.members = members


@dataclass(frozen=True)
class ErrorForm:
    """How one error looks on the wire: its HTTP status, its code in the query protocol, and whose fault it is."""

    status: int
    code: str
    sender: bool = True
    namespace: str = "com.amazon.coral.service"


# Errors that every service gives, whether its model lists them or not ("Common Errors" in the API references).
_COMMON = {
    "AccessDeniedException": ErrorForm(403, "AccessDenied"),
    "ExpiredTokenException": ErrorForm(403, "ExpiredToken"),
    "InternalFailure": ErrorForm(500, "InternalFailure", sender=False),
    "InvalidAction": ErrorForm(400, "InvalidAction"),
    "MissingAuthenticationTokenException": ErrorForm(403, "MissingAuthenticationToken"),
    "RequestEntityTooLargeException": ErrorForm(413, "RequestEntityTooLarge"),
    "SerializationException": ErrorForm(400, "MalformedInput"),
    "ThrottlingException": ErrorForm(400, "Throttling", namespace="com.amazon.coral.availability"),
    "UnrecognizedClientException": ErrorForm(403, "InvalidClientTokenId"),
    "UnknownOperationException": ErrorForm(404, "InvalidAction"),
    "ValidationException": ErrorForm(400, "ValidationError", namespace="com.amazon.coral.validate"),
}


@cache
def error_form(service: str | None, name: str) -> ErrorForm:
    """The form of error `name`: a common one, or one of the service's model.

    Raises:
        KeyError: when neither knows it.
    """
    if name in _COMMON or service is None:
        return _COMMON[name]
    model = service_model(service)
    if name not in model.shape_names:
        raise KeyError(name)
    error = model.shape_for(name).metadata["error"]
    status = error["httpStatusCode"]
    namespace = f"com.amazonaws.{service}.v{model.api_version.replace('-', '_')}"
    return ErrorForm(status, error.get("code", name), status < 500, namespace)
