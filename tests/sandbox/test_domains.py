"""Custom domains on the sandbox: what is in front of a stage, who reaches a private one, and what each needs beside
the verb."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.permissions.support import policy, statement
from tests.sandbox.conftest import Make
from tests.sandbox.support import Aws

HERE = "arn:aws:apigateway:eu-west-1"
CERTIFICATE = "arn:aws:acm:eu-west-1:123456789012:certificate/1"
REGIONAL: dict[str, Any] = {
    "domainName": "orders.example.com",
    "regionalCertificateArn": CERTIFICATE,
    "endpointConfiguration": {"types": ["REGIONAL"]},
}
PRIVATE: dict[str, Any] = {
    "domainName": "orders.internal.net",
    "certificateArn": CERTIFICATE,
    "endpointConfiguration": {"types": ["PRIVATE"]},
}
ENDPOINT = "vpce-0123456789abcdef0"
TRUST = {"truststoreUri": "s3://trust/store.pem"}


def patch(op: str, path: str, value: str | None = None) -> dict[str, Any]:
    return {"patchOperations": [{"op": op, "path": path} | ({"value": value} if value is not None else {})]}


async def a_stage(aws: Aws) -> str:
    api: str = (await aws("apigateway", "create_rest_api", name="orders"))["id"]
    [root] = (await aws("apigateway", "get_resources", restApiId=api))["items"]
    method = {"restApiId": api, "resourceId": root["id"], "httpMethod": "GET"}
    await aws("apigateway", "put_method", **method, authorizationType="NONE")
    await aws("apigateway", "put_integration", **method, type="MOCK")
    await aws("apigateway", "create_deployment", restApiId=api, stageName="prod")
    return api


async def test_a_domain_leads_to_a_stage(aws: Aws) -> None:
    api = await a_stage(aws)
    made = await aws("apigateway", "create_domain_name", **REGIONAL)
    assert made["domainNameArn"] == f"{HERE}::/domainnames/orders.example.com"
    assert made["domainNameStatus"] == "AVAILABLE"
    named = {"domainName": "orders.example.com"}
    mapping = await aws("apigateway", "create_base_path_mapping", **named, restApiId=api, stage="prod")
    assert mapping == {"basePath": "(none)", "restApiId": api, "stage": "prod"}
    assert (await aws("apigateway", "get_base_path_mappings", **named))["items"] == [mapping]
    assert [each["domainName"] for each in (await aws("apigateway", "get_domain_names"))["items"]] == [
        "orders.example.com"
    ]
    again = await aws.refused("apigateway", "create_base_path_mapping", **named, restApiId=api)
    assert (again.code, again.status) == ("ConflictException", 409)
    assert (await aws.refused("apigateway", "create_domain_name", **REGIONAL)).code == "BadRequestException"
    await aws("apigateway", "delete_domain_name", **named)
    assert (await aws.refused("apigateway", "get_domain_name", **named)).status == 404


async def test_mutual_tls_comes_and_goes_by_patches(aws: Aws) -> None:
    await aws("apigateway", "create_domain_name", **REGIONAL)
    named = {"domainName": "orders.example.com"}
    on = patch("replace", "/mutualTlsAuthentication/truststoreUri", "s3://trust/store.pem")
    assert (await aws("apigateway", "update_domain_name", **named, **on))["mutualTlsAuthentication"] == TRUST
    wrong = patch("replace", "/mutualTlsAuthentication/truststoreUri", "https://trust")
    assert (await aws.refused("apigateway", "update_domain_name", **named, **wrong)).code == "BadRequestException"
    off = patch("remove", "/mutualTlsAuthentication")
    assert "mutualTlsAuthentication" not in await aws("apigateway", "update_domain_name", **named, **off)
    of_private_ones = patch("replace", "/policy", "{}")
    assert (await aws.refused("apigateway", "update_domain_name", **named, **of_private_ones)).status == 400


async def test_a_private_domain_is_reached_by_associations(aws: Aws) -> None:
    domain = (await aws("apigateway", "create_domain_name", **PRIVATE))["domainNameArn"]
    assert domain.startswith(f"{HERE}:123456789012:/domainnames/orders.internal.net+")
    asked = {"domainNameArn": domain, "accessAssociationSourceType": "VPCE", "accessAssociationSource": ENDPOINT}
    made = await aws("apigateway", "create_domain_name_access_association", **asked)
    arn = made["domainNameAccessAssociationArn"]
    assert arn.endswith(f"/vpcesource/{ENDPOINT}")
    assert (await aws("apigateway", "get_domain_name_access_associations"))["items"] == [made]
    foreign = await aws("apigateway", "get_domain_name_access_associations", resourceOwner="OTHER_ACCOUNTS")
    assert foreign["items"] == []
    rejected = {"domainNameAccessAssociationArn": arn, "domainNameArn": domain}
    refusal = await aws.refused("apigateway", "reject_domain_name_access_association", **rejected)
    assert refusal.code == "BadRequestException"  # one's own are deleted
    await aws("apigateway", "delete_domain_name_access_association", domainNameAccessAssociationArn=arn)
    assert (await aws("apigateway", "get_domain_name_access_associations"))["items"] == []


async def test_what_another_account_made_is_rejected(make: Make) -> None:
    aws = await make("api")
    [domain] = [each for each in (await aws("apigateway", "get_domain_names"))["items"] if "domainNameId" in each]
    [foreign] = (await aws("apigateway", "get_domain_name_access_associations", resourceOwner="OTHER_ACCOUNTS"))[
        "items"
    ]
    assert foreign["domainNameArn"] == domain["domainNameArn"]
    named = {key: foreign[key] for key in ("domainNameAccessAssociationArn", "domainNameArn")}
    await aws("apigateway", "reject_domain_name_access_association", **named)
    assert (await aws("apigateway", "get_domain_name_access_associations", resourceOwner="OTHER_ACCOUNTS"))[
        "items"
    ] == []


async def test_an_api_s_policy_is_written_and_answered_as_aws_does(aws: Aws) -> None:
    api = {"restApiId": await a_stage(aws)}
    document = '{"Version": "2012-10-17", "Statement": []}'
    body = await aws("apigateway", "update_rest_api", **api, **patch("replace", "/policy", document))
    assert json.loads(f'"{body["policy"]}"') == '{"Version":"2012-10-17","Statement":[]}'
    renamed = await aws("apigateway", "update_rest_api", **api, **patch("replace", "/name", "new"))
    assert (renamed["name"], renamed["policy"]) == ("new", body["policy"])
    wrong = patch("replace", "/policy", "no JSON")
    assert (await aws.refused("apigateway", "update_rest_api", **api, **wrong)).code == "BadRequestException"


@pytest.mark.parametrize(
    ("operation", "asked", "action", "resource"),
    [
        ("create_domain_name", REGIONAL | {"mutualTlsAuthentication": TRUST}, "AddCertificateToDomain", ""),
        (
            "update_domain_name",
            {"domainName": "a.example.com", **patch("remove", "/mutualTlsAuthentication")},
            "RemoveCertificateFromDomain",
            "/a.example.com",
        ),
        ("create_domain_name", PRIVATE | {"policy": "{}"}, "UpdateDomainNamePolicy", ""),
        (
            "update_domain_name",
            {"domainName": "a.example.com", **patch("replace", "/managementPolicy", "{}")},
            "UpdateDomainNameManagementPolicy",
            "/a.example.com",
        ),
    ],
)
async def test_what_is_delicate_is_checked_beside_the_verb(
    make: Make, operation: str, asked: dict[str, Any], action: str, resource: str
) -> None:
    verbs = [f"apigateway:{verb}" for verb in ("GET", "POST", "PUT", "PATCH", "DELETE")]
    refusal = await (await make(policy=policy(statement(Action=verbs)))).refused("apigateway", operation, **asked)
    assert f"apigateway:{action} on resource: {HERE}::/domainnames{resource} " in refusal.message


async def test_policies_of_apis_and_associations_are_checked_too(make: Make) -> None:
    verbs = policy(statement(Action=["apigateway:GET", "apigateway:POST", "apigateway:PATCH"]))
    aws = await make("api", policy=verbs)
    [api] = (await aws("apigateway", "get_rest_apis"))["items"]
    refusal = await aws.refused("apigateway", "update_rest_api", restApiId=api["id"], **patch("remove", "/policy"))
    assert f"apigateway:UpdateRestApiPolicy on resource: {HERE}::/restapis/{api['id']} " in refusal.message
    [foreign] = (await aws("apigateway", "get_domain_name_access_associations", resourceOwner="OTHER_ACCOUNTS"))[
        "items"
    ]
    named = {key: foreign[key] for key in ("domainNameAccessAssociationArn", "domainNameArn")}
    refusal = await aws.refused("apigateway", "reject_domain_name_access_association", **named)
    assert f"apigateway:RejectAccessAssociation on resource: {foreign['domainNameArn']} " in refusal.message
    asked = {"accessAssociationSourceType": "VPCE", "accessAssociationSource": ENDPOINT}
    refusal = await aws.refused(
        "apigateway", "create_domain_name_access_association", domainNameArn=foreign["domainNameArn"], **asked
    )
    assert "apigateway:CreateAccessAssociation on resource: " in refusal.message
