"""Which AWS operations the product may call, under which IAM action, and every call that it made.

`OPERATIONS` is the whole of what the product does in an account, as `permissions.ledger` has it. A call that is not in
it is stopped before it leaves.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from multitool_tui.aws.errors import Refused
from multitool_tui.aws.resources import Known
from multitool_tui.clock import Clock
from multitool_tui.permissions.ledger import FREE, TRIED, USED, actions_of

OPERATIONS: dict[tuple[str, str], tuple[str, ...]] = {(FREE.service, FREE.name): ()} | {
    (operation.service, operation.name): actions_of(operation) or (row.action,)
    for row in (*USED, *TRIED)
    for operation in row.operations
}
"""(service, operation) -> the IAM actions that it needs: nearly always one."""

ACTION = "Action"
"""The key of an error's answer that names the IAM action of its operation; "a or b" where several are checked."""
_CONTEXT = "multitool.operation"
"""The key of a request's context under which its (service, operation) is."""
DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"})
"""The codes of errors that say that a permission is lacking."""
_KEPT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it went on the wire; a retry is a call of its own."""

    at: datetime
    service: str
    operation: str
    action: str | None


_CHANGES = {(operation.service, operation.name) for row in USED if not row.reads for operation in row.operations}


class UnlistedCall(Exception):
    """The product tried to call an operation that the ledger does not list: a bug of ours."""


class Ledger:
    """Records every call of the clients it is attached to."""

    def __init__(self, clock: Clock, *, read_only: bool = False) -> None:
        """`read_only`: stop every call that changes something."""
        self._clock = clock
        self._read_only = read_only
        self._recent: deque[datetime] = deque()
        self.made: dict[tuple[str, str], int] = {}
        """How often each (service, operation) was called."""
        self._known: dict[str, Known] = {}

    def attach(self, events: Any) -> None:
        """Listen to a botocore session's event emitter; every client made from it afterwards is recorded."""
        events.register("before-call", self._check)
        events.register("request-created", self._record)
        events.register_first("after-call", self._name_action)
        events.register("after-call", self._see_answer)

    def calls_last_minute(self) -> int:
        """Requests sent in the last minute of the clock, retries included."""
        self._forget(self._clock.now())
        return len(self._recent)

    def actions(self) -> Iterable[str]:
        """The IAM actions that the calls so far needed."""
        return sorted({action for key in self.made for action in OPERATIONS[key]})

    def known(self, action: str) -> Known:
        """Whether the caller may do it, as the latest answer to one of its operations shows."""
        return self._known.get(action, Known.UNKNOWN)

    def _see_answer(self, model: Any, http_response: Any, parsed: Any, **_: Any) -> None:
        code = str((parsed.get("Error") or {}).get("Code", ""))
        # What was throttled, failed or not signed rightly was not held against a policy.
        if code in DENIED or http_response.status_code in (200, 201, 202, 204, 404):
            for action in OPERATIONS.get(_key(model), ()):
                self._known[action] = Known.DENIED if code in DENIED else Known.ALLOWED

    def _check(self, model: Any, params: dict[str, Any], **_: Any) -> None:
        key = _key(model)
        if key not in OPERATIONS:
            raise UnlistedCall(f"{key[0]} {key[1]} is not in the ledger")
        if self._read_only and key in _CHANGES:
            raise Refused(f"This session is read-only: {key[1]} was not called.")
        params["context"][_CONTEXT] = key

    def _record(self, request: Any, **_: Any) -> None:
        key = request.context[_CONTEXT]
        now = self._clock.now()
        self.made[key] = self.made.get(key, 0) + 1
        self._recent.append(now)
        self._forget(now)

    def _name_action(self, parsed: dict[str, Any], model: Any, **_: Any) -> None:
        """Put into an error what the operation needs: the SDK's exceptions do not know their service."""
        if "Error" in parsed:
            parsed["Error"][ACTION] = " or ".join(OPERATIONS[_key(model)])

    def _forget(self, now: datetime) -> None:
        while self._recent and self._recent[0] < now - _KEPT:
            self._recent.popleft()


def _key(model: Any) -> tuple[str, str]:
    """(service, operation) of a botocore operation model."""
    return model.service_model.service_name, model.name
