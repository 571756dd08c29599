"""Conditions of a policy's statement: the operators on strings, ARNs and booleans, and whether a key is there.

Source: IAM user guide, "IAM JSON policy elements: Condition operators".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from multitool_tui.permissions.patterns import arn_like, like

Context = Mapping[str, str | None]
"""What is known of a request, by condition key in lower case. None: the request does not have that key. A key that is
not here at all is unknown."""

_Test = Callable[[str, str], bool]


def _equal(wanted: str, value: str) -> bool:
    return wanted == value


def _equal_in_any_case(wanted: str, value: str) -> bool:
    return wanted.casefold() == value.casefold()


_TESTS: dict[str, _Test] = {
    "StringEquals": _equal,
    "StringEqualsIgnoreCase": _equal_in_any_case,
    "StringLike": like,
    "ArnEquals": arn_like,
    "ArnLike": arn_like,
    "Bool": _equal_in_any_case,
}
_NEGATED: dict[str, _Test] = {
    "StringNotEquals": _equal,
    "StringNotEqualsIgnoreCase": _equal_in_any_case,
    "StringNotLike": like,
    "ArnNotEquals": arn_like,
    "ArnNotLike": arn_like,
}
_IF_EXISTS = "IfExists"
NULL = "Null"
OPERATORS = frozenset({*_TESTS, *_NEGATED, *(name + _IF_EXISTS for name in (*_TESTS, *_NEGATED)), NULL})
"""The operators that are evaluated here, of all that IAM has."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One key under one of `OPERATORS`, with the values of which one must fit (of a negated operator: none may)."""

    operator: str
    key: str
    values: tuple[str, ...]

    def holds(self, context: Context) -> bool | None:
        """Whether it holds of a request; None where that hangs on a key that is not known."""
        name = self.key.lower()
        if name not in context:
            return None
        value = context[name]
        if self.operator == NULL:
            return ("true" if value is None else "false") in (wanted.lower() for wanted in self.values)
        operator = self.operator.removesuffix(_IF_EXISTS)
        negated = operator in _NEGATED
        if value is None:
            return negated or operator != self.operator
        test = (_NEGATED if negated else _TESTS)[operator]
        return any(test(wanted, value) for wanted in self.values) != negated
