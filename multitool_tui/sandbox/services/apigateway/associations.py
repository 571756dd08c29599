"""Access associations: which VPC endpoints reach a private custom domain.

Source: API Gateway API reference, DomainNameAccessAssociation.
"""

from __future__ import annotations

import re

from multitool_tui.sandbox.apis.state import Body
from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.services.apigateway.common import given, not_found, page_of, refused
from multitool_tui.sandbox.wire.messages import Params

_ENDPOINT = re.compile(r"vpce-[0-9a-f]{8,17}")


def create_domain_name_access_association(region: Region, params: Params) -> Params:
    domain = region.apis.domains.get(params["domainNameArn"])
    if domain is None or not domain.private:
        raise not_found("domain name")
    source = params["accessAssociationSource"]
    if not _ENDPOINT.fullmatch(source):
        raise refused("Invalid access association source specified")
    arn = region.place.access_association_arn(f"{domain.name}+{domain.body['domainNameId']}", source)
    if arn in region.apis.associations:
        raise AwsError("ConflictException", "The access association already exists")
    region.apis.associations[arn] = {
        "domainNameAccessAssociationArn": arn,
        **given(params, "domainNameArn", "accessAssociationSourceType", "accessAssociationSource", "tags"),
    }
    return region.apis.associations[arn]


def get_domain_name_access_associations(region: Region, params: Params) -> Params:
    """One's own; those that others made with one's domains are there with `resourceOwner` OTHER_ACCOUNTS."""
    others = params.get("resourceOwner") == "OTHER_ACCOUNTS"
    found = [each for each in region.apis.associations.values() if _is_foreign(region, each) is others]
    return page_of(found, params, "access associations")


def reject_domain_name_access_association(region: Region, params: Params) -> Params:
    found = _association(region, params)
    if found["domainNameArn"] != params["domainNameArn"]:
        raise not_found("access association")
    if not _is_foreign(region, found):
        raise refused("An access association of one's own account is deleted, not rejected")
    del region.apis.associations[found["domainNameAccessAssociationArn"]]
    return {}


def delete_domain_name_access_association(region: Region, params: Params) -> Params:
    found = _association(region, params)
    if _is_foreign(region, found):
        raise not_found("access association")
    del region.apis.associations[found["domainNameAccessAssociationArn"]]
    return {}


def _association(region: Region, params: Params) -> Body:
    arn = params["domainNameAccessAssociationArn"]
    if arn not in region.apis.associations:
        raise not_found("access association")
    return region.apis.associations[arn]


def _is_foreign(region: Region, association: Body) -> bool:
    arn: str = association["domainNameAccessAssociationArn"]
    return arn.split(":")[4] != region.place.account
