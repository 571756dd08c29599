"""Permissions as text."""

from __future__ import annotations

from multitool_tui.aws.resources import Known, Probed
from multitool_tui.permissions.compare import Finding, Kind
from multitool_tui.permissions.ledger import FEATURES, LEDGER
from multitool_tui.views.permissions import (
    WIDTH,
    check_lines,
    comparison_lines,
    ledger_document,
    ledger_lines,
)


def test_each_action_has_its_purpose() -> None:
    lines = list(ledger_lines(LEDGER))
    assert all(len(line) <= WIDTH for line in lines)
    blank = lines.index("")
    assert [line.split()[0] for line in lines[:blank] if not line.startswith(" ")] == list(FEATURES)
    assert lines[0].startswith("watch        Watch functions, aliases")
    said = {line.split()[0]: line.split(maxsplit=1)[1] for line in lines[blank + 1 :] if not line.startswith(" ")}
    assert list(said) == [row.action for row in LEDGER]
    assert said["lambda:UpdateAlias"].startswith("run")
    assert said["cloudwatch:GenerateQuery"] == "The console alone calls it: there is"


def test_a_row_as_json_has_it() -> None:
    [row] = [row for row in LEDGER if row.action == "lambda:GetAlias"]
    features = [feature.name for feature in row.now]
    assert features[:2] == ["watch", "run"]
    assert ledger_document(row) == {
        "action": "lambda:GetAlias",
        "access": "read",
        "operations": ["lambda GetAlias"],
        "resources": ["arn:{partition}:lambda:{region}:{account}:function:{function}"],
        "features": features,
        "note": "",
    }


def test_each_difference_is_one_line() -> None:
    here, there = ("statement 1",), ("statement 1", "statement 2 (Two)")
    assert list(
        comparison_lines(
            [
                Finding(Kind.MISSING, ("a:B",), "*"),
                Finding(Kind.DENIED, ("a:B",), "arn", here),
                Finding(Kind.DEPENDS, ("a:B",), "arn", there),
                Finding(Kind.UNNEEDED, ("a:C",), "", here),
                Finding(Kind.WIDER, ("a:*",), "", here, ("a:B", "a:D")),
                Finding(Kind.WIDER, ("a:B",), "*", here, ("arn",)),
                Finding(Kind.WIDER, ("NotAction a:B",), "", here),
            ]
        )
    ) == [
        "missing     a:B on * is allowed by no statement.",
        "denied      a:B on arn is denied by statement 1.",
        "depends     a:B on arn depends on statement 1 and statement 2 (Two): on its conditions, or it is about a part "
        "of this only.",
        "not needed  a:C in statement 1.",
        "wider       a:* in statement 1: a:B, a:D would do.",
        "wider       a:B on * in statement 1: arn would do.",
        "wider       NotAction a:B in statement 1: nothing would do.",
    ]


def test_no_difference_is_said() -> None:
    assert list(comparison_lines([])) == ["The policy allows what is needed, and nothing else."]


def test_a_check() -> None:
    assert list(
        check_lines(
            [
                Probed("a:List", Known.ALLOWED),
                Probed("a:Get", Known.DENIED, "checkout", "a:Get is not allowed to the caller."),
                Probed("a:Put", Known.UNKNOWN, "", "It changes something."),
            ]
        )
    ) == ["allowed  a:List", "denied   a:Get on checkout", "unknown  a:Put: It changes something."]
