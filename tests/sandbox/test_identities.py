"""IAM: roles that Lambda can assume after a while, and the caller's access keys."""

from __future__ import annotations

import json
from asyncio import to_thread
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from multitool_tui.clock import ManualClock
from multitool_tui.permissions.reading import read_policy
from tests.data import DOCUMENT
from tests.permissions.support import policy, statement
from tests.sandbox.conftest import NOON, Make
from tests.sandbox.support import KEY, Aws, package

ACCOUNT = "arn:aws:iam::123456789012"
MANAGED = "arn:aws:iam::aws:policy/service-role"
QUEUE = "arn:aws:sqs:eu-west-1:123456789012:orders"
TABLE = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders/stream/2026"


def trust(service: str = "lambda.amazonaws.com") -> str:
    grant = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [grant]})


def function(role: str) -> dict[str, Any]:
    return {
        "FunctionName": "new",
        "Role": f"{ACCOUNT}:role/{role}",
        "Runtime": "python3.13",
        "Handler": "app.handler",
        "Code": {"ZipFile": package()},
    }


async def test_a_role_is_made_once_and_read_back(aws: Aws) -> None:
    made = await aws("iam", "create_role", RoleName="new-role", AssumeRolePolicyDocument=trust(), Description="new")
    read = await aws("iam", "get_role", RoleName="new-role")
    assert made["Role"]["Arn"] == read["Role"]["Arn"] == f"{ACCOUNT}:role/new-role"
    assert made["Role"]["CreateDate"] == NOON
    assert json.loads(json.dumps(read["Role"]["AssumeRolePolicyDocument"])) == json.loads(trust())
    again = await aws.refused("iam", "create_role", RoleName="NEW-role", AssumeRolePolicyDocument=trust())
    assert (again.code, again.status) == ("EntityAlreadyExists", 409)
    missing = await aws.refused("iam", "get_role", RoleName="nobody")
    assert (missing.code, missing.status) == ("NoSuchEntity", 404)
    assert missing.message == "The role with name nobody cannot be found."


async def test_roles_belong_to_the_account_not_to_a_region(aws: Aws) -> None:
    await aws("iam", "create_role", region="us-east-1", RoleName="new-role", AssumeRolePolicyDocument=trust())
    assert await aws("iam", "get_role", region="eu-west-1", RoleName="new-role")


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("no json", "This policy contains invalid Json"),
        ("{}", "Syntax errors in policy."),
        ('{"Statement": [{"Effect": "Allow"}]}', "Syntax errors in policy."),
        (trust().replace("sts:AssumeRole", "s3:GetObject"), "may only specify STS AssumeRole actions"),
        (trust().replace('"Effect"', '"Resource": "*", "Effect"'), "Has prohibited field Resource"),
    ],
)
async def test_a_trust_policy_must_be_one(aws: Aws, document: str, message: str) -> None:
    refusal = await aws.refused("iam", "create_role", RoleName="x", AssumeRolePolicyDocument=document)
    assert (refusal.code, refusal.status) == ("MalformedPolicyDocument", 400)
    assert message in refusal.message


async def test_a_new_role_cannot_be_assumed_at_once(aws: Aws, clock: ManualClock) -> None:
    await aws("iam", "create_role", RoleName="new-role", AssumeRolePolicyDocument=trust())
    refusal = await aws.refused("lambda", "create_function", **function("new-role"))
    assert refusal.code == "InvalidParameterValueException"
    assert refusal.message == "The role defined for the function cannot be assumed by Lambda."
    clock.advance(10)
    assert await aws("lambda", "create_function", **function("new-role"))


async def test_a_role_for_somebody_else_is_never_assumed(aws: Aws, clock: ManualClock) -> None:
    await aws("iam", "create_role", RoleName="theirs", AssumeRolePolicyDocument=trust("ec2.amazonaws.com"))
    clock.advance(3600)
    for operation, call in (
        ("create_function", function("theirs")),
        ("update_function_configuration", {"FunctionName": "checkout", "Role": f"{ACCOUNT}:role/theirs"}),
    ):
        assert "cannot be assumed by Lambda" in (await aws.refused("lambda", operation, **call)).message


@pytest.mark.parametrize(
    ("source", "managed", "words"),
    [
        (QUEUE, "AWSLambdaSQSQueueExecutionRole", "does not have permissions to call ReceiveMessage on SQS"),
        (TABLE, "AWSLambdaDynamoDBExecutionRole", f"Cannot access stream {TABLE}."),
    ],
)
async def test_a_source_is_read_by_a_role_that_may(
    aws: Aws, clock: ManualClock, source: str, managed: str, words: str
) -> None:
    await aws("iam", "create_role", RoleName="reader", AssumeRolePolicyDocument=trust())
    clock.advance(10)
    await aws("lambda", "create_function", **function("reader"))
    reading = {"FunctionName": "new", "EventSourceArn": source, "StartingPosition": "LATEST"}
    await aws("iam", "attach_role_policy", RoleName="reader", PolicyArn=f"{MANAGED}/AWSLambdaBasicExecutionRole")
    assert words in (await aws.refused("lambda", "create_event_source_mapping", **reading)).message
    await aws("iam", "attach_role_policy", RoleName="reader", PolicyArn=f"{MANAGED}/{managed}")
    assert await aws("lambda", "create_event_source_mapping", **reading)


async def test_a_role_with_policies_is_not_deleted(aws: Aws) -> None:
    attached = {"RoleName": "new-role", "PolicyArn": f"{MANAGED}/AWSLambdaBasicExecutionRole"}
    await aws("iam", "create_role", RoleName="new-role", AssumeRolePolicyDocument=trust())
    await aws("iam", "attach_role_policy", **attached)
    assert (await aws.refused("iam", "delete_role", RoleName="new-role")).code == "DeleteConflict"
    await aws("iam", "detach_role_policy", **attached)
    assert (await aws.refused("iam", "detach_role_policy", **attached)).code == "NoSuchEntity"
    await aws("iam", "delete_role", RoleName="new-role")
    assert (await aws.refused("iam", "get_role", RoleName="new-role")).code == "NoSuchEntity"


async def test_a_user_has_two_keys_at_most(aws: Aws) -> None:
    [mine] = (await aws("iam", "list_access_keys"))["AccessKeyMetadata"]
    assert (mine["AccessKeyId"], mine["UserName"], mine["Status"]) == (KEY, "sandbox", "Active")
    assert mine["CreateDate"] < NOON
    made = (await aws("iam", "create_access_key", UserName="sandbox"))["AccessKey"]
    assert len(made["SecretAccessKey"]) == 40
    assert made["CreateDate"] == NOON
    assert (await aws.refused("iam", "create_access_key")).code == "LimitExceeded"
    first = await aws("iam", "list_access_keys", MaxItems=1)
    rest = await aws("iam", "list_access_keys", Marker=first["Marker"])
    keys = [key["AccessKeyId"] for page in (first, rest) for key in page["AccessKeyMetadata"]]
    assert keys == [KEY, made["AccessKeyId"]]
    assert (first["IsTruncated"], rest["IsTruncated"]) == (True, False)
    assert (await aws.refused("iam", "list_access_keys", UserName="nobody")).code == "NoSuchEntity"


async def test_only_an_active_key_opens(aws: Aws) -> None:
    made = (await aws("iam", "create_access_key"))["AccessKey"]
    session = boto3.Session(made["AccessKeyId"], made["SecretAccessKey"], region_name="eu-west-1")
    changed = {"AccessKeyId": made["AccessKeyId"]}

    def opens() -> str:
        sts, functions = (session.client(name, endpoint_url=aws.sandbox.url) for name in ("sts", "lambda"))
        said = []
        for call in (sts.get_caller_identity, functions.list_functions):
            try:
                call()
            except ClientError as error:
                said.append(error.response["Error"]["Code"])
        sts.close()
        functions.close()
        return " ".join(said)

    closed = "InvalidClientTokenId UnrecognizedClientException"
    assert await to_thread(opens) == ""
    await aws("iam", "update_access_key", **changed, Status="Inactive")
    assert await to_thread(opens) == closed
    await aws("iam", "update_access_key", **changed, Status="Active")
    assert await to_thread(opens) == ""
    await aws("iam", "delete_access_key", **changed)
    assert await to_thread(opens) == closed
    assert (await aws.refused("iam", "delete_access_key", **changed)).code == "NoSuchEntity"


async def test_what_is_asked_for_is_held_against_roles_and_users(make: Make) -> None:
    aws = await make(policy=policy(statement("Deny")))
    refusal = await aws.refused("iam", "create_role", RoleName="new-role", AssumeRolePolicyDocument=trust())
    assert (refusal.code, refusal.status) == ("AccessDenied", 403)
    assert f"iam:CreateRole on resource: {ACCOUNT}:role/new-role " in refusal.message
    for operation, given in (("list_access_keys", {}), ("create_access_key", {"UserName": "sandbox"})):
        assert f"on resource: {ACCOUNT}:user/sandbox " in (await aws.refused("iam", operation, **given)).message


async def test_the_document_s_policy_makes_roles_without_tags(make: Make) -> None:
    aws = await make(policy=read_policy(DOCUMENT.read_text()))
    new = {"RoleName": "new-role", "AssumeRolePolicyDocument": trust()}
    refusal = await aws.refused("iam", "create_role", **new, Tags=[{"Key": "team", "Value": "shop"}])
    assert "iam:TagRole" in refusal.message
    assert await aws("iam", "create_role", **new)
