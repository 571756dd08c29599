"""Custom domains in front of stages: create, read, list, patch and delete, and what of them leads where.

Source: API Gateway API reference, CreateDomainName, UpdateDomainName and BasePathMapping; developer guide, "Custom
domain names for private APIs".
"""

from __future__ import annotations

import re
from typing import Any

from multitool_tui.sandbox.apis.state import Body, Domain
from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.services.apigateway.common import api_of, given, not_found, page_of, refused
from multitool_tui.sandbox.services.apigateway.patching import Patches, text
from multitool_tui.sandbox.wire.messages import Params

PRIVATE = "PRIVATE"
_NAME = re.compile(r"(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_BASE_PATH = re.compile(r"[A-Za-z0-9\-._$+!*'()]+")
_NO_PATH = "(none)"
_SETTABLE = (
    "certificateArn",
    "regionalCertificateArn",
    "ownershipVerificationCertificateArn",
    "policy",
    "routingMode",
    "tags",
)
_PATCHES = Patches(
    {
        "/certificateArn": text,
        "/regionalCertificateArn": text,
        "/ownershipVerificationCertificateArn": text,
        "/securityPolicy": text,
        "/policy": text,
        "/managementPolicy": text,
        "/mutualTlsAuthentication/truststoreUri": text,
        "/mutualTlsAuthentication/truststoreVersion": text,
        "/routingMode": text,
    },
    removable=("/mutualTlsAuthentication", "/policy"),
)
_OF_PRIVATE_ONES = ("/policy", "/managementPolicy")


def create_domain_name(region: Region, params: Params) -> Params:
    name = params["domainName"]
    if not _NAME.fullmatch(name):
        raise refused("Invalid domain name specified")
    types = params.get("endpointConfiguration", {}).get("types", ["EDGE"])
    private = types == [PRIVATE]
    if not private and any(each.name == name and not each.private for each in region.apis.domains.values()):
        raise refused("The domain name you provided already exists.")
    if not {"certificateArn", "regionalCertificateArn"} & params.keys():
        raise refused("A certificate must be specified")
    if "policy" in params and not private:
        raise refused("A policy can be given to a private custom domain name only")
    identity = region.apis.new_id(10) if private else ""
    body: Body = given(params, *_SETTABLE) | {
        "domainName": name,
        "domainNameArn": region.place.domain_arn(name, identity),
        "domainNameStatus": "AVAILABLE",
        "endpointConfiguration": {"types": types},
        "securityPolicy": params.get("securityPolicy", "TLS_1_2"),
    }
    if private:
        body["domainNameId"] = identity
    elif types == ["REGIONAL"]:
        body["regionalDomainName"] = f"d-{region.apis.new_id(10)}.execute-api.{region.place.region}.amazonaws.com"
    else:
        body["distributionDomainName"] = f"d{region.apis.new_id(13)}.cloudfront.net"
    if "mutualTlsAuthentication" in params:
        body["mutualTlsAuthentication"] = _trusting(params["mutualTlsAuthentication"])
    region.apis.domains[body["domainNameArn"]] = Domain(body)
    return body


def get_domain_name(region: Region, params: Params) -> Params:
    return domain_of(region, params).body


def get_domain_names(region: Region, params: Params) -> Params:
    others = params.get("resourceOwner") == "OTHER_ACCOUNTS"
    return page_of([] if others else [each.body for each in region.apis.domains.values()], params, "domains")


def update_domain_name(region: Region, params: Params) -> Params:
    domain = domain_of(region, params)
    operations = params.get("patchOperations", [])
    for each in operations:
        if each.get("path") in _OF_PRIVATE_ONES and not domain.private:
            raise refused(f"Invalid patch path  '{each['path']}' specified: it is of private custom domain names only")
    domain.body = _PATCHES.applied(domain.body, operations)
    if "mutualTlsAuthentication" in domain.body:
        domain.body["mutualTlsAuthentication"] = _trusting(domain.body["mutualTlsAuthentication"])
    return domain.body


def delete_domain_name(region: Region, params: Params) -> Params:
    del region.apis.domains[domain_of(region, params).body["domainNameArn"]]
    return {}


def create_base_path_mapping(region: Region, params: Params) -> Params:
    domain, api = domain_of(region, params), api_of(region, params)
    path = params.get("basePath") or _NO_PATH
    if path != _NO_PATH and not _BASE_PATH.fullmatch(path):
        raise refused("Invalid base path specified")
    if "stage" in params and params["stage"] not in api.stages:
        raise refused("Invalid stage identifier specified")
    if path in domain.mappings:
        raise AwsError("ConflictException", "Base path already exists for this domain name")
    domain.mappings[path] = {"basePath": path, **given(params, "restApiId", "stage")}
    return domain.mappings[path]


def get_base_path_mappings(region: Region, params: Params) -> Params:
    return page_of([*domain_of(region, params).mappings.values()], params, "base path mappings")


def domain_of(region: Region, params: Params) -> Domain:
    """The domain that a call names; a private one by its id as well.

    Raises:
        AwsError: NotFoundException.
    """
    arn = region.place.domain_arn(params["domainName"], params.get("domainNameId", ""))
    if arn not in region.apis.domains:
        raise not_found("domain name")
    return region.apis.domains[arn]


def _trusting(settings: dict[str, Any]) -> Body:
    uri = settings.get("truststoreUri", "")
    if not re.fullmatch(r"s3://[^/]+/.+", uri):
        raise refused("Invalid truststoreUri specified: it must be s3://bucket/key")
    return given(settings, "truststoreUri", "truststoreVersion")
