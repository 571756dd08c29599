"""Finds what a request is for, has the function answer, and counts it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from multitool_tui.permissions.policy import Policy
from multitool_tui.sandbox.apis.destination import Answered, destination, method_of_request
from multitool_tui.sandbox.apis.state import Api, Body
from multitool_tui.sandbox.authorization import allows
from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.functions.settings import Settings
from multitool_tui.sandbox.functions.state import Function
from multitool_tui.sandbox.metrics.distribution import Distribution
from multitool_tui.sandbox.metrics.series import MINUTE, Metric
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.services.lambda_.invoke import run_event
from multitool_tui.sandbox.visits.event import answer_of, refused, stage_event, url_event
from multitool_tui.sandbox.wire.messages import Answer, Request

URLS = "/_url/"
"""What the path of a function URL begins with."""

_STAGE_HOST = re.compile(r"(?P<api>[a-z0-9]+)\.execute-api\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?(:\d+)?")
_Names = tuple[str, str, str, str]
"""The metrics of all requests, of 4XX, of 5XX, and of the latency."""
_OF_A_URL: _Names = ("UrlRequestCount", "Url4xxCount", "Url5xxCount", "UrlRequestLatency")
_OF_A_STAGE: _Names = ("Count", "4XXError", "5XXError", "Latency")
_MAY_CALL = "lambda:InvokeFunctionUrl"
_MAY_INVOKE = "lambda:InvokeFunction"


@dataclass(frozen=True)
class _Stage:
    """A stage that was found, and which of its releases a request has drawn."""

    api: Api
    body: Body
    canary: bool

    @property
    def name(self) -> str:
        return f"{self.body['stageName']}/Canary" if self.canary else str(self.body["stageName"])


def is_visit(request: Request) -> bool:
    """Whether a request is none to AWS's own API."""
    return request.path.startswith(URLS) or _STAGE_HOST.fullmatch(request.headers.get("host", "")) is not None


async def visit(regions: Iterable[Region], policy: Policy | None, request: Request) -> Answer:
    """Answer a request to a function URL or to a stage, wherever that is."""
    if request.path.startswith(URLS):
        name, _, rest = request.path.removeprefix(URLS).partition("/")
        for region in regions:
            for function in region.functions.values():
                for qualifier, settings in function.settings.items():
                    if settings.url is not None and f"{URLS}{name}/" in settings.url["FunctionUrl"]:
                        return await _by_url(region, policy, function, qualifier, settings, request, f"/{rest}")
        return refused(404, "Not Found")
    match = _STAGE_HOST.fullmatch(request.headers.get("host", ""))
    for region in regions:
        api = region.apis.all.get(match["api"]) if match and match["region"] == region.place.region else None
        if api is not None:
            return await _by_stage(region, api, request)
    return refused(403, "Forbidden")


async def _by_url(
    region: Region,
    policy: Policy | None,
    function: Function,
    qualifier: str,
    settings: Settings,
    request: Request,
    path: str,
) -> Answer:
    assert settings.url is not None  # noqa: S101 - found by it; this tells the type checker
    if not _may_call(region, policy, settings, signed="authorization" in request.headers):
        said = "Forbidden. For troubleshooting Function URL authorization issues, see the documentation."
        answer = refused(403, said)
        return replace(answer, headers={**answer.headers, "x-amzn-ErrorType": "AccessDeniedException"})
    event = url_event(request, path, function.name, region.now)
    try:
        ran = await run_event(region, function.name, qualifier or None, event)
    except AwsError:
        answer, ms = refused(502, "Internal Server Error"), 0.0
    else:
        answer, ms = answer_of(ran, needs_status=False), ran.ms
    _count(region, "AWS/Lambda", {"FunctionName": function.name}, _OF_A_URL, answer, ms)
    if qualifier:
        alias = {"FunctionName": function.name, "Resource": f"{function.name}:{qualifier}"}
        _count(region, "AWS/Lambda", alias, _OF_A_URL, answer, ms)
    return answer


def _may_call(region: Region, policy: Policy | None, settings: Settings, *, signed: bool) -> bool:
    """A URL for everybody needs both statements; one with AWS_IAM a signature, which is not verified, of a caller who
    has both permissions."""
    if settings.url is None:
        return False
    if settings.url["AuthType"] == "AWS_IAM":
        arn = settings.url["FunctionArn"]
        may = policy is None or all(allows(policy, region, action, arn) for action in (_MAY_CALL, _MAY_INVOKE))
        return signed and may
    granted = {each["Action"] for each in settings.policy.values() if each["Principal"] == "*"}
    return {_MAY_CALL, _MAY_INVOKE} <= granted


async def _by_stage(region: Region, api: Api, request: Request) -> Answer:
    name, _, rest = request.path.removeprefix("/").partition("/")
    body = api.stages.get(name)
    if body is None:
        return refused(403, "Forbidden")
    share = body.get("canarySettings", {}).get("percentTraffic", 0.0) / 100
    stage = _Stage(api, body, canary=region.chance.random() < share)
    answer, ms = await _on_stage(region, stage, request, f"/{rest}")
    for dimensions in ({"ApiName": api.body["name"]}, {"ApiName": api.body["name"], "Stage": stage.name}):
        _count(region, "AWS/ApiGateway", dimensions, _OF_A_STAGE, answer, ms)
    return answer


async def _on_stage(region: Region, stage: _Stage, request: Request, path: str) -> tuple[Answer, float]:
    settings: Body = stage.body["canarySettings"] if stage.canary else stage.body
    method = method_of_request(stage.api.deployments[settings["deploymentId"]].resources, request.method, path)
    if method is not None and method["authorizationType"] == "AWS_IAM" and "authorization" not in request.headers:
        return refused(403, "Missing Authentication Token"), 0.0
    goal = destination(region, stage.api, stage.body, canary=stage.canary, verb=request.method, path=path)
    if isinstance(goal, Answered):
        said = "Missing Authentication Token" if goal.status == 403 else "Internal server error"
        return refused(goal.status, said), 0.0
    variables = stage.body.get("variables", {}) | settings.get("stageVariableOverrides", {})
    event = stage_event(request, path, stage.body["stageName"], variables)
    try:
        ran = await run_event(region, goal.function, goal.qualifier, event)
    except AwsError:
        return refused(500, "Internal server error"), 0.0
    return answer_of(ran, needs_status=True), ran.ms


def _count(
    region: Region, namespace: str, dimensions: dict[str, str], names: _Names, answer: Answer, ms: float
) -> None:
    minute = int(region.now) // MINUTE * MINUTE
    values = (1.0, float(400 <= answer.status < 500), float(answer.status >= 500), ms)
    for name, unit, value in zip(names, ("Count", "Count", "Count", "Milliseconds"), values, strict=True):
        metric = Metric.of(namespace, name, dimensions)
        region.metrics.custom.put(metric, minute, unit, Distribution({value: 1}), region.now)
