"""What a policy says of a request: AWS's documented examples, and the rules by which statements combine."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitool_tui.permissions.patterns import ArnPattern, arn_like, like
from multitool_tui.permissions.policy import Request, Ruling
from tests.permissions.support import policy, ruling, statement

FUNCTION = "arn:aws:lambda:us-west-2:123456789012:function:myFunction"


@pytest.mark.parametrize(
    ("granted", "unqualified", "first", "second"),
    [
        (FUNCTION, True, False, False),
        (f"{FUNCTION}:1", False, True, False),
        (f"{FUNCTION}:*", False, True, True),
        (f"{FUNCTION}*", True, True, True),
    ],
)
def test_the_examples_of_lambdas_developer_guide(granted: str, unqualified: bool, first: bool, second: bool) -> None:
    allowing = policy(statement(Action="lambda:InvokeFunction", Resource=granted))
    found = [
        ruling(allowing, "lambda:InvokeFunction", arn) is Ruling.ALLOWED
        for arn in (FUNCTION, f"{FUNCTION}:1", f"{FUNCTION}:2")
    ]
    assert found == [unqualified, first, second]


@pytest.mark.parametrize(
    ("pattern", "arn", "matches"),
    [
        # IAM user guide, "Using wildcards in resource ARNs".
        ("arn:aws:s3:::bucket/*/test/*", "arn:aws:s3:::bucket/1/2/test/3/object.jpg", True),
        ("arn:aws:s3:::bucket/*/test/*", "arn:aws:s3:::bucket/1///test///object.jpg", True),
        ("arn:aws:s3:::bucket/*/test/*", "arn:aws:s3:::bucket/1/test/", True),
        ("arn:aws:s3:::bucket/*/test/*", "arn:aws:s3:::bucket/1-test/object.jpg", False),
        ("arn:aws:s3:::bucket/*/test/*", "arn:aws:s3:::bucket/test/object.jpg", False),
        ("arn:aws:lambda:*", FUNCTION, True),  # an incomplete ARN goes on with wildcards
        ("arn:aws:sqs", "arn:aws:sqs:us-east-1:123456789012:queue", True),
        ("arn:aws:lambda", "arn:aws:lambda2:us-east-1:123456789012:queue", False),
        ("arn:aws:lambda:*:123456789012:function:my*", f"{FUNCTION}:live", True),
        ("arn:aws:lambda:*:123456789012:function:my*on", f"{FUNCTION}:live:on", False),  # stays in its segment
        ("arn:aws:lambda:us-west-?:123456789012:function:myFunction", FUNCTION, True),
        ("arn:aws:lambda:us-west-2:123456789012:function:myfunction", FUNCTION, False),  # resources have a case
        ("*", FUNCTION, True),
        (FUNCTION, "*", False),
    ],
)
def test_resources_are_matched_as_documented(pattern: str, arn: str, matches: bool) -> None:
    assert ArnPattern(pattern).covers(arn) is matches


def test_actions_have_no_case_and_take_wildcards() -> None:
    reading = policy(statement(Action=["LAMBDA:get*", "cloudwatch:Describe?larms"]))
    assert ruling(reading, "lambda:GetAlias") is Ruling.ALLOWED
    assert ruling(reading, "cloudwatch:DescribeAlarms") is Ruling.ALLOWED
    assert ruling(reading, "lambda:UpdateAlias") is Ruling.NOT_ALLOWED
    assert ruling(reading, "cloudwatch:DescribeAlarmHistory") is Ruling.NOT_ALLOWED


def test_a_deny_wins_wherever_it_stands() -> None:
    denying = statement("Deny", Action="lambda:UpdateAlias")
    for statements in ([denying, statement()], [statement(), denying]):
        assert ruling(policy(*statements), "lambda:UpdateAlias") is Ruling.DENIED
        assert ruling(policy(*statements), "lambda:GetAlias") is Ruling.ALLOWED


def test_a_deny_alone_allows_nothing() -> None:
    assert ruling(policy(statement("Deny", Action="lambda:UpdateAlias")), "lambda:GetAlias") is Ruling.NOT_ALLOWED


def test_notaction_is_every_other_action() -> None:
    allowing = policy(statement(Action=None, NotAction="lambda:Delete*"))
    assert ruling(allowing, "lambda:GetAlias") is Ruling.ALLOWED
    assert ruling(allowing, "lambda:DeleteFunction") is Ruling.NOT_ALLOWED
    denying = policy(statement(), statement("Deny", Action=None, NotAction=["lambda:Get*", "lambda:List*"]))
    assert ruling(denying, "lambda:GetAlias") is Ruling.ALLOWED
    assert ruling(denying, "lambda:DeleteFunction") is Ruling.DENIED


def test_notresource_is_every_other_resource() -> None:
    denying = policy(statement(), statement("Deny", Resource=None, NotResource=f"{FUNCTION}*"))
    assert ruling(denying, "lambda:UpdateAlias", FUNCTION) is Ruling.ALLOWED
    assert ruling(denying, "lambda:UpdateAlias", FUNCTION + ":live") is Ruling.ALLOWED
    assert ruling(denying, "lambda:UpdateAlias", FUNCTION.replace("my", "your")) is Ruling.DENIED


@pytest.mark.parametrize(
    ("operator", "wanted", "value", "holds"),
    [
        ("StringEquals", "eu-west-1", "eu-west-1", True),
        ("StringEquals", "eu-west-1", "EU-WEST-1", False),
        ("StringEquals", "eu-*", "eu-west-1", False),
        ("StringEquals", ["eu-west-1", "eu-west-2"], "eu-west-2", True),
        ("StringEquals", "eu-west-1", None, False),
        ("StringEqualsIfExists", "eu-west-1", None, True),
        ("StringEqualsIfExists", "eu-west-1", "us-east-1", False),
        ("StringNotEquals", ["eu-west-1", "eu-west-2"], "eu-west-2", False),
        ("StringNotEquals", ["eu-west-1", "eu-west-2"], "us-east-1", True),
        ("StringNotEquals", "eu-west-1", None, True),
        ("StringEqualsIgnoreCase", "eu-west-1", "EU-WEST-1", True),
        ("StringNotEqualsIgnoreCase", "eu-west-1", "EU-WEST-1", False),
        ("StringLike", "eu-*-?", "eu-west-1", True),
        ("StringLike", "eu-*", "us-east-1", False),
        ("StringNotLike", "eu-*", "us-east-1", True),
        ("StringNotLike", "eu-*", None, True),
        ("ArnLike", "arn:aws:iam::*:user/dev-*", "arn:aws:iam::123456789012:user/dev-1", True),
        ("ArnEquals", "arn:aws:iam::*:user/*", "arn:aws:iam::123456789012:user/dev-1", True),
        # Each of the six parts is looked at by itself.
        ("ArnLike", "arn:aws:iam:*:user/dev:*", "arn:aws:iam::123456789012:user/dev", False),
        ("ArnNotLike", "arn:aws:iam::*:user/*", "arn:aws:iam::123456789012:role/dev", True),
        ("ArnNotEquals", "arn:aws:iam::*:user/*", "arn:aws:iam::123456789012:user/dev", False),
        ("ArnLike", "arn:aws:iam::*:user/*", "no ARN at all", False),
        ("Bool", True, "true", True),
        ("Bool", "false", "true", False),
        ("BoolIfExists", "false", None, True),
        ("Null", "true", None, True),
        ("Null", "true", "there", False),
        ("Null", False, "there", True),
    ],
)
def test_each_condition_operator(operator: str, wanted: object, value: str | None, holds: bool) -> None:
    conditional = policy(statement(Condition={operator: {"aws:TheKey": wanted}}))
    assert (ruling(conditional, "lambda:GetAlias", aws__thekey=value) is Ruling.ALLOWED) is holds


def test_all_of_the_conditions_must_hold() -> None:
    both = {"StringEquals": {"aws:One": "1", "aws:Two": "2"}, "Null": {"aws:Three": "true"}}
    conditional = policy(statement(Condition=both))
    assert ruling(conditional, "lambda:GetAlias", aws__One="1", aws__Two="2", aws__Three=None) is Ruling.ALLOWED
    wrongs: list[dict[str, str | None]] = [{"aws__One": "0"}, {"aws__Two": None}, {"aws__Three": "3"}]
    for wrong in wrongs:
        context: dict[str, str | None] = {"aws__One": "1", "aws__Two": "2", "aws__Three": None}
        context.update(wrong)
        assert ruling(conditional, "lambda:GetAlias", **context) is Ruling.NOT_ALLOWED


def test_what_is_not_known_of_a_request_is_not_guessed() -> None:
    somewhere = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}
    allowing = policy(statement(Condition=somewhere))
    assert ruling(allowing, "lambda:GetAlias") is Ruling.DEPENDS
    denying = policy(statement(), statement("Deny", Condition=somewhere))
    assert ruling(denying, "lambda:GetAlias") is Ruling.DEPENDS
    # What does not hang on it is said all the same.
    assert ruling(policy(statement(), statement(Condition=somewhere)), "lambda:GetAlias") is Ruling.ALLOWED
    assert ruling(policy(statement("Deny", Condition=somewhere)), "lambda:GetAlias") is Ruling.NOT_ALLOWED
    both = policy(statement("Deny", Action="lambda:GetAlias"), statement(Condition=somewhere))
    assert ruling(both, "lambda:GetAlias") is Ruling.DENIED


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([statement(Resource="arn:aws:lambda:*:*:function:check*")], Ruling.ALLOWED),
        ([statement(Resource="arn:aws:lambda:*:*:function:checkout")], Ruling.DEPENDS),
        ([statement(Resource="arn:aws:lambda:*:*:function:other*")], Ruling.NOT_ALLOWED),
        ([statement(), statement("Deny", Resource="arn:aws:lambda:*:*:function:*:prod")], Ruling.DEPENDS),
        ([statement(), statement("Deny", Resource="arn:aws:lambda:*:*:function:other*")], Ruling.ALLOWED),
        ([statement(), statement("Deny", Resource="arn:aws:lambda:*:*:function:*")], Ruling.DENIED),
        ([statement(Resource=None, NotResource="arn:aws:lambda:*:*:function:checkout:prod")], Ruling.DEPENDS),
        ([statement(Resource=None, NotResource="arn:aws:lambda:*:*:function:other")], Ruling.ALLOWED),
    ],
)
def test_a_request_for_all_that_a_pattern_matches(statements: list[dict[str, object]], expected: Ruling) -> None:
    asked = ArnPattern("arn:aws:lambda:eu-west-1:123456789012:function:check*")
    assert policy(*statements).decide(Request("lambda:GetAlias", asked)).ruling is expected


# Patterns and texts of so few letters that they meet often.
PARTS = st.text("ab*?", max_size=5)
TEXTS = st.text("ab", max_size=6)


COLONS = st.text("ab:*?", max_size=6)


def glob(pattern: str, text: str) -> bool:
    """The definition of a pattern, by recursion."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return glob(pattern[1:], text) or (bool(text) and glob(pattern, text[1:]))
    return bool(text) and pattern[0] in ("?", text[0]) and glob(pattern[1:], text[1:])


@given(PARTS, TEXTS)
def test_wildcards_are_what_they_are_defined_as(pattern: str, text: str) -> None:
    assert like(pattern, text) is glob(pattern, text)
    arn = "arn:aws:iam::1:"
    assert arn_like(arn + pattern, arn + text) is glob(pattern, text)
    assert ArnPattern(arn + pattern).covers(arn + text) is glob(pattern, text)


@given(PARTS, PARTS, TEXTS)
def test_a_pattern_that_covers_another_matches_all_that_it_matches(one: str, other: str, text: str) -> None:
    wide, narrow = ArnPattern(f"arn:aws:iam::1:{one}"), ArnPattern(f"arn:aws:iam::1:{other}")
    if wide.covers(narrow) and glob(other, text):
        assert glob(one, text)
    if glob(one, text) and glob(other, text):
        assert wide.overlaps(narrow)
        assert narrow.overlaps(wide)


@given(COLONS, COLONS, st.text("ab:", max_size=6))
def test_covering_and_overlapping_mind_the_colons(one: str, other: str, text: str) -> None:
    wide, narrow, arn = ArnPattern(f"arn:aws:s3:::{one}"), ArnPattern(f"arn:aws:s3:::{other}"), f"arn:aws:s3:::{text}"
    if wide.covers(narrow) and narrow.covers(arn):
        assert wide.covers(arn)
    if wide.covers(arn) and narrow.covers(arn):
        assert wide.overlaps(narrow)


STATEMENTS = st.lists(
    st.fixed_dictionaries(
        {
            "Effect": st.sampled_from(["Allow", "Deny"]),
            "action": st.tuples(
                st.sampled_from(["Action", "NotAction"]), st.sampled_from(["*", "lambda:*", "lambda:Get*", "s3:*"])
            ),
            "resource": st.tuples(
                st.sampled_from(["Resource", "NotResource"]),
                st.lists(PARTS.map("arn:aws:iam::1:{}".format), min_size=1, max_size=2),
            ),
            "condition": st.sampled_from([None, "eu", "us"]),
        }
    ),
    min_size=1,
    max_size=4,
)


def document(drawn: dict[str, Any]) -> dict[str, Any]:
    written = {"Effect": drawn["Effect"], **dict([drawn["action"], drawn["resource"]])}
    if drawn["condition"]:
        written["Condition"] = {"StringEquals": {"aws:RequestedRegion": drawn["condition"]}}
    return written


def by_definition(drawn: list[dict[str, Any]], action: str, text: str, region: str) -> Ruling:
    """The ruling on one ARN, from the definitions alone."""

    def applies(one: dict[str, Any]) -> bool:
        element, pattern = one["action"]
        about = glob(pattern, action) != (element == "NotAction")
        kind, patterns = one["resource"]
        reaches = any(glob(each.removeprefix("arn:aws:iam::1:"), text) for each in patterns) != (kind == "NotResource")
        return about and reaches and one["condition"] in (None, region)

    effects = {one["Effect"] for one in drawn if applies(one)}
    return Ruling.DENIED if "Deny" in effects else Ruling.ALLOWED if "Allow" in effects else Ruling.NOT_ALLOWED


@given(STATEMENTS, st.sampled_from(["lambda:GetAlias", "lambda:UpdateAlias"]), TEXTS, st.sampled_from(["eu", "us"]))
def test_a_ruling_on_one_arn_is_the_one_by_definition(
    drawn: list[dict[str, Any]], action: str, text: str, region: str
) -> None:
    found = policy(*map(document, drawn))
    expected = by_definition(drawn, action, text, region)
    assert ruling(found, action, f"arn:aws:iam::1:{text}", aws__RequestedRegion=region) is expected


@given(STATEMENTS, PARTS, TEXTS, st.sampled_from(["eu", "us"]))
def test_a_ruling_on_a_pattern_holds_for_each_of_its_arns(
    drawn: list[dict[str, Any]], pattern: str, text: str, region: str
) -> None:
    """Nothing is guessed: what is said of all, or without knowing the region, is so of each, whichever the region."""
    if not glob(pattern, text):
        return
    asked = Request("lambda:GetAlias", ArnPattern(f"arn:aws:iam::1:{pattern}"), {})
    said = policy(*map(document, drawn)).decide(asked).ruling
    so = by_definition(drawn, "lambda:GetAlias", text, region)
    # What nothing allows need not be denied to be refused.
    assert said in (Ruling.DEPENDS, so) or {said, so} == {Ruling.NOT_ALLOWED, Ruling.DENIED}


@given(STATEMENTS, STATEMENTS, TEXTS)
def test_a_deny_more_never_allows_and_an_allow_more_never_denies(
    drawn: list[dict[str, Any]], more: list[dict[str, Any]], text: str
) -> None:
    before = by_definition(drawn, "lambda:GetAlias", text, "eu")
    for effect, wrong in (("Deny", Ruling.ALLOWED), ("Allow", Ruling.DENIED)):
        with_more = policy(*map(document, [*drawn, *(one | {"Effect": effect} for one in more)]))
        after = ruling(with_more, "lambda:GetAlias", f"arn:aws:iam::1:{text}", aws__RequestedRegion="eu")
        assert after is before or after is not wrong
