"""What a policy says of a request, by IAM's own rules: an explicit Deny wins, then any Allow, else it is not allowed.

Only identity-based policies, and each by itself: no boundaries, session policies or policies of the organization.
Source: IAM user guide, "Policy evaluation logic".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from multitool_tui.permissions.conditions import Condition, Context
from multitool_tui.permissions.patterns import ArnPattern, like


@dataclass(frozen=True, slots=True)
class Request:
    """An action ("lambda:UpdateAlias") on a resource: on one ARN, or on all that a pattern matches."""

    action: str
    resource: str | ArnPattern
    context: Context = field(default_factory=dict)


class Ruling(StrEnum):
    """What becomes of a request."""

    ALLOWED = "allowed"
    DENIED = "denied"
    """By a statement that says so."""
    NOT_ALLOWED = "not allowed"
    """By no statement."""
    DEPENDS = "depends"
    """On what is not known of the request, or it is so for a part of the resources only."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. `label` names it for people: "statement 2 (Alarms)"."""

    label: str
    allows: bool
    actions: tuple[str, ...]
    resources: tuple[ArnPattern, ...]
    conditions: tuple[Condition, ...] = ()
    every_other_action: bool = False
    """NotAction: `actions` are those that it is not about."""
    every_other_resource: bool = False
    """NotResource: `resources` are those that it is not about."""

    def is_about(self, action: str) -> bool:
        """Whether it is about this action. Actions have no case."""
        named = any(like(pattern.lower(), action.lower()) for pattern in self.actions)
        return named != self.every_other_action

    def reaches(self, resource: str | ArnPattern) -> bool | None:
        """Whether it is about this resource; None where it is about a part of what a pattern matches."""
        if any(pattern.covers(resource) for pattern in self.resources):
            return not self.every_other_resource
        if any(pattern.overlaps(resource) for pattern in self.resources):
            return None
        return self.every_other_resource

    def applies(self, request: Request) -> bool | None:
        """Whether it decides the request; None where that is not known."""
        if not self.is_about(request.action):
            return False
        parts = [self.reaches(request.resource), *(each.holds(request.context) for each in self.conditions)]
        return False if False in parts else None if None in parts else True


@dataclass(frozen=True, slots=True)
class Decision:
    """The ruling, and the statements that made it; those of DEPENDS would have a say."""

    ruling: Ruling
    by: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """An identity-based policy."""

    statements: tuple[Statement, ...]

    @property
    def condition_keys(self) -> frozenset[str]:
        """The keys that its conditions ask for, as they are written."""
        return frozenset(condition.key for each in self.statements for condition in each.conditions)

    def decide(self, request: Request) -> Decision:
        """What the policy says of a request."""
        said = [(each, each.applies(request)) for each in self.statements]

        def those(*, allowing: bool, applying: bool | None) -> tuple[Statement, ...]:
            return tuple(each for each, applies in said if each.allows is allowing and applies is applying)

        if denying := those(allowing=False, applying=True):
            return Decision(Ruling.DENIED, denying)
        perhaps_denying = those(allowing=False, applying=None)
        if allowing := those(allowing=True, applying=True):
            return Decision(Ruling.DEPENDS, perhaps_denying) if perhaps_denying else Decision(Ruling.ALLOWED, allowing)
        if perhaps_allowing := those(allowing=True, applying=None):
            return Decision(Ruling.DEPENDS, perhaps_allowing + perhaps_denying)
        return Decision(Ruling.NOT_ALLOWED)
