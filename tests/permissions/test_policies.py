"""The policies that are printed: the document's, word for word, and the least that features need."""

from __future__ import annotations

import json

import pytest

from multitool_tui.permissions.features import RUN, SETUP, WATCH
from multitool_tui.permissions.ledger import FEATURES, LEDGER, needed
from multitool_tui.permissions.patterns import ArnPattern
from multitool_tui.permissions.policies import minimal_policy, whole_policy
from multitool_tui.permissions.policy import Request, Ruling
from multitool_tui.permissions.reading import read_policy
from multitool_tui.permissions.row import Row, Scope
from tests.data import DOCUMENT

CHECKOUT = Scope(region="eu-west-1", account="123456789012", function="checkout")


def test_the_whole_policy_is_the_document_s_to_the_letter() -> None:
    assert json.dumps(whole_policy(), indent=2) + "\n" == DOCUMENT.read_text()


def test_running_on_one_target_in_a_known_place() -> None:
    function = "arn:aws:lambda:eu-west-1:123456789012:function:checkout"
    assert minimal_policy(needed([RUN]), CHECKOUT) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "MultiToolEverything",
                "Effect": "Allow",
                "Action": ["cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData", "lambda:GetAccountSettings"],
                "Resource": "*",
            },
            {
                "Sid": "MultiToolFunction",
                "Effect": "Allow",
                "Action": [
                    "lambda:GetAlias",
                    "lambda:ListAliases",
                    "lambda:ListTags",
                    "lambda:ListVersionsByFunction",
                    "lambda:UpdateAlias",
                ],
                "Resource": function,
            },
            {
                "Sid": "MultiToolVersion",
                "Effect": "Allow",
                "Action": ["lambda:GetFunction", "lambda:GetFunctionConfiguration"],
                "Resource": f"{function}:*",
            },
        ],
    }


def test_what_is_not_known_is_left_open() -> None:
    resources = [statement["Resource"] for statement in minimal_policy(needed([WATCH]), Scope())["Statement"]]
    assert "arn:aws:lambda:*:ACCOUNT-ID:function:*" in resources
    assert ["arn:aws:apigateway:*::/restapis", "arn:aws:apigateway:*::/restapis/*"] in resources


@pytest.mark.parametrize("rows", [LEDGER, *(needed([feature]) for feature in FEATURES.values())])
def test_a_minimal_policy_allows_what_it_is_for_and_nothing_else(rows: tuple[Row, ...]) -> None:
    document = minimal_policy(rows, CHECKOUT)
    sids = [statement["Sid"] for statement in document["Statement"]]
    assert len(sids) == len(set(sids))
    policy = read_policy(json.dumps(document))
    wanted = {row.action: row for row in rows}
    for row in [wanted.get(row.action, row) for row in LEDGER]:
        resource = CHECKOUT.fill(row.shapes[0].template) if row.shapes else "*"
        context = {row.when.key.lower(): CHECKOUT.fill(row.when.words()[0])} if row.when else {}
        ruling = policy.decide(Request(row.action, ArnPattern(resource) if row.shapes else "*", context)).ruling
        assert (ruling is Ruling.ALLOWED) is (row.action in wanted)


def test_setup_passes_a_role_to_lambda_alone() -> None:
    [row] = [row for row in needed([SETUP]) if row.action == "iam:PassRole"]
    [statement] = minimal_policy([row], CHECKOUT)["Statement"]
    assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    assert statement["Resource"] == "arn:aws:iam::123456789012:role/*"


def test_a_condition_names_the_function() -> None:
    [row] = [row for row in LEDGER if row.action == "lambda:CreateEventSourceMapping"]
    [statement] = minimal_policy([row], CHECKOUT)["Statement"]
    function = "arn:aws:lambda:eu-west-1:123456789012:function:checkout"
    assert statement["Condition"] == {"ArnLike": {"lambda:FunctionArn": [function, f"{function}:*"]}}
