"""Read a policy, strictly: what is not evaluated here is refused by its name, never passed over.

Source: IAM user guide, "Grammar of the IAM JSON policy language".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, NoReturn

from multitool_tui.permissions.conditions import NULL, OPERATORS, Condition
from multitool_tui.permissions.patterns import ArnPattern
from multitool_tui.permissions.policy import Policy, Statement

VERSION = "2012-10-17"
_VERSIONS = (VERSION, "2008-10-17")
_STATEMENT_KEYS = frozenset({"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"})
_ACTION = re.compile(r"\*(:\*)?|[A-Za-z0-9-]+:[A-Za-z0-9*?]+")
_ARN = re.compile(r"\*|arn:[^:]+:[^:*?]+(:.*)?", re.DOTALL)
_WHOLE_ARN = re.compile(r"arn(:[^:]*){4}:.*", re.DOTALL)
_KEY = re.compile(r"[A-Za-z0-9-]+:\S+")
_VARIABLE = re.compile(r"\$\{[^}]*\}?")


class PolicyError(ValueError):
    """A policy that cannot be evaluated; one sentence says why."""


def read_policy(text: str) -> Policy:
    """Read an identity-based policy from its JSON.

    Raises:
        PolicyError: it is none, or has something that is not evaluated here.
    """
    document = _json(text)
    for key in document:
        if key == "Id":
            _refuse("The policy has an Id, which only resource-based policies have.")
        if key not in ("Version", "Statement"):
            _refuse(f"The policy has {key!r}, which is no element of a policy.")
    if "Version" not in document:
        _refuse(f'The policy has no Version: write "Version": "{VERSION}".')
    if document["Version"] not in _VERSIONS:
        _refuse(f"The policy's Version is {_shown(document['Version'])}; there are {' and '.join(_VERSIONS)}.")
    if "Statement" not in document:
        _refuse("The policy has no Statement.")
    written = document["Statement"]
    statements = written if isinstance(written, list) else [written]
    if not statements:
        _refuse("The policy's Statement is empty.")
    read = tuple(_statement(each, number) for number, each in enumerate(statements, 1))
    sids = [each["Sid"] for each in statements if "Sid" in each]
    for sid in sids:
        if sids.count(sid) > 1:
            _refuse(f"The policy has two statements with the Sid {sid}.")
    return Policy(read)


def _json(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        _refuse(f"The policy is no JSON: {error.msg} in line {error.lineno}, column {error.colno}.")
    except RecursionError:
        _refuse("The policy is no JSON that can be read: it is nested too deeply.")
    if not isinstance(document, dict):
        _refuse(f"The policy is no JSON object but {_shown(document)}.")
    return document


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for key, value in pairs:
        if key in read:
            _refuse(f"The policy has {key!r} twice in one object.")
        read[key] = value
    return read


def _statement(written: Any, number: int) -> Statement:
    label = f"statement {number}"
    if not isinstance(written, dict):
        _refuse(f"The policy's {label} is no object but {_shown(written)}.")
    if "Sid" in written:
        sid = written["Sid"]
        if not isinstance(sid, str) or not re.fullmatch("[A-Za-z0-9]*", sid):
            _refuse(f"The Sid of {label} is {_shown(sid)}: it may have letters and digits only.")
        label += f" ({sid})" if sid else ""
    for key in written:
        if key in ("Principal", "NotPrincipal"):
            _refuse(f"There is a {key} in {label}: only resource-based policies have one, and they are not read here.")
        if key not in _STATEMENT_KEYS:
            _refuse(f"There is {key!r} in {label}, which is no element of a statement.")
    effect = written.get("Effect")
    if effect not in ("Allow", "Deny"):
        _refuse(f"The Effect of {label} must be Allow or Deny, not {_shown(effect)}.")
    actions = _one_of(written, "Action", "NotAction", label)
    resources = _one_of(written, "Resource", "NotResource", label)
    return Statement(
        label,
        effect == "Allow",
        tuple(_action(each, label) for each in _texts(written[actions], f"The {actions} of {label}")),
        tuple(_resource(each, label) for each in _texts(written[resources], f"The {resources} of {label}")),
        tuple(_conditions(written.get("Condition", {}), label)),
        every_other_action=actions == "NotAction",
        every_other_resource=resources == "NotResource",
    )


def _one_of(written: dict[str, Any], plain: str, negated: str, label: str) -> str:
    found = [key for key in (plain, negated) if key in written]
    if not found:
        _refuse(f"There is neither {plain} nor {negated} in {label}.")
    if len(found) > 1:
        _refuse(f"There are both {plain} and {negated} in {label}.")
    return found[0]


def _texts(written: Any, what: str) -> list[str]:
    values = written if isinstance(written, list) else [written]
    if not values:
        _refuse(f"{what} is empty.")
    for value in values:
        if not isinstance(value, str):
            _refuse(f"{what} has {_shown(value)} where a string should be.")
        if variable := _VARIABLE.search(value):
            _refuse(f"{what} has the policy variable {variable[0]}: variables are not evaluated here.")
    return values


def _action(text: str, label: str) -> str:
    if not _ACTION.fullmatch(text):
        _refuse(f"{text!r} in {label} is no action: write it like lambda:GetAlias, lambda:Get* or *.")
    return text


def _resource(text: str, label: str) -> ArnPattern:
    if not _ARN.fullmatch(text):
        _refuse(f"{text!r} in {label} is no resource: write an ARN whose service has no wildcard, or *.")
    return ArnPattern(text)


def _conditions(written: Any, label: str) -> Iterable[Condition]:
    if not isinstance(written, dict):
        _refuse(f"The Condition of {label} is no object but {_shown(written)}.")
    for operator, keys in written.items():
        if operator not in OPERATORS:
            _refuse(f"The condition operator {operator!r} in {label} is not evaluated here.")
        if not isinstance(keys, dict) or not keys:
            _refuse(f"{operator} in {label} has {_shown(keys)} where an object of condition keys should be.")
        for key, values in keys.items():
            if not _KEY.fullmatch(key):
                _refuse(f"{key!r} in {label} is no condition key: write it like aws:RequestedRegion.")
            yield Condition(operator, key, _values(values, operator, f"{operator} {key} in {label}"))


def _values(written: Any, operator: str, what: str) -> tuple[str, ...]:
    listed = written if isinstance(written, list) else [written]
    # IAM takes JSON's booleans and numbers for the strings that they are written as.
    texts = _texts([json.dumps(each) if isinstance(each, (bool, int, float)) else each for each in listed], what)
    for text in texts:
        if operator.startswith("Arn") and not _WHOLE_ARN.fullmatch(text):
            _refuse(f"{what} has {text!r}, which is no ARN.")
        if (operator == NULL or operator.startswith("Bool")) and text.lower() not in ("true", "false"):
            _refuse(f"{what} has {text!r} where true or false should be.")
    return tuple(texts)


def _shown(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 40 else text[:39] + "…"


def _refuse(sentence: str) -> NoReturn:
    raise PolicyError(sentence)
