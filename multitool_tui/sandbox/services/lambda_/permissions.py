"""Resource policies: who may invoke a function, a version or an alias."""

from __future__ import annotations

import json
import re

from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.functions.names import LATEST
from multitool_tui.sandbox.functions.settings import Body, Settings
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.services.lambda_.common import check_revision, settings_of
from multitool_tui.sandbox.wire.messages import Params

_ACCOUNT = re.compile(r"\d{12}")
_LONGEST = 20_480  # bytes; Lambda developer guide, "Lambda quotas"


def add_permission(region: Region, params: Params) -> Params:
    settings, arn = _settings(region, params)
    if settings.policy:
        check_revision(params.get("RevisionId"), settings.policy_revision)
    name = params["StatementId"]
    if name in settings.policy:
        raise AwsError(
            "ResourceConflictException",
            f"The statement id ({name}) provided already exists. Please provide a new statement id, or remove the "
            "existing statement.",
        )
    statement: Body = {
        "Sid": name,
        "Effect": "Allow",
        "Principal": _principal(params["Principal"]),
        "Action": params["Action"],
        "Resource": arn,
    }
    if condition := _condition(params):
        statement["Condition"] = condition
    if len(_document(settings.policy | {name: statement})) > _LONGEST:
        raise AwsError("PolicyLengthExceededException", f"The final policy size is bigger than the limit ({_LONGEST}).")
    settings.policy[name] = statement
    settings.policy_revision = region.new_revision()
    return {"Statement": json.dumps(statement, separators=(",", ":"))}


def remove_permission(region: Region, params: Params) -> Params:
    settings, _ = _settings(region, params)
    name = params["StatementId"]
    if name not in settings.policy:
        raise AwsError("ResourceNotFoundException", f"Statement {name} is not found in resource policy.")
    check_revision(params.get("RevisionId"), settings.policy_revision)
    del settings.policy[name]
    settings.policy_revision = region.new_revision()
    return {}


def get_policy(region: Region, params: Params) -> Params:
    settings, _ = _settings(region, params)
    if not settings.policy:
        raise AwsError("ResourceNotFoundException", "The resource you requested does not exist.")
    return {"Policy": _document(settings.policy), "RevisionId": settings.policy_revision}


def _settings(region: Region, params: Params) -> tuple[Settings, str]:
    """The settings that a call is about, and their ARN."""
    function, qualifier, settings = settings_of(region, params)
    if qualifier == LATEST:
        raise AwsError("InvalidParameterValueException", "We currently do not support adding policies for $LATEST.")
    return settings, region.place.function_arn(function.name, qualifier)


def _document(policy: dict[str, Body]) -> str:
    document = {"Version": "2012-10-17", "Id": "default", "Statement": list(policy.values())}
    return json.dumps(document, separators=(",", ":"))


def _principal(principal: str) -> str | dict[str, str]:
    if principal == "*":
        return principal
    if _ACCOUNT.fullmatch(principal):
        return {"AWS": f"arn:aws:iam::{principal}:root"}
    return {"AWS": principal} if principal.startswith("arn:") else {"Service": principal}


def _condition(params: Params) -> Body:
    equal = {
        "AWS:SourceAccount": params.get("SourceAccount"),
        "lambda:EventSourceToken": params.get("EventSourceToken"),
        "lambda:FunctionUrlAuthType": params.get("FunctionUrlAuthType"),
        "aws:PrincipalOrgID": params.get("PrincipalOrgID"),
    }
    given = {key: value for key, value in equal.items() if value is not None}
    condition: Body = {"StringEquals": given} if given else {}
    if "InvokedViaFunctionUrl" in params:
        condition["Bool"] = {"lambda:InvokedViaFunctionUrl": str(params["InvokedViaFunctionUrl"]).lower()}
    if "SourceArn" in params:
        condition["ArnLike"] = {"AWS:SourceArn": params["SourceArn"]}
    return condition
