"""AWS Identity and Access Management."""

from __future__ import annotations

from multitool_tui.permissions.features import DOCTOR, KEYS, SETUP, STREAMS, TEARDOWN
from multitool_tui.permissions.row import Access, Feature, Row, Shape, When, operations

ROLE = Shape("Role", "arn:{partition}:iam::{account}:role/*")
USER = Shape("User", "arn:{partition}:iam::{account}:user/{user}")


def _row(name: str, access: Access, shape: Shape, *now: Feature) -> Row:
    return Row(f"iam:{name}", access, (shape,), operations("iam", name), now)


ROWS = (
    _row("CreateAccessKey", Access.WRITE, USER, KEYS),
    _row("CreateRole", Access.WRITE, ROLE, SETUP),
    _row("DeleteAccessKey", Access.WRITE, USER, KEYS),
    _row("GetRole", Access.READ, ROLE, SETUP, TEARDOWN),
    _row("ListAccessKeys", Access.LIST, USER, DOCTOR, KEYS),
    Row(
        "iam:PassRole",
        Access.WRITE,
        (ROLE,),
        now=(SETUP, STREAMS),
        when=When(
            "StringEquals",
            "iam:PassedToService",
            ((SETUP, "lambda.amazonaws.com"), (STREAMS, "streams.metrics.cloudwatch.amazonaws.com")),
        ),
        note="No operation of its own: checked when a role is handed to CreateFunction, or to PutMetricStream.",
    ),
    _row("UpdateAccessKey", Access.WRITE, USER, KEYS),
)
