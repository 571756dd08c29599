"""Create, read and delete roles, and attach policies to them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.identities.state import Role
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.wire.messages import Params

_MOST_ATTACHED = 10  # IAM user guide, "IAM and STS quotas": managed policies attached to a role
_SETTABLE = ("Description", "MaxSessionDuration", "Tags")


def create_role(region: Region, params: Params) -> Params:
    identities, name = region.identities, params["RoleName"]
    trusts = frozenset(_trusted(params["AssumeRolePolicyDocument"]))
    # Names are told apart without regard to case.
    if name.lower() in {each.lower() for each in identities.roles}:
        raise AwsError("EntityAlreadyExistsException", f"Role with name {name} already exists.")
    path = params.get("Path", "/")
    body = {
        "Path": path,
        "RoleName": name,
        "RoleId": identities.new_id("AROA"),
        "Arn": region.place.role_arn(f"{path[1:]}{name}"),
        "CreateDate": datetime.fromtimestamp(region.now, UTC).replace(microsecond=0),
        "AssumeRolePolicyDocument": quote(params["AssumeRolePolicyDocument"], safe=""),
    } | {key: params[key] for key in _SETTABLE if key in params}
    identities.add_role(body, trusts, region.now)
    return {"Role": body}


def get_role(region: Region, params: Params) -> Params:
    return {"Role": {"MaxSessionDuration": 3600} | _role(region, params).body | {"RoleLastUsed": {}}}


def delete_role(region: Region, params: Params) -> Params:
    if _role(region, params).attached:
        raise AwsError("DeleteConflictException", "Cannot delete entity, must detach all policies first.")
    del region.identities.roles[params["RoleName"]]
    return {}


def attach_role_policy(region: Region, params: Params) -> Params:
    role = _role(region, params)
    if len(role.attached | {params["PolicyArn"]}) > _MOST_ATTACHED:
        raise AwsError("LimitExceededException", f"Cannot exceed quota for PoliciesPerRole: {_MOST_ATTACHED}")
    role.attached.add(params["PolicyArn"])
    return {}


def detach_role_policy(region: Region, params: Params) -> Params:
    role, arn = _role(region, params), params["PolicyArn"]
    if arn not in role.attached:
        raise AwsError("NoSuchEntityException", f"Policy {arn} was not found.")
    role.attached.discard(arn)
    return {}


def _role(region: Region, params: Params) -> Role:
    role = region.identities.roles.get(params["RoleName"])
    if role is None:
        raise AwsError("NoSuchEntityException", f"The role with name {params['RoleName']} cannot be found.")
    return role


def _trusted(document: str) -> Iterator[str]:
    """The services that may assume a role with this trust policy.

    Raises:
        AwsError: MalformedPolicyDocumentException.
    """
    try:
        statements = json.loads(document)["Statement"]
    except ValueError as error:
        raise _malformed("This policy contains invalid Json") from error
    except (KeyError, TypeError) as error:
        raise _malformed("Syntax errors in policy.") from error
    for statement in _several(statements):
        if not isinstance(statement, dict) or not {"Effect", "Principal", "Action"} <= statement.keys():
            raise _malformed("Syntax errors in policy.")
        if "Resource" in statement:
            raise _malformed("Has prohibited field Resource")
        if not all(str(action).startswith("sts:") for action in _several(statement["Action"])):
            raise _malformed("AssumeRole policy may only specify STS AssumeRole actions.")
        if statement["Effect"] == "Allow" and isinstance(statement["Principal"], dict):
            yield from _several(statement["Principal"].get("Service", []))


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _malformed(message: str) -> AwsError:
    return AwsError("MalformedPolicyDocumentException", message)
