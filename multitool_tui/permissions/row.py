"""What the ledger is made of: features, the ARNs that an action is checked against, and rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

ACCOUNT_IS_MISSING = "ACCOUNT-ID"
"""What stands for an account that is not known: Lambda's developer guide allows no `*` there."""


class Access(StrEnum):
    """How the Service Authorization Reference classifies an action."""

    LIST = "list"
    READ = "read"
    WRITE = "write"
    TAGGING = "tagging"
    PERMISSIONS = "permissions management"


@dataclass(frozen=True, slots=True)
class Feature:
    """Something that the product does for its user. `where`: the commands, or keys of the screen, that do it;
    `includes`: what it does besides, and needs the actions of as well."""

    name: str
    title: str
    where: tuple[str, ...]
    includes: tuple[Feature, ...] = ()

    def whole(self) -> frozenset[Feature]:
        """It, and all that it includes."""
        return frozenset({self}).union(*(each.whole() for each in self.includes))


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a policy is for. `region`, `function`, `api` (the id of a REST API) and `user` (the caller's own name, with
    its path) are `*` for any; without `account` its place is left open."""

    partition: str = "aws"
    region: str = "*"
    account: str | None = None
    function: str = "*"
    api: str = "*"
    user: str = "*"

    def fill(self, template: str) -> str:
        """An ARN, or a pattern of ARNs, from its template."""
        filled = template.format(
            partition=self.partition,
            region=self.region,
            account=self.account or ACCOUNT_IS_MISSING,
            function=self.function,
            api=self.api,
            user=self.user,
        )
        return filled.replace("**", "*")


@dataclass(frozen=True, slots=True)
class Shape:
    """The form of the ARNs that an action is checked against: a template for `Scope.fill`. With `only`, it is for these
    features alone."""

    name: str
    template: str
    only: tuple[Feature, ...] = ()


@dataclass(frozen=True, slots=True)
class When:
    """A condition that makes an action's permission narrower: one of `values`, which are templates too. A value may be
    for one feature only."""

    operator: str
    key: str
    values: tuple[str | tuple[Feature, str], ...]

    def words(self) -> tuple[str, ...]:
        """The values, whoever they are for."""
        return tuple(value if isinstance(value, str) else value[1] for value in self.values)

    def narrowed(self, features: frozenset[Feature]) -> When:
        """The condition for some of the features."""
        kept = tuple(each for each in self.values if isinstance(each, str) or each[0] in features)
        return replace(self, values=kept)


@dataclass(frozen=True, slots=True, order=True)
class Operation:
    """An operation of the SDK: the client's service, and the name in the API."""

    service: str
    name: str


@dataclass(frozen=True, slots=True)
class Row:
    """One IAM action of the product's policy."""

    action: str
    access: Access
    shapes: tuple[Shape, ...] = ()
    """What it is checked against; nothing: it can be granted on `*` only, or `note` says why it has to be."""
    operations: tuple[Operation, ...] = ()
    """What the product calls under it; nothing: `note` says why no program calls it by itself."""
    now: tuple[Feature, ...] = ()
    """The features that need it; none: `note` says why nothing can be done with it."""
    when: When | None = None
    note: str = ""

    def narrowed(self, features: frozenset[Feature]) -> Row:
        """The row as these features need it."""
        kept = (shape for shape in self.shapes if not shape.only or features & set(shape.only))
        shapes = tuple(replace(shape, only=()) for shape in kept)
        return replace(self, shapes=shapes, when=self.when and self.when.narrowed(features))

    @property
    def names(self) -> tuple[str, ...]:
        """The action, and what AWS may ask for in its place: Application Signals has the same under a prefix of its
        own."""
        others = [each for each in self.operations if each.service == "application-signals"]
        return (self.action, *(f"{each.service}:{each.name}" for each in others))

    @property
    def reads(self) -> bool:
        """Whether it changes nothing."""
        return self.access in (Access.LIST, Access.READ)


def operations(service: str, *names: str) -> tuple[Operation, ...]:
    """Several operations of one service."""
    return tuple(Operation(service, name) for name in names)
