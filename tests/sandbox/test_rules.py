"""The rule language of composite alarms."""

from __future__ import annotations

import pytest

from multitool_tui.sandbox.alarms.evaluation import State
from multitool_tui.sandbox.alarms.rules import parse

STATES: dict[str, State] = {"a": "ALARM", "b": "OK", "c": "INSUFFICIENT_DATA", "with space": "ALARM", 'q"x': "ALARM"}


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        ("ALARM(a)", True),
        ('ALARM("a")', True),
        ("ALARM(b)", False),
        ("OK(b)", True),
        ("INSUFFICIENT_DATA(c)", True),
        ("ALARM(missing)", False),
        ("NOT ALARM(b)", True),
        ("NOT NOT ALARM(a)", True),
        ("ALARM(b) AND ALARM(a) OR ALARM(a)", True),  # AND binds stronger
        ("ALARM(a) OR ALARM(a) AND ALARM(b)", True),
        ("(ALARM(a) OR ALARM(a)) AND ALARM(b)", False),
        ("NOT ALARM(b) AND ALARM(b)", False),  # NOT binds strongest
        ("NOT (ALARM(b) AND ALARM(b))", True),
        ("TRUE", True),
        ("FALSE", False),
        ("true and not false", True),
        ("  ALARM( a )\n AND OK(b) ", True),
        ('ALARM("with space")', True),
        (r'ALARM("q\"x")', True),
        ("ALARM(arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a)", True),
        ('ALARM("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:with space")', True),
    ],
)
def test_rules(rule: str, holds: bool) -> None:
    assert parse(rule).holds(STATES.get) is holds


def test_a_rule_knows_what_it_asks_about() -> None:
    asked = parse('ALARM(a) AND (OK("b") OR NOT INSUFFICIENT_DATA(arn:aws:cloudwatch:x:1:alarm:c))').alarms
    assert asked == {"a", "b", "c"}


@pytest.mark.parametrize(
    "rule",
    ["", "ALARM", "ALARM()", "ALARM(a", "(ALARM(a)", "ALARM(a))", "ALARM(a) ALARM(b)", "ALARM(a) AND", "AND ALARM(a)",
     "NOT", "ALARM(a) XOR ALARM(b)", 'ALARM("a)', "a", "ALARM(a) && OK(b)"],
)  # fmt: skip
def test_no_rules(rule: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(rule)
