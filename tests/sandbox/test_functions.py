"""Functions and versions: revisions, updates in progress, publishing, names."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

from tests.sandbox.support import Aws, package

ARN = "arn:aws:lambda:eu-west-1:123456789012:function"
FRESH: dict[str, Any] = {
    "FunctionName": "fresh",
    "Runtime": "python3.12",
    "Handler": "app.handler",
    "Role": "arn:aws:iam::123456789012:role/fresh",
    "Code": {"ZipFile": package()},
}


def sha256(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


async def test_a_created_function_is_pending_and_then_active(aws: Aws) -> None:
    created = await aws("lambda", "create_function", **FRESH)
    assert (created["State"], created["StateReasonCode"]) == ("Pending", "Creating")
    assert created["FunctionArn"] == f"{ARN}:fresh"
    assert (created["CodeSha256"], created["CodeSize"]) == (sha256(package()), len(package()))
    early = await aws.refused("lambda", "publish_version", FunctionName="fresh")
    assert (early.code, early.status) == ("ResourceConflictException", 409)
    assert early.message.endswith("The function is currently in the following state: Pending")
    aws.clock.advance(2)
    active = await aws("lambda", "get_function_configuration", FunctionName="fresh")
    assert (active["State"], active["LastUpdateStatus"]) == ("Active", "Successful")
    assert active["RevisionId"] != created["RevisionId"]


async def test_a_function_is_not_created_twice(aws: Aws) -> None:
    refusal = await aws.refused("lambda", "create_function", **FRESH | {"FunctionName": "checkout"})
    assert (refusal.code, refusal.message) == ("ResourceConflictException", "Function already exist: checkout")


async def test_new_code_takes_a_moment_and_moves_the_revision_twice(aws: Aws) -> None:
    before = await aws("lambda", "get_function_configuration", FunctionName="checkout")
    during = await aws("lambda", "update_function_code", FunctionName="checkout", ZipFile=package("new"))
    assert during["LastUpdateStatus"] == "InProgress"
    assert during["CodeSha256"] == sha256(package("new"))
    for operation, change in (
        ("update_function_code", {"ZipFile": package("newer")}),
        ("update_function_configuration", {"Timeout": 20}),
        ("publish_version", {}),
    ):
        refusal = await aws.refused("lambda", operation, FunctionName="checkout", **change)
        assert (refusal.code, refusal.status) == ("ResourceConflictException", 409)
        assert refusal.message.endswith(f"An update is in progress for resource: {ARN}:checkout")
    aws.clock.advance(2)
    after = await aws("lambda", "get_function", FunctionName="checkout")
    assert after["Configuration"]["LastUpdateStatus"] == "Successful"
    assert len({before["RevisionId"], during["RevisionId"], after["Configuration"]["RevisionId"]}) == 3


async def test_an_update_leaves_published_versions_alone(aws: Aws) -> None:
    before = await aws("lambda", "get_function_configuration", FunctionName="checkout", Qualifier="42")
    await aws("lambda", "update_function_code", FunctionName="checkout", ZipFile=package("new"))
    aws.clock.advance(5)
    assert await aws("lambda", "get_function_configuration", FunctionName="checkout", Qualifier="42") == before


async def test_dry_run_changes_nothing(aws: Aws) -> None:
    before = await aws("lambda", "get_function_configuration", FunctionName="checkout")
    await aws("lambda", "update_function_code", FunctionName="checkout", ZipFile=package("new"), DryRun=True)
    assert await aws("lambda", "get_function_configuration", FunctionName="checkout") == before


async def test_publishing_new_code_makes_the_next_version(aws: Aws) -> None:
    await aws("lambda", "update_function_code", FunctionName="checkout", ZipFile=package("new"))
    aws.clock.advance(2)
    latest = await aws("lambda", "get_function_configuration", FunctionName="checkout")
    published = await aws(
        "lambda",
        "publish_version",
        FunctionName="checkout",
        CodeSha256=sha256(package("new")),
        RevisionId=latest["RevisionId"],
        Description="release 43",
    )
    assert (published["Version"], published["Description"]) == ("43", "release 43")
    assert published["FunctionArn"] == f"{ARN}:checkout:43"
    moved = await aws("lambda", "get_function_configuration", FunctionName="checkout")
    assert moved["RevisionId"] != latest["RevisionId"]
    assert moved["Version"] == "$LATEST"


async def test_publishing_what_is_published_gives_the_same_version(aws: Aws) -> None:
    for description in (None, "another description"):
        given = {} if description is None else {"Description": description}
        assert (await aws("lambda", "publish_version", FunctionName="checkout", **given))["Version"] == "42"
    await aws("lambda", "update_function_configuration", FunctionName="checkout", Timeout=20)
    aws.clock.advance(2)
    assert (await aws("lambda", "publish_version", FunctionName="checkout"))["Version"] == "43"
    assert (await aws("lambda", "publish_version", FunctionName="checkout"))["Version"] == "43"


async def test_publishing_against_another_code_or_revision_is_refused(aws: Aws) -> None:
    current = (await aws("lambda", "get_function_configuration", FunctionName="checkout"))["CodeSha256"]
    other = await aws.refused("lambda", "publish_version", FunctionName="checkout", CodeSha256="another")
    assert other.code == "InvalidParameterValueException"
    assert other.message == (
        f"CodeSHA256 (another) is different from current CodeSHA256 in $LATEST ({current}). "
        "Please try again with the CodeSHA256 in $LATEST."
    )
    stale = await aws.refused("lambda", "publish_version", FunctionName="checkout", RevisionId="0")
    assert (stale.code, stale.status) == ("PreconditionFailedException", 412)


@pytest.mark.parametrize("operation", ["update_function_code", "update_function_configuration"])
async def test_updates_compare_the_revision(aws: Aws, operation: str) -> None:
    change = {"ZipFile": package("new")} if operation.endswith("code") else {"Timeout": 20}
    refusal = await aws.refused("lambda", operation, FunctionName="checkout", RevisionId="0", **change)
    assert (refusal.code, refusal.status) == ("PreconditionFailedException", 412)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ({"ZipFile": b"no zip at all"}, "Could not unzip uploaded file"),
        ({"S3Bucket": "bucket", "S3Key": "key"}, "Access Denied"),
        ({"ImageUri": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/x:1"}, "Source image"),
        ({}, "Please provide a source for function code."),
    ],
)
async def test_code_that_is_refused(aws: Aws, code: dict[str, Any], words: str) -> None:
    refusal = await aws.refused("lambda", "update_function_code", FunctionName="checkout", **code)
    assert refusal.code == "InvalidParameterValueException"
    assert words in refusal.message


async def test_published_in_one_go(aws: Aws) -> None:
    answer = await aws("lambda", "create_function", **FRESH, Publish=True)
    assert answer["Version"] == "1"
    aws.clock.advance(2)
    second = await aws("lambda", "update_function_code", FunctionName="fresh", ZipFile=package("2"), Publish=True)
    assert (second["Version"], second["State"]) == ("2", "Pending")
    aws.clock.advance(2)
    waited = await aws("lambda", "get_function_configuration", FunctionName="fresh", Qualifier="2")
    assert waited["State"] == "Active"


@pytest.mark.parametrize("name", ["checkout", f"{ARN}:checkout", "123456789012:checkout", "function:checkout"])
async def test_names_in_every_form(aws: Aws, name: str) -> None:
    assert (await aws("lambda", "get_function", FunctionName=name))["Configuration"]["Version"] == "$LATEST"
    assert (await aws("lambda", "get_alias", FunctionName=name, Name="live"))["FunctionVersion"] == "41"


@pytest.mark.parametrize(
    ("name", "qualifier", "version", "arn"),
    [
        ("checkout", "42", "42", f"{ARN}:checkout:42"),
        ("checkout", "live", "41", f"{ARN}:checkout:live"),
        ("checkout", "$LATEST", "$LATEST", f"{ARN}:checkout:$LATEST"),
        ("checkout:live", None, "41", f"{ARN}:checkout:live"),
        (f"{ARN}:checkout:40", None, "40", f"{ARN}:checkout:40"),
        (f"{ARN}:checkout:40", "40", "40", f"{ARN}:checkout:40"),
    ],
)
async def test_qualifiers(aws: Aws, name: str, qualifier: str | None, version: str, arn: str) -> None:
    given = {} if qualifier is None else {"Qualifier": qualifier}
    answer = await aws("lambda", "get_function_configuration", FunctionName=name, **given)
    assert (answer["Version"], answer["FunctionArn"]) == (version, arn)


async def test_names_that_are_refused(aws: Aws) -> None:
    mismatch = await aws.refused("lambda", "get_function", FunctionName="checkout:41", Qualifier="42")
    assert mismatch.message == "The derived qualifier from the function name does not match the specified qualifier."
    elsewhere = await aws.refused(
        "lambda", "get_function", FunctionName="arn:aws:lambda:us-east-1:123456789012:function:checkout"
    )
    assert elsewhere.message == "Functions from 'us-east-1' are not reachable in this region ('eu-west-1')"
    foreign = await aws.refused(
        "lambda", "get_function", FunctionName="arn:aws:lambda:eu-west-1:999999999999:function:checkout"
    )
    assert (foreign.code, foreign.status) == ("AccessDeniedException", 403)
    odd = await aws.refused("lambda", "get_function", FunctionName="check out")
    assert odd.code == "ValidationException"
    missing = await aws.refused("lambda", "get_function", FunctionName="nope", Qualifier="$LATEST")
    assert missing.message == f"Function not found: {ARN}:nope:$LATEST"
    qualified = await aws.refused("lambda", "publish_version", FunctionName="checkout:live")
    assert qualified.code == "InvalidParameterValueException"


async def test_deleting(aws: Aws) -> None:
    in_use = await aws.refused("lambda", "delete_function", FunctionName="checkout", Qualifier="41")
    assert in_use.code == "ResourceConflictException"
    await aws("lambda", "delete_function", FunctionName="checkout", Qualifier="38")
    gone = await aws.refused("lambda", "get_function", FunctionName="checkout", Qualifier="38")
    assert gone.message == f"Function not found: {ARN}:checkout:38"
    latest = await aws.refused("lambda", "delete_function", FunctionName="checkout", Qualifier="$LATEST")
    assert latest.message == "$LATEST version cannot be deleted without deleting the function."
    await aws("lambda", "delete_function", FunctionName="checkout")
    assert (await aws.refused("lambda", "get_function", FunctionName="checkout")).status == 404
    assert (await aws.refused("lambda", "delete_function", FunctionName="checkout")).status == 404


async def test_lists_show_versions_without_states(aws: Aws) -> None:
    versions = (await aws("lambda", "list_versions_by_function", FunctionName="checkout"))["Versions"]
    assert [version["Version"] for version in versions] == ["$LATEST", "38", "39", "40", "41", "42"]
    assert versions[0]["FunctionArn"] == f"{ARN}:checkout:$LATEST"
    assert "State" not in versions[1]
    functions = (await aws("lambda", "list_functions"))["Functions"]
    assert [each["FunctionName"] for each in functions] == sorted(each["FunctionName"] for each in functions)
    assert {"checkout", "payments", "session-store"} <= {each["FunctionName"] for each in functions}
    every = (await aws("lambda", "list_functions", FunctionVersion="ALL"))["Functions"]
    assert [each["Version"] for each in every if each["FunctionName"] == "emails"] == ["$LATEST", "8", "9"]


async def test_another_region_is_an_empty_account(aws: Aws) -> None:
    assert (await aws("lambda", "list_functions", region="us-east-1"))["Functions"] == []
    assert (await aws("cloudwatch", "describe_alarms", region="us-east-1"))["MetricAlarms"] == []
    assert (await aws("cloudwatch", "list_metrics", region="us-east-1"))["Metrics"] == []
    missing = await aws.refused("lambda", "get_alias", region="us-east-1", FunctionName="checkout", Name="live")
    assert missing.message.endswith("arn:aws:lambda:us-east-1:123456789012:function:checkout:live")


async def test_who_am_i(aws: Aws) -> None:
    answer = await aws("sts", "get_caller_identity")
    assert answer["Account"] == "123456789012"
    assert answer["Arn"] == "arn:aws:iam::123456789012:user/sandbox"
