"""From what the SDK raises to our own errors, at one place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from urllib.parse import urlsplit

from botocore import exceptions as sdk

from multitool_tui.aws.errors import (
    AccessDenied,
    AwsError,
    Conflict,
    CredentialsError,
    NotFound,
    Refused,
    Throttled,
    Unanswered,
)
from multitool_tui.aws.ledger import ACTION, DENIED

_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
_INVALID = {
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "InvalidAccessKeyId",
    "AuthFailure",
}
_THROTTLED = {"Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded", "SlowDown"}
_CONFLICT = {
    "PreconditionFailedException",
    "ResourceConflictException",
    "ResourceInUseException",
    "ConflictException",
    "EntityAlreadyExists",
}
_NOT_FOUND = {"ResourceNotFoundException", "ResourceNotFound", "NotFoundException"}
# As IAM user guide, "Troubleshoot access denied error messages", has them.
_ACTION = re.compile(r"not authorized to perform: ([A-Za-z0-9-]+:[A-Za-z0-9*]+)")
_EXPLICITLY = "with an explicit deny"

_NO_SESSION = (
    sdk.NoCredentialsError,
    sdk.PartialCredentialsError,
    sdk.NoAuthTokenError,
    sdk.SSOError,
    sdk.LoginError,
    sdk.UnknownCredentialError,
    sdk.InvalidConfigError,
    sdk.ConfigParseError,
    sdk.ConfigNotFound,
    sdk.ProfileNotFound,
    sdk.MissingDependencyException,
)
# The login is over, or there has been none on this machine.
_LOGGED_OUT = (
    sdk.TokenRetrievalError,
    sdk.SSOTokenLoadError,
    sdk.UnauthorizedSSOTokenError,
    sdk.LoginRefreshRequired,
    sdk.LoginTokenLoadError,
)
_LOG_IN = "log in again (for example `aws sso login`)"


def _sentence(text: str) -> str:
    text = " ".join(text.split()).rstrip(".")
    return text + "."


def _host(error: sdk.BotoCoreError) -> str:
    """Who was called, without the path: that names resources, and is long."""
    return urlsplit(str(error.kwargs.get("endpoint_url", ""))).netloc or "AWS"


def translate(error: Exception, remedy: str = _LOG_IN) -> AwsError:
    """The error of ours that says what `error`, raised by the SDK, means.

    `remedy`: what brings refused credentials back, as the end of a sentence.
    """
    match error:
        case AwsError():
            return error
        case sdk.ClientError():
            return _translate_answer(error, remedy)
        case sdk.NoRegionError():
            return CredentialsError("No AWS region is set: give --region, or set AWS_REGION.")
        case sdk.ParamValidationError() | sdk.UnknownParameterError():
            return Refused(_sentence(str(error)))
        case _ if isinstance(error, _LOGGED_OUT):
            return expired(remedy)
        case sdk.CredentialRetrievalError():
            # What a credential process has written may hold a secret: it stays out.
            return CredentialsError(f"No credentials came from {error.kwargs.get('provider')}: {remedy}.")
        case _ if isinstance(error, _NO_SESSION):
            return CredentialsError(_sentence(str(error)))
        case sdk.ReadTimeoutError():
            return Unanswered("AWS did not answer in time.")
        case sdk.EndpointConnectionError() | sdk.ConnectTimeoutError():
            return Unanswered(f"{_host(error)} cannot be reached.")
        case sdk.ProxyConnectionError() | sdk.SSLError():
            return Unanswered(_sentence(str(error)))
        case sdk.ConnectionClosedError() | sdk.ConnectionError():
            return Unanswered("The connection to AWS was cut before an answer came.")
        case sdk.BotoCoreError():
            return Unanswered(f"AWS gave no usable answer ({type(error).__name__}).")
        case TimeoutError():
            return Unanswered("AWS did not answer in time.")
        case _:
            # aiohttp and parser errors on cut or garbled answers: their texts may quote the body, so they stay out.
            return Unanswered(f"AWS gave no usable answer ({type(error).__name__}).")


def expired(remedy: str) -> CredentialsError:
    """Credentials that were good once."""
    return CredentialsError(f"The AWS session has expired: {remedy}.")


def _translate_answer(error: sdk.ClientError, remedy: str) -> AwsError:
    answer = error.response.get("Error", {})
    code = str(answer.get("Code", ""))
    said = _sentence(str(answer.get("Message") or answer.get("message") or code))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) or 0)
    if code in _EXPIRED:
        return expired(remedy)
    if code in _INVALID:
        return CredentialsError(f"AWS does not accept these credentials ({said.removesuffix('.')}): {remedy}.")
    action = str(answer.get(ACTION) or error.operation_name)
    if code in DENIED:
        return AccessDenied(_denied(action, said))
    if code in _THROTTLED or status == 429:
        return Throttled(f"AWS is throttling {error.operation_name}.")
    if code in _CONFLICT:
        return Conflict(said)
    if code in _NOT_FOUND or status == 404:
        return NotFound(said)
    if status == HTTPStatus.FORBIDDEN:
        return AccessDenied(f"{_denied(action, said).removesuffix('.')}: {said}")
    if status >= 500 or not status or status < 400:
        return Unanswered(f"AWS failed to answer {error.operation_name} ({status or code}).")
    return Refused(said)


def _denied(ours: str, said: str) -> str:
    """Which action is not allowed: AWS says it, and it need not be the operation's own, `ours` (iam:PassRole)."""
    named = _ACTION.search(said)
    action = named[1] if named else ours
    if action != ours and action.partition(":")[2] == ours.partition(":")[2]:
        action = f"{action} ({ours} in older policies)"
    return f"{action} is {'denied to the caller by a policy' if _EXPLICITLY in said else 'not allowed to the caller'}."


@contextmanager
def aws_errors(remedy: str = _LOG_IN) -> Iterator[None]:
    """Raise our own errors in place of whatever the SDK raises inside; `remedy` as for `translate`."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - the SDK raises from four libraries; all of it becomes one tree
        raise translate(error, remedy) from None


def answered(answer: dict[str, object], *fields: str) -> None:
    """Check that `answer` has the `fields` that matter: botocore takes a body that was cut short without an error.

    Raises:
        Unanswered: when one is missing.
    """
    missing = [name for name in fields if answer.get(name) is None]
    if missing:
        raise Unanswered(f"AWS sent an answer without {', '.join(missing)}.")
