"""A little metric math: + - * / on series and numbers, parentheses, and FILL(series, number)."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping

Series = Mapping[int, float]
"""Value by period."""
Value = Series | float

_TOKEN = re.compile(r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z_]\w*)|(?P<sign>[-+*/(),]))")
_OPERATORS: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


def names_in(text: str) -> set[str]:
    """The ids of other queries that an expression refers to.

    Raises:
        ValueError: when it is no expression, or more than this sandbox computes.
    """
    return {token for token in _tokens(text) if re.fullmatch(r"[a-z]\w*", token)}


def evaluate(text: str, series: Mapping[str, Series], periods: Iterable[int]) -> Series:
    """The values of an expression. `periods` are those that FILL fills.

    Raises:
        ValueError: when it is no expression, names an unknown id, or gives no series.
    """
    parser = _Parser(_tokens(text), series, list(periods))
    value = parser.sum()
    if parser.tokens or isinstance(value, float):
        raise ValueError(f"unexpected {parser.tokens[0]!r}" if parser.tokens else "the expression gives no time series")
    return value


class _Parser:
    def __init__(self, tokens: list[str], series: Mapping[str, Series], periods: list[int]) -> None:
        self.tokens = tokens
        self._series = series
        self._periods = periods

    def sum(self) -> Value:
        value = self._product()
        while self.tokens and self.tokens[0] in "+-":
            value = _combine(_OPERATORS[self.tokens.pop(0)], value, self._product())
        return value

    def _product(self) -> Value:
        value = self._factor()
        while self.tokens and self.tokens[0] in "*/":
            value = _combine(_OPERATORS[self.tokens.pop(0)], value, self._factor())
        return value

    def _factor(self) -> Value:
        if not self.tokens:
            raise ValueError("the expression ends too early")
        word = self.tokens.pop(0)
        if word == "-":
            return _combine(operator.mul, -1.0, self._factor())
        if word == "(":
            value = self.sum()
            self._expect(")")
            return value
        if word == "FILL":
            return self._fill()
        if word[0].isdigit():
            return float(word)
        if word not in self._series:
            raise ValueError(f"{word} is not an id of this request, nor a function that the sandbox computes")
        return self._series[word]

    def _fill(self) -> Value:
        self._expect("(")
        series = self.sum()
        self._expect(",")
        filling = self._factor()
        self._expect(")")
        if isinstance(series, float) or not isinstance(filling, float):
            raise ValueError("FILL takes a time series and a number here")
        return dict.fromkeys(self._periods, filling) | dict(series)

    def _expect(self, token: str) -> None:
        if not self.tokens or self.tokens.pop(0) != token:
            raise ValueError(f"{token!r} is missing")


def _combine(compute: Callable[[float, float], float], left: Value, right: Value) -> Value:
    """Point by point; no point where either side has none, nor where a division has no result."""
    if isinstance(left, float) and isinstance(right, float):
        if compute is operator.truediv and right == 0:
            raise ValueError("division by zero")
        return compute(left, right)
    periods = set(left if not isinstance(left, float) else right if not isinstance(right, float) else ())
    if not isinstance(left, float) and not isinstance(right, float):
        periods &= set(right)
    result: dict[int, float] = {}
    for at in sorted(periods):
        one = left if isinstance(left, float) else left[at]
        two = right if isinstance(right, float) else right[at]
        if not (compute is operator.truediv and two == 0):
            result[at] = compute(one, two)
    return result


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"unexpected {text[at:].strip()[:20]!r}")
        tokens.append(match["number"] or match["name"] or match["sign"])
        at = match.end()
    return tokens
