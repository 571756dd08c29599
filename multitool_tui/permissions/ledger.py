"""The ledger: every IAM action of the product's policy, what it is for, and what is called under it.

The one table behind the check of the product's own calls, the policies that are printed, the sandbox's enforcement and
docs/permissions.md.
"""

from __future__ import annotations

from collections.abc import Iterable

from multitool_tui.permissions import features as defined
from multitool_tui.permissions.row import Feature, Operation, Row
from multitool_tui.permissions.rows import apigateway, cloudwatch, iam, lambda_

LEDGER: tuple[Row, ...] = tuple(
    sorted((*apigateway.ROWS, *cloudwatch.ROWS, *iam.ROWS, *lambda_.ROWS), key=lambda row: row.action.casefold())
)
"""The rows in the order of the policy."""

TRIED: tuple[Row, ...] = lambda_.TRIED
"""Rows beyond the policy: what they allow is asked for, and done without where it is refused."""

FREE = Operation("sts", "GetCallerIdentity")
"""The one operation that needs no permission. Source: STS API reference."""

USED: tuple[Row, ...] = tuple(row for row in LEDGER if row.now)
"""The rows under which something is called now."""

FEATURES: dict[str, Feature] = {
    feature.name: feature
    for feature in vars(defined).values()
    if isinstance(feature, Feature) and any(feature in row.now for row in USED)
}
"""The features that are there now, by name, in their own order."""


def needed(features: Iterable[Feature]) -> tuple[Row, ...]:
    """The rows under which these features, or what they include, call something."""
    wanted = frozenset[Feature]().union(*(feature.whole() for feature in features))
    return tuple(row.narrowed(wanted) for row in USED if wanted & set(row.now))


def features_of(name: str) -> tuple[Feature, ...]:
    """The features of that name, or of the command of that name ("resume"); none where there is neither."""
    if name in FEATURES:
        return (FEATURES[name],)
    command = f"multitool {name}"
    return tuple(
        feature
        for feature in FEATURES.values()
        if any(place == command or place.startswith(f"{command} ") for place in feature.where)
    )


def actions_of(operation: Operation) -> tuple[str, ...]:
    """The actions that an operation is checked for, as far as they are in the ledger."""
    return tuple(row.action for row in LEDGER if operation in row.operations)
