"""Amazon API Gateway: an action is the HTTP verb of a request, on the path of what it concerns."""

from __future__ import annotations

from multitool_tui.permissions.features import DOMAINS, SETUP, STAGES, TAGS, TEARDOWN, WATCH
from multitool_tui.permissions.row import Access, Feature, Row, Shape, operations

APIS = Shape("Api", "arn:{partition}:apigateway:{region}::/restapis*")
API = Shape("RestApi", "arn:{partition}:apigateway:{region}::/restapis/*")
TAG = Shape("Tags", "arn:{partition}:apigateway:{region}::/tags/*")
STAGE = Shape("Stage", "arn:{partition}:apigateway:{region}::/restapis/*/stages*")
DOMAIN = Shape("DomainName", "arn:{partition}:apigateway:{region}::/domainnames*")
PRIVATE_DOMAIN = Shape("PrivateDomainName", "arn:{partition}:apigateway:{region}:{account}:/domainnames/*")


def _verb(
    verb: str,
    access: Access,
    *shapes: Shape,
    now: tuple[Feature, ...] = (),
    later: tuple[Feature, ...] = (),
    calls: tuple[str, ...],
    note: str = "",
) -> Row:
    return Row(f"apigateway:{verb}", access, shapes, operations("apigateway", *calls), now, later, note=note)


def _beside(name: str, what: str, *shapes: Shape, calls: str | None = None) -> Row:
    note = f"Checked beside the verb when {what}."
    called = operations("apigateway", calls) if calls else ()
    return Row(f"apigateway:{name}", Access.PERMISSIONS, shapes, called, later=(DOMAINS,), note=note)


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
        calls="CreateDomainNameAccessAssociation",
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
        now=(WATCH, STAGES, SETUP, TEARDOWN, TAGS),
        calls=("GetRestApis", "GetResources", "GetMethod", "GetStage", "GetStages", "GetDeployment"),
    ),
    _verb("PATCH", Access.WRITE, API, now=(STAGES,), calls=("UpdateStage", "UpdateIntegration")),
    _verb(
        "POST",
        Access.WRITE,
        APIS,
        now=(STAGES, SETUP),
        calls=("CreateDeployment", "CreateResource", "CreateRestApi"),
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
        calls="RejectDomainNameAccessAssociation",
    ),
    _beside("RemoveCertificateFromDomain", "a custom domain loses a certificate", DOMAIN),
    _beside("SetWebACL", "a stage gets a web ACL", STAGE),
    _beside("UpdateDomainNameManagementPolicy", "who may manage a private custom domain is written", PRIVATE_DOMAIN),
    _beside("UpdateDomainNamePolicy", "who may call a private custom domain is written", DOMAIN, PRIVATE_DOMAIN),
    _beside("UpdateRestApiPolicy", "the resource policy of an API is written", APIS),
)
