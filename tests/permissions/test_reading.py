"""Policies are read strictly: what cannot be evaluated is named in one sentence."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitool_tui.permissions.reading import PolicyError, read_policy
from tests.data import DOCUMENT
from tests.permissions.support import policy, statement, written


def refused(text: str) -> str:
    with pytest.raises(PolicyError) as caught:
        read_policy(text)
    return str(caught.value)


def test_the_document_s_policy_is_read() -> None:
    [only] = read_policy(DOCUMENT.read_text()).statements
    assert only.allows
    assert len(only.actions) == 95
    assert only.label == "statement 1 (multitoolminimumpermissions)"


def test_a_statement_may_stand_by_itself_and_so_may_an_action() -> None:
    alone = {"Version": "2012-10-17", "Statement": statement(Action="lambda:GetAlias")}
    listed = {"Version": "2008-10-17", "Statement": [statement(Action=["lambda:GetAlias"], Resource=["*"])]}
    assert read_policy(json.dumps(alone)) == read_policy(json.dumps(listed))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no JSON"),
        ("{", "no JSON: Expecting property name"),
        ('{"Version": "2012-10-17",\n "Statement" []}', "line 2, column 14"),
        ("[" * 100_000, "nested too deeply"),
        ("[]", "no JSON object but []"),
        ('"policy"', "no JSON object"),
        ('{"Version": "2012-10-17", "Version": "2012-10-17"}', "'Version' twice"),
        ("{}", 'no Version: write "Version": "2012-10-17"'),
        ('{"Version": "2012-10-17"}', "no Statement"),
        ('{"Version": "2012", "Statement": []}', 'Version is "2012"'),
        ('{"Version": ["2012-10-17"], "Statement": []}', 'Version is ["2012-10-17"]'),
        ('{"Version": "2012-10-17", "Statement": []}', "Statement is empty"),
        ('{"Version": "2012-10-17", "Statement": "all"}', 'statement 1 is no object but "all"'),
        ('{"Version": "2012-10-17", "Id": "x", "Statement": []}', "Id, which only resource-based policies have"),
        ('{"Version": "2012-10-17", "Statment": []}', "'Statment'"),
    ],
)
def test_a_document_that_is_no_policy(text: str, says: str) -> None:
    assert says in refused(text)


@pytest.mark.parametrize(
    ("elements", "says"),
    [
        ({"Principal": "*"}, "Principal"),
        ({"NotPrincipal": {"AWS": "*"}}, "NotPrincipal"),
        ({"Resources": "*"}, "'Resources'"),
        ({"Sid": "with space"}, "letters and digits"),
        ({"Sid": 7}, "Sid of statement 1 is 7"),
        ({"Effect": "allow"}, 'not "allow"'),
        ({"Effect": None}, "Effect"),
        ({"Effect": ["Allow"]}, "Effect"),
        ({"Action": None}, "neither Action nor NotAction"),
        ({"Resource": None}, "neither Resource nor NotResource"),
        ({"NotAction": "lambda:*"}, "both Action and NotAction"),
        ({"NotResource": "*"}, "both Resource and NotResource"),
        ({"Action": []}, "The Action of statement 1 is empty"),
        ({"Action": 1}, "1 where a string should be"),
        ({"Action": ["lambda:GetAlias", {}]}, "{} where a string should be"),
        ({"Action": "GetAlias"}, "'GetAlias'"),
        ({"Action": "*:GetAlias"}, "'*:GetAlias'"),
        ({"Action": "lam*:GetAlias"}, "'lam*:GetAlias'"),
        ({"Action": "lambda:Get Alias"}, "no action"),
        ({"Resource": "checkout"}, "'checkout'"),
        ({"Resource": "arn:aws:*:eu-west-1:123456789012:function"}, "service has no wildcard"),
        ({"Resource": "arn:aws:s3:::${aws:username}/*"}, "variable ${aws:username}"),
        ({"Resource": "arn:aws:s3:::a${*}"}, "variable ${*}"),
        ({"Condition": []}, "Condition of statement 1"),
        ({"Condition": {"StringEquals": {}}}, "StringEquals in statement 1"),
        ({"Condition": {"StringEquals": "aws:x"}}, "where an object of condition keys should be"),
        ({"Condition": {"StringEquals": {"nokey": "x"}}}, "'nokey'"),
        ({"Condition": {"StringEquals": {"aws:x": []}}}, "StringEquals aws:x in statement 1 is empty"),
        ({"Condition": {"StringEquals": {"aws:x": None}}}, "null where a string should be"),
        ({"Condition": {"StringEquals": {"aws:x": "${aws:username}"}}}, "variable ${aws:username}"),
        ({"Condition": {"ArnLike": {"aws:x": "arn:aws:iam"}}}, "no ARN"),
        ({"Condition": {"Bool": {"aws:x": "yes"}}}, "true or false"),
        ({"Condition": {"Null": {"aws:x": "maybe"}}}, "true or false"),
        *(
            ({"Condition": {operator: {"aws:x": "1"}}}, repr(operator))
            for operator in (
                "NumericEquals",
                "DateGreaterThan",
                "IpAddress",
                "BinaryEquals",
                "ForAllValues:StringEquals",
                "ForAnyValue:StringLike",
                "NullIfExists",
                "stringEquals",
                "",
            )
        ),
    ],
)
def test_what_is_not_evaluated_is_refused_by_name(elements: dict[str, Any], says: str) -> None:
    sentence = refused(written(statement(**elements)))
    assert says in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_the_statement_at_fault_is_named() -> None:
    assert "statement 2 (Second)" in refused(written(statement(), statement(Sid="Second", Resource="x")))


def test_two_statements_with_one_name() -> None:
    assert "two statements with the Sid One" in refused(written(statement(Sid="One"), statement(Sid="One")))


def test_numbers_and_booleans_are_the_strings_they_are_written_as() -> None:
    [condition] = policy(statement(Condition={"StringEquals": {"aws:x": [1, True, "a"]}})).statements[0].conditions
    assert condition.values == ("1", "true", "a")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text("ab:*{}$", max_size=8)
    | st.sampled_from(["*", "Allow", "Deny"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["Version", "Statement", "Sid", "Effect", "Action", "Resource", "Condition", "StringLike", "x"]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_whatever_json_comes_it_is_read_or_refused(value: Any) -> None:
    for text in (json.dumps(value), written(value)):
        with contextlib.suppress(PolicyError):
            assert read_policy(text).statements


@given(st.text(max_size=30))
def test_whatever_text_comes_it_is_read_or_refused(text: str) -> None:
    with pytest.raises(PolicyError):
        read_policy(text)
