"""The rule language of composite alarms: ALARM("name"), OK(...), INSUFFICIENT_DATA(...), AND, OR, NOT, TRUE, FALSE."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from multitool_tui.sandbox.alarms.evaluation import State

States = Callable[[str], State | None]
"""The state of an alarm by its name; None when there is no such alarm."""

_TOKEN = re.compile(
    r"\s*(?:(?P<call>ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:\"(?P<quoted>(?:[^\"\\]|\\.)*)\"|(?P<bare>[^\s()\"]+))\s*\)"
    r"|(?P<word>AND|OR|NOT|TRUE|FALSE)\b|(?P<paren>[()]))",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Rule:
    """A parsed rule: `alarms` are the names it asks about."""

    alarms: frozenset[str]
    holds: Callable[[States], bool]


def parse(text: str) -> Rule:
    """Read an AlarmRule.

    Raises:
        ValueError: when it is none.
    """
    parser = _Parser(text)
    holds = parser.disjunction()
    if parser.peek() is not None:
        raise ValueError(f"unexpected {parser.peek()!r}")
    return Rule(frozenset(parser.alarms), holds)


def alarm_name(reference: str) -> str:
    """The name in a reference, which may be a name or an ARN."""
    return reference.split(":alarm:", 1)[1] if reference.startswith("arn:") and ":alarm:" in reference else reference


class _Parser:
    """Recursive descent: OR binds weakest, then AND, then NOT."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._next = 0
        self.alarms: set[str] = set()

    def peek(self) -> str | None:
        if self._next == len(self._tokens):
            return None
        token = self._tokens[self._next]
        return token if isinstance(token, str) else f"{token[0]}(...)"

    def disjunction(self) -> Callable[[States], bool]:
        terms = [self._conjunction()]
        while self._accept("OR"):
            terms.append(self._conjunction())
        return lambda states: any(term(states) for term in terms)

    def _conjunction(self) -> Callable[[States], bool]:
        terms = [self._negation()]
        while self._accept("AND"):
            terms.append(self._negation())
        return lambda states: all(term(states) for term in terms)

    def _negation(self) -> Callable[[States], bool]:
        if self._accept("NOT"):
            negated = self._negation()
            return lambda states: not negated(states)
        return self._atom()

    def _atom(self) -> Callable[[States], bool]:
        if self._next == len(self._tokens):
            raise ValueError("unexpected end")
        word = self._tokens[self._next]
        self._next += 1
        if isinstance(word, tuple):
            wanted, name = word
            self.alarms.add(name)
            return lambda states: states(name) == wanted
        if word == "(":
            inner = self.disjunction()
            if not self._accept(")"):
                raise ValueError("a parenthesis is not closed")
            return inner
        if word in ("TRUE", "FALSE"):
            return lambda _states: word == "TRUE"
        raise ValueError(f"unexpected {word!r}")

    def _accept(self, token: str) -> bool:
        if self._next < len(self._tokens) and self._tokens[self._next] == token:
            self._next += 1
            return True
        return False


def _tokens(text: str) -> list[str | tuple[str, str]]:
    tokens: list[str | tuple[str, str]] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"unexpected {text[at:].strip()[:20]!r}")
        at = match.end()
        if match["call"]:
            quoted = match["quoted"]
            reference = match["bare"] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
            tokens.append((match["call"].upper(), alarm_name(reference)))
        else:
            tokens.append((match["word"] or match["paren"]).upper())
    return tokens
