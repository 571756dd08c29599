"""Access keys of an IAM user: list, create, switch on and off, delete.

Source: IAM API reference, ListAccessKeys, CreateAccessKey, UpdateAccessKey, DeleteAccessKey.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from multitool_tui.aws.translate import answered, aws_errors

MOST = 2
"""So many keys a user may have. Source: IAM user guide, "IAM and STS quotas"."""


@dataclass(frozen=True, slots=True)
class AccessKey:
    """A key as it is listed."""

    id: str
    active: bool
    created: datetime


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made. Its secret is told by AWS this once; no repr has it."""

    id: str
    secret: str = field(repr=False)


def user_of(arn: str) -> str | None:
    """The name of the IAM user that a caller's ARN is of; None for a role's session, or the account's root."""
    kind, _, name = arn.split(":", 5)[-1].partition("/")
    return name.rpartition("/")[2] if kind == "user" and name else None


async def keys(client: Any, user: str) -> tuple[AccessKey, ...]:
    """The keys of a user, the oldest first."""
    found: list[AccessKey] = []
    with aws_errors():
        async for page in client.get_paginator("list_access_keys").paginate(UserName=user):
            found += map(_key, page.get("AccessKeyMetadata") or ())
    return tuple(sorted(found, key=lambda key: (key.created, key.id)))


async def create(client: Any, user: str) -> NewKey:
    """Make a key.

    Raises:
        Refused: the user has `MOST` already.
        Unanswered: it may have been made, and its secret is lost.
    """
    with aws_errors():
        answer = (await client.create_access_key(UserName=user)).get("AccessKey") or {}
        answered(answer, "AccessKeyId", "SecretAccessKey")
    return NewKey(answer["AccessKeyId"], answer["SecretAccessKey"])


async def set_active(client: Any, user: str, key: str, *, active: bool) -> None:
    """Switch a key on or off.

    Raises:
        NotFound: the user has no such key.
    """
    with aws_errors():
        await client.update_access_key(UserName=user, AccessKeyId=key, Status="Active" if active else "Inactive")


async def delete(client: Any, user: str, key: str) -> None:
    """Delete a key, for good.

    Raises:
        NotFound: the user has no such key.
    """
    with aws_errors():
        await client.delete_access_key(UserName=user, AccessKeyId=key)


def _key(item: dict[str, Any]) -> AccessKey:
    answered(item, "AccessKeyId", "Status", "CreateDate")
    return AccessKey(item["AccessKeyId"], item["Status"] == "Active", item["CreateDate"])
