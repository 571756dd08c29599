"""A sandbox with a policy serves what the policy allows, and refuses the rest as AWS does."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from botocore.exceptions import ClientError

from multitool_tui.clock import ManualClock
from multitool_tui.permissions.ledger import actions_of
from multitool_tui.permissions.reading import read_policy
from multitool_tui.permissions.row import Operation
from multitool_tui.sandbox.faults import Fault
from multitool_tui.sandbox.scenario import load_scenario
from multitool_tui.sandbox.server import Sandbox
from multitool_tui.sandbox.services.registry import HANDLERS
from tests.data import DOCUMENT
from tests.permissions.support import policy, statement
from tests.sandbox.conftest import NOON, Make
from tests.sandbox.support import PROTOCOLS, Aws, package, speaking

HERE = "arn:aws:lambda:eu-west-1:123456789012:function"
ALARM = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm"
USER = "arn:aws:iam::123456789012:user/sandbox"
ROLE = "arn:aws:iam::123456789012:role/service"
LIVE = {"FunctionName": "checkout", "Name": "live"}
NOTHING = policy(statement("Deny"))


def not_allowed(action: str, resource: str) -> str:
    return (
        f"User: {USER} is not authorized to perform: {action} on resource: {resource} because no identity-based policy "
        f"allows the {action} action"
    )


async def test_lambda_says_what_is_not_allowed(make: Make) -> None:
    aws = await make(policy=policy(statement(Action="lambda:GetAlias")))
    assert await aws("lambda", "get_alias", **LIVE)
    refusal = await aws.refused("lambda", "update_alias", **LIVE, Description="x")
    assert (refusal.code, refusal.status) == ("AccessDeniedException", 403)
    assert refusal.message == not_allowed("lambda:UpdateAlias", f"{HERE}:checkout")
    assert aws.sandbox.alias("checkout", "live").description == "production"
    assert (aws.sandbox.calls[-1].status, aws.sandbox.calls[-1].error_code) == (403, "AccessDeniedException")


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_cloudwatch_says_so_in_each_of_its_protocols(make: Make, protocol: str) -> None:
    aws = await make(policy=policy(statement(Action="lambda:*")))
    client: Any = speaking(aws, protocol)
    with pytest.raises(ClientError) as caught:
        await asyncio.to_thread(client.list_metrics)
    response: Any = caught.value.response
    # The JSON forms have a code of their own only where the service's model gives the error an older one.
    assert response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException")
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert response["Error"]["Message"] == not_allowed("cloudwatch:ListMetrics", "*")


async def test_a_statement_that_denies_is_worded_as_one(make: Make) -> None:
    aws = await make(policy=policy(statement(), statement("Deny", Action="lambda:UpdateAlias")))
    refusal = await aws.refused("lambda", "update_alias", **LIVE)
    assert refusal.message == (
        f"User: {USER} is not authorized to perform: lambda:UpdateAlias on resource: {HERE}:checkout with an explicit "
        "deny in an identity-based policy"
    )


async def test_who_one_is_is_always_answered(make: Make) -> None:
    aws = await make(policy=NOTHING)
    assert (await aws("sts", "get_caller_identity"))["Arn"] == USER


async def test_without_a_policy_everything_is_served(aws: Aws) -> None:
    assert await aws("cloudwatch", "describe_alarms")
    await aws("lambda", "delete_alias", FunctionName="session-store", Name="live")


async def test_permission_comes_before_what_is_wrong_with_a_call(make: Make) -> None:
    aws = await make(policy=NOTHING)
    for call in ({"FunctionName": "nowhere", "Name": "live"}, {"FunctionName": "checkout", "Name": "no name"}):
        assert (await aws.refused("lambda", "get_alias", **call)).code == "AccessDeniedException"


@pytest.mark.parametrize(
    ("operation", "parameters", "resource"),
    [
        ("get_alias", LIVE, f"{HERE}:checkout"),
        ("get_alias", {"FunctionName": f"{HERE}:checkout", "Name": "live"}, f"{HERE}:checkout"),
        ("get_function_configuration", {"FunctionName": "checkout"}, f"{HERE}:checkout"),
        ("get_function_configuration", {"FunctionName": "checkout", "Qualifier": "42"}, f"{HERE}:checkout:42"),
        ("get_function_configuration", {"FunctionName": "checkout:live"}, f"{HERE}:checkout:live"),
        ("list_functions", {}, "*"),
    ],
)
async def test_lambda_looks_at_the_function_and_its_qualifier(
    make: Make, operation: str, parameters: dict[str, str], resource: str
) -> None:
    only = policy(statement(Action="lambda:*", Resource=resource))
    assert await (await make(policy=only))("lambda", operation, **parameters)
    but = policy(statement(Action="lambda:*"), statement("Deny", Resource=resource))
    assert (
        f"on resource: {resource} with"
        in (await (await make(policy=but)).refused("lambda", operation, **parameters)).message
    )


async def test_alarms_are_written_by_name_and_read_as_a_whole(make: Make) -> None:
    one = policy(statement(Action="cloudwatch:*", Resource=f"{ALARM}:mine*"))
    aws = await make(policy=one)
    for name, allowed in (("mine", True), ("mine-too", True), ("yours", False)):
        alarm: Any = {"AlarmName": name, "MetricName": "m", "Namespace": "N", "Statistic": "Sum", "Period": 60}
        alarm |= {"EvaluationPeriods": 1, "Threshold": 1.0, "ComparisonOperator": "GreaterThanThreshold"}
        if allowed:
            await aws("cloudwatch", "put_metric_alarm", **alarm)
        else:
            assert f"{ALARM}:yours" in (await aws.refused("cloudwatch", "put_metric_alarm", **alarm)).message
    refusal = await aws.refused("cloudwatch", "delete_alarms", AlarmNames=["mine", "yours"])
    assert refusal.message == not_allowed("cloudwatch:DeleteAlarms", f"{ALARM}:yours")
    await aws("cloudwatch", "delete_alarms", AlarmNames=["mine", "mine-too"])
    assert "on resource: * " in (await aws.refused("cloudwatch", "describe_alarms")).message


def creation() -> dict[str, Any]:
    return {
        "FunctionName": "new",
        "Role": ROLE,
        "Runtime": "python3.13",
        "Handler": "app.handler",
        "Code": {"ZipFile": package()},
    }


async def test_a_role_must_be_passed_as_well(make: Make) -> None:
    aws = await make(policy=policy(statement(Action="lambda:*")))
    refusal = await aws.refused("lambda", "create_function", **creation())
    assert refusal.message == not_allowed("iam:PassRole", ROLE)
    refusal = await aws.refused("lambda", "update_function_configuration", FunctionName="checkout", Role=ROLE)
    assert refusal.message == not_allowed("iam:PassRole", ROLE)
    await aws("lambda", "update_function_configuration", FunctionName="checkout", Timeout=7)


@pytest.mark.parametrize(("service", "allowed"), [("lambda.amazonaws.com", True), ("ec2.amazonaws.com", False)])
async def test_a_role_may_be_passed_to_one_service_only(make: Make, service: str, *, allowed: bool) -> None:
    passing = statement(
        Action="iam:PassRole", Resource=ROLE, Condition={"StringEquals": {"iam:PassedToService": service}}
    )
    aws = await make(policy=policy(statement(Action="lambda:*"), passing))
    if allowed:
        assert await aws("lambda", "create_function", **creation())
    else:
        assert "iam:PassRole" in (await aws.refused("lambda", "create_function", **creation())).message


async def test_metrics_may_be_put_into_one_namespace_only(make: Make) -> None:
    mine = {"StringLike": {"cloudwatch:namespace": "Mine/*"}}
    aws = await make(policy=policy(statement(Action="cloudwatch:PutMetricData", Condition=mine)))
    data = [{"MetricName": "m", "Value": 1.0}]
    await aws("cloudwatch", "put_metric_data", Namespace="Mine/a", MetricData=data)
    refusal = await aws.refused("cloudwatch", "put_metric_data", Namespace="Yours", MetricData=data)
    assert refusal.message == not_allowed("cloudwatch:PutMetricData", "*")


async def test_conditions_on_region_and_caller(make: Make) -> None:
    here = {
        "StringEquals": {"aws:RequestedRegion": "eu-west-1", "aws:username": "sandbox"},
        "ArnLike": {"aws:PrincipalArn": USER},
    }
    aws = await make(policy=policy(statement(Condition=here)))
    assert await aws("lambda", "list_functions")
    assert (await aws.refused("lambda", "list_functions", region="us-east-1")).code == "AccessDeniedException"


def test_a_condition_that_the_sandbox_knows_nothing_of_is_refused() -> None:
    unknown = policy(statement(Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))
    with pytest.raises(ValueError, match="condition on aws:MultiFactorAuthPresent, which the sandbox knows"):
        Sandbox(scenario=load_scenario("healthy"), clock=ManualClock(NOON), policy=unknown)


async def test_the_document_s_policy_allows_what_is_in_it(make: Make) -> None:
    aws = await make(policy=read_policy(DOCUMENT.read_text()))
    # Whoever they are is always answered; of API Gateway the policy allows every verb.
    others = HANDLERS.keys() - {"sts", "apigateway"}
    served = [(service, name) for service, names in HANDLERS.items() if service in others for name in names]
    assert [name for service, name in served if not actions_of(Operation(service, name))] == [
        "GetProvisionedConcurrencyConfig",
        "PutCompositeAlarm",
        "SetAlarmState",
        "DeleteAlarms",
        "DeleteDashboards",
        "DeleteRole",
        "AttachRolePolicy",
        "DetachRolePolicy",
    ]
    refusal = await aws.refused("cloudwatch", "delete_alarms", AlarmNames=["checkout-5xx"])
    assert refusal.message == not_allowed("cloudwatch:DeleteAlarms", f"{ALARM}:checkout-5xx")
    assert await aws("cloudwatch", "describe_alarms")


async def test_a_fault_comes_before_the_policy(make: Make) -> None:
    aws = await make(policy=NOTHING)
    aws.sandbox.faults.add(Fault(kind="throttle", times=1))
    assert (await aws.refused("lambda", "get_alias", **LIVE)).code == "TooManyRequestsException"
    assert (await aws.refused("lambda", "get_alias", **LIVE)).code == "AccessDeniedException"


HERE_CLOUDWATCH = "arn:aws:cloudwatch:eu-west-1:123456789012"
DASHBOARD = "arn:aws:cloudwatch::123456789012:dashboard"
STREAMS = "arn:aws:iam::123456789012:role/streams"


@pytest.mark.parametrize(
    ("operation", "parameters", "resource"),
    [
        ("get_dashboard", {"DashboardName": "mine"}, f"{DASHBOARD}/mine"),
        ("put_dashboard", {"DashboardName": "mine", "DashboardBody": "{}"}, f"{DASHBOARD}/mine"),
        ("get_metric_stream", {"Name": "mine"}, f"{HERE_CLOUDWATCH}:metric-stream/mine"),
        ("delete_metric_stream", {"Name": "mine"}, f"{HERE_CLOUDWATCH}:metric-stream/mine"),
        ("stop_metric_streams", {"Names": ["mine"]}, f"{HERE_CLOUDWATCH}:metric-stream/mine"),
        ("get_insight_rule_report", {"RuleName": "mine"}, f"{HERE_CLOUDWATCH}:insight-rule/mine"),
        ("list_tags_for_resource", {"ResourceARN": f"{ALARM}:mine"}, f"{ALARM}:mine"),
        ("tag_resource", {"ResourceARN": f"{ALARM}:mine", "Tags": []}, f"{ALARM}:mine"),
        ("list_dashboards", {}, "*"),
        ("list_managed_insight_rules", {"ResourceARN": "arn:aws:dynamodb:::table/x"}, "*"),
        ("describe_alarms_for_metric", {"Namespace": "N", "MetricName": "m"}, "*"),
    ],
)
async def test_cloudwatch_looks_at_what_is_named(
    make: Make, operation: str, parameters: dict[str, Any], resource: str
) -> None:
    name = "".join(part.capitalize() for part in operation.split("_"))
    refusal = await (await make(policy=NOTHING)).refused("cloudwatch", operation, **parameters)
    assert f"cloudwatch:{name} on resource: {resource} " in refusal.message


async def test_a_stream_is_handed_a_role_and_tags_by_permission(make: Make) -> None:
    stream: Any = {
        "Name": "mine",
        "FirehoseArn": "arn:aws:firehose:eu-west-1:123456789012:deliverystream/lake",
        "RoleArn": STREAMS,
        "OutputFormat": "json",
    }
    put = statement(Action="cloudwatch:PutMetricStream")
    refusal = await (await make(policy=policy(put))).refused("cloudwatch", "put_metric_stream", **stream)
    assert refusal.message == not_allowed("iam:PassRole", STREAMS)
    passing = statement(
        Action="iam:PassRole",
        Resource=STREAMS,
        Condition={"StringEquals": {"iam:PassedToService": "streams.metrics.cloudwatch.amazonaws.com"}},
    )
    aws = await make(policy=policy(put, passing))
    assert await aws("cloudwatch", "put_metric_stream", **stream)
    refusal = await aws.refused("cloudwatch", "put_metric_stream", **stream, Tags=[{"Key": "team", "Value": "x"}])
    assert refusal.message == not_allowed("cloudwatch:TagResource", f"{HERE_CLOUDWATCH}:metric-stream/mine")
