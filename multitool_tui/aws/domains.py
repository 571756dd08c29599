"""Custom domains in front of API Gateway's stages: where they lead, what they demand of callers, who reaches private
ones; and the resource policy of an API.

Source: API Gateway API reference, DomainName, BasePathMapping, DomainNameAccessAssociation; developer guide, "Mutual
TLS", "Custom domain names for private APIs".
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from multitool_tui.aws.errors import NotFound
from multitool_tui.aws.observability.paging import every_position
from multitool_tui.aws.translate import answered, aws_errors

_API = re.compile(r"arn:aws[a-z-]*:execute-api:[a-z0-9-]+:\d{12}:([a-z0-9]+)/")
_TRUST = "/mutualTlsAuthentication"
_OWN, _OTHERS = "SELF", "OTHER_ACCOUNTS"


@dataclass(frozen=True, slots=True)
class Lead:
    """What a path of a domain leads to. `path` is empty for all that no other one is for; `stage` where the caller
    names it in the path."""

    path: str
    api: str
    stage: str


@dataclass(frozen=True, slots=True)
class Domain:
    """A custom domain. `kind` is API Gateway's: EDGE, REGIONAL or PRIVATE, of which only the last has an `id`.

    `certificate`: its ARN. `truststore`: where the certificates are by which callers are known (mutual TLS), empty
    without. `policy` and `management` are JSON, of private ones only.
    """

    name: str
    id: str
    arn: str
    kind: str
    status: str
    certificate: str
    security: str
    truststore: str
    policy: str
    management: str

    @property
    def private(self) -> bool:
        return bool(self.id)


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of an API, and the ARN of the web ACL that guards it, empty without."""

    api: str
    name: str
    web_acl: str


@dataclass(frozen=True, slots=True)
class Association:
    """A VPC endpoint that reaches a private domain. `foreign`: another account made it."""

    arn: str
    domain: str
    endpoint: str
    foreign: bool


async def domains(client: Any) -> tuple[Domain, ...]:
    """Every custom domain of the account and region, by name."""
    found = await every_position(client.get_domain_names, "items", resourceOwner=_OWN)
    return tuple(sorted(map(_domain, found), key=lambda domain: (domain.name, domain.id)))


async def domain(client: Any, name: str, identity: str = "") -> Domain:
    """One domain; a private one by its id as well.

    Raises:
        NotFound: there is no such domain.
    """
    with aws_errors():
        return _domain(await client.get_domain_name(**_named(name, identity)))


async def leads(client: Any, of: Domain) -> tuple[Lead, ...]:
    """Where a domain leads, by path."""
    found = await every_position(client.get_base_path_mappings, "items", **_named(of.name, of.id))
    return tuple(sorted((_lead(item) for item in found), key=lambda lead: lead.path))


async def associations(client: Any) -> tuple[Association, ...]:
    """Who reaches the account's private domains, its own endpoints first."""
    found = [
        (item, owner)
        for owner in (_OWN, _OTHERS)
        for item in await every_position(client.get_domain_name_access_associations, "items", resourceOwner=owner)
    ]
    return tuple(_association(item, foreign=owner == _OTHERS) for item, owner in found)


async def associate(client: Any, arn: str, endpoint: str) -> None:
    """Let a VPC endpoint reach the private domain of this ARN."""
    with aws_errors():
        await client.create_domain_name_access_association(
            domainNameArn=arn, accessAssociationSourceType="VPCE", accessAssociationSource=endpoint
        )


async def reject(client: Any, association: Association) -> None:
    """Let an endpoint of another account reach the domain no longer.

    Raises:
        NotFound: it does not any more.
    """
    with aws_errors():
        await client.reject_domain_name_access_association(
            domainNameAccessAssociationArn=association.arn, domainNameArn=association.domain
        )


async def trust(client: Any, of: Domain, store: str) -> None:
    """Take callers only who have a certificate of the store, an s3:// URI; without one, all callers."""
    change = (
        {"op": "replace", "path": f"{_TRUST}/truststoreUri", "value": store}
        if store
        else {"op": "remove", "path": _TRUST}
    )
    await _patch(client, of, change)


async def write_policy(client: Any, of: Domain, policy: str) -> None:
    """Say who may call a private domain, as JSON."""
    await _patch(client, of, {"op": "replace", "path": "/policy", "value": policy})


async def write_management_policy(client: Any, of: Domain, policy: str) -> None:
    """Say who may manage a private domain, as JSON."""
    await _patch(client, of, {"op": "replace", "path": "/managementPolicy", "value": policy})


async def apis_of(functions: Any, function: str, alias: str) -> tuple[str, ...]:
    """The ids of the APIs that may invoke a function's alias, or the function where `alias` is empty."""
    qualifier = {"Qualifier": alias} if alias else {}
    try:
        with aws_errors():
            answer = await functions.get_policy(FunctionName=function, **qualifier)
    except NotFound:
        return ()  # it has no policy
    return tuple(sorted(set(_API.findall(answer.get("Policy") or ""))))


async def stages(client: Any, api: str) -> tuple[Stage, ...]:
    """The stages of an API, by name.

    Raises:
        NotFound: there is no such API.
    """
    with aws_errors():
        found = (await client.get_stages(restApiId=api)).get("item") or ()
        return tuple(sorted((_stage(api, item) for item in found), key=lambda stage: stage.name))


async def api_policy(client: Any, api: str) -> str:
    """The resource policy of an API as JSON, empty without one.

    Raises:
        NotFound: there is no such API.
    """
    with aws_errors():
        written = (await client.get_rest_api(restApiId=api)).get("policy") or ""
    return _plain(written)


async def write_api_policy(client: Any, api: str, policy: str) -> None:
    """Give an API a resource policy, or take it away with an empty one. A stage has it from its next deployment on."""
    change = {"op": "replace", "path": "/policy", "value": policy} if policy else {"op": "remove", "path": "/policy"}
    with aws_errors():
        await client.update_rest_api(restApiId=api, patchOperations=[change])


async def _patch(client: Any, of: Domain, change: dict[str, str]) -> None:
    with aws_errors():
        await client.update_domain_name(**_named(of.name, of.id), patchOperations=[change])


def _named(name: str, identity: str) -> dict[str, str]:
    return {"domainName": name} | ({"domainNameId": identity} if identity else {})


def _domain(item: dict[str, Any]) -> Domain:
    answered(item, "domainName")
    return Domain(
        item["domainName"],
        item.get("domainNameId", ""),
        item.get("domainNameArn", ""),
        next(iter((item.get("endpointConfiguration") or {}).get("types") or ()), ""),
        item.get("domainNameStatus", ""),
        item.get("regionalCertificateArn") or item.get("certificateArn") or "",
        item.get("securityPolicy", ""),
        (item.get("mutualTlsAuthentication") or {}).get("truststoreUri", ""),
        _plain(item.get("policy") or ""),
        _plain(item.get("managementPolicy") or ""),
    )


def _stage(api: str, item: dict[str, Any]) -> Stage:
    answered(item, "stageName")
    return Stage(api, item["stageName"], item.get("webAclArn", ""))


def _lead(item: dict[str, Any]) -> Lead:
    path = item.get("basePath", "")
    return Lead("" if path == "(none)" else path, item.get("restApiId", ""), item.get("stage", ""))


def _association(item: dict[str, Any], *, foreign: bool) -> Association:
    answered(item, "domainNameAccessAssociationArn", "domainNameArn")
    return Association(
        item["domainNameAccessAssociationArn"], item["domainNameArn"], item.get("accessAssociationSource", ""), foreign
    )


def _plain(policy: str) -> str:
    """A policy as it was written: API Gateway answers it with its quotes escaped."""
    if not policy.startswith('{\\"'):
        return policy
    try:
        return str(json.loads(f'"{policy}"'))
    except ValueError:
        return policy
