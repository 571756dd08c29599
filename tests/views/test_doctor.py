"""The doctor's report in text and JSON, and without what is the caller's alone."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from multitool_tui.controller.doctor.finding import Finding, Health
from multitool_tui.views.doctor import MARKS, Mask, finding_document, finding_lines
from multitool_tui.views.text import width_of

LONG = Finding("access keys", Health.WARNING, "One sentence that is long. " * 8, "Do something about it. " * 6)


def text(finding: Finding, mask: Mask | None = None, width: int = 80) -> list[str]:
    return ["".join(span.text for span in line) for line in finding_lines(finding, mask, width)]


def test_a_row_is_glyph_word_check_and_sentence_and_then_what_to_do() -> None:
    row = Finding("clock", Health.FAILED, "It is off.", "Set it.")
    assert text(row) == ["✖ failed  clock           It is off.", " " * 26 + "→ Set it."]


def test_no_line_is_wider_than_the_terminal() -> None:
    for width in (80, 100, 132):
        assert max(width_of(line) for line in finding_lines(LONG, None, width)) <= width


def test_each_state_of_health_has_a_word_of_its_own() -> None:
    assert len({mark.word for mark in MARKS.values()}) == len({mark.glyph for mark in MARKS.values()}) == len(Health)


def test_strings_from_outside_draw_nothing() -> None:
    assert "\x1b" not in "".join(text(Finding("caller", Health.OK, "arn:\x1b[31mred")))


def test_what_is_shared_tells_nobody_whose_it_is() -> None:
    row = Finding(
        "caller",
        Health.OK,
        f"arn:aws:iam::123456789012:user/team/jane, through profile prod-eu. {Path.home()}/x; AKIAIOSFODNN7EXAMPLE.",
        facts={
            "account": "123456789012",
            "arn": "arn:aws:sts::123456789012:assumed-role/Admin/jane",
            "keys": [1, True],
        },
        private=("prod-eu", "jane"),
    )
    mask = Mask(row.private)
    assert " ".join("".join(text(row, mask, 200)).split()) == ("✔ ok caller ARN, through profile NAME. ~/x; KEY.")
    document = finding_document(row, mask)
    assert (document["account"], document["arn"], document["keys"]) == ("ACCOUNT", "ARN", [1, True])
    assert json.dumps(document)


@given(st.text("0123456789:/ .-arnawsimuse", max_size=60))
def test_no_account_is_left_whatever_stands_around_it(around: str) -> None:
    account = "987654321098"
    for said in (f"{around} {account}.", f"arn:aws:iam::{account}:role/{around}", f"lambda:{account}:{around}"):
        assert account not in Mask().text(said)


def test_no_resource_is_named_in_what_is_shared() -> None:
    assert Mask().text("Function not found: arn:aws:lambda:eu-west-1:123456789012:function:secret:1.") == (
        "Function not found: ARN."
    )
