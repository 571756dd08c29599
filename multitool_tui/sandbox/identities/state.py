"""Roles and access keys: the state, and what a role may do. Times are epoch seconds."""

from __future__ import annotations

import string
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from multitool_tui.permissions.patterns import like

_SETTLES_AFTER = 8.0
"""Seconds until a new role can be assumed. AWS promises no figure; tools wait for up to half a minute."""

_LETTERS = string.ascii_uppercase + "234567"
_OWNED = "arn:aws:iam::aws:policy/"
_LOGS = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
EVERYTHING = f"{_OWNED}AdministratorAccess"
# What AWS's own policies allow, as far as it is asked for here (AWS managed policy reference).
_MANAGED: dict[str, tuple[str, ...]] = {
    EVERYTHING: ("*",),
    f"{_OWNED}service-role/AWSLambdaBasicExecutionRole": _LOGS,
    f"{_OWNED}service-role/AWSLambdaSQSQueueExecutionRole": (
        *("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
        *_LOGS,
    ),
    f"{_OWNED}service-role/AWSLambdaKinesisExecutionRole": (
        *("kinesis:DescribeStream", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"),
        *_LOGS,
    ),
    f"{_OWNED}service-role/AWSLambdaDynamoDBExecutionRole": (
        *("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"),
        *_LOGS,
    ),
}


@dataclass
class Role:
    """A role as it is answered, whom it trusts, and the ARNs of the policies that are attached to it."""

    body: dict[str, Any]
    trusts: frozenset[str]
    settles_at: float
    attached: set[str] = field(default_factory=set)

    def may(self, action: str) -> bool:
        """Whether an attached policy allows an action. Of policies that are not AWS's own nothing is known."""
        return any(like(pattern, action) for arn in self.attached for pattern in _MANAGED.get(arn, ()))


@dataclass
class AccessKey:
    """An access key of a user; nothing is kept of its secret."""

    name: str
    user: str
    created: float
    active: bool = True


class Identities:
    """Everything of one account. `created` is when the keys were made that callers bring along."""

    def __init__(self, random: Random, created: float) -> None:
        self.roles: dict[str, Role] = {}
        self.keys: dict[str, AccessKey] = {}
        self.gone: set[str] = set()
        self._random = random
        self._created = created

    def new_id(self, prefix: str) -> str:
        """A unique id of IAM's: four letters for its kind, sixteen that are drawn."""
        return prefix + "".join(self._random.choices(_LETTERS, k=16))

    def new_secret(self) -> str:
        return "".join(self._random.choices(string.ascii_letters + string.digits, k=40))

    def add_role(self, body: dict[str, Any], trusts: Iterable[str], now: float) -> Role:
        """A role that can be assumed in a while."""
        role = self.roles[body["RoleName"]] = Role(body, frozenset(trusts), now + _SETTLES_AFTER)
        return role

    def accepts(self, key: str, user: str) -> bool:
        """Whether requests that `key` signed are served: not when it was deleted or made inactive. An access key that
        was never seen is one that the user has had for a while; what else may sign (keys of a session, a made-up
        word) belongs to nobody's list."""
        if key in self.gone:
            return False
        if key.startswith("AKIA") and len(key) >= 16:
            return self.keys.setdefault(key, AccessKey(key, user, self._created)).active
        return True

    def role_of(self, arn: str) -> Role | None:
        """The role of an ARN; None when nobody made one here."""
        role = self.roles.get(arn.rpartition("/")[2])
        return role if role is not None and role.body["Arn"] == arn else None
