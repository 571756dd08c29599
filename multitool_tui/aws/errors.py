"""What can go wrong with AWS, as one tree; every text is a sentence that an operator can act on.

    AwsError
    ├── CredentialsError     no usable credentials, or they have expired
    ├── AccessDenied         the caller lacks a permission; names the action
    ├── NotFound
    ├── Throttled
    ├── Conflict             another change is in progress, or came first
    ├── Drift                the target was changed by somebody else
    ├── LeaseLost            another driver moves the target
    ├── Refused              AWS refuses the request itself
    └── Unanswered           no usable answer: not reachable, timed out, reset, 5xx, cut short

After `Unanswered` nobody knows whether a write was applied: read the target back. Importing this costs no SDK.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multitool_tui.aws.resources import Reading


class AwsError(Exception):
    """Something that AWS or the way to it did."""


class CredentialsError(AwsError):
    """No usable credentials, or they have expired."""


class AccessDenied(AwsError):
    """The caller lacks a permission."""


class NotFound(AwsError):
    """AWS knows no such thing in this account and region."""


class Throttled(AwsError):
    """Too many requests; the SDK's own retries are used up."""


class Conflict(AwsError):
    """The compare-and-swap failed, or an update is in progress."""


class _OtherHand(AwsError):
    """`found`: the target as it was read; None where it is gone, or was not read."""

    def __init__(self, message: str, found: Reading | None = None) -> None:
        super().__init__(message)
        self.found = found


class Drift(_OtherHand):
    """The target is not what this rollout made it: somebody else changed or deleted it."""


class LeaseLost(_OtherHand):
    """Another driver has marked the target as its own."""


class Refused(AwsError):
    """AWS refuses the request for what is in it."""


class Unanswered(AwsError):
    """There was no usable answer: a write may or may not have been applied."""
