"""What is set on functions beside their configuration: policies, URLs, asynchronous invocation, runtimes, sources."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.permissions.support import policy, statement
from tests.sandbox.conftest import Make
from tests.sandbox.support import Aws, package

HERE = "arn:aws:lambda:eu-west-1:123456789012:function"
MAPPINGS = "arn:aws:lambda:eu-west-1:123456789012:event-source-mapping"
QUEUE = "arn:aws:sqs:eu-west-1:123456789012:orders"
STREAM = "arn:aws:kinesis:eu-west-1:123456789012:stream/orders"
FRONT = "arn:aws:execute-api:eu-west-1:123456789012:abc/*/GET/orders"
CHECKOUT = {"FunctionName": "checkout"}
ALLOW = {
    "StatementId": "front",
    "Action": "lambda:InvokeFunction",
    "Principal": "apigateway.amazonaws.com",
    "SourceArn": FRONT,
}


async def test_a_permission_is_of_one_version(aws: Aws) -> None:
    answer = await aws("lambda", "add_permission", **CHECKOUT, Qualifier="42", **ALLOW)
    expected = {
        "Sid": "front",
        "Effect": "Allow",
        "Principal": {"Service": "apigateway.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": f"{HERE}:checkout:42",
        "Condition": {"ArnLike": {"AWS:SourceArn": FRONT}},
    }
    assert json.loads(answer["Statement"]) == expected
    read = await aws("lambda", "get_policy", **CHECKOUT, Qualifier="42")
    assert json.loads(read["Policy"]) == {"Version": "2012-10-17", "Id": "default", "Statement": [expected]}
    for other in ({}, {"Qualifier": "41"}, {"Qualifier": "live"}):
        assert (await aws.refused("lambda", "get_policy", **CHECKOUT, **other)).code == "ResourceNotFoundException"


async def test_a_statement_id_is_used_once(aws: Aws) -> None:
    await aws("lambda", "add_permission", **CHECKOUT, **ALLOW)
    refusal = await aws.refused("lambda", "add_permission", **CHECKOUT, **ALLOW)
    assert (refusal.code, refusal.status) == ("ResourceConflictException", 409)
    await aws("lambda", "remove_permission", **CHECKOUT, StatementId="front")
    refusal = await aws.refused("lambda", "remove_permission", **CHECKOUT, StatementId="front")
    assert (refusal.code, refusal.status) == ("ResourceNotFoundException", 404)
    await aws("lambda", "add_permission", **CHECKOUT, **ALLOW)


async def test_a_policy_is_changed_by_compare_and_swap(aws: Aws) -> None:
    await aws("lambda", "add_permission", **CHECKOUT, **ALLOW)
    revision = (await aws("lambda", "get_policy", **CHECKOUT))["RevisionId"]
    await aws("lambda", "add_permission", **CHECKOUT, **ALLOW | {"StatementId": "more", "RevisionId": revision})
    stale = {"StatementId": "third", "RevisionId": revision}
    assert (await aws.refused("lambda", "add_permission", **CHECKOUT, **ALLOW | stale)).status == 412
    refusal = await aws.refused("lambda", "remove_permission", **CHECKOUT, StatementId="more", RevisionId=revision)
    assert refusal.code == "PreconditionFailedException"


@pytest.mark.parametrize(
    ("qualifier", "code"), [("$LATEST", "InvalidParameterValueException"), ("99", "ResourceNotFoundException")]
)
async def test_not_everything_has_a_policy(aws: Aws, qualifier: str, code: str) -> None:
    assert (await aws.refused("lambda", "add_permission", **CHECKOUT, Qualifier=qualifier, **ALLOW)).code == code


async def test_a_policy_does_not_grow_for_ever(aws: Aws) -> None:
    long = "token" * 20
    code = ""
    for number in range(100):
        params = CHECKOUT | ALLOW | {"StatementId": f"s{number}", "Principal": "123456789012", "EventSourceToken": long}
        try:
            await aws("lambda", "add_permission", **params)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            break
    assert code == "PolicyLengthExceededException"
    document = (await aws("lambda", "get_policy", **CHECKOUT))["Policy"]
    assert 20_000 < len(document) <= 20_480


async def test_a_deleted_alias_leaves_no_policy(aws: Aws) -> None:
    alias = CHECKOUT | {"Name": "qa", "FunctionVersion": "41"}
    await aws("lambda", "create_alias", **alias)
    await aws("lambda", "add_permission", **CHECKOUT, Qualifier="qa", **ALLOW)
    await aws("lambda", "delete_alias", **CHECKOUT, Name="qa")
    await aws("lambda", "create_alias", **alias)
    assert (await aws.refused("lambda", "get_policy", **CHECKOUT, Qualifier="qa")).code == "ResourceNotFoundException"


async def test_a_url_is_made_once_and_deleted(aws: Aws) -> None:
    live = CHECKOUT | {"Qualifier": "live"}
    made = await aws("lambda", "create_function_url_config", **live, AuthType="AWS_IAM", Cors={"AllowOrigins": ["*"]})
    assert made["FunctionArn"] == f"{HERE}:checkout:live"
    assert (await aws.refused("lambda", "create_function_url_config", **live, AuthType="NONE")).status == 409
    read = await aws("lambda", "get_function_url_config", **live)
    assert (read["FunctionUrl"], read["AuthType"], read["InvokeMode"]) == (made["FunctionUrl"], "AWS_IAM", "BUFFERED")
    listed = await aws("lambda", "list_function_url_configs", **CHECKOUT)
    arns = [each["FunctionArn"] for each in listed["FunctionUrlConfigs"]]
    assert sorted(arns) == [f"{HERE}:checkout:beta", f"{HERE}:checkout:live"]  # the shop's own, and this one
    assert all(each["FunctionUrl"].startswith("http://127.0.0.1:") for each in listed["FunctionUrlConfigs"])
    await aws("lambda", "delete_function_url_config", **live)
    assert (await aws.refused("lambda", "get_function_url_config", **live)).status == 404
    assert (await aws.refused("lambda", "delete_function_url_config", **live)).status == 404


async def test_a_version_has_no_url(aws: Aws) -> None:
    refusal = await aws.refused("lambda", "create_function_url_config", **CHECKOUT, Qualifier="42", AuthType="NONE")
    assert refusal.status == 400


async def test_asynchronous_invocation_is_put_updated_and_deleted(aws: Aws) -> None:
    live = CHECKOUT | {"Qualifier": "live"}
    to_queue = {"OnFailure": {"Destination": QUEUE}}
    await aws("lambda", "put_function_event_invoke_config", **live, MaximumRetryAttempts=1, DestinationConfig=to_queue)
    changed = await aws("lambda", "update_function_event_invoke_config", **live, MaximumEventAgeInSeconds=60)
    assert (changed["MaximumRetryAttempts"], changed["MaximumEventAgeInSeconds"]) == (1, 60)
    assert changed["DestinationConfig"]["OnFailure"] == {"Destination": QUEUE}
    again = await aws("lambda", "put_function_event_invoke_config", **live, MaximumRetryAttempts=2)
    assert "MaximumEventAgeInSeconds" not in again
    listed = await aws("lambda", "list_function_event_invoke_configs", **CHECKOUT)
    arns = [each["FunctionArn"] for each in listed["FunctionEventInvokeConfigs"]]
    assert sorted(arns) == [f"{HERE}:checkout:beta", f"{HERE}:checkout:live"]  # the shop's own, and this one
    await aws("lambda", "delete_function_event_invoke_config", **live)
    for operation in ("get", "delete"):
        assert (await aws.refused("lambda", f"{operation}_function_event_invoke_config", **live)).status == 404
    assert (await aws.refused("lambda", "put_function_event_invoke_config", **live)).status == 400


async def test_a_runtime_is_managed(aws: Aws) -> None:
    assert (await aws("lambda", "get_runtime_management_config", **CHECKOUT))["UpdateRuntimeOn"] == "Auto"
    put = CHECKOUT | {"Qualifier": "42", "UpdateRuntimeOn": "FunctionUpdate"}
    answer = await aws("lambda", "put_runtime_management_config", **put)
    assert answer == {"UpdateRuntimeOn": "FunctionUpdate", "FunctionArn": f"{HERE}:checkout:42"}
    assert (await aws("lambda", "get_runtime_management_config", **CHECKOUT))["UpdateRuntimeOn"] == "Auto"
    refusal = await aws.refused("lambda", "put_runtime_management_config", **CHECKOUT, UpdateRuntimeOn="Manual")
    assert refusal.code == "InvalidParameterValueException"


async def test_a_mapping_takes_a_moment(aws: Aws) -> None:
    made = await aws("lambda", "create_event_source_mapping", FunctionName="checkout:live", EventSourceArn=QUEUE)
    assert (made["State"], made["BatchSize"], made["FunctionArn"]) == ("Creating", 10, f"{HERE}:checkout:live")
    one = {"UUID": made["UUID"]}
    refusal = await aws.refused("lambda", "update_event_source_mapping", **one, BatchSize=5)
    assert refusal.code == "ResourceInUseException"
    aws.clock.advance(3)
    assert (await aws("lambda", "get_event_source_mapping", **one))["State"] == "Enabled"
    changed = await aws("lambda", "update_event_source_mapping", **one, BatchSize=5, Enabled=False)
    assert (changed["State"], changed["BatchSize"]) == ("Updating", 5)
    aws.clock.advance(3)
    assert (await aws("lambda", "get_event_source_mapping", **one))["State"] == "Disabled"
    assert (await aws("lambda", "delete_event_source_mapping", **one))["State"] == "Deleting"
    aws.clock.advance(3)
    assert (await aws.refused("lambda", "get_event_source_mapping", **one)).status == 404


async def test_mappings_are_listed_by_function_and_source(aws: Aws) -> None:
    [shops] = (await aws("lambda", "list_event_source_mappings"))["EventSourceMappings"]
    made = [
        await aws("lambda", "create_event_source_mapping", FunctionName=name, EventSourceArn=QUEUE)
        for name in ("checkout", "payments")
    ]

    async def listed(**wanted: str) -> list[str]:
        answer = await aws("lambda", "list_event_source_mappings", **wanted)
        return [each["UUID"] for each in answer["EventSourceMappings"] if each["UUID"] != shops["UUID"]]

    first, second = (each["UUID"] for each in made)
    assert await listed() == [first, second]
    assert await listed(FunctionName="payments") == [second]
    assert await listed(EventSourceArn=QUEUE) == [first, second]
    assert await listed(EventSourceArn=STREAM) == []
    twice = await aws.refused("lambda", "create_event_source_mapping", FunctionName="checkout", EventSourceArn=QUEUE)
    assert twice.code == "ResourceConflictException"
    bare = await aws.refused("lambda", "create_event_source_mapping", FunctionName="checkout", EventSourceArn=STREAM)
    assert "StartingPosition" in bare.message


async def test_the_account_s_limits_and_use(aws: Aws) -> None:
    answer = await aws("lambda", "get_account_settings")
    assert answer["AccountLimit"]["ConcurrentExecutions"] == 1000
    functions: list[Any] = []
    for page in await _pages(aws):
        functions += page
    assert answer["AccountUsage"]["FunctionCount"] == len(functions)


async def _pages(aws: Aws) -> list[Any]:
    pages: list[Any] = []
    marker: dict[str, str] = {}
    while True:
        answer = await aws("lambda", "list_functions", **marker)
        pages.append(answer["Functions"])
        if "NextMarker" not in answer:
            return pages
        marker = {"Marker": answer["NextMarker"]}


async def test_tags_are_kept_from_the_creation(aws: Aws) -> None:
    role = "arn:aws:iam::123456789012:role/service"
    made = await aws(
        "lambda",
        "create_function",
        FunctionName="mine",
        Runtime="python3.12",
        Handler="app.handler",
        Role=role,
        Code={"ZipFile": package()},
        Tags={"team": "shop"},
    )
    assert (await aws("lambda", "list_tags", Resource=made["FunctionArn"]))["Tags"] == {"team": "shop"}
    assert (await aws("lambda", "get_function", FunctionName="mine"))["Tags"] == {"team": "shop"}
    assert (await aws("lambda", "list_tags", Resource=f"{HERE}:checkout"))["Tags"] == {}


async def test_who_tags_what_it_creates_needs_the_permission(make: Make) -> None:
    aws = await make(policy=policy(statement(Action=["lambda:CreateFunction", "iam:PassRole"])))
    new: Any = {
        "FunctionName": "mine",
        "Runtime": "python3.12",
        "Handler": "app.handler",
        "Code": {"ZipFile": package()},
    }
    new["Role"] = "arn:aws:iam::123456789012:role/service"
    refusal = await aws.refused("lambda", "create_function", **new, Tags={"team": "shop"})
    assert f"perform: lambda:TagResource on resource: {HERE}:mine because" in refusal.message
    await aws("lambda", "create_function", **new)


@pytest.mark.parametrize(
    ("operation", "parameters", "action", "resource"),
    [
        ("get_policy", CHECKOUT | {"Qualifier": "42"}, "GetPolicy", f"{HERE}:checkout:42"),
        ("get_event_source_mapping", {"UUID": "abc"}, "GetEventSourceMapping", f"{MAPPINGS}:abc"),
        ("list_event_source_mappings", CHECKOUT, "ListEventSourceMappings", "*"),
        ("create_event_source_mapping", CHECKOUT, "CreateEventSourceMapping", "*"),
        ("list_tags", {"Resource": f"{HERE}:checkout"}, "ListTags", f"{HERE}:checkout"),
        ("get_account_settings", {}, "GetAccountSettings", "*"),
    ],
)
async def test_each_action_is_on_what_it_is_about(
    make: Make, operation: str, parameters: dict[str, str], action: str, resource: str
) -> None:
    aws = await make(policy=policy(statement(Action="sts:*")))
    refusal = await aws.refused("lambda", operation, **parameters)
    assert f"perform: lambda:{action} on resource: {resource} because" in refusal.message
