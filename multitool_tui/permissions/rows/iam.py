"""AWS Identity and Access Management."""

from __future__ import annotations

from multitool_tui.permissions.features import KEYS, SETUP
from multitool_tui.permissions.row import Access, Feature, Row, Shape, When, operations

ROLE = Shape("Role", "arn:{partition}:iam::{account}:role/*")
USER = Shape("User", "arn:{partition}:iam::{account}:user/*")


def _row(name: str, access: Access, shape: Shape, later: Feature) -> Row:
    return Row(f"iam:{name}", access, (shape,), operations("iam", name), later=(later,))


ROWS = (
    _row("CreateAccessKey", Access.WRITE, USER, KEYS),
    _row("CreateRole", Access.WRITE, ROLE, SETUP),
    _row("DeleteAccessKey", Access.WRITE, USER, KEYS),
    _row("GetRole", Access.READ, ROLE, SETUP),
    _row("ListAccessKeys", Access.LIST, USER, KEYS),
    Row(
        "iam:PassRole",
        Access.WRITE,
        (ROLE,),
        later=(SETUP,),
        when=When("StringEquals", "iam:PassedToService", "lambda.amazonaws.com"),
        note="No operation of its own: checked when a role is handed to CreateFunction.",
    ),
    _row("UpdateAccessKey", Access.WRITE, USER, KEYS),
)
