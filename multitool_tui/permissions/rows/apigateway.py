"""Amazon API Gateway: an action is the HTTP verb of a request, on the path of what it concerns."""

from __future__ import annotations

from dataclasses import replace

from multitool_tui.permissions.features import DOMAINS, SETUP, STAGES, TAGS, TEARDOWN, WATCH
from multitool_tui.permissions.row import Access, Feature, Row, Shape, operations

APIS = Shape("Apis", "arn:{partition}:apigateway:{region}::/restapis")
API = Shape("RestApi", "arn:{partition}:apigateway:{region}::/restapis/{api}*")
TAG = Shape("Tags", "arn:{partition}:apigateway:{region}::/tags/*")
STAGE = Shape("Stage", "arn:{partition}:apigateway:{region}::/restapis/{api}*/stages*")
DOMAIN = Shape("DomainName", "arn:{partition}:apigateway:{region}::/domainnames*")
PRIVATE_DOMAIN = Shape("PrivateDomainName", "arn:{partition}:apigateway:{region}:{account}:/domainnames/*")
# The verbs are checked on these for custom domains alone.
DOMAINS_TOO = tuple(replace(shape, only=(DOMAINS,)) for shape in (DOMAIN, PRIVATE_DOMAIN))
ACCESS = Shape("Access", "arn:{partition}:apigateway:{region}:*:/domainnameaccessassociations*", (DOMAINS,))
REJECTION = Shape("Rejection", "arn:{partition}:apigateway:{region}:*:/rejectdomainnameaccessassociations*", (DOMAINS,))


def _verb(
    verb: str,
    access: Access,
    *shapes: Shape,
    now: tuple[Feature, ...] = (),
    calls: tuple[str, ...],
    note: str = "",
) -> Row:
    return Row(f"apigateway:{verb}", access, shapes, operations("apigateway", *calls), now, note=note)


def _beside(name: str, what: str, *shapes: Shape, calls: tuple[str, ...] = ()) -> Row:
    called = operations("apigateway", *calls)
    note = f"Checked beside the verb when {what}."
    return Row(f"apigateway:{name}", Access.PERMISSIONS, shapes, called, now=(DOMAINS,), note=note)


ROWS = (
    Row(
        "apigateway:*",
        Access.PERMISSIONS,
        note="Every action of API Gateway at once. Those that are called have rows of their own, and need no more.",
    ),
    _beside("AddCertificateToDomain", "a custom domain gets a certificate", DOMAIN),
    _beside(
        "CreateAccessAssociation",
        "a private custom domain is made reachable from a VPC",
        PRIVATE_DOMAIN,
        calls=("CreateDomainNameAccessAssociation",),
    ),
    _verb(
        "DELETE",
        Access.WRITE,
        API,
        now=(TEARDOWN,),
        calls=("DeleteIntegration", "DeleteMethod", "DeleteResource", "DeleteRestApi", "DeleteStage"),
    ),
    _verb(
        "GET",
        Access.READ,
        APIS,
        API,
        *DOMAINS_TOO,
        ACCESS,
        now=(WATCH, STAGES, SETUP, TEARDOWN, TAGS, DOMAINS),
        calls=(
            *("GetRestApis", "GetResources", "GetMethod", "GetStage", "GetStages", "GetDeployment"),
            *("GetBasePathMappings", "GetDomainName", "GetDomainNames", "GetDomainNameAccessAssociations"),
            "GetRestApi",
        ),
    ),
    _verb(
        "PATCH",
        Access.WRITE,
        API,
        *DOMAINS_TOO,
        now=(STAGES, DOMAINS),
        calls=("UpdateStage", "UpdateIntegration", "UpdateDomainName", "UpdateRestApi"),
    ),
    _verb(
        "POST",
        Access.WRITE,
        replace(APIS, only=(SETUP,)),
        replace(API, only=(SETUP, STAGES)),
        ACCESS,
        REJECTION,
        now=(STAGES, SETUP, DOMAINS),
        calls=(
            *("CreateDeployment", "CreateResource", "CreateRestApi"),
            *("CreateDomainNameAccessAssociation", "RejectDomainNameAccessAssociation"),
        ),
    ),
    _verb(
        "PUT",
        Access.WRITE,
        API,
        TAG,
        now=(SETUP,),
        calls=("PutIntegration", "PutMethod"),
        note="Checked on the tags as well when an API is created with some.",
    ),
    _beside(
        "RejectAccessAssociation",
        "access to a private custom domain is refused",
        PRIVATE_DOMAIN,
        calls=("RejectDomainNameAccessAssociation",),
    ),
    _beside("RemoveCertificateFromDomain", "a custom domain loses a certificate", DOMAIN),
    Row(
        "apigateway:SetWebACL",
        Access.PERMISSIONS,
        (STAGE,),
        note="Permission only: WAF has it checked when it attaches a web ACL to a stage, by an operation of WAF's. "
        "Which one is attached the tab of domains shows.",
    ),
    _beside("UpdateDomainNameManagementPolicy", "who may manage a private custom domain is written", PRIVATE_DOMAIN),
    _beside("UpdateDomainNamePolicy", "who may call a private custom domain is written", DOMAIN, PRIVATE_DOMAIN),
    _beside("UpdateRestApiPolicy", "the resource policy of an API is written", API),
)
