"""Faults on demand: what can go wrong between a client and AWS, switched on for chosen calls."""

from __future__ import annotations

import itertools
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from multitool_tui.sandbox.draw import source
from multitool_tui.sandbox.errors import AwsError

FaultKind = Literal[
    "throttle", "error500", "html500", "hang", "reset", "expired", "denied", "applied_then_dropped", "truncated"
]


class Fault(BaseModel):
    """A fault. Without `service` or `operation` it strikes any; without `times` it strikes until it is removed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: FaultKind
    service: str | None = None
    operation: str | None = None
    times: Annotated[int, Field(ge=1)] | None = None
    probability: Annotated[float, Field(gt=0, le=1)] = 1.0


class Faults:
    """The faults that are switched on; the first that fits a call strikes it."""

    def __init__(self, seed: int) -> None:
        self._faults: dict[str, Fault] = {}
        self._left: dict[str, int] = {}
        self._ids = itertools.count(1)
        self._random = source(seed, "faults")

    def add(self, fault: Fault) -> str:
        """Switch a fault on and return its id."""
        name = f"fault-{next(self._ids)}"
        self._faults[name] = fault
        if fault.times is not None:
            self._left[name] = fault.times
        return name

    def remove(self, name: str) -> None:
        """Switch a fault off; one that is used up or unknown is off already."""
        self._faults.pop(name, None)
        self._left.pop(name, None)

    def clear(self) -> None:
        self._faults.clear()
        self._left.clear()

    def active(self) -> dict[str, Fault]:
        """The faults that are on, by id."""
        return dict(self._faults)

    def strike(self, service: str, operation: str) -> FaultKind | None:
        """The fault that strikes this call, if one does; that uses it up by one."""
        for name, fault in list(self._faults.items()):
            fits = fault.service in (None, service) and fault.operation in (None, operation)
            if fits and (fault.probability == 1 or self._random.random() < fault.probability):
                if name in self._left:
                    self._left[name] -= 1
                    if not self._left[name]:
                        self.remove(name)
                return fault.kind
        return None


def fault_error(kind: FaultKind, service: str) -> AwsError | None:
    """The error that a fault answers with, in AWS's words; None for faults that answer with none of their own."""
    if kind == "throttle":
        if service == "lambda":
            return AwsError(
                "TooManyRequestsException", "Rate exceeded", Reason="CallerRateLimitExceeded", retryAfterSeconds="1"
            )
        if service == "apigateway":
            return AwsError("TooManyRequestsException", "Too Many Requests", retryAfterSeconds="1")
        return AwsError("ThrottlingException", "Rate exceeded")
    if kind == "error500":
        if service == "lambda":
            return AwsError("ServiceException", "An error occurred and the request cannot be processed.")
        return AwsError("InternalFailure", "The request processing has failed because of an unknown error.")
    if kind == "expired":
        return AwsError("ExpiredTokenException", "The security token included in the request is expired")
    return None
