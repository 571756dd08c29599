"""One's own policy held against what features need."""

from __future__ import annotations

import json

import pytest

from multitool_tui.permissions.compare import Finding, Kind, compare
from multitool_tui.permissions.features import REPLAY, RUN, WATCH
from multitool_tui.permissions.ledger import LEDGER, USED, needed
from multitool_tui.permissions.policies import minimal_policy, whole_policy
from multitool_tui.permissions.policy import Policy
from multitool_tui.permissions.reading import read_policy
from multitool_tui.permissions.row import Access, Row, Scope, operations
from tests.permissions.support import policy, statement

CHECKOUT = Scope(region="eu-west-1", account="123456789012", function="checkout")
FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:checkout"
REPLAYING = needed([REPLAY])


def kinds(of: Policy) -> list[tuple[str, str]]:
    return [(finding.kind.value, ", ".join(finding.actions)) for finding in compare(of, REPLAYING, CHECKOUT)]


@pytest.mark.parametrize(
    ("printed", "known"),
    [
        (CHECKOUT, CHECKOUT),
        (CHECKOUT, Scope(function="checkout")),
        (Scope(account="123456789012"), Scope(account="123456789012")),
        (Scope(account="123456789012"), Scope()),
    ],
)
def test_what_is_printed_as_minimal_differs_in_nothing(printed: Scope, known: Scope) -> None:
    assert compare(read_policy(json.dumps(minimal_policy(USED, printed))), USED, known) == ()


def test_the_document_s_policy_lacks_nothing_and_has_more() -> None:
    found = compare(read_policy(json.dumps(whole_policy())), needed([RUN]), CHECKOUT)
    assert {finding.kind for finding in found} == {Kind.UNNEEDED, Kind.WIDER}
    unneeded = [finding.actions[0] for finding in found if finding.kind is Kind.UNNEEDED]
    assert unneeded == [row.action for row in LEDGER if row not in needed([RUN])]
    [wider] = [finding for finding in found if finding.kind is Kind.WIDER]
    assert wider.resource == "*"
    assert wider.enough == (FUNCTION, f"{FUNCTION}:*")


def test_what_is_missing_comes_first_and_names_its_resource() -> None:
    found = compare(policy(statement(Action="s3:*")), REPLAYING, CHECKOUT)
    assert found == (
        Finding(Kind.MISSING, ("cloudwatch:GetMetricData",), "*"),
        Finding(Kind.MISSING, ("lambda:GetAlias",), FUNCTION),
        Finding(Kind.UNNEEDED, ("s3:*",), "", ("statement 1",)),
    )


def test_an_action_on_another_function_is_missing() -> None:
    mine = policy(
        statement(Action="cloudwatch:GetMetricData"), statement(Action="lambda:GetAlias", Resource=f"{FUNCTION}-2")
    )
    assert kinds(mine) == [("missing", "lambda:GetAlias"), ("wider than needed", "lambda:GetAlias")]


def test_a_deny_is_named() -> None:
    mine = policy(
        statement(Action=["cloudwatch:GetMetricData"]),
        statement(Action="lambda:GetAlias", Resource=FUNCTION),
        statement("Deny", Sid="NoLambda", Action=None, NotAction="cloudwatch:*"),
    )
    [finding] = compare(mine, REPLAYING, CHECKOUT)
    assert finding == Finding(Kind.DENIED, ("lambda:GetAlias",), FUNCTION, ("statement 3 (NoLambda)",))


def test_a_condition_that_cannot_be_known_is_said() -> None:
    mine = policy(
        statement(Action="cloudwatch:GetMetricData"),
        statement(Action="lambda:GetAlias", Resource=FUNCTION, Condition={"Bool": {"aws:SecureTransport": True}}),
    )
    assert kinds(mine) == [("depends", "lambda:GetAlias")]


def test_region_and_account_are_known_where_the_scope_says_them() -> None:
    where = {"StringEquals": {"aws:RequestedRegion": "eu-west-1", "aws:PrincipalAccount": "123456789012"}}
    mine = policy(
        statement(Action="cloudwatch:GetMetricData", Condition=where),
        statement(Action="lambda:GetAlias", Resource=FUNCTION, Condition=where),
    )
    assert kinds(mine) == []
    elsewhere = Scope(region="us-east-1", account="123456789012", function="checkout")
    assert {finding.kind for finding in compare(mine, REPLAYING, elsewhere)} == {Kind.MISSING, Kind.WIDER}


def test_the_place_that_is_not_known_is_the_policy_s_own() -> None:
    mine = policy(statement(Action="cloudwatch:GetMetricData"), statement(Action="lambda:GetAlias", Resource=FUNCTION))
    assert compare(mine, REPLAYING, Scope(function="checkout")) == ()


def test_a_part_of_the_functions_is_not_all_of_them() -> None:
    mine = policy(statement(Action="cloudwatch:GetMetricData"), statement(Action="lambda:GetAlias", Resource=FUNCTION))
    assert [finding.kind for finding in compare(mine, REPLAYING, Scope())] == [Kind.DEPENDS]


def test_wildcards_and_the_not_elements_are_wider() -> None:
    mine = policy(
        statement(Action="*"),
        statement(Action=None, NotAction=["iam:*"], Resource=None, NotResource="arn:aws:s3:::secret"),
    )
    wide = [finding for finding in compare(mine, REPLAYING, CHECKOUT) if finding.kind is Kind.WIDER]
    enough = ("cloudwatch:GetMetricData", "lambda:GetAlias")
    assert [(finding.actions, finding.resource, finding.enough) for finding in wide] == [
        (("*",), "", enough),
        (("lambda:GetAlias",), "*", (FUNCTION,)),
        (("NotAction iam:*",), "", enough),
        (("lambda:GetAlias",), "NotResource arn:aws:s3:::secret", (FUNCTION,)),
    ]


def test_what_a_deny_is_about_is_no_excess() -> None:
    rows = needed([WATCH])
    minimal = minimal_policy(rows, CHECKOUT)
    minimal["Statement"].append(statement("Deny", Action="iam:*"))
    assert compare(read_policy(json.dumps(minimal)), rows, CHECKOUT) == ()


def test_an_action_with_two_names_needs_one_of_them_and_is_printed_with_both() -> None:
    called = operations("application-signals", "ListServices")
    row = Row("cloudwatch:ListServices", Access.LIST, (), called, now=(WATCH,))
    other = "application-signals:ListServices"
    printed = minimal_policy([row], CHECKOUT)
    assert printed["Statement"][0]["Action"] == ["cloudwatch:ListServices", other]
    for enough in (printed["Statement"][0], statement(Action="cloudwatch:ListServices"), statement(Action=other)):
        assert compare(policy(enough), [row], CHECKOUT) == ()
    [finding] = compare(policy(statement("Deny", Action=other), printed["Statement"][0]), [row], CHECKOUT)
    assert finding.kind is Kind.DENIED
