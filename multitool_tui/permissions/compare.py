"""Hold a policy against what features need: what it lacks, and what it has beyond that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import product

from multitool_tui.permissions.patterns import ArnPattern, like
from multitool_tui.permissions.policy import Policy, Request, Ruling, Statement
from multitool_tui.permissions.row import Row, Scope


class Kind(StrEnum):
    """What is the matter."""

    MISSING = "missing"
    DENIED = "denied"
    DEPENDS = "depends"
    """Allowed or denied under conditions that cannot be known here, or on a part of the resources only."""
    UNNEEDED = "not needed"
    WIDER = "wider than needed"

    @property
    def stops(self) -> bool:
        """Whether AWS will refuse something that is needed."""
        return self in (Kind.MISSING, Kind.DENIED)


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference. `enough`: the actions or the ARNs that would do in place of what is wider."""

    kind: Kind
    actions: tuple[str, ...]
    resource: str = ""
    statements: tuple[str, ...] = ()
    enough: tuple[str, ...] = ()


# Of several names of one action, one that is allowed will do, and one that is denied stops it.
_WEIGHTY = (Ruling.DENIED, Ruling.ALLOWED, Ruling.DEPENDS, Ruling.NOT_ALLOWED)
_KINDS = {Ruling.NOT_ALLOWED: Kind.MISSING, Ruling.DENIED: Kind.DENIED, Ruling.DEPENDS: Kind.DEPENDS}


def compare(policy: Policy, rows: Sequence[Row], scope: Scope) -> tuple[Finding, ...]:
    """What differs between the policy and what `rows` need in this scope, that which stops something first.

    A region or an account that the scope does not know is the policy's own, where that names only one.
    """
    scope = _known(scope, policy)
    return (*_lacks(policy, rows, scope), *_excess(policy, rows, scope))


def _known(scope: Scope, policy: Policy) -> Scope:
    arns = [pattern.text.split(":") for each in policy.statements for pattern in each.resources]
    regions = {arn[3] for arn in arns if len(arn) > 5 and arn[3] and not set(arn[3]) & set("*?")}
    accounts = {arn[4] for arn in arns if len(arn) > 5 and arn[4].isdigit()}
    if scope.region == "*" and len(regions) == 1:
        scope = replace(scope, region=regions.pop())
    if scope.account is None:
        scope = replace(scope, account=accounts.pop() if len(accounts) == 1 else "*")
    return scope


def _resources(row: Row, scope: Scope) -> list[str | ArnPattern]:
    """What the row's action is asked for: the ARNs of its shapes, or the `*` of actions that have none."""
    return [ArnPattern(scope.fill(shape.template)) for shape in row.shapes] or ["*"]


def _contexts(row: Row, scope: Scope) -> list[dict[str, str]]:
    """What the row's condition finds in the requests that there are."""
    return [{row.when.key.lower(): scope.fill(value)} for value in row.when.words()] if row.when else [{}]


def _lacks(policy: Policy, rows: Iterable[Row], scope: Scope) -> Iterator[Finding]:
    known: dict[str, str | None] = {}
    if scope.account != "*":
        known["aws:principalaccount"] = scope.account
    if scope.region != "*":
        known["aws:requestedregion"] = scope.region
    found = []
    for row in rows:
        for resource, context in product(_resources(row, scope), _contexts(row, scope)):
            decisions = [policy.decide(Request(name, resource, known | context)) for name in row.names]
            decision = min(decisions, key=lambda each: _WEIGHTY.index(each.ruling))
            if decision.ruling is not Ruling.ALLOWED:
                text = resource.text if isinstance(resource, ArnPattern) else resource
                labels = tuple(each.label for each in decision.by)
                found.append(Finding(_KINDS[decision.ruling], (row.action,), text, labels))
    yield from sorted(found, key=lambda finding: not finding.kind.stops)


def _excess(policy: Policy, rows: Sequence[Row], scope: Scope) -> Iterator[Finding]:
    for statement in policy.statements:
        if statement.allows:
            yield from _wide_actions(statement, rows)
            yield from _wide_resources(statement, rows, scope)


def _wide_actions(statement: Statement, rows: Sequence[Row]) -> Iterator[Finding]:
    if statement.every_other_action:
        enough = tuple(name for row in rows for name in row.names if statement.is_about(name))
        yield Finding(Kind.WIDER, (f"NotAction {', '.join(statement.actions)}",), "", (statement.label,), enough)
        return
    for pattern in statement.actions:
        enough = tuple(name for row in rows for name in row.names if like(pattern.lower(), name.lower()))
        if not enough:
            yield Finding(Kind.UNNEEDED, (pattern,), "", (statement.label,))
        elif set(pattern) & set("*?"):
            yield Finding(Kind.WIDER, (pattern,), "", (statement.label,), enough)


def _wide_resources(statement: Statement, rows: Sequence[Row], scope: Scope) -> Iterator[Finding]:
    narrow = [row for row in rows if row.shapes and any(map(statement.is_about, row.names))]
    if not narrow:
        return
    actions = tuple(row.action for row in narrow)
    enough = tuple(dict.fromkeys(scope.fill(shape.template) for row in narrow for shape in row.shapes))
    if statement.every_other_resource:
        other = ", ".join(pattern.text for pattern in statement.resources)
        yield Finding(Kind.WIDER, actions, f"NotResource {other}", (statement.label,), enough)
        return
    for pattern in statement.resources:
        if not any(ArnPattern(arn).covers(pattern) for arn in enough):
            yield Finding(Kind.WIDER, actions, pattern.text, (statement.label,), enough)
