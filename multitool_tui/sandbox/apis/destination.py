"""Where a request to a stage goes: through the deployment and the stage's variables to a function, or nowhere.

Sources: API Gateway developer guide, "Set up API Gateway stage variables", "Set up an API Gateway canary release
deployment" and "Handle Lambda errors in API Gateway"; Lambda developer guide, "Invoking a Lambda function using an
Amazon API Gateway endpoint".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from multitool_tui.sandbox.apis.state import Api, Body
from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.functions.settings import Settings

if TYPE_CHECKING:
    from multitool_tui.sandbox.region import Region

_FUNCTION = re.compile(r".+:lambda:path/[0-9-]+/functions/(?P<function>.+)/invocations")
_VARIABLE = re.compile(r"\$\{stageVariables\.(\w+)\}")
_MAY_INVOKE = ("lambda:InvokeFunction", "lambda:*", "*")


@dataclass(frozen=True)
class Destination:
    """A function, and by which version number or alias it is called; None for $LATEST."""

    function: str
    qualifier: str | None


@dataclass(frozen=True)
class Answered:
    """The status that API Gateway answers with itself."""

    status: int


NO_SUCH_METHOD = Answered(403)  # "Missing Authentication Token"
MISCONFIGURED = Answered(500)
UNREACHABLE = Answered(504)


def destination(region: Region, api: Api, stage: Body, *, canary: bool, verb: str, path: str) -> Destination | Answered:
    """Where a request of the stage's production release, or of its canary, goes."""
    settings: Body = stage["canarySettings"] if canary else stage
    variables: dict[str, str] = dict(stage.get("variables", {}))
    if canary:
        variables |= settings.get("stageVariableOverrides", {})
    method = method_of_request(api.deployments[settings["deploymentId"]].resources, verb, path)
    if method is None:
        return NO_SUCH_METHOD
    integration: Body = method["methodIntegration"]
    if integration["type"] == "MOCK":
        return Answered(200)
    uri = _VARIABLE.sub(lambda match: variables.get(match[1], ""), integration.get("uri", ""))
    match = _FUNCTION.fullmatch(uri)
    if integration["type"] != "AWS_PROXY" or match is None:
        return UNREACHABLE
    try:
        ref = region.place.function_ref(match["function"])
    except AwsError:
        return MISCONFIGURED
    function = region.functions.get(ref.name)
    if function is None or function.version(ref.qualifier) is None:
        return MISCONFIGURED
    source = f"{region.place.execute_api_arn(api.body['id'])}/{stage['stageName']}/{verb}{path}"
    policy = function.settings.get(ref.qualifier or "", Settings()).policy
    if "credentials" not in integration and not _allowed(policy.values(), source, region.place.account):
        return MISCONFIGURED
    return Destination(ref.name, ref.qualifier)


def method_of_request(resources: Mapping[str, Body], verb: str, path: str) -> Body | None:
    """The method that a request meets: that of its very path, else of the longest greedy one."""
    greedy = [each for each in resources.values() if each["path"].endswith("+}")]
    candidates = [each for each in resources.values() if each["path"] == path] + [
        each
        for each in sorted(greedy, key=lambda each: len(each["path"]), reverse=True)
        if path.startswith(each["path"].rpartition("/")[0] + "/")
    ]
    for resource in candidates:
        methods = resource.get("resourceMethods", {})
        if found := methods.get(verb) or methods.get("ANY"):
            method: Body = found
            return method
    return None


def _allowed(statements: Iterable[Body], source: str, account: str) -> bool:
    """Whether API Gateway may invoke by a resource policy, for a request with this source ARN."""
    return any(_allows(each, source, account) for each in statements)


def _allows(statement: Body, source: str, account: str) -> bool:
    principal = statement["Principal"]
    if principal != "*" and principal.get("Service") != "apigateway.amazonaws.com":
        return False
    condition = statement.get("Condition", {})
    pattern = condition.get("ArnLike", {}).get("AWS:SourceArn", "*")
    equal = condition.get("StringEquals", {})
    # What else a condition asks for, an invocation by API Gateway does not have.
    return (
        statement["Action"] in _MAY_INVOKE
        and _like(pattern, source)
        and equal.get("AWS:SourceAccount", account) == account
        and not equal.keys() - {"AWS:SourceAccount"}
        and not condition.keys() - {"ArnLike", "StringEquals"}
    )


def _like(pattern: str, text: str) -> bool:
    """`*` stands for any characters, `?` for one."""
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, text, re.DOTALL) is not None
