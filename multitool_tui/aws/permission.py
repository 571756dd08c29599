"""The permission of API Gateway to call a version: a statement of the version's own resource policy.

Source: Lambda developer guide, "Invoking a Lambda function using an Amazon API Gateway endpoint"; API reference,
AddPermission and GetPolicy.
"""

from __future__ import annotations

import json
from typing import Any

from multitool_tui.aws.errors import Conflict, NotFound, Refused
from multitool_tui.aws.resources import Stage
from multitool_tui.aws.routes import Place
from multitool_tui.aws.translate import answered, aws_errors

_PRINCIPAL = "apigateway.amazonaws.com"
_ACTION = "lambda:InvokeFunction"


def source_arn(place: Place, stage: Stage) -> str:
    """Any method of one stage of an API, which is where its function is."""
    return f"arn:{place.partition}:execute-api:{place.region}:{place.account}:{stage.api.id}/{stage.name}/*"


async def allow(client: Any, function: str, version: str, place: Place, stage: Stage) -> None:
    """See to it that a stage may call a version of a function. The same permission twice is one.

    Raises:
        Refused: another permission has the name that this one would have.
        AccessDenied: it may not be looked for, or is not there and may not be given.
    """
    name, source = f"multitool-{stage.api.id}-{stage.name}"[:100], source_arn(place, stage)
    if any(_is_it(one, source) for one in await _statements(client, function, version)):
        return
    try:
        with aws_errors():
            await client.add_permission(
                FunctionName=function,
                Qualifier=version,
                StatementId=name,
                Action=_ACTION,
                Principal=_PRINCIPAL,
                SourceArn=source,
            )
    except Conflict:
        found = next((one for one in await _statements(client, function, version) if one.get("Sid") == name), None)
        if found is not None and not _is_it(found, source):
            raise Refused(
                f"v{version} of {function} has a permission {name} already, which says something else: remove it "
                f"(aws lambda remove-permission --function-name {function} --qualifier {version} "
                f"--statement-id {name})."
            ) from None
        if found is None:  # removed in between, or the conflict is one of two writes at once
            raise


async def _statements(client: Any, function: str, version: str) -> list[dict[str, Any]]:
    try:
        with aws_errors():
            answer = await client.get_policy(FunctionName=function, Qualifier=version)
            answered(answer, "Policy")
            found: list[dict[str, Any]] = json.loads(answer["Policy"]).get("Statement", [])
    except NotFound:
        return []
    return found


def _is_it(statement: dict[str, Any], source: str) -> bool:
    """Whether a statement gives just this permission."""
    principal = statement.get("Principal")
    service = principal.get("Service") if isinstance(principal, dict) else principal
    # AWS writes the key in more than one case.
    conditions = {
        (operator.lower(), key.lower()): value
        for operator, keys in (statement.get("Condition") or {}).items()
        for key, value in keys.items()
    }
    return (
        statement.get("Effect") == "Allow"
        and service == _PRINCIPAL
        and statement.get("Action") == _ACTION
        and conditions.keys() == {("arnlike", "aws:sourcearn")}
        and conditions["arnlike", "aws:sourcearn"] == source
    )
