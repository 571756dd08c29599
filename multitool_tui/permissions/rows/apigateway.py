"""Amazon API Gateway: an action is the HTTP verb of a request, on the path of what it concerns."""

from __future__ import annotations

from multitool_tui.permissions.features import DOMAINS, SETUP, STAGES, TEARDOWN
from multitool_tui.permissions.row import Access, Feature, Row, Shape, operations

APIS = Shape("Api", "arn:{partition}:apigateway:{region}::/restapis*")
API = Shape("RestApi", "arn:{partition}:apigateway:{region}::/restapis/*")
STAGE = Shape("Stage", "arn:{partition}:apigateway:{region}::/restapis/*/stages*")
DOMAIN = Shape("DomainName", "arn:{partition}:apigateway:{region}::/domainnames*")
PRIVATE_DOMAIN = Shape("PrivateDomainName", "arn:{partition}:apigateway:{region}:{account}:/domainnames/*")


def _verb(verb: str, access: Access, *shapes: Shape, later: tuple[Feature, ...], calls: tuple[str, ...]) -> Row:
    return Row(f"apigateway:{verb}", access, shapes, operations("apigateway", *calls), later=later)


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
    _verb("DELETE", Access.WRITE, API, later=(TEARDOWN,), calls=("DeleteRestApi", "DeleteStage")),
    _verb("GET", Access.READ, APIS, later=(STAGES,), calls=("GetRestApis", "GetStages", "GetStage", "GetDeployments")),
    _verb("PATCH", Access.WRITE, API, later=(STAGES,), calls=("UpdateStage",)),
    _verb("POST", Access.WRITE, APIS, later=(STAGES, SETUP), calls=("CreateDeployment", "CreateRestApi")),
    _verb("PUT", Access.WRITE, API, later=(SETUP,), calls=("PutMethod", "PutIntegration")),
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
