"""The role that a function runs as."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import unquote

from multitool_tui.aws.errors import NotFound
from multitool_tui.aws.provision.part import Facts, InTheWay, Part, Site

_LAMBDA = "lambda.amazonaws.com"
LOGS = "AWSLambdaBasicExecutionRole"
"""The AWS managed policy that lets a function write its logs (AWS managed policy reference)."""
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": _LAMBDA}, "Action": "sts:AssumeRole"}],
}


@dataclass(frozen=True, slots=True)
class Role(Part):
    """A role of the service's own. Nothing is attached to it: the product's policy has no permission to do that."""

    kind: ClassVar[str] = "role"
    role: str
    service: str

    @property
    def name(self) -> str:
        return self.role

    @property
    def says(self) -> str:
        return f"{self.role}, which Lambda may assume"

    async def look(self, site: Site) -> Facts | None:
        return await _look(site, self.role)

    async def make(self, site: Site) -> Facts:
        answer = await site.call(
            "iam",
            "create_role",
            "Role",
            RoleName=self.role,
            AssumeRolePolicyDocument=json.dumps(_TRUST),
            Description=f"{self.service} runs as this. Made by multitool setup.",
        )
        return {"role": answer["Role"]["Arn"]}

    def removed_by(self, site: Site, /) -> tuple[str, ...]:
        detached = attach_command(site.partition, self.role, LOGS).replace("attach-", "detach-", 1)
        return (f"{detached}   # if it was attached", f"aws iam delete-role --role-name {self.role}")


@dataclass(frozen=True, slots=True)
class GivenRole(Part):
    """A role that is there already."""

    kind: ClassVar[str] = "role"
    arn: str

    @property
    def name(self) -> str:
        return self.arn

    @property
    def says(self) -> str:
        return f"{self.arn.rpartition('/')[2]}, as given"

    async def look(self, site: Site) -> Facts | None:
        if self.arn.split(":")[4] != site.caller.account:
            raise InTheWay(f"{self.arn} is a role of another account: Lambda takes one of {site.caller.account}.")
        found = await _look(site, self.arn.rpartition("/")[2])
        if found is None:
            raise NotFound(f"There is no role {self.arn}: give another --role, or none to have one made.")
        return found

    async def make(self, site: Site) -> Facts:
        raise NotImplementedError


def attach_command(partition: str, role: str, policy: str) -> str:
    """The command that attaches one of AWS's policies for Lambda to a role."""
    arn = f"arn:{partition}:iam::aws:policy/service-role/{policy}"
    return f"aws iam attach-role-policy --role-name {role} --policy-arn {arn}"


async def _look(site: Site, name: str) -> Facts | None:
    try:
        answer = await site.read("iam", "get_role", "Role", RoleName=name)
    except NotFound:
        return None
    role = answer["Role"]
    if not _trusts_lambda(role.get("AssumeRolePolicyDocument")):
        raise InTheWay(
            f"The role {name} is there already and cannot be assumed by Lambda: give one that can with --role ARN."
        )
    return {"role": role["Arn"]}


def _trusts_lambda(document: Any) -> bool:
    """Whether a trust policy lets Lambda assume the role. The SDK reads the document, or leaves it as it came."""
    if isinstance(document, str):
        document = json.loads(unquote(document))
    statements = document.get("Statement", []) if isinstance(document, dict) else []
    for statement in statements if isinstance(statements, list) else [statements]:
        principal = statement.get("Principal", {})
        services = principal.get("Service", []) if isinstance(principal, dict) else []
        if statement.get("Effect") == "Allow" and _LAMBDA in (services if isinstance(services, list) else [services]):
            return True
    return False
