"""The rules of weighted aliases: what AWS refuses, and in which words, the sandbox refuses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import Make
from tests.sandbox.support import Aws, package

ARN = "arn:aws:lambda:eu-west-1:123456789012:function"
LIVE: dict[str, Any] = {"FunctionName": "checkout", "Name": "live"}


def routing(**weights: float) -> dict[str, Any]:
    return {"AdditionalVersionWeights": {name.removeprefix("v"): weight for name, weight in weights.items()}}


async def test_an_alias_is_answered_as_aws_does(aws: Aws) -> None:
    alias = await aws("lambda", "get_alias", **LIVE)
    revision = alias.pop("RevisionId")
    assert len(revision) == 36
    assert alias == {
        "AliasArn": f"{ARN}:checkout:live",
        "Name": "live",
        "FunctionVersion": "41",
        "Description": "production",
    }


async def test_every_change_moves_the_revision(aws: Aws) -> None:
    revisions = [(await aws("lambda", "get_alias", **LIVE))["RevisionId"]]
    revisions += [(await aws.weigh(weight))["RevisionId"] for weight in (0.1, 0.1, 0.0)]
    assert len(set(revisions)) == 4
    assert (await aws("lambda", "get_alias", **LIVE))["RevisionId"] == revisions[-1]


async def test_a_stale_revision_is_refused_and_changes_nothing(aws: Aws) -> None:
    stale = (await aws("lambda", "get_alias", **LIVE))["RevisionId"]
    await aws.weigh(0.1)
    refusal = await aws.refused("lambda", "update_alias", **LIVE, RoutingConfig=routing(v42=0.5), RevisionId=stale)
    assert (refusal.code, refusal.status) == ("PreconditionFailedException", 412)
    assert refusal.message == (
        "The Revision Id provided does not match the latest Revision Id. "
        "Call the GetFunction/GetAlias API to retrieve the latest Revision Id"
    )
    assert refusal.response["Type"] == "User"
    assert aws.sandbox.alias("checkout", "live").weights == {"42": 0.1}


async def test_the_current_revision_is_taken(aws: Aws) -> None:
    current = (await aws("lambda", "get_alias", **LIVE))["RevisionId"]
    answer = await aws("lambda", "update_alias", **LIVE, RoutingConfig=routing(v42=0.05), RevisionId=current)
    assert answer["RoutingConfig"] == {"AdditionalVersionWeights": {"42": 0.05}}


async def test_what_an_update_omits_stays(aws: Aws) -> None:
    await aws.weigh(0.1)
    described = await aws("lambda", "update_alias", **LIVE, Description="note")
    assert described["RoutingConfig"] == {"AdditionalVersionWeights": {"42": 0.1}}
    assert (described["FunctionVersion"], described["Description"]) == ("41", "note")
    reweighed = await aws.weigh(0.2)
    assert reweighed["Description"] == "note"


async def test_empty_weights_clear_the_routing(aws: Aws) -> None:
    await aws.weigh(0.1)
    assert "RoutingConfig" not in await aws.weigh(0.0)
    assert aws.sandbox.alias("checkout", "live").weights == {}


async def test_promotion_in_one_update(aws: Aws) -> None:
    await aws.weigh(0.5)
    promoted = await aws("lambda", "update_alias", **LIVE, FunctionVersion="42", RoutingConfig=routing())
    assert promoted["FunctionVersion"] == "42"
    assert "RoutingConfig" not in promoted


async def test_promotion_without_clearing_the_weights_is_refused(aws: Aws) -> None:
    await aws.weigh(0.5)
    refusal = await aws.refused("lambda", "update_alias", **LIVE, FunctionVersion="42")
    assert refusal.code == "InvalidParameterValueException"
    assert aws.sandbox.alias("checkout", "live").version == "41"


@pytest.mark.parametrize(
    ("change", "code", "status", "message"),
    [
        (
            {"RoutingConfig": routing(v42=0.1, v40=0.1)},
            "InvalidParameterValueException",
            400,
            "Number of items in AdditionalVersionWeights cannot be greater than 1",
        ),
        (
            {"RoutingConfig": routing(v42=1.01)},
            "ValidationException",
            400,
            "1 validation error detected: Value '{42=1.01}' at 'routingConfig.additionalVersionWeights' failed to "
            "satisfy constraint: Map value must satisfy constraint: [Member must have value less than or equal to 1.0, "
            "Member must have value greater than or equal to 0.0, Member must not be null]",
        ),
        (
            {"RoutingConfig": routing(v42=-0.01)},
            "ValidationException",
            400,
            "1 validation error detected: Value '{42=-0.01}' at 'routingConfig.additionalVersionWeights' failed to "
            "satisfy constraint: Map value must satisfy constraint: [Member must have value less than or equal to 1.0, "
            "Member must have value greater than or equal to 0.0, Member must not be null]",
        ),
        (
            {"RoutingConfig": {"AdditionalVersionWeights": {"$LATEST": 0.5}}},
            "ValidationException",
            400,
            "1 validation error detected: Value '{$LATEST=0.5}' at 'routingConfig.additionalVersionWeights' failed to "
            "satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to "
            "1024, Member must have length greater than or equal to 1, Member must satisfy regular expression "
            "pattern: [0-9]+]",
        ),
        (
            {"RoutingConfig": routing(v41=0.5)},
            "InvalidParameterValueException",
            400,
            "Invalid function version 41. Function version 41 is already included in routing configuration.",
        ),
        (
            {"FunctionVersion": "$LATEST", "RoutingConfig": routing(v42=0.5)},
            "InvalidParameterValueException",
            400,
            "$LATEST is not supported for an alias pointing to more than 1 version",
        ),
        (
            {"FunctionVersion": "99"},
            "ResourceNotFoundException",
            404,
            f"Function not found: {ARN}:checkout:99",
        ),
        (
            {"RoutingConfig": routing(v99=0.5)},
            "ResourceNotFoundException",
            404,
            f"Function not found: {ARN}:checkout:99",
        ),
        ({"Description": "x" * 257}, "ValidationException", 400, None),
    ],
)
async def test_what_update_alias_refuses(
    aws: Aws, change: dict[str, Any], code: str, status: int, message: str | None
) -> None:
    before = aws.sandbox.alias("checkout", "live")
    refusal = await aws.refused("lambda", "update_alias", **LIVE, **change)
    assert (refusal.code, refusal.status) == (code, status)
    if message is not None:
        assert refusal.message == message
    assert aws.sandbox.alias("checkout", "live") == before


async def test_a_description_of_256_characters_is_taken(aws: Aws) -> None:
    assert (await aws("lambda", "update_alias", **LIVE, Description="x" * 256))["Description"] == "x" * 256


@pytest.mark.parametrize("weight", [0.0, 1.0])
async def test_the_extreme_weights_are_taken(aws: Aws, weight: float) -> None:
    answer = await aws("lambda", "update_alias", **LIVE, RoutingConfig=routing(v42=weight))
    assert answer["RoutingConfig"] == {"AdditionalVersionWeights": {"42": weight}}


async def test_versions_with_unlike_roles_share_no_alias(aws: Aws) -> None:
    refusal = await aws.refused(
        "lambda", "update_alias", FunctionName="session-store", Name="live", RoutingConfig=routing(v54=0.1)
    )
    assert refusal.code == "InvalidParameterValueException"
    assert refusal.message == "Specified versions must be associated with the same execution role"


async def test_versions_with_unlike_dead_letter_queues_share_no_alias(aws: Aws) -> None:
    queue = {"TargetArn": "arn:aws:sqs:eu-west-1:123456789012:dead"}
    await aws("lambda", "update_function_configuration", FunctionName="checkout", DeadLetterConfig=queue)
    aws.clock.advance(5)
    assert (await aws("lambda", "publish_version", FunctionName="checkout"))["Version"] == "43"
    refusal = await aws.refused("lambda", "update_alias", **LIVE, RoutingConfig=routing(v43=0.1))
    assert refusal.code == "InvalidParameterValueException"
    assert "dead letter queue" in refusal.message


async def test_a_missing_alias(aws: Aws) -> None:
    missing: dict[str, Any] = {"FunctionName": "checkout", "Name": "nope"}
    got = await aws.refused("lambda", "get_alias", **missing)
    assert (got.code, got.status) == ("ResourceNotFoundException", 404)
    assert got.message == f"Cannot find alias arn: {ARN}:checkout:nope"
    updated = await aws.refused("lambda", "update_alias", **missing, Description="x")
    assert updated.message == f"Alias not found: {ARN}:checkout:nope"
    # AWS answers 204 to the deletion of what is not there.
    await aws("lambda", "delete_alias", **missing)


async def test_the_life_of_an_alias(aws: Aws) -> None:
    created = await aws(
        "lambda",
        "create_alias",
        FunctionName="checkout",
        Name="qa",
        FunctionVersion="40",
        RoutingConfig=routing(v42=0.3),
    )
    assert created["AliasArn"] == f"{ARN}:checkout:qa"
    assert created["RoutingConfig"] == {"AdditionalVersionWeights": {"42": 0.3}}
    again = await aws.refused("lambda", "create_alias", FunctionName="checkout", Name="qa", FunctionVersion="40")
    assert (again.code, again.status) == ("ResourceConflictException", 409)
    assert again.message == f"Alias already exists: {ARN}:checkout:qa"
    await aws("lambda", "delete_alias", FunctionName="checkout", Name="qa")
    assert (await aws.refused("lambda", "get_alias", FunctionName="checkout", Name="qa")).status == 404


@pytest.mark.parametrize("name", ["2024", "with space", "dot.ted", "x" * 129])
async def test_names_that_no_alias_may_have(aws: Aws, name: str) -> None:
    refusal = await aws.refused("lambda", "create_alias", FunctionName="checkout", Name=name, FunctionVersion="40")
    assert (refusal.code, refusal.status) == ("ValidationException", 400)


async def test_an_alias_of_latest_alone_is_allowed(aws: Aws) -> None:
    answer = await aws("lambda", "create_alias", FunctionName="checkout", Name="edge", FunctionVersion="$LATEST")
    assert answer["FunctionVersion"] == "$LATEST"


async def test_aliases_by_version(aws: Aws) -> None:
    await aws.weigh(0.1)
    by_canary = await aws("lambda", "list_aliases", FunctionName="checkout", FunctionVersion="42")
    assert [alias["Name"] for alias in by_canary["Aliases"]] == ["live"]
    by_baseline = await aws("lambda", "list_aliases", FunctionName="checkout", FunctionVersion="41")
    assert [alias["Name"] for alias in by_baseline["Aliases"]] == ["beta", "live"]


async def test_the_alias_that_somebody_left_weighted(aws: Aws) -> None:
    alias = await aws("lambda", "get_alias", FunctionName="payments", Name="live")
    assert alias["FunctionVersion"] == "17"
    assert alias["RoutingConfig"] == {"AdditionalVersionWeights": {"18": 0.1}}


async def test_stale_reads_for_as_long_as_the_sandbox_is_told(make: Make) -> None:
    aws = await make(alias_lag=3.0)
    before = await aws("lambda", "get_alias", **LIVE)
    aws.clock.advance(10)
    after = await aws.weigh(0.1)
    aws.clock.advance(2)
    assert await aws("lambda", "get_alias", **LIVE) == before
    listed = await aws("lambda", "list_aliases", FunctionName="checkout")
    assert [alias for alias in listed["Aliases"] if alias["Name"] == "live"] == [before]
    # Writes are compared with what is so, not with what readers see.
    refusal = await aws.refused("lambda", "update_alias", **LIVE, Description="x", RevisionId=before["RevisionId"])
    assert refusal.code == "PreconditionFailedException"
    assert aws.sandbox.alias("checkout", "live").revision_id == after["RevisionId"]
    aws.clock.advance(1)
    assert await aws("lambda", "get_alias", **LIVE) == after


async def test_a_new_function_has_no_alias(aws: Aws) -> None:
    await aws(
        "lambda",
        "create_function",
        FunctionName="fresh",
        Runtime="python3.12",
        Handler="app.handler",
        Role="arn:aws:iam::123456789012:role/fresh",
        Code={"ZipFile": package()},
    )
    assert (await aws("lambda", "list_aliases", FunctionName="fresh"))["Aliases"] == []
    refusal = await aws.refused("lambda", "create_alias", FunctionName="gone", Name="live", FunctionVersion="1")
    assert refusal.message == f"Function not found: {ARN}:gone:1"
