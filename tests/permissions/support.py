"""Policies for tests, without the parts that a test is not about."""

from __future__ import annotations

import json
from typing import Any

from multitool_tui.permissions.policy import Policy, Request, Ruling
from multitool_tui.permissions.reading import read_policy


def statement(effect: str = "Allow", **elements: Any) -> dict[str, Any]:
    """A statement on everything, but for what is given; None leaves an element out."""
    whole = {"Effect": effect, "Action": "*", "Resource": "*"} | elements
    return {name: value for name, value in whole.items() if value is not None}


def policy(*statements: dict[str, Any]) -> Policy:
    return read_policy(written(*statements))


def written(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def ruling(of: Policy, action: str, resource: str = "*", /, **context: str | None) -> Ruling:
    """Condition keys are written with `__` for their colon."""
    known = {name.replace("__", ":").lower(): value for name, value in context.items()}
    return of.decide(Request(action, resource, known)).ruling
